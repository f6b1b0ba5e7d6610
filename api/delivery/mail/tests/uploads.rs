//! Tests of the mail about a refused upload.

use super::samples::{NAME, checked_mail, upload_refused};

#[test]
fn a_mail_about_a_refused_file_names_it_and_says_what_becomes_of_the_declaration() {
    let mail = checked_mail(&upload_refused());
    assert_eq!(mail.subject, "【医療機関等向けポータルサイト】添付ファイルを受け付けられないお知らせ");
    mail.assert_addressee(&format!("{NAME} 御中"));
    mail.assert_contains("　ファイル名：契約書（写し）.pdf\n");
    mail.assert_contains("届出は届け出たときのまま残っています。");
    mail.assert_contains("A declaration with this file stays as it was filed.");
}
