//! The texts of the refusals of declarations and successions, such as operations that the status does not allow.

use super::{Entry, StaticText, call_centre};
use crate::domain::filings::refusals::FilingRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::WindowNotOpen => Entry {
            status: 409,
            title: StaticText { ja: "届出回の開始前", en: "Round not open yet" },
            cause: StaticText {
                ja: "この届出回の受付は、まだ始まっていません。",
                en: "This round does not accept declarations yet.",
            },
            fix: StaticText {
                ja: "受付の開始日を確かめ、その日以降に届け出てください。日付は日本時間によります。",
                en: "Check the day on which the round opens, and file on that day or later. Days are days in Japan.",
            },
            advice: Some(StaticText {
                ja: "受付の開始日は、GET /v1/transitional-measures/{round}のopens_dateです。",
                en: "The first day is opens_date of GET /v1/transitional-measures/{round}.",
            }),
            retryable: false,
        },
        Refusal::WindowClosed => Entry {
            status: 409,
            title: StaticText { ja: "届出回の終了", en: "Round closed" },
            cause: StaticText {
                ja: "この届出回の受付は、終了しています。",
                en: "This round no longer accepts declarations.",
            },
            fix: StaticText {
                ja: concat!(
                    "受付中の猶予届出がほかにないかを確かめてください。やむを得ない事情で期限に間に合わなかった\
                     場合は、",
                    call_centre!(ja),
                    "へご相談ください。",
                ),
                en: concat!(
                    "Check whether another round is open. If circumstances beyond your control made you miss the \
                     deadline, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
        Refusal::RoundNotForKind => Entry {
            status: 409,
            title: StaticText {
                ja: "対象でない施設の種別", en: "Round not for this kind of facility"
            },
            cause: StaticText {
                ja: "この猶予届出は、お使いのアカウントの施設の種別（医科・歯科・薬局・訪問看護）\
                     を対象としていません。",
                en: "This round is not for your kind of facility (medical, dental, pharmacy or home-visit nursing).",
            },
            fix: StaticText {
                ja: "お使いのアカウントの施設の種別を対象とする猶予届出を選んでください。種別は、医療機関等コードの3桁目（1 医科、\
                     3 歯科、4 薬局、6 訪問看護）で決まります。",
                en: "Choose a round for your kind of facility. The third digit of the facility code is the \
                     kind: 1 medical, 3 dental, 4 pharmacy, 6 home-visit nursing.",
            },
            advice: None,
            retryable: false,
        },
        Refusal::DeclarationExists => Entry {
            status: 409,
            title: StaticText { ja: "届出済みの猶予届出", en: "Declaration already filed" },
            cause: StaticText {
                ja: "この施設の猶予届出は、すでに届け出られています。一つの届出回で届け出られるのは、1件だけです。",
                en: "This facility already has a declaration in this round. A facility can file only one in a round.",
            },
            fix: StaticText {
                ja: "内容を変更する場合は、届出済みの猶予届出を訂正してください。新たに届け出る場合は、先に取下げを行ってください。",
                en: "To change the declaration, correct it. To file a new one, withdraw the existing one first.",
            },
            advice: Some(StaticText {
                ja: "訂正はPUT /v1/declarations/{id}、取下げはPOST /v1/declarations/{id}/withdrawalで行います。",
                en: "Correct it with PUT /v1/declarations/{id}, or withdraw it with POST /v1/declarations/{id}/withdrawal.",
            }),
            retryable: false,
        },
        Refusal::StatusForbids => Entry {
            status: 409,
            title: StaticText {
                ja: "現在の状態ではできない操作", en: "Not possible in this status"
            },
            cause: StaticText {
                ja: "届出の現在の状態では、この操作を行えません。",
                en: "The current status of the filing does not allow this operation.",
            },
            fix: StaticText {
                ja: concat!(
                    "届出を開き直し、状態を確かめてください。取り下げた届出と不受理の届出は、変更できません。受理された承継届出の訂正や取下げが必要な場合は、",
                    call_centre!(ja),
                    "へご連絡ください。"
                ),
                en: concat!(
                    "Open the filing again, and check its status. A withdrawn or rejected filing cannot be changed. To correct or withdraw a succession that was accepted, please call ",
                    call_centre!(en),
                    "."
                ),
            },
            advice: Some(StaticText {
                ja: "届出をGETで読み直し、statusを確かめてください。",
                en: "Read the filing again with GET, and check its status.",
            }),
            retryable: false,
        },
        Refusal::SuccessionExists => Entry {
            status: 409,
            title: StaticText { ja: "手続き中の承継届出", en: "Succession already filed" },
            cause: StaticText {
                ja: "この医療機関等コードを承継元とする承継届出が、すでにあります。",
                en: "A succession from this facility code already exists.",
            },
            fix: StaticText {
                ja: concat!(
                    "届出済みの承継届出を確かめてください。新たに届け出る場合は、先にその届出を取り下げてください。\
                     すでに受理されている場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check the existing succession. To file a new one, withdraw the existing one first. If it has \
                     been accepted, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
        Refusal::SuccessionLapsed => Entry {
            status: 409,
            title: StaticText { ja: "失効した承継届出", en: "Succession lapsed" },
            cause: StaticText {
                ja: "返戻された承継届出が補正の期限までに補正されなかったため、効力を失っています。",
                en: "The succession was returned, and it lapsed because it was not corrected by its due date.",
            },
            fix: StaticText {
                ja: "承継先の医療機関等コードを確かめて、新しい承継届出を行ってください。",
                en: "Check the facility code of the successor, and file a new succession.",
            },
            advice: Some(StaticText {
                ja: "承継届出は、POST /v1/successionsで行います。",
                en: "A succession is filed with POST /v1/successions.",
            }),
            retryable: false,
        },
        Refusal::SuccessorHasAccount => Entry {
            status: 409,
            title: StaticText { ja: "アカウントのある承継先", en: "Successor has an account" },
            cause: StaticText {
                ja: "この承継先の医療機関等コードでは、すでにアカウントが登録されているため、\
                     承継元のアカウントを引き継げません。",
                en: "The successor’s facility code already has an account, so the predecessor’s account cannot \
                     be transferred to it.",
            },
            fix: StaticText {
                ja: concat!(
                    "承継先の医療機関等コードに誤りがないかを確かめてください。\
                     新しいコードで先にアカウントを登録された場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check the facility code of the successor. If you registered an account for the new code \
                     before the succession, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
        Refusal::SuccessorIsPredecessor => Entry {
            status: 409,
            title: StaticText {
                ja: "ほかの届出の承継元である承継先", en: "Successor is also a predecessor"
            },
            cause: StaticText {
                ja: "この承継先の医療機関等コードは、ほかの承継届出の承継元になっています。",
                en: "The successor’s facility code is the predecessor in another succession.",
            },
            fix: StaticText {
                ja: concat!(
                    "承継先に、以前の医療機関等コードを入力していないかを確かめてください。\
                     コードが続けて変わった場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check that the successor’s code is not a former code. If the facility’s code has changed \
                     more than once, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            advice: None,
            retryable: false,
        },
    }
}
