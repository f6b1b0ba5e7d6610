//! Successions that collide with another one, or with an account.

use super::{Entry, Words, call_centre};

pub(super) const SUCCESSION_EXISTS: Entry = Entry {
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
};

pub(super) const SUCCESSOR_TAKEN: Entry = Entry {
    status: 409,
    title: Words { ja: "ほかの届出にある承継先", en: "Successor named in another succession" },
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
};

pub(super) const SUCCESSOR_HAS_ACCOUNT: Entry = Entry {
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
};

pub(super) const SUCCESSOR_IS_PREDECESSOR: Entry = Entry {
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
};
