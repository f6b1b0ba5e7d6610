//! The texts of the refusals of accounts: which addresses and facilities may have an account, and what an account
//! without a facility code may do.

use super::{Entry, StaticText, call_centre};
use crate::domain::accounts::AccountRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::EmailTaken => Entry {
            status: 409,
            title: StaticText { ja: "登録済みのメールアドレス", en: "E-mail address taken" },
            cause: StaticText {
                ja: "このメールアドレスは、すでにアカウントに登録されています。\
                     一つのメールアドレスで登録できるアカウントは、一つだけです。",
                en: "An account with this e-mail address already exists. Each account needs its own address.",
            },
            fix: StaticText {
                ja: "その施設のアカウントをお持ちの場合は、ログインするか、パスワードを再設定してください。医科と歯科のようにコードが二つある場合は、それぞれ別のメールアドレスで登録してください。",
                en: "If the account is yours, log in, or reset its password. A facility with two codes, such as medical and dental, needs one address for each code.",
            },
            advice: Some(StaticText {
                ja: "パスワードの再設定は、POST /v1/password-resetsで申し込みます。",
                en: "POST /v1/password-resets asks for a reset of the password.",
            }),
            retryable: false,
        },
        Refusal::FacilityHasAccount => Entry {
            status: 409,
            title: StaticText {
                ja: "登録済みの医療機関等コード", en: "Facility already registered"
            },
            cause: StaticText {
                ja: "この医療機関等コードまたは受付番号のアカウントは、すでに登録されています。",
                en: "An account for this facility code or receipt number already exists.",
            },
            fix: StaticText {
                ja: concat!(
                    "登録済みのアカウントでログインしてください。パスワードをお忘れの場合は、再設定してください。登録したメールアドレスをお忘れの場合は、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "Log in with the existing account. If you forgot the password, reset it. If you forgot the registered e-mail address, please call ",
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
        Refusal::FacilitySucceeded => Entry {
            status: 409,
            title: StaticText {
                ja: "承継済みの医療機関等コード", en: "Facility succeeded by another code"
            },
            cause: StaticText {
                ja: "この医療機関等コードの権利と義務は、承継により、新しい医療機関等コードに移っています。",
                en: "The rights and duties of this facility code have passed to a new facility code by succession.",
            },
            fix: StaticText {
                ja: concat!(
                    "新しい医療機関等コード（承継先）のアカウントで手続きを行ってください。\
                     承継にお心当たりがない場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Use the account of the new facility code (the successor). If you do not know of a \
                     succession, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
        Refusal::SuccessionRequired => Entry {
            status: 409,
            title: StaticText {
                ja: "承継届出が必要な医療機関等コード", en: "Succession required"
            },
            cause: StaticText {
                ja: "地方厚生（支）局の一覧で名称と所在地が同じ医療機関等の、別の医療機関等コードのアカウントがあります。\
                     同じ医療機関等のコードが変わった場合は、新しいアカウントの登録ではなく、承継届出が必要です。",
                en: "A facility with the same name and address in the regional bureaus’ list has an account under another \
                     code. If it is the same facility under a former code, a succession is needed, not a new account.",
            },
            fix: StaticText {
                ja: concat!(
                    "以前の医療機関等コードのアカウントでログインし、承継届出を行ってください。別の医療機関等である場合や、\
                     ログインに使うメールアドレスをお忘れの場合は、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "Log in with the account of the old facility code and file a succession. If it is another facility, or \
                     if you forgot the e-mail address of that account, please call ",
                    call_centre!(en),
                    "."
                ),
            },
            advice: Some(StaticText {
                ja: "承継届出は、POST /v1/successionsで行います。",
                en: "A succession is filed with POST /v1/successions.",
            }),
            retryable: false,
        },
        Refusal::FacilityNotDesignated => Entry {
            status: 409,
            title: StaticText {
                ja: "医療機関等コードの未登録", en: "Facility code not yet registered"
            },
            cause: StaticText {
                ja: "このアカウントは指定申請の受付番号で登録されており、まだ医療機関等コードがありません。",
                en: "This account was registered with the receipt number of an application for designation and has \
                     no facility code yet.",
            },
            fix: StaticText {
                ja: "地方厚生（支）局から医療機関等コードが通知されたあと、アカウントにコードを登録してから、この手続きを行ってください。",
                en: "When the regional bureau has notified you of the facility code, enter the code in the account. Then repeat this operation.",
            },
            advice: Some(StaticText {
                ja: "コードは、PATCH /v1/accountのfacility.codeに登録します。",
                en: "The code is entered with PATCH /v1/account, as facility.code.",
            }),
            retryable: false,
        },
        Refusal::FacilityAlreadyDesignated => Entry {
            status: 409,
            title: StaticText {
                ja: "医療機関等コードの再登録", en: "Facility code already registered"
            },
            cause: StaticText {
                ja: "このアカウントには、すでに医療機関等コードが登録されています。",
                en: "This account already has a facility code.",
            },
            fix: StaticText {
                ja: concat!(
                    "医療機関等コードが変わった場合は、承継届出を行ってください。登録したコードに誤りがある場合は、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "If the facility code has changed, file a succession. If the stored code is incorrect, please call ",
                    call_centre!(en),
                    "."
                ),
            },
            advice: Some(StaticText {
                ja: "承継届出は、POST /v1/successionsで行います。",
                en: "A succession is filed with POST /v1/successions.",
            }),
            retryable: false,
        },
    }
}
