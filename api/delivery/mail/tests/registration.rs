//! Mails of the account registration (アカウント登録).

use super::samples::{
    NAME, account_created, account_created_before_designation, address_taken, proper,
    provisional_registration,
};

#[test]
fn the_provisional_mail_contains_the_link_and_its_expiry() {
    let mail = proper(&provisional_registration());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】仮登録メール（アカウント登録用URLのご案内）");
    mail.is_addressed_to("ご担当者 様");
    mail.has_link("https://portal.example.jp/register#token=Zm9vYmFyYmF6", "アカウント登録用URL：");
    mail.says("有効期限：令和5年2月4日（土）9時00分まで（日本時間）");
    mail.says("「上記の内容で確定する」");
    mail.says("valid until 4 February 2023, 09:00 (Japan time).");
    mail.says("このメールを破棄してください。");
    mail.says("承継手続き");
}

#[test]
fn the_owner_of_a_taken_address_is_told_to_log_in_recover_or_succeed() {
    let mail = proper(&address_taken());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】アカウント登録のお申し込みについて");
    mail.is_addressed_to("ご担当者 様");
    mail.has_link("https://portal.example.jp/login", "ログインURL：");
    mail.has_link("https://portal.example.jp/recovery", "パスワード再設定URL：");
    mail.says("「オンライン資格確認関係 保険医療機関等承継届出」");
    mail.says("登録済みのアカウントに変更はありません。");
}

#[test]
fn a_new_account_is_confirmed_with_the_title_of_the_ministrys_letter() {
    let mail = proper(&account_created());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】アカウント登録完了のご案内");
    mail.is_addressed_to(&format!("{NAME} 御中"));
    mail.says("　医療機関等コード：1810110016");
    mail.says("猶予届出");
}

#[test]
fn a_facility_without_a_code_is_confirmed_with_its_receipt_number() {
    let mail = proper(&account_created_before_designation());
    mail.says("　指定申請の受付番号：R5-00123");
    assert!(!mail.text.contains("医療機関等コード："));
}
