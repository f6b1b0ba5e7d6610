//! A mail as an Internet message (RFC 5322): the headers that receivers want of transactional mail,
//! the plain text and the HTML of the same content. It is ASCII throughout, so that any server takes
//! it: the subject as encoded words (RFC 2047), the bodies in a transfer encoding.

use std::time::SystemTime;

use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::relay::Relay;
use crate::domain::calendar::Instant;
use crate::domain::email::EmailAddress;
use crate::domain::ids::MessageId;

/// A mail on its way.
#[derive(Clone)]
pub struct Outgoing {
    /// Its id, of which its Message-ID is made: the same at every attempt.
    pub id: MessageId,
    /// To whom.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML; empty where there is none.
    pub html: String,
    /// When it was written.
    pub written_at: Instant,
}

/// In whose name messages are written.
pub(super) struct Letterhead {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    domain: String,
}

impl Letterhead {
    /// The letterhead of the sender that the relay knows.
    ///
    /// # Errors
    /// If an address cannot be written into a header.
    pub(super) fn of(relay: &Relay) -> Result<Self, AddressError> {
        let sender = &relay.from;
        Ok(Self {
            from: Mailbox::new(Some(sender.name.clone()), address(&sender.address)?),
            reply_to: relay.reply_to.as_ref().map(address).transpose()?.map(|to| Mailbox::new(None, to)),
            domain: sender.address.domain().to_owned(),
        })
    }

    /// The address that the envelope names as the sender.
    pub(super) const fn sender(&self) -> &Address {
        &self.from.email
    }

    /// Writes the mail: the recipient and the bytes. Nothing comes back for a recipient that is no
    /// address.
    pub(super) fn write(&self, mail: Outgoing) -> Option<(Address, Vec<u8>)> {
        let recipient: Address = mail.recipient.parse().ok()?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, recipient.clone()))
            .subject(mail.subject)
            .date(SystemTime::from(mail.written_at))
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain)));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        // No machine is to answer: RFC 3834, and what Exchange reads instead.
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] {
            let name = HeaderName::new_from_ascii(name.to_owned()).ok()?;
            message = message.raw_header(HeaderValue::new(name, value.to_owned()));
        }
        let message = if mail.html.is_empty() {
            message.singlepart(SinglePart::plain(mail.text))
        } else {
            message.multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
        };
        Some((recipient, message.ok()?.formatted()))
    }
}

fn address(address: &EmailAddress) -> Result<Address, AddressError> {
    address.as_str().parse()
}
