//! Tests of the mails about declarations under the transitional measure (経過措置の猶予届出).

use super::samples::{
    NAME, checked_mail, declaration_accepted, declaration_accepted_late,
    declaration_accepted_without_last_day, declaration_received, declaration_received_late,
    declaration_rejected, declaration_returned, declaration_withdrawn,
};

#[test]
fn a_mail_about_a_declaration_in_time_says_that_it_is_under_review() {
    let mail = checked_mail(&declaration_received());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】猶予届出を受け付けました（届出番号 D7K2-9QXM）"
    );
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　届出番号：D7K2-9QXM");
    mail.assert_contains("　猶予類型：第1号 システム整備中");
    mail.assert_contains("経過措置");
    mail.assert_contains("It is under review.");
    assert!(!mail.text.contains("期限を過ぎて"));
}

#[test]
fn a_mail_about_a_late_declaration_says_that_it_is_late() {
    let mail = checked_mail(&declaration_received_late());
    mail.assert_contains("届出期限を過ぎてから受け付けました。");
    mail.assert_contains("after the deadline");
}

#[test]
fn a_mail_about_an_accepted_declaration_states_the_last_day_of_the_excuse() {
    let mail = checked_mail(&declaration_accepted());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】猶予届出の受理のお知らせ（届出番号 D7K2-9QXM）"
    );
    mail.assert_contains("　猶予の期間：システム整備が完了する日まで");
    mail.assert_contains("　猶予の期限：令和5年9月30日（土）まで");
    mail.assert_contains("until 30 September 2023, inclusive.");
}

#[test]
fn a_mail_about_an_accepted_declaration_says_whether_it_was_late() {
    let mail = checked_mail(&declaration_accepted_late());
    let sentence = "届出期限を過ぎてから届け出られたため、期限後の届出として受理しました。";
    for text in [&mail.text, &mail.html] {
        assert!(text.replace('\n', "").contains(sentence), "{text}");
        assert!(text.contains("after the deadline"), "{text}");
    }
    for in_time in [declaration_accepted(), declaration_accepted_without_last_day()] {
        let mail = checked_mail(&in_time);
        for text in [&mail.text, &mail.html] {
            assert!(!text.contains("期限を過ぎて") && !text.contains("after the deadline"), "{text}");
        }
    }
}

#[test]
fn a_mail_about_an_excuse_without_a_last_day_says_that_the_day_is_not_fixed() {
    let mail = checked_mail(&declaration_accepted_without_last_day());
    mail.assert_contains("　猶予の期限：現時点では定まっていません");
    mail.assert_contains("the last day is not fixed yet.");
}

#[test]
fn a_mail_about_a_returned_declaration_says_what_to_correct_and_by_when() {
    let mail = checked_mail(&declaration_returned());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】猶予届出の返戻と補正のお願い（届出番号 D7K2-9QXM）"
    );
    mail.assert_contains("契約書の写しが読み取れません。\n鮮明な写しを添付してください。");
    mail.assert_contains("提出期限：令和5年3月10日（金）まで");
    mail.assert_contains("by 10 March 2023.");
}

#[test]
fn mails_about_rejected_and_withdrawn_declarations_say_that_there_is_no_excuse() {
    let rejected = checked_mail(&declaration_rejected());
    assert!(rejected.subject.contains("】猶予届出の不受理のお知らせ（"), "{}", rejected.subject);
    let withdrawn = checked_mail(&declaration_withdrawn());
    assert!(withdrawn.subject.contains("】猶予届出の取下げのお知らせ（"), "{}", withdrawn.subject);
    for mail in [rejected, withdrawn] {
        mail.assert_contains("この猶予届出による経過措置は適用されません。");
    }
}
