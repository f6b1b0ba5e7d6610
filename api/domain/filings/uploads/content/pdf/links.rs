//! The addresses of links in a PDF (ISO 32000-1, 12.6.4.7), which a viewer opens in a browser or a mail program.

use super::lexer::Token;

/// The parts of a mail that a link may fill in (RFC 6068). Mail programs also know others, such as one that attaches a
/// file from the reader's disk.
const MAIL_FIELDS: &[&str] = &["", "to", "cc", "bcc", "subject", "body"];

/// The maximum length of an address, as it is written. Browsers and servers accept about 8,000 characters.
const MAX_ADDRESS: usize = 32 * 1024;

/// Whether a text is an address of a web page, a mail address, a telephone number, or a place in the file itself. Anything
/// else could open a file of the reader's machine or network (`file:`, `\\host\share`, a relative path), or run a script.
pub(super) fn is_plain_address(text: &Token<'_>) -> bool {
    let Some(bytes) = decoded(text) else { return false };
    let address = as_browsers_read(&bytes);
    match address.split_once(':') {
        Some(("http" | "https", place)) => place.starts_with("//"),
        Some(("mailto", mail)) => has_only_mail_fields(mail),
        Some(("tel", number)) => is_telephone_number(number),
        // Programs write addresses so as people type them, and viewers add the scheme. A viewer that does not must not
        // find a file.
        _ if address.starts_with("www.") => !address.contains("..") && !address.contains('\\'),
        _ => address.is_empty() || address.starts_with('#'),
    }
}

/// In small letters, and without the white space and controls that browsers ignore. Only ASCII letters occur in schemes.
fn as_browsers_read(bytes: &[u8]) -> String {
    bytes.iter().filter(|byte| **byte > b' ').map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

fn has_only_mail_fields(mail: &str) -> bool {
    let fields = mail.split(['?', '&']).skip(1);
    let names = fields.map(|field| field.split('=').next().unwrap_or_default());
    // Programs that convert web pages leave the entity of the ampersand in.
    names.map(|name| name.strip_prefix("amp;").unwrap_or(name)).all(|name| MAIL_FIELDS.contains(&name))
}

/// Whether a text has only digits and separators. With `*` and `#` it would be a command for the telephone network.
fn is_telephone_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.()".contains(&byte))
}

/// The bytes of a text; `None` if it is too long. Texts in UTF-16 become ASCII, with a sign in place of other characters.
fn decoded(text: &Token<'_>) -> Option<Vec<u8>> {
    let bytes = match text {
        Token::Text(written) if written.len() <= MAX_ADDRESS => unescaped(written),
        Token::HexadecimalText(digits) if digits.len() <= MAX_ADDRESS => from_hexadecimal(digits),
        _ => return None,
    };
    let ascii = |pair: [u8; 2]| u8::try_from(u16::from_be_bytes(pair)).unwrap_or(b'?');
    let pairs = |bytes: &[u8]| bytes.as_chunks::<2>().0.to_vec();
    Some(match bytes.as_slice() {
        [0xFE, 0xFF, units @ ..] => pairs(units).into_iter().map(ascii).collect(),
        [0xFF, 0xFE, units @ ..] => pairs(units).into_iter().map(|[low, high]| ascii([high, low])).collect(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.to_vec(),
        _ => bytes,
    })
}

/// Decodes the escapes of a text in parentheses (table 3): letters, up to three octal digits, and line ends, which are
/// left out.
fn unescaped(written: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let Some((escaped, behind)) = after.split_first().filter(|_| *byte == b'\\') else {
            plain.push(*byte);
            continue;
        };
        rest = behind;
        match escaped {
            b'0'..=b'7' => {
                let (value, length) = octal(after);
                plain.push(value);
                rest = after.get(length..).unwrap_or_default();
            }
            b'\r' | b'\n' => {}
            b'n' | b'r' | b't' | b'b' | b'f' => plain.push(b' '),
            other => plain.push(*other),
        }
    }
    plain
}

/// The value of one to three octal digits, and how many there are. What does not fit into a byte is cut off.
fn octal(digits: &[u8]) -> (u8, usize) {
    let length = digits.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let value = digits.iter().take(length).fold(0_u8, |value, digit| value.wrapping_mul(8) | (digit - b'0'));
    (value, length)
}

/// Pairs of hexadecimal digits. A last digit without a partner counts as if a zero followed (7.3.4.3).
fn from_hexadecimal(digits: &[u8]) -> Vec<u8> {
    let values = digits.iter().filter_map(|digit| char::from(*digit).to_digit(16));
    let values: Vec<u8> = values.filter_map(|value| u8::try_from(value).ok()).collect();
    values
        .chunks(2)
        .map(|pair| pair.iter().chain(&[0]).take(2).fold(0, |value, digit| value << 4 | digit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_page_a_mail_address_or_a_telephone() {
        for address in [
            "https://portal.example/a?q=\\(1\\)",
            "HTTP://portal.example",
            " https://portal.example",
            "www.example.jp",
            "www.example.jp/a.b?c=d",
            "",
            "#page=2",
            "mailto:a@clinic.example?subject=x&amp;body=y",
            "mailto:a@clinic.example",
            "mailto:a@clinic.example?subject=file:&Body=x",
            "tel:+81-3-1234-5678",
            "\\150ttps://portal.example",
            "ht\\\ntp://portal.example",
            "\u{FEFF}https://portal.example",
        ] {
            assert!(is_plain_address(&Token::Text(address.as_bytes())), "{address}");
        }
        for digits in ["68747470733A2F2F61", "68 74\n74 70 3a 2f 2F", "FEFF0068007400740070003A002F002F"] {
            assert!(is_plain_address(&Token::HexadecimalText(digits.as_bytes())), "{digits}");
        }
        assert!(is_plain_address(&Token::Text(b"\xFF\xFEh\0t\0t\0p\0:\0/\0/\0")));
    }

    #[test]
    fn a_link_to_a_file_a_script_or_a_command_is_not_plain() {
        for address in [
            "www.x/../../../../Windows/System32/calc.exe",
            "www.x\\\\..\\\\calc.exe",
            "mailto:a@clinic.example?subject=x&amp;attach=/etc/passwd",
            "file:///C:/Windows/System32/calc.exe",
            "\\146ile:///etc/passwd",
            "javascript:alert(1)",
            "java\\nscript:alert(1)",
            "\\\\\\\\host\\\\share",
            "//host/share",
            "http:\\\\\\\\host",
            "http:a.exe",
            "a.exe",
            "../a.exe",
            "C:\\\\a.exe",
            "data:text/html,x",
            "ms-msdt:/id",
            "smb://host/share",
            "mailto:a@clinic.example?attach=/etc/passwd",
            "mailto:?subject=a&%61ttach=b",
            "tel:*21*0312345678#",
        ] {
            assert!(!is_plain_address(&Token::Text(address.as_bytes())), "{address}");
        }
        assert!(!is_plain_address(&Token::HexadecimalText(b"66696c653a2f2f")));
        assert!(!is_plain_address(&Token::Word(b"9")));
    }
}
