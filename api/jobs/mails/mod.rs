//! Mails as jobs: they are sent by SMTP, or delivered to the sandbox's mailbox. docs/mail.md describes the states, the
//! failures and the retries.

pub mod mailbox;
pub mod outbox;

use std::sync::Arc;
use std::time::Duration;

use self::outbox::{AttemptResult, Outbox};
use super::runner::{JobKind, Limits};
use crate::db::store::mails::outbox::WaitingMail;
use crate::delivery::mail::smtp::{Outgoing, Smtp};
use crate::domain::mails::{Decision, FailureClass, MailFailure, pause_after};
use crate::domain::values::calendar::Instant;
use crate::ops::metrics::{MailOutcome, Metrics};
use crate::security::link_tokens::LinkTokens;

/// Mails that are sent by SMTP. The lane of a mail is the domain of its recipient.
pub struct SmtpMails {
    smtp: Arc<Smtp>,
    link_tokens: LinkTokens,
    metrics: Arc<Metrics>,
}

impl SmtpMails {
    /// Creates the kind of job. Results are counted in `metrics`.
    #[must_use]
    pub const fn new(smtp: Arc<Smtp>, link_tokens: LinkTokens, metrics: Arc<Metrics>) -> Self {
        Self { smtp, link_tokens, metrics }
    }
}

impl JobKind for SmtpMails {
    type Queue = Outbox;
    type Failure = MailFailure;

    const NAME: &'static str = "mails";
    /// At most 48 connections, 32 of them for late mails: by default, mail servers allow a client 50. Each domain takes
    /// at most six, two of them for late mails.
    const LIMITS: Limits = Limits { at_once: 16, per_lane: 4, late: 32, late_per_lane: 2 };

    /// An attempt that takes longer is waiting for the reply to the content.
    fn usual_time(&self) -> Duration {
        self.smtp.max_time_to_content()
    }

    fn late_time(&self) -> Duration {
        self.smtp.content_timeout()
    }

    fn attempt(&self, mail: &WaitingMail) -> impl Future<Output = Result<(), MailFailure>> + Send + 'static {
        let smtp = Arc::clone(&self.smtp);
        let with_token = |text: &str| self.link_tokens.put_in(text, mail.id);
        let outgoing = with_token(&mail.body).zip(with_token(&mail.html)).map(|(text, html)| Outgoing {
            id: mail.id,
            recipient: mail.recipient.clone(),
            subject: mail.subject.clone(),
            text,
            html,
            written_at: mail.queued_at,
        });
        async move { smtp.send(outgoing.ok_or(MailFailure::LinkKeyMissing)?).await }
    }

    /// After a cancelled attempt the outcome is unknown, as after a lost connection.
    fn unfinished() -> MailFailure {
        MailFailure::ConnectionLost
    }

    fn is_outage(failure: MailFailure) -> bool {
        failure.class() == FailureClass::Server
    }

    fn code(failure: MailFailure) -> &'static str {
        failure.code()
    }

    fn pause_after(outages: u32) -> Duration {
        pause_after(outages, rand::random()).to_std().unwrap_or_default()
    }

    fn conclude(
        &self,
        mail: &WaitingMail,
        outcome: Result<(), MailFailure>,
        took: Duration,
        now: Instant,
    ) -> AttemptResult {
        let result = AttemptResult::decide(mail, outcome, now);
        log_result(mail, &result.next, took);
        self.metrics.mails(outcome_of(&result.next), 1);
        result
    }

    fn expired(&self, mails: usize) {
        self.metrics.mails(MailOutcome::Abandoned, mails);
        tracing::warn!(mails, "expired mails were given up");
    }
}

const fn outcome_of(next: &Decision) -> MailOutcome {
    match next {
        Decision::Sent => MailOutcome::Sent,
        Decision::Deferred { .. } => MailOutcome::Deferred,
        Decision::Abandoned { .. } => MailOutcome::Abandoned,
    }
}

/// Logs the result of an attempt, without the recipient and the server's reply.
fn log_result(mail: &WaitingMail, next: &Decision, took: Duration) {
    let (id, kind, ms) = (mail.id, &mail.kind, took.as_millis());
    match next {
        Decision::Sent => tracing::info!(%id, kind, ms, "a mail was sent"),
        Decision::Deferred { failure, .. } => {
            tracing::warn!(%id, kind, ms, failure = failure.code(), "a mail was deferred");
        }
        Decision::Abandoned { failure } => {
            tracing::error!(%id, kind, ms, failure = failure.code(), "a mail was given up");
        }
    }
}
