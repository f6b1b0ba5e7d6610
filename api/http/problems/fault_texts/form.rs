//! The texts of faults about the form of codes, numbers, addresses, dates and names.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::{Words, call_centre};

/// The text of a fault, if it is in this table.
pub(super) const fn words(fault: Fault) -> Option<Words> {
    Some(match fault {
        Fault::FacilityCodeForm => Words {
            ja: "医療機関等コードは、「1319999996」のように10桁の数字で入力してください。",
            en: "Please enter the facility code as ten digits, for example 1319999996.",
        },
        Fault::FacilityCodePrefecture => Words {
            ja: "医療機関等コードの最初の2桁は、01から47までの都道府県番号にしてください（例：東京都は13）。",
            en: "The first two digits of the facility code must be a prefecture, 01 to 47 (13 for Tokyo, for \
         example).",
        },
        Fault::FacilityCodeKind => Words {
            ja: "医療機関等コードの3桁目は、1（医科）、3（歯科）、4（薬局）、6（訪問看護）\
         のいずれかにしてください。",
            en: "The third digit of the facility code must be 1 (medical), 3 (dental), 4 (pharmacy) or 6 \
         (home-visit nursing).",
        },
        Fault::FacilityCodeCheckDigit => Words {
            ja: concat!(
                "医療機関等コードの10桁目の検証番号が合いません。検証番号は、\
         都道府県番号が11から14までのときは4～9桁目から、ほかのときは1～9桁目から、Luhnの方式で計算します。\
         印刷された医療機関等コードが正しいものですので、そのとおりに入力しても受け付けられない場合は、\
         コールセンター（",
                call_centre!(phone),
                "）へご連絡ください。",
            ),
            en: concat!(
                "The check digit, the tenth digit of the facility code, does not fit: it is computed by the Luhn \
         rule, in prefectures 11 to 14 from digits 4 to 9, elsewhere from digits 1 to 9. The printed code \
         is the authority: if it is refused exactly as printed, please call the call centre (",
                call_centre!(phone),
                ").",
            ),
        },
        Fault::DesignationReceiptForm => Words {
            ja: "指定申請の受付番号は、半角の数字・英大文字・ハイフン（-）を使い、20文字以内で入力してください。",
            en: "Please enter the receipt number of the application for designation in digits, capital letters A \
         to Z and hyphens, 20 characters at most.",
        },
        Fault::PostalCodeForm => Words {
            ja: "郵便番号は、「100-8916」のように7桁の数字で入力してください。",
            en: "Please enter the postal code as seven digits, for example 100-8916.",
        },
        Fault::PhoneForm => Words {
            ja: "電話番号は、「03-1234-5678」のように市外局番から、日本国内の番号を入力してください。",
            en: "Please enter a Japanese telephone number with its area code, for example 03-1234-5678.",
        },
        Fault::KanaForm => Words {
            ja: "フリガナは、「ヤマダ タロウ」のようにカタカナ又はひらがなで入力してください。",
            en: "Please enter the reading in katakana or hiragana, for example ヤマダ タロウ.",
        },
        Fault::EmailForm => Words {
            ja: "メールアドレスは、「clinic@example.jp」のような形で入力してください。",
            en: "Please enter an e-mail address, for example clinic@example.jp.",
        },
        Fault::EmailCarrierDots => Words {
            ja: "「@」の直前に「.」があるか「..」と続く以前の携帯電話会社のメールアドレスは、\
         多くのメールサーバーが受け付けませんので、別のメールアドレスを入力してください。",
            en: "Old carrier addresses with “..”, or with “.” just before the “@”, are refused by many mail \
         servers: please use another address.",
        },
        Fault::DateForm => Words {
            ja: "日付は、「2023-03-31」のように、実在する日をYYYY-MM-DDの形で入力してください。",
            en: "Please enter a date that exists as YYYY-MM-DD, for example 2023-03-31.",
        },
        Fault::MonthForm => Words {
            ja: "年月は、「2023-09」のようにYYYY-MMの形で入力してください。",
            en: "Please enter a month as YYYY-MM, for example 2023-09.",
        },
        Fault::InstantForm => Words {
            ja: "日時は、「2023-03-31T14:59:59Z」のようにRFC 3339の形で入力してください。",
            en: "Please enter an instant in the form of RFC 3339, for example 2023-03-31T14:59:59Z.",
        },
        Fault::ReceiptNumberForm => Words {
            ja: "届出番号は、受付のメール又は画面にあるとおりに入力してください。",
            en: "Please enter the receipt number exactly as the mail or the screen of the filing shows it.",
        },
        Fault::IdForm => Words {
            ja: "IDは、このサービスの応答にあるものを、一字も変えずに送ってください。",
            en: "Please send the id exactly as an answer of this service gave it, of the kind that belongs here.",
        },
        Fault::DigestForm => Words {
            ja: "SHA-256のハッシュ値を、64桁の16進数（0～9、a～f）で送ってください。",
            en: "Please send the SHA-256 digest as 64 hexadecimal digits (0 to 9, a to f).",
        },
        Fault::FileNameForm => Words {
            ja: "ファイル名は、「契約書.pdf」のように、フォルダー名や「/」「\\」を含まない形で入力してください。",
            en: "Please give a plain file name without folders, “/” or “\\”, for example contract.pdf.",
        },
        _ => return None,
    })
}
