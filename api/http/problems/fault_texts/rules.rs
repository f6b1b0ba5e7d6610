//! What is said of well-formed values that the round, the category or the clock does not allow.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::Words;

/// The text of a fault of this sort.
pub(super) const fn words(fault: Fault) -> Option<Words> {
    Some(match fault {
        Fault::DateTooLate { .. } => Words {
            ja: "{limit}以前（当日を含みます）の日付を入力してください。",
            en: "Please enter a date no later than {limit}.",
        },
        Fault::MonthTooLate { .. } => Words {
            ja: "{limit}以前（当月を含みます）の年月を入力してください。",
            en: "Please enter a month no later than {limit}.",
        },
        Fault::InstantInPast => Words {
            ja: "時計は戻せませんので、現在より後の日時を入力してください。",
            en: "Time only moves forward: please enter an instant after the present one.",
        },
        Fault::EndsBeforeDuty { .. } => Words {
            ja: "導入の義務が始まる{duty_begins}より前に事情がなくなる場合は、猶予届出の必要がありませんので、\
         日付を確かめてください。",
            en: "A circumstance that ends before the duty begins on {duty_begins} needs no declaration: please \
         check the date.",
        },
        Fault::NotApplicable => Words {
            ja: "ほかの項目の内容（猶予類型、施設の種別など）と合わない項目ですので、取り除くか、\
         選び直してください。",
            en: "This does not go with the other answers (category, kind of facility and so on): please leave it \
         out, or choose again.",
        },
        Fault::CategoryNotOffered => Words {
            ja: "この受付では選べない猶予類型ですので、示されたものから選んでください。",
            en: "This round does not offer the category: please choose one that it does.",
        },
        Fault::CategoryNotForKind => Words {
            ja: "この猶予類型は、お使いのアカウントの施設の種別では選べませんので、\
         ほかの類型を選んでください（例：第3号は薬局では選べません）。",
            en: "This category is not open to facilities of your kind: please choose another (category 3, for \
         example, is not for pharmacies).",
        },
        Fault::RoundUnknown => Words {
            ja: "この名前の受付はありませんので、猶予届出の受付の一覧にあるものを指定してください。",
            en: "There is no round of this name: please name one from the list of rounds.",
        },
        Fault::AttachmentRequired => Words {
            ja: "この猶予類型では、契約書や注文書の写しなど、事情を示す書類を添付してください。",
            en: "This category needs an attachment that shows the circumstance, such as a copy of the contract or \
         the order.",
        },
        Fault::AttachmentNotExpected => Words {
            ja: "この猶予類型では添付書類は不要ですので、取り除いてください。",
            en: "This category takes no attachment: please leave it out.",
        },
        Fault::AttachmentUnknown => Words {
            ja: "このアカウントに保存されたファイルの中に見当たりませんので、先にファイルを送信し、\
         その応答にあるIDを指定してください。",
            en: "No stored file of your account has this id: please send the file first, and name the id from the \
         answer.",
        },
        Fault::MustBeTrue => Words {
            ja: "内容を確かめ、同意・確認の欄にチェックを入れてください（値はtrue）。",
            en: "Please read the statement and tick the box (send true).",
        },
        _ => return None,
    })
}
