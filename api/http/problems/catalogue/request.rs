//! The texts of the refusals of a malformed request: of its body, its parameters and its headers.

use super::{Entry, StaticText, call_centre};
use crate::http::problems::refusals::RequestRefusal as Refusal;

/// What a person can do about a fault of the program that sent the request.
const PROGRAM_FAULT: StaticText = StaticText {
    ja: concat!(
        "画面を読み込み直して、もう一度お試しください。解決しない場合は、",
        call_centre!(ja),
        "へご連絡ください。"
    ),
    en: concat!(
        "Load the page again, and repeat what you did. If that does not help, please call ",
        call_centre!(en),
        "."
    ),
};

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::MalformedJson => Entry {
            status: 400,
            title: StaticText { ja: "JSONの書式の誤り", en: "Malformed JSON" },
            cause: StaticText {
                ja: "リクエストの本文を、JSON文書として読み取れませんでした。",
                en: "The body of the request could not be read as a JSON document.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "本文をUTF-8のJSONにして、括弧・引用符・カンマの過不足を直し、もう一度送信してください。",
                en: "Send the body as JSON in UTF-8. Check for missing or extra brackets, quotation marks and commas.",
            }),
            retryable: false,
        },
        Refusal::DuplicateKey => Entry {
            status: 400,
            title: StaticText { ja: "項目名の重複", en: "Duplicate member name" },
            cause: StaticText {
                ja: "本文のJSONの一つのオブジェクトに、同じ名前の項目が二つ以上あります。",
                en: "An object in the JSON body has two or more members with the same name.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "同じ名前の項目を一つだけ残して、もう一度送信してください。",
                en: "Keep only one member of each name, and send the request again.",
            }),
            retryable: false,
        },
        Refusal::NestedTooDeep => Entry {
            status: 400,
            title: StaticText { ja: "深すぎるJSONの入れ子", en: "JSON nested too deeply" },
            cause: StaticText {
                ja: "本文のJSONの入れ子が、このサービスで受け付ける深さを超えています。",
                en: "The JSON body is nested more deeply than this service accepts.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "OpenAPI文書に示す形に合わせ、余分な入れ子を取り除いて、もう一度送信してください。",
                en: "Give the body the structure that the OpenAPI document shows, and send it again.",
            }),
            retryable: false,
        },
        Refusal::InvalidParameter => Entry {
            status: 400,
            title: StaticText {
                ja: "パラメーターまたはヘッダーの誤り", en: "Invalid parameter or header"
            },
            cause: StaticText {
                ja: "クエリ、パスまたはヘッダーの値が、OpenAPI文書に定める形式に合っていません。",
                en: "A value in the query, the path or a header does not have the form that the OpenAPI document \
                     requires.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "errorsに示すパラメーターまたはヘッダーについて、OpenAPI文書で名前・形式・範囲を確かめてください。page_tokenには、前の応答のnext_page_tokenをそのまま送ってください。",
                en: "Check the name, the form and the range of each parameter or header in errors in the OpenAPI document. For page_token, send the next_page_token of the previous page unchanged.",
            }),
            retryable: false,
        },
        Refusal::IdempotencyKeyRequired => Entry {
            status: 400,
            title: StaticText { ja: "Idempotency-Keyの不足", en: "Idempotency-Key missing" },
            cause: StaticText {
                ja: "届出等を二重に受け付けないために、この操作にはIdempotency-Keyヘッダーが必要です。",
                en: "This operation requires the Idempotency-Key header, so that nothing is filed twice.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "届出ごとに新しい乱数の値（UUIDなど、255文字以内）\
                     をIdempotency-Keyヘッダーに入れて送信してください。同じ届出を再送するときは、\
                     同じ値を繰り返してください。",
                en: "Send a new random value for each filing (a UUID, for example; at most 255 characters) in the \
                     Idempotency-Key header, and repeat the same value on every retry of that filing.",
            }),
            retryable: false,
        },
        Refusal::IdempotencyKeyReused => Entry {
            status: 422,
            title: StaticText {
                ja: "別の内容に使用済みのIdempotency-Key",
                en: "Idempotency-Key used for other content",
            },
            cause: StaticText {
                ja: "このIdempotency-Keyは、以前に別の内容のリクエストで使われています。\
                     今回のリクエストは実行していません。",
                en: "This Idempotency-Key was already used for other content. This request was not carried out.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "新しい届出には、新しい値を付けてください。以前の届出を再送するときは、\
                     本文を変えずに同じ値で送信してください。",
                en: "Use a new key for a new filing. To retry an earlier filing, send the same key with exactly the \
                     same body.",
            }),
            retryable: false,
        },
        Refusal::MethodNotAllowed => Entry {
            status: 405,
            title: StaticText { ja: "使えないメソッド", en: "Method not allowed" },
            cause: StaticText {
                ja: "このURLでは、送信されたHTTPメソッドを使えません。",
                en: "This URL does not accept the HTTP method of the request.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "応答のAllowヘッダーに示すメソッドから選び、OpenAPI文書で操作を確かめてください。",
                en: "Use one of the methods in the Allow header of the answer. The OpenAPI document describes each \
                     operation.",
            }),
            retryable: false,
        },
        Refusal::MalformedRequest => Entry {
            status: 400,
            title: StaticText { ja: "HTTPとして読めないリクエスト", en: "Malformed request" },
            cause: StaticText {
                ja: "リクエスト行、ヘッダーまたは本文の区切りがHTTP/1.1の形式でないため、読み取れませんでした。",
                en: "The request line, a header, or the framing of the body is not valid HTTP/1.1.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "使用しているHTTPクライアントと、途中のプロキシーを確かめてください。\
                     暗号化（HTTPS）の要否とポート番号の誤りでも起こります。",
                en: "Check the HTTP client and any proxy on the way. This also happens if HTTPS is used on a port for \
                     plain HTTP.",
            }),
            retryable: false,
        },
        Refusal::TargetTooLong => Entry {
            status: 414,
            title: StaticText { ja: "長すぎるURL", en: "URL too long" },
            cause: StaticText {
                ja: "URLのパスとクエリーの長さが、上限の65,534バイトを超えています。",
                en: "The path and the query of the URL are longer than 65,534 bytes together.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "OpenAPI文書で操作のパスとパラメーターを確かめてください。大きな値はURLではなく本文で送信します。",
                en: "Check the path and the parameters of the operation in the OpenAPI document. Large values belong in \
                     the body and not in the URL.",
            }),
            retryable: false,
        },
        Refusal::HeadTooLarge => Entry {
            status: 431,
            title: StaticText { ja: "大きすぎるヘッダー", en: "Headers too large" },
            cause: StaticText {
                ja: "リクエスト行とヘッダーの合計が上限の128KiBを超えているか、ヘッダーの数が多すぎます。",
                en: "The request line and the headers exceed 128 KiB together, or there are too many headers.",
            },
            fix: StaticText {
                ja: concat!(
                    "ブラウザーに保存されたこのサイトのCookieを削除して、もう一度お試しください。解決しない場合は、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "Delete the cookies of this site in the browser, and try again. If that does not help, please call ",
                    call_centre!(en),
                    "."
                ),
            },
            advice: Some(StaticText {
                ja: "不要なヘッダー（古いCookieなど）を取り除いて、もう一度送信してください。",
                en: "Remove headers that are not needed, such as old cookies, and send the request again.",
            }),
            retryable: false,
        },
        Refusal::RequestTimeout => Entry {
            status: 408,
            title: StaticText { ja: "リクエストのタイムアウト", en: "Request timeout" },
            cause: StaticText {
                ja: "リクエストの全体が、時間内に届きませんでした。",
                en: "The request did not arrive completely within the time limit.",
            },
            fix: StaticText {
                ja: "通信の状態を確かめ、もう一度送信してください。同じ画面から送信し直した届出が、二重に受け付けられることはありません。",
                en: "Check the connection, and send again. A filing that is sent again from the same screen is not accepted twice.",
            },
            advice: Some(StaticText {
                ja: "同じ内容を同じIdempotency-Keyで、もう一度送信してください。",
                en: "Send the same request again with the same Idempotency-Key.",
            }),
            retryable: true,
        },
        Refusal::PreconditionFailed => Entry {
            status: 412,
            title: StaticText { ja: "更新の競合", en: "Changed since it was read" },
            cause: StaticText {
                ja: "読み取ったあとに対象の内容が変わったため、上書きを避けて、変更を行いませんでした。",
                en: "The resource has changed since you read it. To avoid overwriting that change, your request was \
                     not carried out.",
            },
            fix: StaticText {
                ja: "画面を読み込み直し、変更後の内容を確かめたうえで、もう一度操作してください。",
                en: "Load the page again, check what has changed, and repeat your change.",
            },
            advice: Some(StaticText {
                ja: "対象をGETで読み直し、内容を確かめたうえで、新しいETagの値をIf-Matchヘッダーに入れて、\
                     もう一度送信してください。",
                en: "Read the resource again with GET, check what has changed, and repeat your request with the new \
                     ETag in the If-Match header.",
            }),
            retryable: false,
        },
        Refusal::PreconditionRequired => Entry {
            status: 428,
            title: StaticText { ja: "If-Matchの不足", en: "If-Match missing" },
            cause: StaticText {
                ja: "ほかの変更を上書きしないために、この操作にはIf-Matchヘッダーが必要です。",
                en: "This operation requires the If-Match header, so that it cannot overwrite another change.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "対象をGETで読み取り、そのETagの値をIf-Matchヘッダーに入れて、もう一度送信してください。",
                en: "Read the resource with GET, and repeat your request with its ETag in the If-Match header.",
            }),
            retryable: false,
        },
        Refusal::BodyTooLarge => Entry {
            status: 413,
            title: StaticText { ja: "本文の大きさの超過", en: "Body too large" },
            cause: StaticText {
                ja: "本文が、この操作で受け付ける大きさを超えています。",
                en: "The body is larger than this operation accepts.",
            },
            fix: StaticText {
                ja: "添付ファイルは1件10MiB以下にしてください。大きい場合は、解像度を下げて読み取り直すか、ページを分けてください。",
                en: "An attachment may have at most 10 MiB. If a file is larger, scan it at a lower resolution, or split it into several files.",
            },
            advice: Some(StaticText {
                ja: "JSONの本文は64KiB以下です。",
                en: "A JSON body may have at most 64 KiB.",
            }),
            retryable: false,
        },
        Refusal::UnsupportedMediaType => Entry {
            status: 415,
            title: StaticText { ja: "受け付けない本文の形式", en: "Unsupported media type" },
            cause: StaticText {
                ja: "本文の形式（Content-TypeまたはContent-Encoding）が、この操作で受け付けるものではありません。",
                en: "This operation does not accept a body with this Content-Type or Content-Encoding.",
            },
            fix: PROGRAM_FAULT,
            advice: Some(StaticText {
                ja: "Content-Typeには、JSONの操作ではapplication/jsonを、ファイルの送信では登録時に申告した形式\
                     （application/pdf、image/jpegまたはimage/png）を指定してください。本文は圧縮しないでください。",
                en: "Set Content-Type to application/json for JSON, and to the announced type (application/pdf, \
                     image/jpeg or image/png) for a file. Do not compress the body.",
            }),
            retryable: false,
        },
        Refusal::InvalidContent => Entry {
            status: 422,
            title: StaticText { ja: "入力内容の誤り", en: "Invalid content" },
            cause: StaticText {
                ja: "入力された値の中に、受け付けられないものがあります。すべてerrorsに示しています。\
                     何も保存していません。",
                en: "Some values cannot be accepted. errors lists all of them. Nothing was stored.",
            },
            fix: StaticText {
                ja: "示された項目を修正し、もう一度送信してください。",
                en: "Correct the values that are named, and send the form again.",
            },
            advice: Some(StaticText {
                ja: "errorsのそれぞれのdetailを、pointerの示す項目に表示してください。",
                en: "Show the detail of each entry of errors at the field that its pointer names.",
            }),
            retryable: false,
        },
    }
}
