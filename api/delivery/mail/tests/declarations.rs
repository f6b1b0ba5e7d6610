//! Mails about declarations under the transitional measure (経過措置の猶予届出).

use super::samples::{
    NAME, declaration_accepted, declaration_accepted_without_last_day, declaration_received,
    declaration_received_late, declaration_rejected, declaration_returned, declaration_withdrawn, proper,
};

#[test]
fn a_mail_about_a_declaration_in_time_says_that_it_is_under_review() {
    let mail = proper(&declaration_received());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】猶予届出を受け付けました（届出番号 D7K2-9QXM）"
    );
    mail.is_addressed_to(&format!("{NAME} 御中"));
    mail.says("　届出番号：D7K2-9QXM");
    mail.says("　猶予類型：第1号 システム整備中");
    mail.says("経過措置");
    mail.says("It is under review.");
    assert!(!mail.text.contains("期限を過ぎて"));
}

#[test]
fn a_mail_about_a_late_declaration_says_that_it_is_late() {
    let mail = proper(&declaration_received_late());
    mail.says("届出期限を過ぎてから受け付けました。");
    mail.says("after the deadline");
}

#[test]
fn an_accepted_declaration_names_the_last_day_of_the_excuse() {
    let mail = proper(&declaration_accepted());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】猶予届出の受理のお知らせ（届出番号 D7K2-9QXM）"
    );
    mail.says("　猶予の期間：システム整備が完了する日まで");
    mail.says("　猶予の期限：令和5年9月30日（土）まで");
    mail.says("until 30 September 2023, inclusive.");
}

#[test]
fn an_open_excuse_says_that_its_last_day_is_not_fixed() {
    let mail = proper(&declaration_accepted_without_last_day());
    mail.says("　猶予の期限：現時点では定まっていません");
    mail.says("the last day is not fixed yet.");
}

#[test]
fn a_returned_declaration_says_what_to_correct_and_by_when() {
    let mail = proper(&declaration_returned());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】猶予届出の返戻と補正のお願い（届出番号 D7K2-9QXM）"
    );
    mail.says("契約書の写しが読み取れません。\n鮮明な写しを添付してください。");
    mail.says("提出期限：令和5年3月10日（金）まで");
    mail.says("by 10 March 2023.");
}

#[test]
fn mails_about_rejected_and_withdrawn_declarations_say_that_there_is_no_excuse() {
    let rejected = proper(&declaration_rejected());
    assert!(rejected.subject.contains("】猶予届出の不受理のお知らせ（"), "{}", rejected.subject);
    let withdrawn = proper(&declaration_withdrawn());
    assert!(withdrawn.subject.contains("】猶予届出の取下げのお知らせ（"), "{}", withdrawn.subject);
    for mail in [rejected, withdrawn] {
        mail.says("この猶予届出による経過措置は適用されません。");
    }
}
