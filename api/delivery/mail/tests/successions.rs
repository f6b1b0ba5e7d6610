//! Tests of the mails about successions (オンライン資格確認関係 保険医療機関等承継届出).

use super::samples::{
    NAME, checked_mail, succession_accepted, succession_received, succession_rejected, succession_returned,
    succession_waiting, succession_withdrawn,
};

#[test]
fn a_mail_about_a_succession_with_a_listed_code_says_that_it_is_under_review() {
    let mail = checked_mail(&succession_received());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】承継届出を受け付けました（届出番号 S4HT-2MWC）"
    );
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　承継元の医療機関等コード：1810110016");
    mail.assert_contains("　承継先の医療機関等コード：1810112343");
    mail.assert_contains("現在、内容を審査しています。");
    assert!(!mail.text.contains("地方厚生"));
}

#[test]
fn a_mail_about_a_waiting_succession_says_that_it_continues_automatically() {
    let mail = checked_mail(&succession_waiting());
    mail.assert_contains("地方厚生（支）局の医療機関等の一覧");
    mail.assert_contains("自動的に進めます");
    mail.assert_contains("We continue automatically once");
}

#[test]
fn a_mail_about_an_accepted_succession_says_what_happens_next() {
    let mail = checked_mail(&succession_accepted());
    assert_eq!(
        mail.subject,
        "【医療機関等向けポータルサイト】承継届出の受理のお知らせ（届出番号 S4HT-2MWC）"
    );
    mail.assert_addressee("医療法人さくら会 さくら内科クリニック 御中");
    mail.assert_contains("すべての権利・義務");
    mail.assert_contains("今後の手続きに関するご案内を、届出に記載の送付先へ郵送します。");
    mail.assert_contains("これまでと同じメールアドレスとパスワード");
    mail.assert_contains("120日間");
}

#[test]
fn a_mail_about_a_returned_succession_says_what_to_correct_and_by_when() {
    let mail = checked_mail(&succession_returned());
    assert!(mail.subject.contains("】承継届出の返戻と補正のお願い（"), "{}", mail.subject);
    mail.assert_contains("開設者の欄には、法人の名称を入力してください。");
    mail.assert_contains("提出期限：令和5年3月10日（金）まで");
}

#[test]
fn mails_about_rejected_and_withdrawn_successions_say_that_there_was_no_succession() {
    let rejected = checked_mail(&succession_rejected());
    assert!(rejected.subject.contains("】承継届出の不受理のお知らせ（"), "{}", rejected.subject);
    let withdrawn = checked_mail(&succession_withdrawn());
    assert!(withdrawn.subject.contains("】承継届出の取下げのお知らせ（"), "{}", withdrawn.subject);
    for mail in [rejected, withdrawn] {
        mail.assert_contains("承継は行われていません。");
    }
}
