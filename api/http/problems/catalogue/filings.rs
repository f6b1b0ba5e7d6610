//! The problems of declarations and successions, such as what their status forbids.

use super::{Entry, Words, call_centre};
use crate::domain::filings::refusals::FilingRefusal as Refusal;

/// The entry of each refusal.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) const fn entry(refusal: Refusal) -> Entry {
    match refusal {
        Refusal::WindowNotOpen => Entry {
            status: 409,
            title: Words { ja: "受付の開始前", en: "Declarations not yet open" },
            cause: Words {
                ja: "この猶予届出の受付は、まだ始まっていません。",
                en: "This round does not take declarations yet.",
            },
            fix: Words {
                ja: "受付の開始日を確かめ、その日以降に届け出てください。日は日本時間で数えます。",
                en: "Check the day on which the round opens, and file from that day on. Days are those of Japan.",
            },
            retryable: false,
        },
        Refusal::WindowClosed => Entry {
            status: 409,
            title: Words { ja: "受付の終了", en: "Declarations closed" },
            cause: Words {
                ja: "この猶予届出の受付は、終了しています。",
                en: "This round takes no more declarations.",
            },
            fix: Words {
                ja: concat!(
                    "受付中の猶予届出がほかにないかを確かめてください。やむを得ない事情で期限に間に合わなかった\
                     場合は、",
                    call_centre!(ja),
                    "へご相談ください。",
                ),
                en: concat!(
                    "See whether another round is open. If circumstances beyond your control made you miss the \
                     deadline, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::RoundNotForKind => Entry {
            status: 409,
            title: Words { ja: "対象でない施設の種別", en: "Round not for this kind of facility" },
            cause: Words {
                ja: "この猶予届出は、お使いのアカウントの施設の種別（医科・歯科・薬局・訪問看護）\
                     を対象としていません。",
                en: "This round is not meant for facilities of your kind (medical, dental, pharmacy or home-visit \
                     nursing).",
            },
            fix: Words {
                ja: "施設の種別を対象とする猶予届出を選んでください。種別は、医療機関等コードの3桁目（1 医科、\
                     3 歯科、4 薬局、6 訪問看護）で決まります。",
                en: "Choose a round for your kind of facility. The third digit of the facility code tells the \
                     kind: 1 medical, 3 dental, 4 pharmacy, 6 home-visit nursing.",
            },
            retryable: false,
        },
        Refusal::DeclarationExists => Entry {
            status: 409,
            title: Words { ja: "届出済みの猶予届出", en: "Declaration already filed" },
            cause: Words {
                ja: "この施設の猶予届出は、すでに届け出られています。一つの受付で届け出られるのは、1件だけです。",
                en: "This facility has a declaration in this round already. Each round takes one for each facility.",
            },
            fix: Words {
                ja: "内容を改める場合は、届出済みの猶予届出を訂正してください。\
                     届け出直す場合は、先に取下げ（POST /v1/declarations/{id}/withdrawal）を行ってください。",
                en: "To change its content, correct the declaration that was filed. To file anew, withdraw that \
                     one first (POST /v1/declarations/{id}/withdrawal).",
            },
            retryable: false,
        },
        Refusal::StatusForbids => Entry {
            status: 409,
            title: Words { ja: "現在の状態ではできない操作", en: "Not possible in this status" },
            cause: Words {
                ja: "届出の現在の状態では、この操作を行えません。",
                en: "The present status of the filing does not allow this change.",
            },
            fix: Words {
                ja: concat!(
                    "届出をGETで読み直し、statusを確かめてください。受理のあとに訂正や取下げが必要になった場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "GET the filing again and look at its status. If it must be corrected or withdrawn after it \
                     was accepted, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::SuccessionExists => Entry {
            status: 409,
            title: Words { ja: "手続き中の承継届出", en: "Succession already filed" },
            cause: Words {
                ja: "この医療機関等コードを承継元とする承継届出が、すでにあります。",
                en: "A succession from this facility code has been filed already.",
            },
            fix: Words {
                ja: concat!(
                    "届出済みの承継届出を確かめてください。届け出直す場合は、先にその届出を取り下げてください。\
                     受理されている場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Look at the succession that was filed. To file anew, withdraw that one first. If it has been \
                     accepted, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::SuccessorTaken => Entry {
            status: 409,
            title: Words {
                ja: "ほかの届出にある承継先", en: "Successor named in another succession"
            },
            cause: Words {
                ja: "この承継先の医療機関等コードは、ほかの承継届出で使われています。",
                en: "Another succession names the same facility code as its successor.",
            },
            fix: Words {
                ja: concat!(
                    "承継先の医療機関等コードに誤りがないかを確かめてください。誤りがない場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check the facility code of the successor. If it is right, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::SuccessorHasAccount => Entry {
            status: 409,
            title: Words { ja: "アカウントのある承継先", en: "Successor has an account" },
            cause: Words {
                ja: "この承継先の医療機関等コードでは、すでにアカウントが登録されているため、\
                     承継元のアカウントを引き継げません。",
                en: "The successor’s facility code has an account of its own, so the predecessor’s account \
                     cannot pass to it.",
            },
            fix: Words {
                ja: concat!(
                    "承継先の医療機関等コードに誤りがないかを確かめてください。\
                     新しいコードで先にアカウントを登録された場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check the facility code of the successor. If an account was registered for the new code \
                     first, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
        Refusal::SuccessorIsPredecessor => Entry {
            status: 409,
            title: Words {
                ja: "ほかの届出の承継元である承継先", en: "Successor is a predecessor itself"
            },
            cause: Words {
                ja: "この承継先の医療機関等コードは、ほかの承継届出の承継元になっています。",
                en: "The successor’s facility code is the predecessor in another succession.",
            },
            fix: Words {
                ja: concat!(
                    "承継先に、以前の医療機関等コードを入力していないかを確かめてください。\
                     コードが続けて変わった場合は、",
                    call_centre!(ja),
                    "へご連絡ください。",
                ),
                en: concat!(
                    "Check that the successor’s code is not an older one. If the facility’s code changed more \
                     than once, please call ",
                    call_centre!(en),
                    ".",
                ),
            },
            retryable: false,
        },
    }
}
