//! The texts of faults in well-formed values that the round, the category or the current time does not allow.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::StaticText;

/// The text of a fault, if it is in this table.
pub(super) const fn text(fault: Fault) -> Option<StaticText> {
    Some(match fault {
        Fault::DateTooLate { .. } => StaticText {
            ja: "{limit}以前の日付を入力してください。",
            en: "Please enter a date no later than {limit}.",
        },
        Fault::MonthTooLate { .. } => StaticText {
            ja: "{limit}以前の年月を入力してください。",
            en: "Please enter a month no later than {limit}.",
        },
        Fault::InstantInPast => StaticText {
            ja: "時刻を過去に戻すことはできません。現在より後の日時を入力してください。",
            en: "The clock cannot be moved back. Please enter a time after the current one.",
        },
        Fault::EndsBeforeDuty { .. } => StaticText {
            ja: "導入の義務が始まる{duty_begins}より前に事情が解消する場合は、猶予届出の必要がありません。\
         日付を確かめてください。",
            en: "A circumstance that ends before the duty begins on {duty_begins} needs no declaration. Please check \
         the date.",
        },
        Fault::NotApplicable => StaticText {
            ja: "ほかの項目の内容（猶予類型、施設の種別など）と合わない項目です。取り除くか、\
         選び直してください。",
            en: "This member does not match the other members (such as the category or the kind of facility). Please \
         remove or change it.",
        },
        Fault::CategoryNotOffered => StaticText {
            ja: "この届出回では選べない猶予類型です。この届出回の猶予類型から選んでください。",
            en: "This round does not offer this category. Please choose one of the round’s categories.",
        },
        Fault::CategoryNotForKind => StaticText {
            ja: "この猶予類型は、お使いのアカウントの施設の種別では選べません。\
         ほかの類型を選んでください（例：第3号は薬局では選べません）。",
            en: "This category is not available for your kind of facility. Please choose another one (for example, \
         category 3 is not available for pharmacies).",
        },
        Fault::RoundNotForKind => StaticText {
            ja: "この届出回には、お使いのアカウントの施設の種別では届け出られません。",
            en: "This round is not open to your kind of facility.",
        },
        Fault::RoundFixed => StaticText {
            ja: "届出を別の届出回に移すことはできません。届け出たときの届出回を入力してください。\
         別の届出回に届け出る場合は、新しく届け出てください。",
            en: "A declaration cannot be moved to another round. Please enter the round in which it was filed. To \
         declare in another round, please file a new declaration.",
        },
        Fault::RoundUnknown => StaticText {
            ja: "この名前の届出回はありません。届出回の一覧にあるものを指定してください。",
            en: "There is no round with this name. Please choose one from the list of rounds.",
        },
        Fault::AttachmentRequired => StaticText {
            ja: "この猶予類型では、契約書や注文書の写しなど、事情を示す書類を添付してください。",
            en: "This category requires an attachment that shows the circumstance, such as a copy of the contract or \
         of the order.",
        },
        Fault::AttachmentNotExpected => StaticText {
            ja: "この猶予類型では添付書類は不要です。取り除いてください。",
            en: "This category accepts no attachments. Please remove them.",
        },
        Fault::AttachmentUnknown => StaticText {
            ja: "このIDのファイルは、このアカウントに保存されていません。先にファイルを送信し、\
         その応答にあるIDを指定してください。",
            en: "Your account has no stored file with this id. Please send the file first, and use the id from the \
         answer.",
        },
        Fault::AttachmentRefused => StaticText {
            ja: "このファイルからは、コンピュータウイルス等が検出されました。取り除くか、\
         安全なファイルを新しく登録し、そのIDを指定してください。",
            en: "Malware was found in this file. Please remove it, or announce and send a safe file, and use its id.",
        },
        Fault::MustBeTrue => StaticText {
            ja: "内容を確かめ、同意・確認の欄にチェックを入れてください（値はtrue）。",
            en: "Please read the statement and confirm it (send true).",
        },
        _ => return None,
    })
}
