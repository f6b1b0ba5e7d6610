//! The problems of a request itself: its body, its parameters and its headers.

use super::{Entry, Words};
use crate::http::problems::refusals::RequestRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::MalformedJson => Entry {
            status: 400,
            title: Words { ja: "JSONの書式の誤り", en: "Malformed JSON" },
            cause: Words {
                ja: "リクエストの本文を、JSON文書として読み取れませんでした。",
                en: "The body of the request could not be read as a JSON document.",
            },
            fix: Words {
                ja: "本文をUTF-8のJSONにして、括弧・引用符・カンマの過不足を直し、もう一度送信してください。",
                en: "Send the body as JSON in UTF-8: mend missing or surplus brackets, quotation marks and commas.",
            },
            retryable: false,
        },
        Refusal::DuplicateKey => Entry {
            status: 400,
            title: Words { ja: "項目名の重複", en: "Member named twice" },
            cause: Words {
                ja: "本文のJSONの一つのオブジェクトに、同じ名前の項目が二つ以上あります。",
                en: "An object in the JSON body has two or more members of the same name.",
            },
            fix: Words {
                ja: "同じ名前の項目を一つだけ残して、もう一度送信してください。",
                en: "Keep only one member of each name, and send the request again.",
            },
            retryable: false,
        },
        Refusal::NestedTooDeep => Entry {
            status: 400,
            title: Words { ja: "深すぎるJSONの入れ子", en: "JSON nested too deeply" },
            cause: Words {
                ja: "本文のJSONの入れ子が、このサービスの読み取る深さを超えています。",
                en: "The JSON body nests deeper than anything this service reads.",
            },
            fix: Words {
                ja: "OpenAPI文書にある形に合わせ、余分な入れ子を取り除いて、もう一度送信してください。",
                en: "Give the body the shape shown in the OpenAPI document, without surplus nesting, and send it \
                     again.",
            },
            retryable: false,
        },
        Refusal::InvalidParameter => Entry {
            status: 400,
            title: Words {
                ja: "パラメーター又はヘッダーの誤り", en: "Invalid parameter or header"
            },
            cause: Words {
                ja: "クエリ、パス又はヘッダーの値が、OpenAPI文書に定めた形と合っていません。",
                en: "A value in the query, the path or a header does not have the form that the OpenAPI document \
                     describes.",
            },
            fix: Words {
                ja: "この操作のOpenAPI文書で、名前・形・範囲を確かめて直してください。\
                     page_tokenには、前の応答のnext_page_tokenをそのまま送ってください。",
                en: "Check names, forms and bounds against this operation in the OpenAPI document. For page_token, \
                     send the next_page_token of the answer before, unchanged.",
            },
            retryable: false,
        },
        Refusal::IdempotencyKeyRequired => Entry {
            status: 400,
            title: Words { ja: "Idempotency-Keyの不足", en: "Idempotency-Key missing" },
            cause: Words {
                ja: "届出等を二重に受け付けないために、この操作にはIdempotency-Keyヘッダーが必要です。",
                en: "This operation files something and needs the Idempotency-Key header, so that nothing is filed \
                     twice.",
            },
            fix: Words {
                ja: "届出ごとに新しい乱数の値（UUIDなど、255文字以内）\
                     をIdempotency-Keyヘッダーに入れて送信してください。同じ届出を再送するときは、\
                     同じ値を繰り返してください。",
                en: "Send a new random value for each filing (a UUID, for example; at most 255 characters) in the \
                     Idempotency-Key header, and repeat the same value whenever you retry that filing.",
            },
            retryable: false,
        },
        Refusal::IdempotencyKeyReused => Entry {
            status: 422,
            title: Words {
                ja: "別の内容に使用済みのIdempotency-Key",
                en: "Idempotency-Key used for other content",
            },
            cause: Words {
                ja: "このIdempotency-Keyは、以前に別の内容のリクエストで使われています。\
                     今回のリクエストは実行していません。",
                en: "This Idempotency-Key was used before with other content. This request was not carried out.",
            },
            fix: Words {
                ja: "新しい届出には、新しい値を付けてください。以前の届出を再送するときは、\
                     本文を変えずに同じ値で送信してください。",
                en: "Give a new filing a new key. To retry an earlier filing, send the same key with exactly the \
                     same body.",
            },
            retryable: false,
        },
        Refusal::MethodNotAllowed => Entry {
            status: 405,
            title: Words { ja: "使えないメソッド", en: "Method not allowed" },
            cause: Words {
                ja: "このURLでは、送信されたHTTPメソッドを使えません。",
                en: "This URL does not take the HTTP method that was sent.",
            },
            fix: Words {
                ja: "応答のAllowヘッダーに示すメソッドから選び、OpenAPI文書で操作を確かめてください。",
                en: "Use one of the methods in the Allow header of the answer; the OpenAPI document describes each \
                     operation.",
            },
            retryable: false,
        },
        Refusal::RequestTimeout => Entry {
            status: 408,
            title: Words { ja: "受信の時間切れ", en: "Request timeout" },
            cause: Words {
                ja: "リクエストの全体が、時間内に届きませんでした。",
                en: "The whole request did not arrive in time.",
            },
            fix: Words {
                ja: "通信の状態を確かめ、もう一度送信してください。届出を行う操作では、\
                     同じIdempotency-Keyを付ければ二重に受け付けることはありません。",
                en: "Check the connection and send the request again. With the same Idempotency-Key, a filing is \
                     never taken twice.",
            },
            retryable: true,
        },
        Refusal::PreconditionFailed => Entry {
            status: 412,
            title: Words { ja: "読み取り後の変更", en: "Changed since it was read" },
            cause: Words {
                ja: "読み取ったあとに対象の内容が変わったため、上書きを避けて、変更を行いませんでした。",
                en: "The resource changed after you read it, so nothing was changed, lest the other change be \
                     overwritten.",
            },
            fix: Words {
                ja: "対象をGETで読み直し、内容を確かめたうえで、新しいETagの値をIf-Matchヘッダーに入れて、\
                     もう一度送信してください。",
                en: "GET the resource again, look at what changed, and repeat your request with its new ETag in \
                     the If-Match header.",
            },
            retryable: false,
        },
        Refusal::PreconditionRequired => Entry {
            status: 428,
            title: Words { ja: "If-Matchの不足", en: "If-Match missing" },
            cause: Words {
                ja: "ほかの変更を上書きしないために、この操作にはIf-Matchヘッダーが必要です。",
                en: "This change needs the If-Match header, so that it cannot overwrite somebody else’s.",
            },
            fix: Words {
                ja: "対象をGETで読み取り、そのETagの値をIf-Matchヘッダーに入れて、もう一度送信してください。",
                en: "GET the resource, and repeat your request with its ETag in the If-Match header.",
            },
            retryable: false,
        },
        Refusal::BodyTooLarge => Entry {
            status: 413,
            title: Words { ja: "本文の大きさの超過", en: "Body too large" },
            cause: Words {
                ja: "本文が、この操作で受け付ける大きさを超えています。",
                en: "The body is larger than this operation takes.",
            },
            fix: Words {
                ja: "添付ファイルは、1件10MiB以下にしてください。超える場合は、解像度を下げて読み取り直すか、\
                     ページを分けてください。",
                en: "Keep each attachment to 10 MiB. If a file is larger, scan it again at a lower resolution, or \
                     split its pages.",
            },
            retryable: false,
        },
        Refusal::UnsupportedMediaType => Entry {
            status: 415,
            title: Words { ja: "受け付けない本文の形式", en: "Unsupported media type" },
            cause: Words {
                ja: "本文の形式（Content-Type）が、この操作で受け付けるものではありません。",
                en: "This operation does not take a body of this media type (Content-Type).",
            },
            fix: Words {
                ja: "Content-Typeには、JSONの操作ではapplication/jsonを、ファイルの送信では登録時に申し出た\
                     形式（application/pdf、image/jpeg又はimage/png）を指定してください。",
                en: "Set Content-Type to application/json for JSON, and to the announced type (application/pdf, \
                     image/jpeg or image/png) when you send a file.",
            },
            retryable: false,
        },
        Refusal::InvalidContent => Entry {
            status: 422,
            title: Words { ja: "入力内容の誤り", en: "Invalid content" },
            cause: Words {
                ja: "入力された値の中に、受け付けられないものがあります。すべてerrorsに示しています。\
                     何も保存していません。",
                en: "Some of the values cannot be accepted; errors lists all of them. Nothing was stored.",
            },
            fix: Words {
                ja: "errorsの一つ一つについて、pointerの示す場所を、detailの説明に沿って直し、\
                     もう一度送信してください。",
                en: "For each entry of errors, correct the value at its pointer as its detail says, and send the \
                     request again.",
            },
            retryable: false,
        },
    }
}
