//! The texts of faults in the data of facilities, founders, accounts, passwords and files.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::StaticText;

/// The text of a fault, if it is in this table.
pub(super) const fn text(fault: Fault) -> Option<StaticText> {
    Some(match fault {
        Fault::OwnFacilityCode => StaticText {
            ja: "ご自身の施設の医療機関等コードが入力されています。\
         別の医療機関等コード（承継届出では承継先の新しいコード）を入力してください。",
            en: "This is your facility’s own code. Please enter another facility code; in a succession, the \
         successor’s new code.",
        },
        Fault::FacilityNotListed => StaticText {
            ja: "この医療機関等コードは、地方厚生（支）局の一覧にまだ登録されていません。\
         通知された番号と相違がないかを確かめてください。",
            en: "The regional bureaus’ facility list does not have this code yet. Please compare it, digit by digit, \
         with the code that you were notified of.",
        },
        Fault::FacilityDelisted => StaticText {
            ja: "この医療機関等コードは、地方厚生（支）局の一覧では指定が終了しています。\
         現在のコードを入力してください。",
            en: "According to the regional bureaus’ facility list, the designation of this code has ended. Please \
         enter the current code.",
        },
        Fault::PostalCodeMismatch => StaticText {
            ja: "郵便番号が地方厚生（支）局の一覧と異なります。指定を受けた所在地の郵便番号を入力してください。",
            en: "The postal code differs from the regional bureaus’ facility list. Please enter the postal code of the \
         designated address.",
        },
        Fault::ReasonDetailRequired => StaticText {
            ja: "「その他」を選んだ場合は、承継の事情を具体的に入力してください。",
            en: "For the reason OTHER, please explain the circumstances of the succession.",
        },
        Fault::KindMismatch => StaticText {
            ja: "承継元と承継先の種別（医科・歯科・薬局・訪問看護）が異なります。\
         同じ種別の医療機関等コードを入力してください。",
            en: "The predecessor and the successor are of different kinds (medical, dental, pharmacy, home-visit \
         nursing). Please enter a code of the same kind.",
        },
        Fault::OutOfOrder { .. } => StaticText {
            ja: "前回の承継の日（{after}）より後の日付を入力してください。",
            en: "Please enter a date after {after}, the date of the previous succession.",
        },
        Fault::PasswordCommon => StaticText {
            ja: "推測されやすいパスワードです。よく使われる言葉や文句、キーボードや五十音の並び、日付、\
         同じ言葉の繰り返しを避け、互いに関係のない言葉をいくつか並べてください。",
            en: "This password is easy to guess. Please avoid common words and sentences, sequences of keys, dates and \
         repetition, and combine several unrelated words.",
        },
        Fault::PasswordHoldsIdentity => StaticText {
            ja: "パスワードには、医療機関等コード、施設や開設者・担当者の名称、メールアドレス、電話番号などの\
         登録内容を使わないでください。",
            en: "Please do not use your own data in the password, such as the facility’s code, the names of the \
         facility, its founder and its contact, the e-mail address, or a telephone number.",
        },
        Fault::PasswordBreached => StaticText {
            ja: "過去に他のサービスから漏えいしたパスワードの一覧にあるため、使用できません。\
         ほかで使ったことのないパスワードにしてください。",
            en: "This password is in a list of passwords that leaked from other services. Please choose one that you \
         have never used elsewhere.",
        },
        Fault::PasswordWrong => StaticText {
            ja: "現在のパスワードと一致しません。もう一度入力してください。誤ったパスワードが続けて100回送られた場合は、\
                 パスワードを再設定してください。",
            en: "This is not the account’s current password. Please enter it again. After 100 wrong passwords in a row, \
                 please reset the password.",
        },
        Fault::EmailUnchanged => StaticText {
            ja: "現在と同じメールアドレスです。新しいメールアドレスを入力してください。",
            en: "This is already the account’s e-mail address. Please enter the new one.",
        },
        Fault::MediaTypeNotAccepted => StaticText {
            ja: "ファイルの形式は、PDF（application/pdf）、JPEG（image/jpeg）またはPNG（image/png）にしてください。",
            en: "Please send a PDF (application/pdf), JPEG (image/jpeg) or PNG (image/png) file.",
        },
        _ => return None,
    })
}
