//! The way of a mail from the outbox to its recipient: its states, why attempts fail, and when the
//! next one is due.

use chrono::Duration;

use super::values::calendar::Instant;
use super::values::words::words;

words! {
    /// Where a mail stands.
    #[derive(serde::Serialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum MailState {
        /// It waits for its first attempt.
        Queued = "QUEUED",
        /// The mail server has taken it.
        Sent = "SENT",
        /// An attempt failed; another will follow.
        Deferred = "DEFERRED",
        /// It was given up: refused for good, or past the time at which it is of use.
        Abandoned = "ABANDONED",
    }
}

/// Whose trouble a failure is, and so what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The server's or the configuration's: every mail waits until it is over.
    Server,
    /// This mail's, for now: it is tried again later.
    Transient,
    /// This mail's, for good: trying again would change nothing.
    Permanent,
}

words! {
    /// Why an attempt to send a mail failed.
    pub enum MailFailure {
        /// No conversation with the mail server came about.
        ServerUnreachable = "SERVER_UNREACHABLE",
        /// The mail server did not get ready to take a mail in time.
        ServerTimedOut = "SERVER_TIMED_OUT",
        /// The mail server takes no mail at the moment (4xx before the recipient).
        ServerBusy = "SERVER_BUSY",
        /// The mail server refuses the service (5xx at the greeting).
        ServerRefused = "SERVER_REFUSED",
        /// The mail server offers no TLS, or none that can be trusted.
        TlsRefused = "TLS_REFUSED",
        /// The mail server does not take the user name and password.
        AuthenticationFailed = "AUTHENTICATION_FAILED",
        /// The mail server does not take mails from our sender address.
        SenderRefused = "SENDER_REFUSED",
        /// The recipient's mailbox takes nothing at the moment (4xx at the recipient): full, greylisted.
        MailboxBusy = "MAILBOX_BUSY",
        /// The mail server could not take the mail at the moment (4xx at the content).
        Postponed = "POSTPONED",
        /// The recipient is refused for good, without a word that its mailbox is the reason (5xx without
        /// an enhanced status of the mailbox's): a wrong setting of the mail server refuses everybody so.
        RecipientRefused = "RECIPIENT_REFUSED",
        /// The content is refused for good, without a word that it or the mailbox is the reason (5xx without
        /// an enhanced status of theirs): a relay that does not know our sender says so only here.
        ContentRefused = "CONTENT_REFUSED",
        /// A rule of the mail server stands in the way (enhanced status 5.7.x), which an operator may mend.
        RefusedByPolicy = "REFUSED_BY_POLICY",
        /// No answer came in time, once the mail was begun.
        TimedOut = "TIMED_OUT",
        /// The connection was lost, once the mail was begun.
        ConnectionLost = "CONNECTION_LOST",
        /// The recipient's mailbox does not exist (enhanced status 5.1.0 to 5.1.3, 5.1.6, 5.1.10, 5.2.0, 5.2.1).
        MailboxUnknown = "MAILBOX_UNKNOWN",
        /// The mail server refuses the message itself (enhanced status 5.6.x).
        Refused = "REFUSED",
        /// The mail cannot be written as a message.
        Unwritable = "UNWRITABLE",
        /// Its time was over before the first attempt.
        Expired = "EXPIRED",
    }
}

impl MailFailure {
    /// Whose trouble it is.
    #[must_use]
    pub const fn trouble(self) -> Trouble {
        match self {
            Self::ServerUnreachable
            | Self::ServerTimedOut
            | Self::ServerBusy
            | Self::ServerRefused
            | Self::TlsRefused
            | Self::AuthenticationFailed
            | Self::SenderRefused => Trouble::Server,
            Self::MailboxBusy
            | Self::Postponed
            | Self::RecipientRefused
            | Self::ContentRefused
            | Self::RefusedByPolicy
            | Self::TimedOut
            | Self::ConnectionLost => Trouble::Transient,
            Self::MailboxUnknown | Self::Refused | Self::Unwritable | Self::Expired => Trouble::Permanent,
        }
    }
}

/// What becomes of a mail after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The server has taken it: done.
    Sent,
    /// It is tried again.
    Deferred {
        /// Why the attempt failed.
        failure: MailFailure,
        /// When the next one is due.
        at: Instant,
    },
    /// It is given up.
    Abandoned {
        /// Why the attempt failed.
        failure: MailFailure,
    },
}

impl Next {
    /// The state that it leads to.
    #[must_use]
    pub const fn state(self) -> MailState {
        match self {
            Self::Sent => MailState::Sent,
            Self::Deferred { .. } => MailState::Deferred,
            Self::Abandoned { .. } => MailState::Abandoned,
        }
    }
}

