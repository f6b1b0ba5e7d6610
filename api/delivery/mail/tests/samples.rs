//! Messages of every kind for the tests, and the rules that every mail must follow.

use std::ops::Deref;

use chrono::NaiveDate;

use crate::delivery::mail::message::{
    AccountChanges, Composed, DeclarationFacts, FacilityNumber, Message, Portal, SuccessionFacts,
};
use crate::delivery::mail::writing::lines::{COLUMNS_WITH_PUNCTUATION, columns};
use crate::domain::values::calendar::{Instant, parse_date};

pub(super) const NAME: &str = "さくら内科医院";
/// A client's address.
const CLIENT: &str = "192.0.2.10";

/// A mail that [`checked_mail`] has checked.
pub(super) struct CheckedMail(Composed);

impl Deref for CheckedMail {
    type Target = Composed;

    fn deref(&self) -> &Composed {
        &self.0
    }
}

impl CheckedMail {
    pub(super) fn assert_contains(&self, expected: &str) {
        assert!(self.text.contains(expected), "{expected} is missing in\n{}", self.text);
    }

    pub(super) fn assert_addressee(&self, addressee: &str) {
        assert_eq!(self.text.lines().next(), Some(addressee));
    }

    pub(super) fn assert_link(&self, link: &str, label: &str) {
        self.assert_contains(&format!("\n{label}\n{link}\n"));
    }
}

/// Composes a mail and checks the rules that every mail must follow.
pub(super) fn checked_mail(message: &Message) -> CheckedMail {
    let mail = CheckedMail(composed(message));
    let length = mail.subject.chars().count();
    assert!(mail.subject.starts_with("【医療機関等向けポータルサイト】"), "{}", mail.subject);
    assert!((17..=60).contains(&length), "{} has {length} characters", mail.subject);
    mail.assert_contains("「医療機関等向けポータルサイト」");
    mail.assert_contains("電話：0800-080-4583（通話無料）");
    mail.assert_contains("月曜日～金曜日 8：00～18：00、土曜日 8：00～16：00");
    mail.assert_contains("（いずれも祝日を除く）");
    mail.assert_contains("送信専用");
    mail.assert_contains("■ このメールに心当たりがない場合");
    mail.assert_contains("\nhttps://portal.example.jp/\n");
    for line in mail.text.lines().filter(|line| !line.starts_with("https://")) {
        assert!(columns(line) <= COLUMNS_WITH_PUNCTUATION, "too long: {line}");
        assert!(!line.contains(['{', '}', '\r', '\t']) && !line.contains("://"), "{line}");
        assert!(!line.ends_with(' '), "{line}");
    }
    assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
    let english = mail.text.split("English summary\n").nth(1).unwrap();
    assert!((3..=6).contains(&english.lines().count()) && english.is_ascii(), "{english}");
    mail
}

/// Composes the mail in the portal's name.
pub(super) fn composed(message: &Message) -> Composed {
    message.compose(&portal()).unwrap()
}

pub(super) fn portal() -> Portal {
    Portal {
        name: "医療機関等向けポータルサイト".to_owned(), url: "https://portal.example.jp/".to_owned()
    }
}

