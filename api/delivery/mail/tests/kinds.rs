//! The table of the mails.

use std::collections::HashSet;

use super::samples;
use crate::delivery::mail::message::{Kind, Message};
use crate::domain::values::words::tests::codes_lead_back_and_near_misses_nowhere;

#[test]
fn every_kind_has_a_name_of_its_own() {
    codes_lead_back_and_near_misses_nowhere::<Kind>();
    assert_eq!(Kind::ALL.len(), 19);
    for kind in Kind::ALL {
        assert!(kind.code().bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase()), "{kind}");
    }
}

#[test]
fn every_kind_has_a_sample() {
    let shown: HashSet<_> = samples::every_message().iter().map(Message::kind).collect();
    assert_eq!(shown, Kind::ALL.iter().copied().collect());
}

#[test]
fn a_mail_with_a_link_expires_with_it_and_no_other_does() {
    for message in samples::every_message() {
        let says_so = samples::composed(&message).text.contains("有効期限：");
        assert_eq!(message.expires_at().is_some(), says_so, "{message:?}");
    }
}

#[test]
fn a_log_line_never_shows_the_link_of_a_mail() {
    let message = samples::provisional_registration();
    let shown = format!("{message:?} {:?}", samples::composed(&message));
    assert!(shown.contains("PROVISIONAL_REGISTRATION") && shown.contains("仮登録メール"), "{shown}");
    assert!(!shown.contains("http"), "{shown}");
}
