//! The texts of the refusals of logins, tokens and mailed links.

use super::{Entry, StaticText, call_centre};
use crate::domain::identity::refusals::IdentityRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::TokenMissing => Entry {
            status: 401,
            title: StaticText { ja: "アクセストークンの不足", en: "Access token missing" },
            cause: StaticText {
                ja: "この操作にはログインが必要ですが、アクセストークンが送られていません。",
                en: "This operation requires a login, but the request has no access token.",
            },
            fix: StaticText {
                ja: "ログインしてから、もう一度操作してください。",
                en: "Log in, and try again.",
            },
            advice: Some(StaticText {
                ja: "POST /v1/sessionsでログインし、受け取ったアクセストークンを「Authorization: Bearer」ヘッダーに\
                     入れて、もう一度送信してください。",
                en: "Log in with POST /v1/sessions, and send the access token from the answer in the header \
                     Authorization: Bearer.",
            }),
            retryable: false,
        },
        Refusal::TokenInvalid => Entry {
            status: 401,
            title: StaticText { ja: "無効なアクセストークン", en: "Access token invalid" },
            cause: StaticText {
                ja: "送信されたアクセストークンが、このサービスの発行したものであることを確認できませんでした。",
                en: "The access token is not one that this service issued.",
            },
            fix: StaticText { ja: "もう一度ログインしてください。", en: "Log in again." },
            advice: Some(StaticText {
                ja: "受け取ったトークンの全体をそのまま送っているか、接続先の環境が正しいかを確かめてください。\
                     解決しない場合は、POST /v1/sessionsでログインし直してください。",
                en: "Check that you send the whole token unchanged, and to the right environment. If that does \
                     not help, log in again with POST /v1/sessions.",
            }),
            retryable: false,
        },
        Refusal::TokenExpired => Entry {
            status: 401,
            title: StaticText { ja: "アクセストークンの期限切れ", en: "Access token expired" },
            cause: StaticText {
                ja: "アクセストークンの有効期限が過ぎています。",
                en: "The access token has expired.",
            },
            fix: StaticText {
                ja: "もう一度お試しください。解決しない場合は、ログインし直してください。",
                en: "Try again. If that does not help, log in again.",
            },
            advice: Some(StaticText {
                ja: "POST /v1/sessions/refreshで新しいアクセストークンを受け取り、もう一度送信してください。",
                en: "Get a new access token with POST /v1/sessions/refresh, and send the request again.",
            }),
            retryable: false,
        },
        Refusal::SessionEnded => Entry {
            status: 401,
            title: StaticText { ja: "セッションの終了", en: "Session ended" },
            cause: StaticText {
                ja: "ログアウトやパスワードの変更などにより、このログインは終了しています。",
                en: "This session has ended, for example because of a logout or a change of the password.",
            },
            fix: StaticText {
                ja: "もう一度ログインしてください。お心当たりがない場合は、パスワードを変更してください。",
                en: "Log in again. If you did not expect this, please change your password.",
            },
            advice: Some(StaticText {
                ja: "POST /v1/sessionsでログインしてください。",
                en: "Log in with POST /v1/sessions.",
            }),
            retryable: false,
        },
        Refusal::ReauthenticationRequired => Entry {
            status: 401,
            title: StaticText { ja: "パスワードの再確認", en: "Password confirmation required" },
            cause: StaticText {
                ja: "この操作には、15分以内に確認されたパスワードが必要です。",
                en: "This operation requires that the password was verified in the last 15 minutes.",
            },
            fix: StaticText {
                ja: "パスワードを確認し、同じ操作をもう一度行ってください。入力した内容はそのままお使いになれます。",
                en: "Confirm your password, and repeat the operation. What you entered can be used again.",
            },
            advice: Some(StaticText {
                ja: "PUT /v1/sessions/current/authenticationでパスワードを確認し、同じリクエストを送信してください。",
                en: "Confirm the password with PUT /v1/sessions/current/authentication, and send the same request again.",
            }),
            retryable: false,
        },
        Refusal::RefreshTokenInvalid => Entry {
            status: 401,
            title: StaticText { ja: "無効なリフレッシュトークン", en: "Refresh token invalid" },
            cause: StaticText {
                ja: "リフレッシュトークンが、使用済みであるか、期限切れであるか、このサービスの発行したものではありません。",
                en: "The refresh token was already used, has expired, or was not issued by this service.",
            },
            fix: StaticText { ja: "もう一度ログインしてください。", en: "Log in again." },
            advice: Some(StaticText {
                ja: "POST /v1/sessionsで、もう一度ログインしてください。リフレッシュトークンは使うたびに\
                     新しくなりますので、最後に受け取ったものだけを保存してください。",
                en: "Log in again with POST /v1/sessions. Each use of a refresh token replaces it, so keep only \
                     the one that you received last.",
            }),
            retryable: false,
        },
        Refusal::RefreshTokenMissing => Entry {
            status: 401,
            title: StaticText { ja: "リフレッシュトークンの不足", en: "Refresh token missing" },
            cause: StaticText {
                ja: "リフレッシュトークンが送られていません。ログインしていないか、ログインの期限が過ぎています。",
                en: "The request has no refresh token, so there is no session to continue.",
            },
            fix: StaticText { ja: "もう一度ログインしてください。", en: "Log in again." },
            advice: Some(StaticText {
                ja: "リフレッシュトークンをrefresh_tokenに入れるか、クッキーとともに（credentials: \"include\"）\
                     送信してください。",
                en: "Send the refresh token in refresh_token, or send the request with the cookie (credentials: \
                     \"include\").",
            }),
            retryable: false,
        },
        Refusal::OriginNotAllowed => Entry {
            status: 403,
            title: StaticText { ja: "許可されていないオリジン", en: "Origin not allowed" },
            cause: StaticText {
                ja: "リフレッシュトークンのクッキーは、許可されたオリジンのページからの要求でだけ使えます。\
                     この要求のOriginヘッダーは、ないか、許可されていません。",
                en: "The cookie of the refresh token is only for requests from pages of allowed origins. The header Origin of \
                     this request is missing, or names another origin.",
            },
            fix: StaticText {
                ja: "ポータルサイトの正しいURLを開き直してください。",
                en: "Open the right address of the portal.",
            },
            advice: Some(StaticText {
                ja: "サービスの運用者は、フロントエンドのオリジンをTODOKEDE_CORS_ORIGINSに設定してください。\
                     ブラウザーでないプログラムは、クッキーを使わずにrefresh_tokenを送信してください。",
                en: "Operators list the origin of the front end in TODOKEDE_CORS_ORIGINS. Programs other than browsers send \
                     refresh_token and no cookie.",
            }),
            retryable: false,
        },
        Refusal::LoginFailed => Entry {
            status: 401,
            title: StaticText { ja: "ログインの失敗", en: "Login failed" },
            cause: StaticText {
                ja: "メールアドレスとパスワードの組合せが正しくないか、誤ったパスワードが続けて100回送られたため\
                     新しい端末からのログインを受け付けていません。",
                en: "The e-mail address or the password is wrong, or wrong passwords were sent 100 times in a row and \
                     logins of new devices are refused.",
            },
            fix: StaticText {
                ja: concat!(
                    "入力を確かめて、もう一度お試しください。パスワードをお忘れの場合は、パスワードの再設定を行ってください。登録したメールアドレスをお忘れの場合は、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "Check both, and try again. If you forgot the password, reset it. If you forgot the registered e-mail address, please call ",
                    call_centre!(en),
                    "."
                ),
            },
            advice: Some(StaticText {
                ja: "パスワードの再設定は、POST /v1/password-resetsで申し込みます。",
                en: "POST /v1/password-resets asks for a reset of the password.",
            }),
            retryable: false,
        },
        Refusal::LinkUnknown => Entry {
            status: 404,
            title: StaticText { ja: "確認できないリンク", en: "Link unknown" },
            cause: StaticText {
                ja: "メールのリンクを確認できませんでした。リンクの一部が欠けている可能性があります。",
                en: "The mailed link is unknown. A part of the link may be missing.",
            },
            fix: StaticText {
                ja: "メールを開き直し、リンクの全体が途中で切れないように開くか、コピーしてください。解決しない場合は、アカウント登録またはパスワードの再設定をもう一度行ってください。",
                en: "Open the mail again, and follow or copy the whole link. If that does not help, ask for a new link.",
            },
            advice: Some(StaticText {
                ja: "新しいリンクは、アカウント登録ではPOST /v1/registrations、パスワード再設定ではPOST /v1/password-resetsで申し込みます。",
                en: "A new link is asked for with POST /v1/registrations to register, and with POST /v1/password-resets to reset the password.",
            }),
            retryable: false,
        },
        Refusal::LinkExpired => Entry {
            status: 410,
            title: StaticText { ja: "リンクの期限切れ", en: "Link expired" },
            cause: StaticText {
                ja: "メールのリンクの有効期限が過ぎています。",
                en: "The mailed link has expired.",
            },
            fix: StaticText {
                ja: "同じ手続きをもう一度行い、新しく届くメールのリンクを期限内に開いてください。",
                en: "Ask for a new link, and open it before it expires.",
            },
            advice: Some(StaticText {
                ja: "アカウント登録はPOST /v1/registrations、パスワード再設定はPOST /v1/password-resets、メールアドレスの変更はPOST /v1/account/email-changesで申し込みます。",
                en: "Use POST /v1/registrations to register, POST /v1/password-resets to reset the password, and POST /v1/account/email-changes to change the e-mail address.",
            }),
            retryable: false,
        },
        Refusal::LinkUsed => Entry {
            status: 410,
            title: StaticText { ja: "使用できないリンク", en: "Link no longer valid" },
            cause: StaticText {
                ja: "このリンクは、すでに使われたか、その後の手続きにより無効になっています。",
                en: "This link was already used, or a later step has made it invalid.",
            },
            fix: StaticText {
                ja: "同じ手続きを何度か申し込んだ場合は、最も新しいメールのリンクをお使いください。手続きは終わっている可能性もありますので、ログインをお試しください。ログインできない場合は、パスワードを再設定してください。",
                en: "If you asked more than once, use the link in the newest mail. The procedure may also be complete, so try to log in. If you cannot, reset the password.",
            },
            advice: Some(StaticText {
                ja: "ログインはPOST /v1/sessions、パスワードの再設定はPOST /v1/password-resetsです。",
                en: "Log in with POST /v1/sessions. Reset the password with POST /v1/password-resets.",
            }),
            retryable: false,
        },
    }
}
