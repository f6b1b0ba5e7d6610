//! Tests of the table of mails.

use std::collections::HashSet;

use super::samples;
use crate::delivery::mail::message::{Kind, Message};
use crate::domain::values::coded_enum::tests::codes_round_trip_and_other_texts_are_refused;

#[test]
fn every_kind_has_its_own_code_in_upper_snake_case() {
    codes_round_trip_and_other_texts_are_refused::<Kind>();
    assert_eq!(Kind::ALL.len(), 26);
    for kind in Kind::ALL {
        assert!(kind.code().bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase()), "{kind}");
    }
}

#[test]
fn every_kind_has_a_sample() {
    let kinds_of_samples: HashSet<_> = samples::every_message().iter().map(Message::kind).collect();
    assert_eq!(kinds_of_samples, Kind::ALL.iter().copied().collect());
}

#[test]
fn expires_at_is_set_exactly_if_the_text_states_an_expiry() {
    for message in samples::every_message() {
        let text_states_expiry = samples::composed(&message).text.contains("有効期限：");
        assert_eq!(message.expires_at().is_some(), text_states_expiry, "{message:?}");
    }
}

#[test]
fn debug_output_of_a_mail_contains_no_link() {
    let message = samples::provisional_registration();
    let debug_output = format!("{message:?} {:?}", samples::composed(&message));
    assert!(
        debug_output.contains("PROVISIONAL_REGISTRATION") && debug_output.contains("仮登録メール"),
        "{debug_output}"
    );
    assert!(!debug_output.contains("http"), "{debug_output}");
}