fn at() -> Instant {
    "2023-02-04T00:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

pub(super) fn declaration() -> DeclarationFacts {
    DeclarationFacts {
        facility_name: NAME.to_owned(),
        facility_code: "1810110016".to_owned(),
        receipt_number: "D7K2-9QXM".to_owned(),
        round_name: "令和4年度末時点でやむを得ない事情がある保険医療機関・薬局の経過措置".to_owned(),
        category_name: "第1号 システム整備中".to_owned(),
    }
}

fn succession() -> SuccessionFacts {
    SuccessionFacts {
        predecessor_name: NAME.to_owned(),
        predecessor_code: "1810110016".to_owned(),
        successor_name: "医療法人さくら会 さくら内科クリニック".to_owned(),
        successor_code: "1810112343".to_owned(),
        receipt_number: "S4HT-2MWC".to_owned(),
    }
}

macro_rules! samples {
    ($($name:ident => $message:expr;)*) => {
        $(pub(super) fn $name() -> Message { $message })*

        /// Every sample. Some kinds have two.
        pub(super) fn every_message() -> Vec<Message> {
            vec![$($name()),*]
        }
    };
}

samples! {
    provisional_registration => Message::ProvisionalRegistration {
        link: "https://portal.example.jp/register#token=Zm9vYmFyYmF6".to_owned(),
        expires_at: at(),
    };
    address_taken => Message::AddressTaken {
        login_url: "https://portal.example.jp/login".to_owned(),
        recovery_url: "https://portal.example.jp/recovery".to_owned(),
    };
    account_created => Message::AccountCreated {
        facility_name: NAME.to_owned(),
        facility_number: FacilityNumber::Code("1810110016".to_owned()),
    };
    account_created_before_designation => Message::AccountCreated {
        facility_name: NAME.to_owned(),
        facility_number: FacilityNumber::DesignationReceipt("R5-00123".to_owned()),
    };
    account_changed => Message::AccountChanged {
        facility_name: NAME.to_owned(),
        at: at(),
        changes: AccountChanges { founder: true, contact: true, ..AccountChanges::default() },
    };
    every_part_of_account_changed => Message::AccountChanged {
        facility_name: NAME.to_owned(),
        at: at(),
        changes: AccountChanges { code: true, facility: true, founder: true, contact: true },
    };
    password_reset => Message::PasswordReset {
        link: "https://portal.example.jp/password#token=cXV4cXV1eA".to_owned(),
        expires_at: at(),
    };
    password_changed => Message::PasswordChanged { facility_name: NAME.to_owned(), at: at() };
    password_reset_completed => Message::PasswordResetCompleted { facility_name: NAME.to_owned(), at: at() };
    upload_refused => Message::UploadRefused {
        facility_name: NAME.to_owned(),
        at: at(),
        file_name: "契約書（写し）.pdf".to_owned(),
    };
    session_revoked => Message::SessionRevoked { facility_name: NAME.to_owned(), at: at() };
    new_device => Message::NewDevice { facility_name: NAME.to_owned(), at: at(), client: CLIENT.to_owned() };
    password_checks_failed => Message::PasswordChecksFailed { facility_name: NAME.to_owned(), at: at() };
    logins_refused => Message::LoginsRefused { facility_name: NAME.to_owned(), at: at() };
    email_change_confirmation => Message::EmailChangeConfirmation {
        link: "https://portal.example.jp/email#token=Y29yZ2U".to_owned(),
        expires_at: at(),
    };
    email_change_requested => Message::EmailChangeRequested {
        facility_name: NAME.to_owned(),
        at: at(),
        new_address_masked: "n***@example.jp".to_owned(),
    };
    email_changed => Message::EmailChanged { facility_name: NAME.to_owned(), at: at() };
    new_address_taken => Message::NewAddressTaken { at: at() };
    declaration_received => Message::DeclarationReceived { facts: declaration(), late: false };
    declaration_received_late => Message::DeclarationReceived { facts: declaration(), late: true };
    declaration_accepted => Message::DeclarationAccepted {
        facts: declaration(),
        excused_until: Some(day("2023-09-30")),
        excused_text: "システム整備が完了する日まで".to_owned(),
        late: false,
    };
    declaration_accepted_without_last_day => Message::DeclarationAccepted {
        facts: declaration(),
        excused_until: None,
        excused_text: "光回線のネットワークが整備されてから6か月後まで".to_owned(),
        late: false,
    };
    declaration_accepted_late => Message::DeclarationAccepted {
        facts: declaration(),
        excused_until: Some(day("2023-09-30")),
        excused_text: "システム整備が完了する日まで".to_owned(),
        late: true,
    };
    declaration_returned => Message::DeclarationReturned {
        facts: declaration(),
        reason: "契約書の写しが読み取れません。\r\n鮮明な写しを添付してください。".to_owned(),
        due: day("2023-03-10"),
    };
    declaration_rejected => Message::DeclarationRejected {
        facts: declaration(),
        reason: "薬局は、この猶予類型の対象ではありません。".to_owned(),
    };
    declaration_withdrawn => Message::DeclarationWithdrawn { facts: declaration() };
    succession_received => Message::SuccessionReceived { facts: succession(), waiting_for_master: false };
    succession_waiting => Message::SuccessionReceived { facts: succession(), waiting_for_master: true };
    succession_accepted => Message::SuccessionAccepted { facts: succession() };
    succession_returned => Message::SuccessionReturned {
        facts: succession(),
        reason: "開設者の欄には、法人の名称を入力してください。".to_owned(),
        due: day("2023-03-10"),
    };
    succession_rejected => Message::SuccessionRejected {
        facts: succession(),
        reason: "診療体制等が継続されていません。".to_owned(),
    };
    succession_withdrawn => Message::SuccessionWithdrawn { facts: succession() };
}
