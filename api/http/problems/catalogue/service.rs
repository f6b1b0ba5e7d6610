//! The problems of the service itself: not found, too many requests, overload, failures.

use super::{Entry, Words, call_centre};
use crate::http::problems::refusals::ServiceRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::NotFound => Entry {
            status: 404,
            title: Words { ja: "該当なし", en: "Not found" },
            cause: Words {
                ja: "このURLに該当するものがないか、お使いのアカウントのものではありません。",
                en: "There is nothing at this URL, or it does not belong to your account.",
            },
            fix: Words {
                ja: concat!(
                    "URLとIDを確かめ、届出を行ったアカウントでログインしているかを確認してください。\
                     届出番号しか分からない場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check the URL and the id, and that you are logged in with the account that filed. If you only \
                     have a receipt number, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::RateLimited => Entry {
            status: 429,
            title: Words { ja: "回数の上限の超過", en: "Too many requests" },
            cause: Words {
                ja: "短い時間に、決められた回数を超えるリクエストがありました。",
                en: "More requests came in a short time than are allowed.",
            },
            fix: Words {
                ja: "Retry-Afterヘッダーの秒数だけ待って、もう一度送信してください。\
                     届出を行う操作では、同じIdempotency-Keyを付けてください。残りの回数は、\
                     RateLimitヘッダーで確かめられます。",
                en: "Wait for the number of seconds in Retry-After, then send the request again, a filing with the \
                     same Idempotency-Key. The RateLimit header shows what is left.",
            },
            retryable: true,
        },
        Refusal::Overloaded => Entry {
            status: 503,
            title: Words { ja: "一時的な混雑", en: "Temporarily overloaded" },
            cause: Words {
                ja: "ただいま混み合っており、時間内に処理できません。",
                en: "The service is too busy to answer this request in time.",
            },
            fix: Words {
                ja: "Retry-Afterヘッダーの秒数だけ待って、もう一度送信してください。\
                     届出を行う操作では、同じIdempotency-Keyを付ければ二重に受け付けることはありません。",
                en: "Wait for the number of seconds in Retry-After, then send the request again. With the same \
                     Idempotency-Key, a filing is never taken twice.",
            },
            retryable: true,
        },
        Refusal::NotReady => Entry {
            status: 503,
            title: Words { ja: "サービス提供の準備未了", en: "Not ready" },
            cause: Words {
                ja: "このサーバーは、停止の準備中か、動作に必要なもののいずれかが使えない状態です。",
                en: "This server is about to stop, or a part that it needs does not work.",
            },
            fix: Words {
                ja: "checksのpassesがfalseの部分を確かめてください。リクエストは、ほかのサーバーへ送信してください。",
                en: "Look at the parts whose passes is false in checks, and send requests to another server.",
            },
            retryable: true,
        },
        Refusal::Unavailable => Entry {
            status: 503,
            title: Words { ja: "一時的に利用できません", en: "Temporarily unavailable" },
            cause: Words {
                ja: "データベース、または添付ファイルの保存先を一時的に利用できないため、処理できませんでした。何も変更されていません。",
                en: "The service cannot use its database, or the place of its files, at the moment. Nothing was changed.",
            },
            fix: Words {
                ja: "Retry-Afterヘッダーの秒数だけ待って、同じIdempotency-Keyで、もう一度送信してください。",
                en: "Wait for the number of seconds in Retry-After, then send the request again with the same \
                     Idempotency-Key.",
            },
            retryable: true,
        },
        Refusal::OutcomeUnknown => Entry {
            status: 503,
            title: Words { ja: "処理結果を確認できません", en: "Outcome unknown" },
            cause: Words {
                ja: "保存の途中で接続が切れたため、保存されたかどうかを確認できません。",
                en: "The connection to the database was lost while the change was being stored: whether it was \
                     stored is not known.",
            },
            fix: Words {
                ja: "同じ内容を、同じIdempotency-Keyで、もう一度送信してください。保存されていれば同じ回答が返り、\
                     保存されていなければ一度だけ処理されます。",
                en: "Send the same request again with the same Idempotency-Key: if the change was stored you get \
                     its answer, otherwise it is carried out once.",
            },
            retryable: true,
        },
        Refusal::Internal => Entry {
            status: 500,
            title: Words { ja: "サービス内部の障害", en: "Internal error" },
            cause: Words {
                ja: "サービスの内部で障害が起きました。入力の誤りではありません。",
                en: "Something failed inside the service. It is not a mistake of yours.",
            },
            fix: Words {
                ja: concat!(
                    "届出を行う操作では、届出の一覧を確かめ、見当たらないときに限り、\
                     同じIdempotency-Keyを付けてもう一度送信してください。繰り返し起きる場合は、\
                     request_idを控えて、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "If you were filing, look first whether the filing is in your list, and only if it is not, \
                     send it again with the same Idempotency-Key. If this happens again, note the request_id and \
                     call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
    }
}
