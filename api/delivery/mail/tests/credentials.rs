//! Tests of the mails about an account's password and mail address.

use super::samples::{
    NAME, account_changed, checked_mail, email_change_confirmation, email_change_requested, email_changed,
    every_part_of_account_changed, logins_refused, new_address_taken, new_device, password_changed,
    password_checks_failed, password_reset, password_reset_completed, session_revoked,
};

#[test]
fn the_password_reset_mail_contains_the_link_and_its_expiry() {
    let mail = checked_mail(&password_reset());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】パスワード再設定のご案内");
    mail.assert_addressee("ご担当者様");
    mail.assert_link("https://portal.example.jp/password#token=cXV4cXV1eA", "パスワード再設定URL：");
    mail.assert_contains("有効期限：令和5年2月4日（土）9時00分まで（日本時間）");
    mail.assert_contains("URLを開いただけでは、パスワードは変わりません。");
}

#[test]
fn a_mail_about_changed_data_names_the_parts_but_not_their_content() {
    let mail = checked_mail(&account_changed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】登録内容変更のお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains(
        "　変更日時：令和5年2月4日（土）9時00分\n　変更された項目：開設者\n　変更された項目：担当者\n",
    );
    assert!(!mail.text.contains("医療機関等コード"), "{}", mail.text);
    checked_mail(&every_part_of_account_changed()).assert_contains("　変更された項目：医療機関等コード\n");
}

#[test]
fn a_mail_about_a_changed_password_states_the_time_and_what_to_do() {
    let mail = checked_mail(&password_changed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】パスワード変更のお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　変更日時：令和5年2月4日（土）9時00分");
    mail.assert_contains("変更の操作をした端末を除き、すべての端末でログアウトしました");
    mail.assert_contains("すぐに下記のコールセンターへご連絡ください。");
}

#[test]
fn a_mail_about_a_reset_password_says_that_all_sessions_have_ended() {
    let mail = checked_mail(&password_reset_completed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】パスワード再設定のお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　再設定日時：令和5年2月4日（土）9時00分");
    mail.assert_contains("安全のため、すべての端末でログアウトしました");
}

#[test]
fn a_mail_about_a_revoked_session_says_that_its_token_may_be_stolen() {
    let mail = checked_mail(&session_revoked());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】ログイン終了のお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　使用日時：令和5年2月4日（土）9時00分");
    mail.assert_contains("盗まれたおそれがある");
}

#[test]
fn a_mail_about_a_new_device_says_when_and_from_where_it_logged_in() {
    let mail = checked_mail(&new_device());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】新しい端末からのログインのお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　ログイン日時：令和5年2月4日（土）9時00分");
    mail.assert_contains("　接続元：192.0.2.10");
}

#[test]
fn a_mail_about_refused_logins_says_what_happens_and_what_to_do() {
    let mail = checked_mail(&logins_refused());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】ログイン失敗のお知らせ");
    mail.assert_contains("続けて100回送られると、");
    mail.assert_contains("ログインできないときは、ポータルサイトでパスワードを再設定してください。");
}

#[test]
fn a_mail_about_wrong_passwords_of_a_session_says_that_nothing_was_changed() {
    let mail = checked_mail(&password_checks_failed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】パスワードの不一致のお知らせ");
    mail.assert_contains("登録内容は変更されていません。");
    mail.assert_contains("続けて100回送られると、");
}

#[test]
fn a_change_of_address_is_confirmed_at_the_new_address_and_reported_to_the_old_one() {
    let confirmation = checked_mail(&email_change_confirmation());
    assert_eq!(confirmation.subject, "【医療機関等向けポータルサイト】メールアドレス変更の確認のお願い");
    confirmation.assert_link("https://portal.example.jp/email#token=Y29yZ2U", "メールアドレス変更用URL：");
    assert!(
        !confirmation.text.contains(NAME),
        "the mail may reach a stranger, so it must not name the facility"
    );

    let report = checked_mail(&email_change_requested());
    assert_eq!(
        report.subject,
        "【医療機関等向けポータルサイト】メールアドレス変更のお申し込みを受け付けました"
    );
    report.assert_contains("　変更後のメールアドレス：n***@example.jp（一部を伏せています）");
    report.assert_contains("ログインしてパスワードを変更し、");
}

#[test]
fn the_mail_to_the_old_address_says_to_log_in_with_the_new_address() {
    let mail = checked_mail(&email_changed());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】メールアドレス変更完了のお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("今後は、変更後のメールアドレスでログインしてください。");
}

#[test]
fn the_mail_about_a_taken_address_does_not_name_the_other_facility() {
    let mail = checked_mail(&new_address_taken());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】メールアドレス変更のお申し込みについて");
    mail.assert_addressee("ご担当者様");
    mail.assert_contains("ご登録済みのアカウントに変更はありません。");
    assert!(!mail.text.contains("御中"));
}
