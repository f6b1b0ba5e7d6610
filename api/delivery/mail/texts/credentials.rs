//! Mails about what opens an account: its password and its mail address.

use super::letter::{Letter, in_english};
use crate::domain::values::calendar::Instant;
use crate::domain::values::wareki::wareki_moment;

const CALL_AT_ONCE: &str = "すぐに下記のコールセンターへご連絡ください。";

pub(super) fn password_reset(link: &str, expires_at: Instant) -> Letter {
    Letter::to_contact("パスワード再設定のご案内")
        .says(&[
            "パスワード再設定のお申し込みを受け付けました。",
            "次のURLを開き、新しいパスワードを設定してください。",
        ])
        .expiring_link("パスワード再設定URL", link, expires_at)
        .says(&[
            "・URLを開いただけでは、パスワードは変わりません。",
            "・有効期限を過ぎた場合は、ポータルサイトでもう一度お申し込みください。",
            "・URLは、ほかの方にお知らせにならないようお願いいたします。",
        ])
        .if_unasked(&["このメールを破棄してください。パスワードは変わりません。"])
        .in_english(&[
            "Use the link above to set a new password.",
            &format!("The link is valid until {}.", in_english(expires_at)),
            "If you did not ask for this, ignore this mail: your password stays as it is.",
        ])
}

pub(super) fn password_changed(facility_name: &str, at: Instant) -> Letter {
    Letter::to_facility(facility_name, "パスワード変更のお知らせ")
        .says(&["アカウントのパスワードが変更されました。"])
        .facts(&[("変更日時", &wareki_moment(at))])
        .says(&[
            "安全のため、すべての端末でログアウトしました。引き続きご利用になる場合は、",
            "新しいパスワードでログインしてください。",
        ])
        .if_unasked(&["ポータルサイトでパスワードを再設定し、", CALL_AT_ONCE])
        .in_english(&[
            &format!("The password of your account was changed on {}.", in_english(at)),
            "All sessions have ended. Please log in with the new password.",
            "If this was not you, set a new password and call the call centre at once.",
        ])
}

pub(super) fn email_confirmation(link: &str, expires_at: Instant) -> Letter {
    Letter::to_contact("メールアドレス変更の確認のお願い")
        .says(&[
            "このメールアドレスへの変更のお申し込みを受け付けました。",
            "次のURLを開き、画面の案内に沿って変更を確定してください。",
            "確定されるまで、登録済みのメールアドレスは変わりません。",
        ])
        .expiring_link("メールアドレス変更用URL", link, expires_at)
        .says(&["有効期限を過ぎた場合は、ログインしてもう一度お申し込みください。"])
        .if_unasked(&["このメールを破棄してください。このメールアドレスは登録されません。"])
        .in_english(&[
            "Use the link above to confirm this address as the new one of your account.",
            &format!("The link is valid until {}.", in_english(expires_at)),
            "If you did not ask for this, ignore this mail: nothing will be changed.",
        ])
}

pub(super) fn email_change_requested(facility_name: &str, at: Instant, new_address_masked: &str) -> Letter {
    Letter::to_facility(facility_name, "メールアドレス変更のお申し込みを受け付けました")
        .says(&["アカウントのメールアドレスを変更するお申し込みを受け付けました。"])
        .facts(&[
            ("お申し込み日時", &wareki_moment(at)),
            ("変更後のメールアドレス", &format!("{new_address_masked}（一部を伏せています）")),
        ])
        .says(&[
            "変更後のメールアドレスに、確認のメールをお送りしました。変更が確定されるまでは、",
            "これまでのメールアドレスでログインしてください。",
        ])
        .if_unasked(&["ログインしてパスワードを変更し、", CALL_AT_ONCE])
        .in_english(&[
            &format!("A change of address was requested on {}.", in_english(at)),
            "It takes effect when it is confirmed from the new address.",
            "If this was not you, change your password and call the call centre at once.",
        ])
}

pub(super) fn email_changed(facility_name: &str, at: Instant) -> Letter {
    Letter::to_facility(facility_name, "メールアドレス変更完了のお知らせ")
        .says(&["アカウントのメールアドレスの変更が完了しました。"])
        .facts(&[("変更日時", &wareki_moment(at))])
        .says(&[
            "今後は、変更後のメールアドレスでログインしてください。パスワードは変わりません。",
            "このメールアドレスへのお知らせは、これが最後となります。",
        ])
        .if_unasked(&[CALL_AT_ONCE])
        .in_english(&[
            &format!("The address of your account was changed on {}.", in_english(at)),
            "Please log in with the new address. Your password is unchanged.",
            "If this was not you, call the call centre at once.",
        ])
}

pub(super) fn new_address_taken(at: Instant) -> Letter {
    Letter::to_contact("メールアドレス変更のお申し込みについて")
        .says(&[
            "別のアカウントのメールアドレスを、このメールアドレスに変更するお申し込みが",
            "ありました。このメールアドレスはすでに登録されているため、変更していません。",
        ])
        .facts(&[("お申し込み日時", &wareki_moment(at))])
        .says(&[
            "お客様のアカウントに変更はありません。",
            "複数のアカウントをお持ちの場合は、アカウントごとに別のメールアドレスを",
            "登録してください。",
        ])
        .if_unasked(&["このメールを破棄してください。手続きは必要ありません。"])
        .in_english(&[
            "Someone asked to move another account to this address, which already has an account.",
            "Nothing was changed. Each account needs an address of its own.",
            "If you did not ask for this, ignore this mail.",
        ])
}

#[cfg(test)]
mod tests {
    use crate::delivery::mail::texts::samples::{
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
}
