//! Delivery of queued mails: the states of a mail, why an attempt fails, and when the next attempt is due.

use chrono::Duration;

use super::values::calendar::Instant;
use super::values::coded_enum::coded_enum;

coded_enum! {
    /// The state of a mail. `QUEUED`: waits for its first attempt. `SENT`: the mail server has accepted it.
    /// `DEFERRED`: an attempt failed, and another will follow. `ABANDONED`: no further attempt will follow, because
    /// the mail was refused permanently or has expired.
    #[derive(serde::Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum MailState {
        /// It waits for its first attempt.
        Queued = "QUEUED",
        /// The mail server has accepted it.
        Sent = "SENT",
        /// An attempt failed; another will follow.
        Deferred = "DEFERRED",
        /// It was given up, because it was refused permanently or has expired.
        Abandoned = "ABANDONED",
    }
}

/// What a failure concerns: the mail server, or one mail temporarily or permanently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureClass {
    /// The mail server or the settings. Every mail waits until the failure is over.
    Server,
    /// This mail, temporarily. The mail is tried again later.
    Transient,
    /// This mail, permanently. Another attempt would fail as well.
    Permanent,
}

coded_enum! {
    /// Why an attempt to send a mail failed.
    pub enum MailFailure {
        /// No SMTP session with the mail server could be opened.
        ServerUnreachable = "SERVER_UNREACHABLE",
        /// The mail server was not ready for a mail within the time limit.
        ServerTimedOut = "SERVER_TIMED_OUT",
        /// The mail server accepts no mail at the moment (4xx before the recipient).
        ServerBusy = "SERVER_BUSY",
        /// The mail server refuses the service (5xx at the greeting).
        ServerRefused = "SERVER_REFUSED",
        /// The mail server offers no TLS, or none that can be trusted.
        TlsRefused = "TLS_REFUSED",
        /// The mail server does not accept the user name and password.
        AuthenticationFailed = "AUTHENTICATION_FAILED",
        /// The mail server does not accept mails from the service's sender address.
        SenderRefused = "SENDER_REFUSED",
        /// The recipient's mailbox accepts no mail at the moment (4xx at the recipient), for example because
        /// it is full or because the sender is greylisted.
        MailboxBusy = "MAILBOX_BUSY",
        /// The mail server could not accept the mail at the moment (4xx at the content).
        Postponed = "POSTPONED",
        /// The recipient is refused permanently, but the answer does not say that its mailbox is the reason
        /// (5xx without an enhanced status about a mailbox). A mail server with a wrong setting refuses every
        /// recipient like this.
        RecipientRefused = "RECIPIENT_REFUSED",
        /// The content is refused permanently, but the answer does not say that the content or the mailbox is
        /// the reason (5xx without an enhanced status about them). A relay that does not know the service's
        /// sender may refuse a mail only at this step.
        ContentRefused = "CONTENT_REFUSED",
        /// A rule of the mail server refuses the mail (enhanced status 5.7.x). An operator may be able to
        /// correct that.
        RefusedByPolicy = "REFUSED_BY_POLICY",
        /// No answer came in time after the transmission of the mail had begun.
        TimedOut = "TIMED_OUT",
        /// The connection was lost after the transmission of the mail had begun.
        ConnectionLost = "CONNECTION_LOST",
        /// The key from which the token of the mail's link is computed is missing in the settings.
        LinkKeyMissing = "LINK_KEY_MISSING",
        /// The recipient's mailbox does not exist (enhanced status 5.1.0 to 5.1.3, 5.1.6, 5.1.10, 5.2.0, 5.2.1).
        MailboxUnknown = "MAILBOX_UNKNOWN",
        /// The mail server refuses the message itself (enhanced status 5.6.x).
        Refused = "REFUSED",
        /// The mail cannot be encoded as an internet message (RFC 5322).
        Unwritable = "UNWRITABLE",
        /// The mail expired before the first attempt.
        Expired = "EXPIRED",
    }
}

impl MailFailure {
    /// The class of the failure.
    #[must_use]
    pub const fn class(self) -> FailureClass {
        match self {
            Self::ServerUnreachable
            | Self::ServerTimedOut
            | Self::ServerBusy
            | Self::ServerRefused
            | Self::TlsRefused
            | Self::AuthenticationFailed
            | Self::SenderRefused => FailureClass::Server,
            Self::MailboxBusy
            | Self::Postponed
            | Self::RecipientRefused
            | Self::ContentRefused
            | Self::RefusedByPolicy
            | Self::TimedOut
            | Self::ConnectionLost
            | Self::LinkKeyMissing => FailureClass::Transient,
            Self::MailboxUnknown | Self::Refused | Self::Unwritable | Self::Expired => {
                FailureClass::Permanent
            }
        }
    }
}

/// What happens to a mail after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The mail server has accepted it.
    Sent,
    /// It is tried again.
    Deferred {
        /// Why the attempt failed.
        failure: MailFailure,
        /// When the next attempt is due.
        at: Instant,
    },
    /// It is given up.
    Abandoned {
        /// Why the attempt failed.
        failure: MailFailure,
    },
}

