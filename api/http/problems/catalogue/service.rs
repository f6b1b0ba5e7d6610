//! The texts of the refusals that follow from the state of the service: not found, too many requests, overload,
//! failures.

use super::{Entry, StaticText, call_centre};
use crate::http::problems::refusals::ServiceRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::NotFound => Entry {
            status: 404,
            title: StaticText { ja: "見つかりません", en: "Not found" },
            cause: StaticText {
                ja: "このURLに該当するものがないか、お使いのアカウントのものではありません。",
                en: "The resource at this URL does not exist, or it does not belong to your account.",
            },
            fix: StaticText {
                ja: concat!(
                    "URLとIDを確かめ、届出を行ったアカウントでログインしているかを確認してください。\
                     届出番号しか分からない場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check the URL and the id. Check also that you are logged in with the account that filed. If you \
                     know only the receipt number, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
        Refusal::RateLimited => Entry {
            status: 429,
            title: StaticText { ja: "回数の上限の超過", en: "Too many requests" },
            cause: StaticText {
                ja: "短い時間に、決められた回数を超えるリクエストがありました。",
                en: "More requests than allowed arrived within a short time.",
            },
            fix: StaticText {
                ja: "しばらく待ってから、もう一度お試しください。",
                en: "Wait a while, and try again.",
            },
            advice: Some(StaticText {
                ja: "Retry-Afterヘッダーの秒数だけ待って、もう一度送信してください。届出を行う操作では、同じIdempotency-Keyを付けてください。残りの回数は、RateLimitヘッダーで確かめられます。",
                en: "Wait for the number of seconds in Retry-After, then send the request again. For a filing, use the same Idempotency-Key. The RateLimit header shows how many requests remain.",
            }),
            retryable: true,
        },
        Refusal::Overloaded => Entry {
            status: 503,
            title: StaticText { ja: "一時的な混雑", en: "Temporarily overloaded" },
            cause: StaticText {
                ja: "ただいま混み合っており、時間内に処理できません。",
                en: "The service is too busy to answer this request in time.",
            },
            fix: StaticText {
                ja: "しばらく待ってから、もう一度送信してください。同じ画面から送信し直した届出が、二重に受け付けられることはありません。",
                en: "Wait a while, and send again. A filing that is sent again from the same screen is not accepted twice.",
            },
            advice: Some(StaticText {
                ja: "Retry-Afterヘッダーの秒数だけ待って、同じ内容を同じIdempotency-Keyで、もう一度送信してください。",
                en: "Wait for the number of seconds in Retry-After, then send the same request again with the same Idempotency-Key.",
            }),
            retryable: true,
        },
        Refusal::NotReady => Entry {
            status: 503,
            title: StaticText { ja: "準備中", en: "Not ready" },
            cause: StaticText {
                ja: "このサーバーは、停止の準備中であるか、動作に必要な機能のいずれかを利用できない状態です。",
                en: "This server is about to stop, or something that it requires does not work.",
            },
            fix: StaticText {
                ja: "しばらく待ってから、もう一度お試しください。",
                en: "Wait a while, and try again.",
            },
            advice: Some(StaticText {
                ja: "リクエストは、ほかのサーバーへ送信してください。原因は、運用者がログで確認できます。",
                en: "Send requests to another server. The operator finds the cause in the log.",
            }),
            retryable: true,
        },
        Refusal::Unavailable => Entry {
            status: 503,
            title: StaticText { ja: "一時的に利用できない状態", en: "Temporarily unavailable" },
            cause: StaticText {
                ja: "データベースまたは添付ファイルの保存先を一時的に利用できないため、処理できませんでした。\
                     何も変更していません。",
                en: "The service cannot use its database or its file storage at the moment. Nothing was changed.",
            },
            fix: StaticText {
                ja: "しばらく待ってから、もう一度送信してください。",
                en: "Wait a while, and send again.",
            },
            advice: Some(StaticText {
                ja: "Retry-Afterヘッダーの秒数だけ待って、同じ内容を同じIdempotency-Keyで、もう一度送信してください。",
                en: "Wait for the number of seconds in Retry-After, then send the same request again with the same Idempotency-Key.",
            }),
            retryable: true,
        },
        Refusal::OutcomeUnknown => Entry {
            status: 503,
            title: StaticText { ja: "処理結果を確認できない状態", en: "Outcome unknown" },
            cause: StaticText {
                ja: "保存の途中で処理が中断したため、変更が保存されたかどうかを確認できません。",
                en: "The request was interrupted while the change was being stored. It is not known whether the \
                     change was stored.",
            },
            fix: StaticText {
                ja: "同じ画面から、もう一度送信してください。すでに保存されている場合も、二重に受け付けられることはありません。",
                en: "Send again from the same screen. If the change was already stored, it is not stored twice.",
            },
            advice: Some(StaticText {
                ja: "Idempotency-Keyを付けたリクエストは、同じ内容を同じIdempotency-Keyで、もう一度送信してください。\
                     保存済みの場合は同じ応答が返り、未保存の場合は一度だけ処理されます。そのほかのリクエストは、\
                     対象をGETで読み直して確かめてください。",
                en: "If the request had an Idempotency-Key, send the same request again with the same key. If the \
                     change was stored, you get the same answer; otherwise it is carried out once. For any other \
                     request, read the resource with GET to see whether the change was stored.",
            }),
            retryable: true,
        },
        Refusal::Internal => Entry {
            status: 500,
            title: StaticText { ja: "サービス内部の障害", en: "Internal error" },
            cause: StaticText {
                ja: "サービスの内部で障害が発生しました。入力の誤りによるものではありません。",
                en: "The service failed. The cause is not a mistake in your request.",
            },
            fix: StaticText {
                ja: concat!(
                    "届出を行った場合は、届出の一覧を確かめ、見当たらないときに限り、もう一度送信してください。繰り返し発生する場合は、表示された番号（request_id）を控えて、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "If you were filing, first check whether the filing is in your list, and only if it is not, send it again. If the failure happens again, please note the number shown (request_id), and call ",
                    call_centre!(en),
                    "."
                ),
            },
            advice: Some(StaticText {
                ja: "request_idを画面に表示してください。再送信には、同じIdempotency-Keyを付けてください。",
                en: "Show the request_id. Use the same Idempotency-Key if you send the request again.",
            }),
            retryable: false,
        },
    }
}
