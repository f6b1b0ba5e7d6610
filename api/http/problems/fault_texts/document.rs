//! The texts of faults that the reader of the JSON document finds, such as those of type, length and range.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::Words;

/// The text of a fault, if it is in this table.
pub(super) const fn words(fault: Fault) -> Option<Words> {
    Some(match fault {
        Fault::Required => Words {
            ja: "この項目は必須ですので、入力してください。",
            en: "This member is required: please fill it in.",
        },
        Fault::WrongType { .. } => Words {
            ja: "この項目は、JSONの{expected}型の値で送ってください。",
            en: "Please send this member as a JSON value of type {expected}.",
        },
        Fault::UnknownMember => Words {
            ja: "この名前の項目はありませんので、OpenAPI文書で名前のつづりを確かめるか、取り除いてください。",
            en: "There is no member of this name: please check its spelling against the OpenAPI document, or leave \
         it out.",
        },
        Fault::TooLong { .. } => Words {
            ja: "{max}文字以内で入力してください。",
            en: "Please shorten the text: the limit, in characters, is {max}.",
        },
        Fault::TooShort { .. } => Words {
            ja: "{min}文字以上で入力してください。",
            en: "Please lengthen the text: the minimum, in characters, is {min}.",
        },
        Fault::TooMany { .. } => Words {
            ja: "件数は{max}件以内にしてください。",
            en: "Please list fewer entries: the limit is {max}.",
        },
        Fault::OutOfRange { .. } => Words {
            ja: "{min}以上{max}以下の整数を入力してください。",
            en: "Please enter a whole number from {min} to {max}.",
        },
        Fault::RepeatedEntry => Words {
            ja: "同じものが二度含まれていますので、一つだけにしてください。",
            en: "The same entry stands in the list twice: please keep only one.",
        },
        Fault::UnknownValue => Words {
            ja: "OpenAPI文書に挙げた値の中から、大文字・小文字もそのままに選んでください。",
            en: "Please choose one of the values listed in the OpenAPI document, written exactly as there.",
        },
        Fault::ControlCharacter => Words {
            ja: "改行・タブなどの制御文字は使えませんので、取り除いてください。",
            en: "Control characters, such as line breaks and tabs, have no place here: please remove them.",
        },
        Fault::Blank => Words {
            ja: "空白以外の文字を入力してください。",
            en: "Please enter something other than spaces.",
        },
        _ => return None,
    })
}