/// Decides what happens to a mail after its `attempts`-th attempt. After a transient failure the mail waits, longer
/// after each attempt, but not beyond its expiry. After a failure of the server the mail stays due, so that it is sent
/// as soon as the server works again. `random` varies the wait, so that mails that failed together are not retried
/// together.
#[must_use]
pub fn decide(
    outcome: Result<(), MailFailure>,
    attempts: i64,
    now: Instant,
    expires_at: Instant,
    random: u32,
) -> Decision {
    let Err(failure) = outcome else { return Decision::Sent };
    let wait = match failure.class() {
        FailureClass::Permanent => return Decision::Abandoned { failure },
        FailureClass::Server => Duration::zero(),
        FailureClass::Transient => wait_after(attempts, random),
    };
    if now >= expires_at {
        return Decision::Abandoned { failure };
    }
    Decision::Deferred { failure, at: (now + wait).min(expires_at) }
}

/// The wait after the first transient failure of a mail.
const FIRST_WAIT: Duration = Duration::minutes(1);
/// The longest wait, before the random variation.
const LONGEST_WAIT: Duration = Duration::hours(1);

/// The wait after an attempt: one minute after the first attempt, doubled after each further attempt up to one hour,
/// and varied at random by up to a quarter.
fn wait_after(attempts: i64, random: u32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 6)).unwrap_or(0);
    jittered((FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT), random)
}

/// The pause after the first failure of the server.
const FIRST_PAUSE: Duration = Duration::milliseconds(500);
/// The longest pause, before the random variation.
const LONGEST_PAUSE: Duration = Duration::seconds(80);

/// How long no mail is sent after the server failed for the `failures`-th time in a row: half a second after the first
/// failure, doubled after each further failure up to 80 seconds, and varied at random by up to a quarter. The pauses
/// are short, so that waiting mails are sent soon after the server works again.
#[must_use]
pub fn pause_after(failures: u32, random: u32) -> Duration {
    jittered((FIRST_PAUSE * 2_i32.pow(failures.saturating_sub(1).min(8))).min(LONGEST_PAUSE), random)
}

/// The time, varied at random by up to a quarter.
fn jittered(time: Duration, random: u32) -> Duration {
    let percent = 75 + i32::try_from(random % 51).unwrap_or(0);
    time * percent / 100
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Instant {
        "2026-04-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn docs_mail_md_lists_exactly_the_states_and_failures() {
        let page = include_str!("../../docs/mail.md");
        let listed: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let states = ["QUEUED", "DEFERRED", "SENT", "ABANDONED"];
        let failures = MailFailure::ALL.iter().map(|failure| failure.code());
        assert_eq!(listed, states.into_iter().chain(failures).collect::<Vec<_>>());
    }

    #[test]
    fn a_failure_of_the_server_never_gives_up_a_mail_before_it_expires() {
        let end = now() + Duration::days(7);
        for failure in MailFailure::ALL.iter().filter(|failure| failure.class() == FailureClass::Server) {
            let next = decide(Err(*failure), 1_000, now(), end, 7);
            assert_eq!(next, Decision::Deferred { failure: *failure, at: now() }, "{}", failure.code());
        }
    }

    #[test]
    fn a_permanent_failure_gives_the_mail_up_at_once() {
        let end = now() + Duration::days(7);
        for failure in [MailFailure::MailboxUnknown, MailFailure::Refused, MailFailure::Unwritable] {
            assert_eq!(decide(Err(failure), 1, now(), end, 7), Decision::Abandoned { failure });
        }
    }

    #[test]
    fn waits_double_from_a_minute_to_an_hour() {
        let minutes = |attempts| wait_after(attempts, 25).num_minutes();
        let waits: Vec<i64> = (1..=9).map(minutes).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!((minutes(0), minutes(-1), minutes(i64::MAX)), (1, 1, 60));
    }

    proptest! {
        #[test]
        fn the_next_attempt_is_after_this_one_and_not_after_the_expiry(
            attempts: i64, random: u32, life in 1_i64..604_800_000_000,
        ) {
            let end = now() + Duration::microseconds(life);
            let next = decide(Err(MailFailure::MailboxBusy), attempts, now(), end, random);
            let Decision::Deferred { at, .. } = next else { panic!("{next:?}") };
            prop_assert!(at > now() && at <= end);
            prop_assert!(at - now() <= Duration::minutes(75));
        }

        #[test]
        fn retries_continue_until_the_mail_expires(randoms in prop::collection::vec(any::<u32>(), 400)) {
            let end = now() + Duration::days(7);
            let (mut at, mut attempts) = (now(), 0);
            let mut after_a_day = 0;
            for random in randoms {
                attempts += 1;
                match decide(Err(MailFailure::TimedOut), attempts, at, end, random) {
                    Decision::Deferred { at: next, .. } => at = next,
                    Decision::Abandoned { .. } => break,
                    Decision::Sent => unreachable!(),
                }
                after_a_day += i32::from(at > now() + Duration::days(1));
            }
            prop_assert_eq!(at, end);
            prop_assert!(after_a_day > 100, "{} attempts after the first day", after_a_day);
        }

        #[test]
        fn pauses_are_longer_than_zero_and_shorter_than_two_minutes(failures: u32, random: u32) {
            let pause = pause_after(failures, random);
            prop_assert!(pause >= Duration::milliseconds(375) && pause < Duration::minutes(2));
        }
    }
}
