//! The unit of work that every use case gets: the open transaction, the request, the actor, the settings, and the
//! mails queued so far.

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
use crate::security::link_tokens::LinkTokens;
use crate::security::pseudonyms::Pseudonyms;

/// How long the service tries to deliver a mail that contains no link.
const DEFAULT_MAIL_LIFETIME: Duration = Duration::days(7);

/// The URLs of the pages to which mails lead. The token of a mailed link is appended as the fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalPages {
    /// Where to log in.
    pub login: String,
    /// Where to ask for a new password.
    pub recovery: String,
    /// The registration form.
    pub registration: String,
    /// The form for a new password.
    pub password_reset: String,
    /// The page that confirms a new mail address.
    pub email_change: String,
}

/// The settings that use cases depend on.
#[derive(Clone)]
pub struct Policy {
    /// The name and address of the portal in mails.
    pub portal: Portal,
    /// The pages to which mails lead.
    pub pages: PortalPages,
    /// Whether filings are accepted automatically or by staff.
    pub review: ReviewMode,
    /// Computes the tokens of mailed links.
    pub link_tokens: LinkTokens,
    /// Computes the pseudonyms of callers.
    pub pseudonyms: Pseudonyms,
    /// Whether the contents of uploads wait for a malware scanner.
    pub scans_uploads: bool,
}

/// The request or the scheduled run that a use case belongs to.
#[derive(Debug, Clone)]
pub struct Call {
    /// The present time. It is read once per request, so that all parts of a request have the same time.
    pub now: Instant,
    /// The client's IPv4 address, or the /64 network of its IPv6 address.
    pub client: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}

impl Call {
    /// A call without a request, for scheduled work and commands.
    #[must_use]
    pub const fn internal(now: Instant) -> Self {
        Self { now, client: None, request_id: None }
    }
}

/// A queued mail, as a confirmation screen (確認画面) shows it.
#[derive(Debug, Clone)]
pub struct QueuedMail {
    /// The code of its kind.
    pub kind: &'static str,
    /// The recipient's address.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
}

/// One unit of work.
pub struct Work<'a> {
    /// The open transaction.
    pub conn: &'a mut Conn,
    /// The request or scheduled run.
    pub call: &'a Call,
    /// The actor.
    pub actor: &'a Actor,
    /// The settings.
    pub policy: &'a Policy,
    /// The mails queued so far.
    pub queued: Vec<QueuedMail>,
    identified: Option<AccountId>,
}

impl<'a> Work<'a> {
    /// Begins a unit of work in an open transaction.
    pub const fn new(conn: &'a mut Conn, call: &'a Call, actor: &'a Actor, policy: &'a Policy) -> Self {
        Self { conn, call, actor, policy, queued: Vec::new(), identified: None }
    }

    /// The present time, as [`Call::now`].
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
        self.mail_as(MessageId::from_uuid(Uuid::new_v4()), to, account, message)
    }

    /// Queues a mail with an id, from which the token of its link is computed.
    pub fn mail_as(
        &mut self,
        id: MessageId,
        to: &EmailAddress,
        account: Option<AccountId>,
        message: &Message,
    ) -> Result<(), Error> {
        let composed = message.compose(&self.policy.portal)?;
        let kind = message.kind().code();
        let now = self.now();
        let mail = outbox::WaitingMail {
            id,
            kind: kind.to_owned(),
            recipient: to.to_string(),
            subject: composed.subject.clone(),
            body: composed.text,
            html: composed.html,
            attempts: 0,
            queued_at: now,
            expires_at: message.expires_at().unwrap_or(now + DEFAULT_MAIL_LIFETIME),
        };
        outbox::insert(self.conn, &mail, account)?;
        self.queued.push(QueuedMail { kind, recipient: mail.recipient, subject: composed.subject });
        Ok(())
    }

    /// Sets the account that later lines of the audit log name as the actor. Called when an anonymous actor has proved
    /// by a password, a refresh token or a mailed link that the account is theirs.
    pub const fn identify(&mut self, account: AccountId) {
        self.identified = Some(account);
    }

    /// Records an event that may be part of an attack, in the audit log and in the log. `subject` is a pseudonym, a code or
    /// an id.
    pub fn security_event(
        &mut self,
        action: AuditAction,
        subject: &dyn std::fmt::Display,
    ) -> Result<(), Error> {
        self.audit(action, subject, None)?;
        let client = self.call.client.as_deref().unwrap_or_default();
        tracing::warn!(target: "security", event = action.code(), %subject, client, "an event that may be part of an attack");
        Ok(())
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
            actor: self.identified.map_or_else(|| self.actor.audit_name(), |account| account.to_string()),
            action,
            subject: subject.to_string(),
            client: self.call.client.as_deref(),
            request_id: self.call.request_id.as_deref(),
            details,
        };
        audit::insert(self.conn, &entry)
    }
}
