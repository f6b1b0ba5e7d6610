//! The texts of faults that can occur in any member of a JSON body: of type, presence, length and range.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::StaticText;

/// The text of a fault, if it is in this table.
pub(super) const fn text(fault: Fault) -> Option<StaticText> {
    Some(match fault {
        Fault::Required => StaticText {
            ja: "必須項目です。入力してください。",
            en: "This member is required. Please enter a value.",
        },
        Fault::WrongType { .. } => StaticText {
            ja: "{expected}で指定してください。",
            en: "Please send this member as a JSON value of type {expected}.",
        },
        Fault::UnknownMember => StaticText {
            ja: "この名前の項目はありません。OpenAPI文書で名前のつづりを確かめるか、項目を取り除いてください。",
            en: "There is no member with this name. Please check the spelling in the OpenAPI document, or remove the \
         member.",
        },
        Fault::ReadOnly => StaticText {
            ja: "この項目は変更できません。読み取った値のままにするか、項目を取り除いてください。",
            en: "This member cannot be changed. Please leave it as it was read, or remove it.",
        },
        Fault::TooLong { .. } => StaticText {
            ja: "{max}文字以内で入力してください。",
            en: "Please enter at most {max} characters.",
        },
        Fault::TooShort { .. } => StaticText {
            ja: "{min}文字以上で入力してください。",
            en: "Please enter at least {min} characters.",
        },
        Fault::TooMany { .. } => StaticText {
            ja: "件数は{max}件以内にしてください。",
            en: "Please enter at most {max} entries.",
        },
        Fault::OutOfRange { .. } => StaticText {
            ja: "{min}以上{max}以下の整数を入力してください。",
            en: "Please enter a whole number from {min} to {max}.",
        },
        Fault::RepeatedEntry => StaticText {
            ja: "同じものが重複しています。一つだけにしてください。",
            en: "The list contains this entry twice. Please keep only one.",
        },
        Fault::UnknownValue => StaticText {
            ja: "OpenAPI文書に示す値のいずれかを指定してください（大文字・小文字を区別します）。",
            en: "Please choose one of the values in the OpenAPI document, and write it exactly as there.",
        },
        Fault::ControlCharacter => StaticText {
            ja: "改行・タブなどの制御文字は使用できません。取り除いてください。",
            en: "Control characters, such as line breaks and tabs, are not allowed here. Please remove them.",
        },
        Fault::Blank => StaticText {
            ja: "空白以外の文字を入力してください。",
            en: "Please enter something other than spaces.",
        },
        _ => return None,
    })
}
