//! The problems of logins, tokens and mailed links.

use super::{Entry, Words, call_centre};
use crate::domain::identity::refusals::IdentityRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::TokenMissing => Entry {
            status: 401,
            title: Words { ja: "アクセストークンの不足", en: "Access token missing" },
            cause: Words {
                ja: "この操作にはログインが必要ですが、アクセストークンが送られていません。",
                en: "This operation needs a login, but no access token was sent.",
            },
            fix: Words {
                ja: "POST /v1/sessionsでログインし、受け取ったアクセストークンを「Authorization: Bearer」ヘッダーに\
                     入れて、もう一度送信してください。",
                en: "Log in with POST /v1/sessions, and send the access token you receive in the header \
                     Authorization: Bearer.",
            },
            retryable: false,
        },
        Refusal::TokenInvalid => Entry {
            status: 401,
            title: Words { ja: "無効なアクセストークン", en: "Access token invalid" },
            cause: Words {
                ja: "送られたアクセストークンは、このサービスが発行したものと確認できませんでした。",
                en: "The access token could not be recognised as one that this service issued.",
            },
            fix: Words {
                ja: "受け取ったトークンの全体をそのまま送っているか、接続先の環境が正しいかを確かめてください。\
                     直らない場合は、POST /v1/sessionsでログインし直してください。",
                en: "Check that the token is sent whole and unchanged, and to the right environment. If that does \
                     not help, log in again with POST /v1/sessions.",
            },
            retryable: false,
        },
        Refusal::TokenExpired => Entry {
            status: 401,
            title: Words { ja: "アクセストークンの期限切れ", en: "Access token expired" },
            cause: Words {
                ja: "アクセストークンの有効期限が過ぎています。",
                en: "The access token’s life is over.",
            },
            fix: Words {
                ja: "POST /v1/sessions/refreshで新しいアクセストークンを受け取り、もう一度送信してください。",
                en: "Get a new access token with POST /v1/sessions/refresh, and send the request again.",
            },
            retryable: false,
        },
        Refusal::SessionEnded => Entry {
            status: 401,
            title: Words { ja: "ログインの終了", en: "Session ended" },
            cause: Words {
                ja: "ログアウトやパスワードの変更などにより、このログインは終了しています。",
                en: "This session was ended, for example by a logout or a change of the password.",
            },
            fix: Words {
                ja: "POST /v1/sessionsで、もう一度ログインしてください。お心当たりがない場合は、\
                     パスワードを変更してください。",
                en: "Log in again with POST /v1/sessions. If you did not expect this, please change your password.",
            },
            retryable: false,
        },
        Refusal::RefreshTokenInvalid => Entry {
            status: 401,
            title: Words { ja: "無効なリフレッシュトークン", en: "Refresh token invalid" },
            cause: Words {
                ja: "リフレッシュトークンが、使用済みであるか、期限切れであるか、このサービスのものではありません。",
                en: "The refresh token was used before, has expired, or is not one of this service.",
            },
            fix: Words {
                ja: "POST /v1/sessionsで、もう一度ログインしてください。リフレッシュトークンは使うたびに\
                     新しくなりますので、最後に受け取ったものだけを保存してください。",
                en: "Log in again with POST /v1/sessions. A refresh token is replaced each time it is used: keep \
                     only the one you received last.",
            },
            retryable: false,
        },
        Refusal::LoginFailed => Entry {
            status: 401,
            title: Words { ja: "ログインの失敗", en: "Login failed" },
            cause: Words {
                ja: "メールアドレスとパスワードの組合せを確認できませんでした。",
                en: "The e-mail address and the password could not be confirmed together.",
            },
            fix: Words {
                ja: concat!(
                    "入力を確かめて、もう一度お試しください。パスワードをお忘れの場合は、\
                     パスワード再設定（POST /v1/password-resets）を行ってください。登録したメールアドレスをお忘れの\
                     場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check what you typed and try again. If you forgot the password, ask for a reset \
                     (POST /v1/password-resets). If you forgot which e-mail address is registered, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::LinkUnknown => Entry {
            status: 404,
            title: Words { ja: "確認できないリンク", en: "Link unknown" },
            cause: Words {
                ja: "メールのリンクを確認できませんでした。リンクの一部が欠けている可能性があります。",
                en: "The mailed link is not known. A part of it may be missing.",
            },
            fix: Words {
                ja: "メールを開き直し、リンクの全体が途中で切れないように開くか、コピーしてください。\
                     直らない場合は、アカウント登録（POST /v1/registrations）\
                     又はパスワード再設定（POST /v1/password-resets）をもう一度行ってください。",
                en: "Open the mail again and follow or copy the whole link. If that does not help, ask for a new \
                     one: POST /v1/registrations to register, POST /v1/password-resets to reset the password.",
            },
            retryable: false,
        },
        Refusal::LinkExpired => Entry {
            status: 410,
            title: Words { ja: "リンクの期限切れ", en: "Link expired" },
            cause: Words {
                ja: "メールのリンクの有効期限が過ぎています。",
                en: "The mailed link’s life is over.",
            },
            fix: Words {
                ja: "アカウント登録の場合はPOST /v1/registrations、パスワード再設定の場合は\
                     POST /v1/password-resetsを、メールアドレスの変更の場合はその変更をもう一度行い、\
                     新しく届くメールのリンクを期限内に開いてください。",
                en: "Ask for a new link and open it before it expires: POST /v1/registrations to register, \
                     POST /v1/password-resets to reset the password; for a new e-mail address, ask for that change \
                     again.",
            },
            retryable: false,
        },
        Refusal::LinkUsed => Entry {
            status: 410,
            title: Words { ja: "使用済みのリンク", en: "Link used" },
            cause: Words {
                ja: "このリンク、又は同じ手続きのほかのリンクは、すでに使われています。",
                en: "This link, or another one of the same procedure, was used already.",
            },
            fix: Words {
                ja: "手続きは終わっている可能性がありますので、まずPOST /v1/sessionsでログインをお試しください。\
                     ログインできない場合は、POST /v1/password-resetsでパスワードを再設定してください。",
                en: "The procedure may be complete: first try to log in with POST /v1/sessions. If you cannot, \
                     reset the password with POST /v1/password-resets.",
            },
            retryable: false,
        },
    }
}
