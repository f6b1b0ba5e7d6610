//! The texts of faults about facilities, founders, accounts, passwords and files.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::Words;

/// The text of a fault, if it is in this table.
pub(super) const fn words(fault: Fault) -> Option<Words> {
    Some(match fault {
        Fault::OwnFacilityCode => Words {
            ja: "ご自身の施設の医療機関等コードではなく、承継先の新しい医療機関等コードを入力してください。",
            en: "This is your facility’s own code: please enter the new facility code of the successor.",
        },
        Fault::FacilityNotListed => Words {
            ja: "この医療機関等コードは、地方厚生（支）局の一覧にまだ見当たりませんので、\
         通知された番号と一字ずつ照らし合わせてください。",
            en: "The regional bureau’s facility list has no such code yet: please compare it digit by digit with \
         the one you were notified of.",
        },
        Fault::FacilityDelisted => Words {
            ja: "この医療機関等コードは、地方厚生（支）局の一覧では指定が終わっていますので、\
         現在のコードを入力してください。",
            en: "By the regional bureau’s facility list this code is no longer designated: please enter the \
         present one.",
        },
        Fault::PostalCodeMismatch => Words {
            ja: "郵便番号が地方厚生（支）局の一覧と異なりますので、指定を受けた所在地の郵便番号を入力してください。",
            en: "The postal code differs from the regional bureau’s facility list: please enter that of the \
         designated address.",
        },
        Fault::CorporationNameExpected => Words {
            ja: "開設者が法人の場合は、代表者の氏名や役職名ではなく、\
         「医療法人社団○○会」のように法人の名称だけを入力してください。",
            en: "For a corporation, please enter the corporation’s name alone (医療法人社団○○会, for example), \
         not its representative’s name or title.",
        },
        Fault::ReasonDetailRequired => Words {
            ja: "「その他」を選んだ場合は、承継の事情を具体的に入力してください。",
            en: "With reason OTHER, please explain the circumstances of the succession.",
        },
        Fault::KindMismatch => Words {
            ja: "承継元と承継先の種別（医科・歯科・薬局・訪問看護）が異なりますので、\
         同じ種別の医療機関等コードを入力してください。",
            en: "The predecessor and the successor are of different kinds (medical, dental, pharmacy, home-visit \
         nursing): please enter a code of the same kind.",
        },
        Fault::OutOfOrder { .. } => Words {
            ja: "前の承継の日である{after}より後の日付を入力してください。",
            en: "Please enter a date after {after}, the date of the succession before.",
        },
        Fault::PasswordCommon => Words {
            ja: "推測されやすいパスワードですので、よく使われる言葉や、数字の並び、\
         同じ文字の繰り返しだけにならないものにしてください。",
            en: "This password is easy to guess: please use more than common words, rows of digits and repetition.",
        },
        Fault::PasswordHoldsIdentity => Words {
            ja: "パスワードには、医療機関等コード、施設の名称及びメールアドレスの「@」より前の部分を\
         含めないでください。",
            en: "Please leave the facility’s code, its name and the part of your e-mail address before the “@” \
         out of the password.",
        },
        Fault::PasswordWrong => Words {
            ja: "現在のパスワードと一致しませんので、もう一度入力してください。",
            en: "This is not the account’s current password: please enter it again.",
        },
        Fault::EmailUnchanged => Words {
            ja: "現在と同じメールアドレスですので、新しいメールアドレスを入力してください。",
            en: "This is the account’s present e-mail address: please enter the new one.",
        },
        Fault::MediaTypeNotAccepted => Words {
            ja: "ファイルの形式は、PDF（application/pdf）、JPEG（image/jpeg）又はPNG（image/png）にしてください。",
            en: "Please send a PDF (application/pdf), JPEG (image/jpeg) or PNG (image/png) file.",
        },
        _ => return None,
    })
}
