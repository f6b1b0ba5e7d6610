//! Mails about what opens an account: its password and its mail address.

use super::samples::{
    NAME, email_change_confirmation, email_change_requested, email_changed, new_address_taken,
    password_changed, password_reset, proper,
};

#[test]
fn a_forgotten_password_is_replaced_through_a_link() {
    let mail = proper(&password_reset());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】パスワード再設定のご案内");
    mail.is_addressed_to("ご担当者 様");
    mail.has_link("https://portal.example.jp/password#token=cXV4cXV1eA", "パスワード再設定URL：");
    mail.says("有効期限：令和5年2月4日（土）9時00分まで（日本時間）");
    mail.says("URLを開いただけでは、パスワードは変わりません。");
}

#[test]
fn a_changed_password_is_told_with_its_time_and_what_to_do() {
    let mail = proper(&password_changed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】パスワード変更のお知らせ");
    mail.is_addressed_to(&format!("{NAME} 御中"));
    mail.says("　変更日時：令和5年2月4日（土）9時00分");
    mail.says("すべての端末でログアウトしました");
    mail.says("すぐに下記のコールセンターへご連絡ください。");
}

#[test]
fn the_new_address_is_asked_and_the_old_one_warned() {
    let asked = proper(&email_change_confirmation());
    assert_eq!(asked.subject, "【医療機関等向けポータルサイト】メールアドレス変更の確認のお願い");
    asked.has_link("https://portal.example.jp/email#token=Y29yZ2U", "メールアドレス変更用URL：");
    assert!(!asked.text.contains(NAME), "a mistyped address must not learn whose account it is");

    let warned = proper(&email_change_requested());
    assert_eq!(
        warned.subject,
        "【医療機関等向けポータルサイト】メールアドレス変更のお申し込みを受け付けました"
    );
    warned.says("　変更後のメールアドレス：n***@example.jp（一部を伏せています）");
    warned.says("ログインしてパスワードを変更し、");
}

#[test]
fn the_old_address_hears_of_the_change_a_last_time() {
    let mail = proper(&email_changed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】メールアドレス変更完了のお知らせ");
    mail.is_addressed_to(&format!("{NAME} 御中"));
    mail.says("今後は、変更後のメールアドレスでログインしてください。");
}

#[test]
fn the_owner_of_the_wanted_address_learns_nothing_of_who_asked() {
    let mail = proper(&new_address_taken());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】メールアドレス変更のお申し込みについて");
    mail.is_addressed_to("ご担当者 様");
    mail.says("お客様のアカウントに変更はありません。");
    assert!(!mail.text.contains("御中"));
}