/// Decides what happens to a mail after its `attempts`-th attempt. After a transient failure the next
/// attempt comes later each time, but never after the mail expires. After a failure of the server the
/// mail stays due, and is sent once the server works again. `random` varies the wait, so that mails that
/// failed together are not retried together.
#[must_use]
pub fn decide(
    outcome: Result<(), MailFailure>,
    attempts: i64,
    now: Instant,
    expires_at: Instant,
    random: u32,
) -> Next {
    let Err(failure) = outcome else { return Next::Sent };
    let wait = match failure.trouble() {
        Trouble::Permanent => return Next::Abandoned { failure },
        Trouble::Server => Duration::zero(),
        Trouble::Transient => wait_after(attempts, random),
    };
    if now >= expires_at {
        return Next::Abandoned { failure };
    }
    Next::Deferred { failure, at: (now + wait).min(expires_at) }
}

/// The first wait after a mail's transient failure.
const FIRST_WAIT: Duration = Duration::minutes(1);
/// The longest one, before jitter.
const LONGEST_WAIT: Duration = Duration::hours(1);

/// One minute after the first attempt, doubling to an hour, changed by up to a quarter.
fn wait_after(attempts: i64, random: u32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 6)).unwrap_or(0);
    jittered((FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT), random)
}

/// The first pause after the server failed.
const FIRST_PAUSE: Duration = Duration::milliseconds(500);
/// The longest one, before jitter.
const LONGEST_PAUSE: Duration = Duration::seconds(80);

/// How long nothing is sent after the server failed for the `failures`-th time in a row: half a
/// second, doubling to less than two minutes, so that the queue drains soon after it is back.
#[must_use]
pub fn pause_after(failures: u32, random: u32) -> Duration {
    jittered((FIRST_PAUSE * 2_i32.pow(failures.saturating_sub(1).min(8))).min(LONGEST_PAUSE), random)
}

/// The time, changed by up to a quarter.
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
    fn the_page_on_mail_lists_exactly_the_states_and_failures_there_are() {
        let page = include_str!("../../docs/mail.md");
        let listed: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let states = ["QUEUED", "DEFERRED", "SENT", "ABANDONED"];
        let failures = MailFailure::ALL.iter().map(|failure| failure.code());
        assert_eq!(listed, states.into_iter().chain(failures).collect::<Vec<_>>());
    }

    #[test]
    fn no_trouble_of_the_server_ever_gives_a_mail_up_before_its_end() {
        let end = now() + Duration::days(7);
        for failure in MailFailure::ALL.iter().filter(|failure| failure.trouble() == Trouble::Server) {
            let next = decide(Err(*failure), 1_000, now(), end, 7);
            assert_eq!(next, Next::Deferred { failure: *failure, at: now() }, "{}", failure.code());
        }
    }

    #[test]
    fn a_permanent_failure_gives_the_mail_up_at_once() {
        let end = now() + Duration::days(7);
        for failure in [MailFailure::MailboxUnknown, MailFailure::Refused, MailFailure::Unwritable] {
            assert_eq!(decide(Err(failure), 1, now(), end, 7), Next::Abandoned { failure });
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
        fn the_next_attempt_is_later_than_this_one_and_never_beyond_the_end(
            attempts: i64, random: u32, life in 1_i64..604_800_000_000,
        ) {
            let end = now() + Duration::microseconds(life);
            let next = decide(Err(MailFailure::MailboxBusy), attempts, now(), end, random);
            let Next::Deferred { at, .. } = next else { panic!("{next:?}") };
            prop_assert!(at > now() && at <= end);
            prop_assert!(at - now() <= Duration::minutes(75));
        }

        #[test]
        fn retries_outlast_an_outage_of_a_day_and_end(randoms in prop::collection::vec(any::<u32>(), 400)) {
            let end = now() + Duration::days(7);
            let (mut at, mut attempts) = (now(), 0);
            let mut after_a_day = 0;
            for random in randoms {
                attempts += 1;
                match decide(Err(MailFailure::TimedOut), attempts, at, end, random) {
                    Next::Deferred { at: next, .. } => at = next,
                    Next::Abandoned { .. } => break,
                    Next::Sent => unreachable!(),
                }
                after_a_day += i32::from(at > now() + Duration::days(1));
            }
            prop_assert_eq!(at, end);
            prop_assert!(after_a_day > 100, "{} attempts in the six days after", after_a_day);
        }

        #[test]
        fn pauses_are_never_zero_and_never_two_minutes(failures: u32, random: u32) {
            let pause = pause_after(failures, random);
            prop_assert!(pause >= Duration::milliseconds(375) && pause < Duration::minutes(2));
        }
    }
}
