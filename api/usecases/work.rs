//! What every use case works with: the open transaction, the request it serves, the settings that
//! decide, and the mails it has queued.

use chrono::Duration;
use uuid::Uuid;

use super::actor::Actor;
use crate::db::engine::Conn;
use crate::db::store::audit::{self, Entry};
use crate::db::store::mails::outbox;
use crate::delivery::mail::message::{Message, Portal};
use crate::domain::audit::AuditAction;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, MessageId};
use crate::error::Error;

/// Mails that carry no link are worth delivering for this long.
const MAIL_LIFE: Duration = Duration::days(7);

/// The settings that use cases look at.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The portal as mails present it.
    pub portal: Portal,
    /// Where mailed links lead: the path of the flow and the token in the fragment are appended.
    pub links_url: String,
    /// Who decides on filings.
    pub review: ReviewMode,
}

/// The request a use case serves.
#[derive(Debug, Clone)]
pub struct Call {
    /// The one instant of the request.
    pub now: Instant,
    /// The client's address.
    pub client: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}

impl Call {
    /// A call of the service itself, which no request caused.
    #[must_use]
    pub const fn internal(now: Instant) -> Self {
        Self { now, client: None, request_id: None }
    }
}

/// A mail that was queued, as a confirmation screen shows it.
#[derive(Debug, Clone)]
pub struct Queued {
    /// What it is.
    pub kind: &'static str,
    /// To whom.
    pub recipient: String,
    /// Subject.
    pub subject: String,
}

/// One unit of work.
pub struct Work<'a> {
    /// The open transaction.
    pub conn: &'a mut Conn,
    /// The request.
    pub call: &'a Call,
    /// Who acts.
    pub actor: &'a Actor,
    /// The settings.
    pub policy: &'a Policy,
    /// The mails queued so far.
    pub queued: Vec<Queued>,
    owner: Option<AccountId>,
}

impl<'a> Work<'a> {
    /// Begins a unit of work in an open transaction.
    pub const fn new(conn: &'a mut Conn, call: &'a Call, actor: &'a Actor, policy: &'a Policy) -> Self {
        Self { conn, call, actor, policy, queued: Vec::new(), owner: None }
    }

    /// The one instant of the request.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.call.now
    }

    /// Queues a mail in this transaction.
    pub fn mail(
        &mut self,
        to: &EmailAddress,
        account: Option<AccountId>,
        message: &Message,
    ) -> Result<(), Error> {
        let composed = message.compose(&self.policy.portal)?;
        let kind = message.kind().code();
        let now = self.now();
        let mail = outbox::Waiting {
            id: MessageId::from_uuid(Uuid::new_v4()),
            kind: kind.to_owned(),
            recipient: to.to_string(),
            subject: composed.subject.clone(),
            body: composed.text,
            html: composed.html,
            attempts: 0,
            queued_at: now,
            expires_at: message.expires_at().unwrap_or(now + MAIL_LIFE),
        };
        outbox::insert(self.conn, &mail, account)?;
        self.queued.push(Queued { kind, recipient: mail.recipient, subject: composed.subject });
        Ok(())
    }

    /// Notes whose account a stranger turned out to own: by its password, a refresh token or a mailed link.
    pub const fn identify(&mut self, account: AccountId) {
        self.owner = Some(account);
    }

    /// Writes a line of the audit log in this transaction.
    pub fn audit(
        &mut self,
        action: AuditAction,
        subject: &dyn std::fmt::Display,
        details: Option<serde_json::Value>,
    ) -> Result<(), Error> {
        let entry = Entry {
            at: self.call.now,
            actor: self.owner.map_or_else(|| self.actor.name(), |owner| owner.to_string()),
            action,
            subject: subject.to_string(),
            client: self.call.client.as_deref(),
            request_id: self.call.request_id.as_deref(),
            details,
        };
        audit::insert(self.conn, &entry)
    }
}
