//! The outcomes of jobs, which are labels of metrics.

use crate::domain::values::coded_enum::coded_enum;

coded_enum! {
    /// The outcome of one attempt to send a mail.
    pub enum MailOutcome {
        /// The mail was delivered to the mailbox, or the mail server accepted it.
        Sent = "sent",
        /// The mail waits for another attempt.
        Deferred = "deferred",
        /// The mail was given up.
        Abandoned = "abandoned",
    }
}

coded_enum! {
    /// The outcome of one attempt to answer a request for a mailed link.
    pub enum LinkRequestOutcome {
        /// The request was answered: a mail was queued, unless the address has no account to reset.
        Answered = "answered",
        /// The request waits for another attempt.
        Deferred = "deferred",
        /// The link would have expired, so the request was given up.
        Expired = "expired",
    }
}

coded_enum! {
    /// The outcome of one attempt to scan the content of an upload.
    pub enum ScanOutcome {
        /// The scanner found nothing.
        Clean = "clean",
        /// The scanner found malware.
        Refused = "refused",
        /// The content waits for another attempt.
        Deferred = "deferred",
    }
}
