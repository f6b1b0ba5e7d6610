//! Writes a mail as an Internet message (RFC 5322), with the headers that receivers expect of transactional
//! mail, and with the same content as plain text and as HTML. The message is all ASCII, so that every server
//! accepts it: the subject is in encoded words (RFC 2047), and the bodies are in a transfer encoding (RFC 2045).

use std::time::SystemTime;

use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::super::relay::Relay;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::MessageId;

/// A mail to be sent.
#[derive(Clone)]
pub struct Outgoing {
    /// The mail's id. The Message-ID is made from it, and is therefore the same at every attempt.
    pub id: MessageId,
    /// The recipient's address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML; empty if there is none.
    pub html: String,
    /// When the mail was written, for its Date header.
    pub written_at: Instant,
}

/// Writes messages of one sender.
pub(super) struct MessageWriter {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    domain: String,
}

impl MessageWriter {
    /// Makes a writer for the sender that the relay's settings name.
    ///
    /// # Errors
    /// If an address cannot be written into a header.
    pub(super) fn of(relay: &Relay) -> Result<Self, AddressError> {
        let sender = &relay.from;
        Ok(Self {
            from: Mailbox::new(Some(in_one_line(&sender.name)), address(&sender.address)?),
            reply_to: relay.reply_to.as_ref().map(address).transpose()?.map(|to| Mailbox::new(None, to)),
            domain: sender.address.domain().to_owned(),
        })
    }

    /// The address that the envelope names as the sender.
    pub(super) const fn sender(&self) -> &Address {
        &self.from.email
    }

    /// Returns the recipient and the bytes of the message. Returns nothing if the mail cannot be written, for
    /// example if the recipient is not an address.
    pub(super) fn write(&self, mail: Outgoing) -> Option<(Address, Vec<u8>)> {
        let recipient: Address = mail.recipient.parse().ok()?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, recipient.clone()))
            .subject(in_one_line(&mail.subject))
            .date(SystemTime::from(mail.written_at))
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain)));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        // These headers ask receivers not to reply automatically: that of RFC 3834, and the one that Exchange reads.
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

/// Removes control characters: some would end the header, and the others do not belong in one.
fn in_one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn address(address: &EmailAddress) -> Result<Address, AddressError> {
    address.as_str().parse()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::delivery::mail::relay::{Security, Sender};

    fn writer(name: &str) -> MessageWriter {
        let relay = Relay {
            our_name: "api.portal.example.jp".to_owned(),
            password_file: None,
            host: "mail.example.jp".to_owned(),
            port: 465,
            security: Security::Implicit,
            login: None,
            trusted: None,
            envelope_timeout: Duration::from_secs(30),
            content_timeout: Duration::from_mins(10),
            from: Sender {
                name: name.to_owned(),
                address: EmailAddress::parse("no-reply@portal.example.jp").unwrap(),
            },
            reply_to: None,
        };
        MessageWriter::of(&relay).unwrap()
    }

    fn mail(recipient: &str, subject: &str) -> Outgoing {
        Outgoing {
            id: MessageId::from_uuid(Uuid::nil()),
            recipient: recipient.to_owned(),
            subject: subject.to_owned(),
            text: "本文\n.\n終わり\n".to_owned(),
            html: "<p>本文</p>".to_owned(),
            written_at: "2026-04-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn written(name: &str, subject: &str) -> String {
        let (_, message) = writer(name).write(mail("reception@clinic.example", subject)).unwrap();
        String::from_utf8(message).unwrap()
    }

    #[test]
    fn a_subject_or_a_name_cannot_add_or_end_headers() {
        for injection in [
            "x\r\nBcc: y@example.jp",
            "x\nBcc: y@example.jp",
            "x\rBcc: y@example.jp",
            "さくら\r\nBcc: y@example.jp",
            "x\r\n\r\nBcc: y@example.jp",
            "x\0\r\n Bcc: y@example.jp",
            "\"x\\\" <y@example.jp>,",
        ] {
            for message in
                [written("ポータル", injection), written(injection, "件名"), written(injection, injection)]
            {
                let (head, _) = message.split_once("\r\n\r\n").unwrap();
                let names: Vec<&str> = head
                    .split("\r\n")
                    .filter(|line| !line.starts_with([' ', '\t']))
                    .map(|line| line.split(": ").next().unwrap())
                    .collect();
                assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{head}");
                assert_eq!(names.len(), 9, "{head}");
                assert!(names.iter().all(|name| *name != "Bcc"), "{head}");
            }
        }
    }

    #[test]
    fn a_recipient_that_is_not_an_address_gets_no_message() {
        for recipient in
            ["", "nobody", "a@b.jp\r\nRCPT TO:<c@d.jp>", "a@b.jp>\r\nDATA", "a@b.jp, c@d.jp", "a b@c.jp"]
        {
            assert!(writer("ポータル").write(mail(recipient, "件名")).is_none(), "{recipient}");
        }
    }

    #[test]
    fn every_attempt_sends_the_same_message_id_and_date() {
        let message = written("ポータル", "件名");
        assert!(message.contains("Message-ID: <msg_00000000000000000000000000@portal.example.jp>\r\n"));
        assert!(message.contains("Date: Wed, 01 Apr 2026 00:00:00 +0000\r\n"), "{message}");
    }

    #[test]
    fn a_mail_without_html_is_sent_as_plain_text() {
        let plain = Outgoing { html: String::new(), ..mail("reception@clinic.example", "件名") };
        let (_, message) = writer("ポータル").write(plain).unwrap();
        let message = String::from_utf8(message).unwrap();
        assert!(message.contains("Content-Type: text/plain") && !message.contains("multipart"), "{message}");
    }
}
