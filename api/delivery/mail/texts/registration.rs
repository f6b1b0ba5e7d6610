//! Mails of the account registration (アカウント登録).

use super::letter::{Letter, PLEASE_CALL, in_english};
use crate::delivery::mail::message::FacilityNumber;
use crate::domain::values::calendar::Instant;

pub(super) fn provisional(link: &str, expires_at: Instant) -> Letter {
    Letter::to_contact("仮登録メール（アカウント登録用URLのご案内）")
        .says(&[
            "アカウント登録のお申し込みを受け付け、この仮登録メールをお送りしています。",
            "アカウント登録は、まだ完了していません。",
        ])
        .says(&[
            "次のアカウント登録用URLを開き、アカウント情報入力画面で医療機関等情報を",
            "入力してください。確認画面で内容をご確認のうえ、「上記の内容で確定する」",
            "ボタンをクリックすると、アカウント登録が完了します。",
        ])
        .expiring_link("アカウント登録用URL", link, expires_at)
        .says(&[
            "・有効期限を過ぎた場合は、ポータルサイトでもう一度メールアドレスを入力し、",
            "　仮登録メールをお受け取りください。",
            "・仮登録メールが複数届いている場合は、有効期限内のどのURLからでも登録できます。",
            "・アカウント登録用URLは、ほかの方にお知らせにならないようお願いいたします。",
        ])
        .section(
            "過去に旧医療機関コード等でアカウント登録をされていた場合",
            &[
                "アカウント登録ではなく、承継手続きをお願いいたします。登録済みのメールアドレスと",
                "パスワードでログインし、「オンライン資格確認関係 保険医療機関等承継届出」から",
                "届け出てください。",
            ],
        )
        .if_unasked(&["このメールを破棄してください。内容を入力して確定しないかぎり、登録されません。"])
        .in_english(&[
            "Use the link above to register your facility's account.",
            &format!("The link is valid until {}.", in_english(expires_at)),
            "The account exists only after you confirm your data on the last screen.",
            "If you did not ask for this, ignore this mail: nothing will be registered.",
        ])
}

pub(super) fn address_taken(login_url: &str, recovery_url: &str) -> Letter {
    Letter::to_contact("アカウント登録のお申し込みについて")
        .says(&[
            "このメールアドレスでアカウント登録のお申し込みがありましたが、すでにアカウントが",
            "登録されているため、新しいアカウントは登録していません。",
            "登録済みのアカウントに変更はありません。次のいずれかをご利用ください。",
        ])
        .section("ログインされる場合", &["登録済みのメールアドレスとパスワードでログインしてください。"])
        .link("ログインURL", login_url)
        .section("パスワードをお忘れの場合", &["次のURLから、パスワードを再設定してください。"])
        .link("パスワード再設定URL", recovery_url)
        .section(
            "医療機関等コードが変わった場合",
            &[
                "開設者の変更、医療法人化、住所の移転等で医療機関等コードが変わり、診療体制等を",
                "継続される場合は、承継手続きをお願いいたします。旧コードのアカウントでログインし、",
                "「オンライン資格確認関係 保険医療機関等承継届出」から届け出てください。",
            ],
        )
        .section(
            "ほかの医療機関等のアカウントを登録される場合",
            &["アカウントごとに、別のメールアドレスでお申し込みください。"],
        )
        .if_unasked(&["このメールを破棄してください。手続きは必要ありません。"])
        .in_english(&[
            "Someone asked to register this address, but it already has an account.",
            "Nothing was changed. Use the links above to log in or to set a new password.",
            "If your facility code has changed, log in and file a succession instead.",
            "If you did not ask for this, ignore this mail.",
        ])
}

pub(super) fn account_created(facility_name: &str, facility_number: &FacilityNumber) -> Letter {
    let number = match facility_number {
        FacilityNumber::Code(code) => ("医療機関等コード", code.as_str()),
        FacilityNumber::DesignationReceipt(receipt) => ("指定申請の受付番号", receipt.as_str()),
    };
    Letter::to_facility(facility_name, "アカウント登録完了のご案内")
        .says(&["次の内容で、アカウント登録が完了しました。"])
        .facts(&[("医療機関等名", facility_name), number])
        .says(&[
            "ログインには、このメールを受信されたメールアドレスと、アカウント登録の際に",
            "設定されたパスワードをお使いください。パスワードをメールでお知らせすることは",
            "ありません。",
        ])
        .says(&[
            "オンライン資格確認に関する各種申請手続きや、経過措置の猶予届出は、",
            "ポータルサイトにログインして行うことができます。",
        ])
        .if_unasked(&[PLEASE_CALL])
        .in_english(&[
            "Your account has been registered.",
            "Log in with this mail address and the password you chose; we never mail passwords.",
            "If you did not register, please call the call centre.",
        ])
}

#[cfg(test)]
mod tests {
    use crate::delivery::mail::texts::samples::{
        NAME, account_created, account_created_before_designation, address_taken, proper,
        provisional_registration,
    };

    #[test]
    fn the_provisional_mail_carries_the_link_and_its_validity() {
        let mail = proper(&provisional_registration());
        assert_eq!(
            mail.subject,
            "【医療機関等向けポータルサイト】仮登録メール（アカウント登録用URLのご案内）"
        );
        mail.is_addressed_to("ご担当者 様");
        mail.has_link("https://portal.example.jp/register#token=Zm9vYmFyYmF6", "アカウント登録用URL：");
        mail.says("有効期限：令和5年2月4日（土）9時00分まで（日本時間）");
        mail.says("「上記の内容で確定する」");
        mail.says("valid until 4 February 2023, 09:00 (Japan time).");
        mail.says("このメールを破棄してください。");
        mail.says("承継手続き");
    }

    #[test]
    fn the_owner_of_a_taken_address_learns_three_ways_on() {
        let mail = proper(&address_taken());
        assert_eq!(mail.subject, "【医療機関等向けポータルサイト】アカウント登録のお申し込みについて");
        mail.is_addressed_to("ご担当者 様");
        mail.has_link("https://portal.example.jp/login", "ログインURL：");
        mail.has_link("https://portal.example.jp/recovery", "パスワード再設定URL：");
        mail.says("「オンライン資格確認関係 保険医療機関等承継届出」");
        mail.says("登録済みのアカウントに変更はありません。");
    }

    #[test]
    fn a_new_account_is_confirmed_under_the_letters_own_title() {
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
}
