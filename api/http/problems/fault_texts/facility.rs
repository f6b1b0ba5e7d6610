//! The texts of faults in what identifies a facility: its code, or its receipt number and prefecture.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::{StaticText, call_centre};

/// The text of a fault, if it is in this table.
pub(super) const fn text(fault: Fault) -> Option<StaticText> {
    Some(match fault {
        Fault::FacilityCodeForm => StaticText {
            ja: "医療機関等コードは、「1319999996」のように10桁の数字で入力してください。",
            en: "Please enter the facility code as ten digits, for example 1319999996.",
        },
        Fault::FacilityCodePrefecture => StaticText {
            ja: "医療機関等コードの最初の2桁は、01から47までの都道府県番号にしてください（例：東京都は13）。",
            en: "The first two digits of the facility code must be a prefecture number from 01 to 47 (for example, 13 \
         for Tokyo).",
        },
        Fault::FacilityCodeKind => StaticText {
            ja: "医療機関等コードの3桁目は、1（医科）、3（歯科）、4（薬局）、6（訪問看護）\
         のいずれかにしてください。",
            en: "The third digit of the facility code must be 1 (medical), 3 (dental), 4 (pharmacy) or 6 \
         (home-visit nursing).",
        },
        Fault::FacilityCodeCheckDigit => StaticText {
            ja: concat!(
                "医療機関等コードの10桁目（検証番号）が正しくありません。検証番号は、\
         都道府県番号が11から14までのときは4～9桁目から、ほかのときは1～9桁目から、Luhnの方式で計算します。\
         印刷された医療機関等コードのとおりに入力しても受け付けられない場合は、\
         コールセンター（",
                call_centre!(phone),
                "）へご連絡ください。",
            ),
            en: concat!(
                "The tenth digit of the facility code (the check digit) is wrong. It is calculated with the Luhn \
         algorithm: in prefectures 11 to 14 from digits 4 to 9, in the others from digits 1 to 9. If the code \
         is refused although you entered it exactly as printed, please call the call centre (",
                call_centre!(phone),
                ").",
            ),
        },
        Fault::DesignationReceiptForm => StaticText {
            ja: "指定申請の受付番号は、半角の数字・英大文字・ハイフン（-）を使い、20文字以内で入力してください。",
            en: "Please enter the receipt number of the application for designation in digits, capital letters A \
         to Z and hyphens, 20 characters at most.",
        },
        Fault::DesignationReceiptIsCode => StaticText {
            ja: "これは受付番号ではなく、医療機関等コードです。医療機関等コードの欄（code）に入力し、受付番号と種別（kind）は空欄にしてください。",
            en: "This is a facility code, not a receipt number. Please send it as the facility code (code), without a \
         receipt number and without a kind.",
        },
        Fault::AddressPrefecture => StaticText {
            ja: "受付番号は都道府県ごとに付けられるため、所在地は「東京都千代田区…」のように都道府県名から入力してください。",
            en: "Receipt numbers are given out by prefecture, so please begin the address with the name of the prefecture \
         in Japanese, for example 東京都千代田区….",
        },
        _ => return None,
    })
}
