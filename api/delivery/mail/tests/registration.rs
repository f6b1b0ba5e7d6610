//! Tests of the mails of the account registration (アカウント登録).

use super::samples::{
    NAME, account_created, account_created_before_designation, address_taken, checked_mail,
    provisional_registration,
};

#[test]
fn the_provisional_mail_contains_the_link_and_its_expiry() {
    let mail = checked_mail(&provisional_registration());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】仮登録メール（アカウント登録用URLのご案内）");
    mail.assert_addressee("ご担当者様");
    mail.assert_link("https://portal.example.jp/register#token=Zm9vYmFyYmF6", "アカウント登録用URL：");
    mail.assert_contains("有効期限：令和5年2月4日（土）9時00分まで（日本時間）");
    mail.assert_contains("「上記の内容で確定する」");
    mail.assert_contains("valid until 4 February 2023, 09:00 (Japan time).");
    mail.assert_contains("このメールを破棄してください。");
    mail.assert_contains("承継手続き");
}

#[test]
fn a_mail_about_a_taken_address_offers_the_login_the_password_reset_and_the_succession() {
    let mail = checked_mail(&address_taken());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】アカウント登録のお申し込みについて");
    mail.assert_addressee("ご担当者様");
    mail.assert_link("https://portal.example.jp/login", "ログインURL：");
    mail.assert_link("https://portal.example.jp/recovery", "パスワード再設定URL：");
    mail.assert_contains("「オンライン資格確認関係 保険医療機関等承継届出」");
    mail.assert_contains("登録済みのアカウントに変更はありません。");
}

#[test]
fn the_mail_about_a_new_account_has_the_subject_of_the_ministrys_letter_and_the_code() {
    let mail = checked_mail(&account_created());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】アカウント登録完了のご案内");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　医療機関等コード：1810110016");
    mail.assert_contains("猶予届出");
}

#[test]
fn the_mail_about_an_account_without_a_code_has_the_receipt_number() {
    let mail = checked_mail(&account_created_before_designation());
    mail.assert_contains("　指定申請の受付番号：R5-00123");
    assert!(!mail.text.contains("医療機関等コード："));
}
