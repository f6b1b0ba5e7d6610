//! The texts of faults of parameters and headers.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::StaticText;

/// The text of a fault, if it is in this table.
pub(super) const fn text(fault: Fault) -> Option<StaticText> {
    Some(match fault {
        Fault::UnknownParameter => StaticText {
            ja: "この操作には、この名前のパラメーターはありません。OpenAPI文書で名前のつづりを確かめてください。",
            en: "The operation has no parameter with this name. Please check the spelling in the OpenAPI document.",
        },
        Fault::RepeatedParameter => StaticText {
            ja: "同じ名前で二つ以上送信されています。一つだけにしてください。",
            en: "This name occurs more than once. Please send it once.",
        },
        Fault::PageTokenUnknown => StaticText {
            ja: "この一覧のpage_tokenではありません。前の応答のnext_page_tokenを、そのまま指定してください。",
            en: "This is not a page_token of this list. Please send the next_page_token of the previous page unchanged.",
        },
        Fault::PrefectureForm => StaticText {
            ja: "都道府県番号を2桁の数字で指定してください（例：13）。",
            en: "Please send the number of a prefecture as two digits, such as 13.",
        },
        Fault::IdempotencyKeyForm => StaticText {
            ja: "1～255文字の、空白を含まないASCII文字で指定してください（例：UUID）。",
            en: "Please send 1 to 255 ASCII characters without spaces, such as a UUID.",
        },
        Fault::EntityTagForm => StaticText {
            ja: "ETagの値を、引用符を含めてそのまま指定してください（200文字以内）。",
            en: "Please send the value of ETag unchanged, with its quotation marks, in at most 200 characters.",
        },
        _ => return None,
    })
}
