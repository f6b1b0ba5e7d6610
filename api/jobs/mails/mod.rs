//! Mails as jobs: they are sent by SMTP, or delivered to the sandbox's mailbox. docs/mail.md describes the states, the
//! failures and the retries.

pub mod mailbox;
pub mod outbox;

use std::sync::Arc;
use std::time::Duration;

use self::outbox::{Attempt, Outbox};
use super::runner::{Kind, Limits};
use crate::db::store::mails::outbox::WaitingMail;
use crate::delivery::mail::smtp::{Outgoing, Smtp};
use crate::domain::mails::{Decision, FailureClass, MailFailure, pause_after};
use crate::domain::values::calendar::Instant;
use crate::ops::metrics::{MailOutcome, Metrics};

/// Mails that are sent by SMTP. The lane of a mail is the domain of its recipient.
pub struct SmtpMails {
    smtp: Arc<Smtp>,
    metrics: Arc<Metrics>,
}

impl SmtpMails {
    /// Sends through this server, and counts the results.
    #[must_use]
    pub const fn new(smtp: Arc<Smtp>, metrics: Arc<Metrics>) -> Self {
        Self { smtp, metrics }
    }
}

impl Kind for SmtpMails {
    type Queue = Outbox;
    type Failure = MailFailure;

    const NAME: &'static str = "mails";
    /// With all late mails this makes 48 connections; by default, mail servers allow a client 50. A domain still has
    /// room if the answers to two mails are lost, and takes six mails at most if it never answers.
    const LIMITS: Limits = Limits { at_once: 16, per_lane: 4, late: 32, late_per_lane: 2 };

    /// An attempt that takes longer can only be waiting for the answer to the content.
    fn usual_time(&self) -> Duration {
        self.smtp.longest_way_to_dot()
    }

    fn late_time(&self) -> Duration {
        self.smtp.dot_timeout()
    }

    fn attempt(&self, mail: &WaitingMail) -> impl Future<Output = Result<(), MailFailure>> + Send + 'static {
        let smtp = Arc::clone(&self.smtp);
        let outgoing = Outgoing {
            id: mail.id,
            recipient: mail.recipient.clone(),
            subject: mail.subject.clone(),
            text: mail.body.clone(),
            html: mail.html.clone(),
            written_at: mail.queued_at,
        };
        async move { smtp.send(outgoing).await }
    }

    /// The outcome is as unknown as after a lost connection.
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
    ) -> Attempt {
        let attempt = Attempt::ended(mail, outcome, now);
        report(mail, &attempt.next, took);
        self.metrics.mails(outcome_of(&attempt.next), 1);
        attempt
    }

    fn expired(&self, mails: usize) {
        self.metrics.mails(MailOutcome::Abandoned, mails);
        tracing::warn!(mails, "mails were given up because they had expired");
    }
}

const fn outcome_of(next: &Decision) -> MailOutcome {
    match next {
        Decision::Sent => MailOutcome::Sent,
        Decision::Deferred { .. } => MailOutcome::Deferred,
        Decision::Abandoned { .. } => MailOutcome::Abandoned,
    }
}

/// Logs an attempt. The line names no recipient and repeats nothing of the server's answer.
fn report(mail: &WaitingMail, next: &Decision, took: Duration) {
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
