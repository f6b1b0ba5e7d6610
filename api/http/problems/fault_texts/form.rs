//! The texts of faults in the form of codes, numbers, addresses, dates and names.

use crate::domain::values::fault::Fault;
use crate::http::problems::catalogue::StaticText;

/// The text of a fault, if it is in this table.
pub(super) const fn text(fault: Fault) -> Option<StaticText> {
    Some(match fault {
        Fault::PostalCodeForm => StaticText {
            ja: "郵便番号は、「100-8916」のように7桁の数字で入力してください。",
            en: "Please enter the postal code as seven digits, for example 100-8916.",
        },
        Fault::PhoneForm => StaticText {
            ja: "電話番号は、「03-1234-5678」のように市外局番から、日本国内の番号を入力してください。\
         050、060、070、080、090で始まる番号は11桁、ほかの番号は10桁です（0800で始まる番号は11桁）。",
            en: "Please enter a Japanese telephone number with its area code, for example 03-1234-5678. Numbers that begin \
         with 050, 060, 070, 080 or 090 have eleven digits, all others have ten (with 0800 eleven).",
        },
        Fault::PhoneWords => StaticText {
            ja: "電話番号に、数字とハイフン以外の文字が含まれています。「（代）」「㈹」「TEL」「℡」などは入れず、\
         「03-1234-5678」のように番号だけを入力してください。",
            en: "The telephone number contains something else than digits and hyphens. Please enter only the number, for \
         example 03-1234-5678, without “(代)”, “TEL” and similar words.",
        },
        Fault::PhoneSeveral => StaticText {
            ja: "電話番号に「/」などの区切りが含まれているか、番号が2つ以上あります。\
         「03-1234-5678」のように、番号を1つだけ、数字とハイフンで入力してください。",
            en: "The telephone number contains “/” or a similar sign, or there is more than one number. Please enter one \
         number in digits and hyphens, for example 03-1234-5678.",
        },
        Fault::PhoneExtension => StaticText {
            ja: "電話番号に内線番号が含まれています。内線番号は入れず、「03-1234-5678」のように外線の番号だけを入力してください。",
            en: "The telephone number contains an extension (内線). Please enter only the number that can be called from \
         outside, for example 03-1234-5678, without the extension.",
        },
        Fault::KanaForm => StaticText {
            ja: "フリガナは、「カクウサクラシンリョウジョ」のように、カタカナまたはひらがなで入力してください。",
            en: "Please enter the reading in katakana or hiragana, for example カクウサクラシンリョウジョ.",
        },
        Fault::EmailForm => StaticText {
            ja: "メールアドレスは、「clinic@example.jp」のような形で、アドレスを1つだけ入力してください。\
         氏名、空白、「<」「>」、全角の文字（漢字・仮名）は使えません。",
            en: "Please enter one e-mail address, for example clinic@example.jp, without a name, spaces, angle brackets and \
         Japanese characters.",
        },
        Fault::EmailCarrierDots => StaticText {
            ja: "「@」の直前に「.」があるメールアドレスや「.」が連続するメールアドレスは、\
         引用符（\"）で囲んでも、多くのメールサーバーで受け付けられません。別のメールアドレスを入力してください。",
            en: "Many mail servers refuse addresses with “..”, or with “.” just before the “@”, also between quotation \
         marks. Please enter another address.",
        },
        Fault::EmailQuoted => StaticText {
            ja: "「@」の前を引用符（\"）で囲んだメールアドレスは使えません。引用符を外して「clinic@example.jp」のように\
         入力するか、別のメールアドレスを入力してください。",
            en: "Addresses with quotation marks before the “@” are not accepted. Please enter the address without them, for \
         example clinic@example.jp, or another address.",
        },
        Fault::DateForm => StaticText {
            ja: "日付は、「2023-03-31」のように、1900年から2199年までの実在する日をYYYY-MM-DDの形式で入力してください。",
            en: "Please enter an existing date from 1900 to 2199 in the form YYYY-MM-DD, for example 2023-03-31.",
        },
        Fault::MonthForm => StaticText {
            ja: "年月は、「2023-09」のようにYYYY-MMの形式で入力してください。",
            en: "Please enter a month in the form YYYY-MM, for example 2023-09.",
        },
        Fault::InstantForm => StaticText {
            ja: "日時は、「2023-03-31T14:59:59Z」のようにRFC 3339の形式で入力してください。",
            en: "Please enter a date and time in the form of RFC 3339, for example 2023-03-31T14:59:59Z.",
        },
        Fault::ReceiptNumberForm => StaticText {
            ja: "届出番号は、受付のメールまたは画面にあるとおりに入力してください。",
            en: "Please enter the receipt number exactly as it appears in the mail or on the screen.",
        },
        Fault::IdForm => StaticText {
            ja: "IDは、このサービスの応答にあるものを、そのまま指定してください。",
            en: "Please send an id of the expected kind, exactly as this service returned it.",
        },
        Fault::DigestForm => StaticText {
            ja: "SHA-256のハッシュ値を「sha-256=:（base64）:」の形で指定してください。",
            en: "Please send the SHA-256 digest in the form sha-256=:<base64>:.",
        },
        Fault::FileNameExtension { .. } => StaticText {
            ja: "ファイル名の拡張子が、ファイルの形式と異なります。拡張子を {allowed} にするか、拡張子のない名称を\
                 入力してください。",
            en: "The extension of the file name does not belong to the type of the file. Please use {allowed}, or a \
                 name without an extension.",
        },
        Fault::FileNameForm => StaticText {
            ja: "ファイル名は、「契約書.pdf」のように、フォルダー名や「/」「\\」、見えない文字を含まない形で入力してください。\
                 Windowsの装置の名称（CON、NUL、COM1等）は使えません。",
            en: "Please enter a file name without folders, “/”, “\\” and invisible characters, for example \
                 contract.pdf. Names of devices in Windows (CON, NUL, COM1 and others) are not possible.",
        },
        _ => return None,
    })
}
