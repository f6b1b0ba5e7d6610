//! The names of files. The extension of a name follows the type of the file, because it decides on the staff's computers
//! which program opens the file.

use super::{MAX_NAME, MediaType};
use crate::domain::values::characters;
use crate::domain::values::fault::Fault;

/// The names of devices in Windows, besides those with a number (Microsoft, “Naming Files, Paths, and Namespaces”). They
/// are devices in every folder, with any extension.
const DEVICES: &[&str] = &["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
/// The devices that a number follows, from 1 to 9.
const NUMBERED_DEVICES: &[&str] = &["COM", "LPT"];

/// Reads a file name and removes white space around it.
///
/// Names of persons have kanji with a variation selector (ideographic variation sequences, UTS #37, and the standardized
/// variants of Unicode), so one is accepted behind a kanji. Anywhere else it would make two names that look the same.
///
/// # Errors
/// [`Fault::FileNameForm`] if the name is empty or too long, begins with a dot, contains a control character, an
/// invisible character, a path separator, or another character that has a special meaning in an operating system, or is
/// the name of a device in Windows.
pub fn parse(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    let forbidden = |c: char| {
        characters::is_control(c)
            || (characters::is_invisible(c) && !selects_a_variant(c))
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
    };
    if name.is_empty()
        || characters::count(name) > MAX_NAME
        || name.starts_with('.')
        || name.chars().any(forbidden)
        || has_variant_of_nothing(name)
        || is_device(name)
    {
        return Err(Fault::FileNameForm);
    }
    Ok(name.to_owned())
}

/// Whether a character selects a variant of the character before it. Names are written with such variants of kanji.
const fn selects_a_variant(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a variation selector is anywhere but directly behind a kanji.
fn has_variant_of_nothing(name: &str) -> bool {
    let before = std::iter::once(' ').chain(name.chars());
    before.zip(name.chars()).any(|(before, c)| selects_a_variant(c) && !is_kanji(before))
}

/// The blocks of Han ideographs in Unicode, and the signs for repetition, closing and zero that are written like them.
const fn is_kanji(c: char) -> bool {
    matches!(
        c,
        '\u{3005}'..='\u{3007}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3fffd}'
    )
}

/// Whether Windows would open a device in place of the file. It looks at the name up to the first dot, without spaces at
/// its end, in any case. Superscript digits count as digits; full-width letters are treated alike, to be safe.
fn is_device(name: &str) -> bool {
    let name = characters::nfkc(name).to_ascii_uppercase();
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is_numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
    };
    DEVICES.contains(&stem) || NUMBERED_DEVICES.iter().any(|device| is_numbered(device))
}

/// Gives a name the extension of a type. A name that has no extension gets the usual one. Dots and spaces at the end are
/// removed, as Windows removes them when it stores a file.
///
/// # Errors
/// [`Fault::FileNameExtension`] if the name has the extension of another type, such as `.exe`; [`Fault::TooLong`] if the
/// name with the added extension is too long.
pub fn with_extension_of(media_type: MediaType, name: &str) -> Result<String, Fault> {
    let name = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    if fits(media_type, end) {
        return Ok(name.to_owned());
    }
    if is_extension(end.trim()) && !fits(media_type, end.trim()) {
        return Err(Fault::FileNameExtension { allowed: allowed(media_type) });
    }
    let named = with_usual_extension(media_type, name);
    if characters::count(&named) > MAX_NAME { Err(Fault::TooLong { max: MAX_NAME }) } else { Ok(named) }
}

/// The name under which a stored file is served. Names that were stored before the extension was checked get the
/// extension of the type, too.
#[must_use]
pub fn served_as(media_type: MediaType, name: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, extension)) if fits(media_type, extension) => name.to_owned(),
        _ => with_usual_extension(media_type, name),
    }
}

/// Whether the end of a name is an extension: letters and digits, at least one of which is a letter. The end of `No.3`
/// or of `見積書.写し` is none.
fn is_extension(end: &str) -> bool {
    end.chars().all(|c| c.is_ascii_alphanumeric()) && end.chars().any(|c| c.is_ascii_alphabetic())
}

fn fits(media_type: MediaType, extension: &str) -> bool {
    media_type.extensions().iter().any(|known| extension.eq_ignore_ascii_case(known))
}

fn with_usual_extension(media_type: MediaType, name: &str) -> String {
    media_type.extensions().first().map_or_else(|| name.to_owned(), |usual| format!("{name}.{usual}"))
}

/// The extensions of a type, as they are written in a text.
const fn allowed(media_type: MediaType) -> &'static str {
    match media_type {
        MediaType::Pdf => ".pdf",
        MediaType::Jpeg => ".jpg / .jpeg / .jpe / .jfif",
        MediaType::Png => ".png",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn file_names_with_folders_or_misleading_characters_are_refused() {
        for name in [
            "",
            " ",
            "../契約書.pdf",
            "a/b.pdf",
            "a\\b.pdf",
            ".hidden",
            "a\nb.pdf",
            "a\"b.pdf",
            "a\u{0}.pdf",
            "a\u{202e}fdp.exe",
            "a\u{61c}.pdf",
            "a\u{ad}.pdf",
            "a\u{200e}.pdf",
            "a\u{3164}.pdf",
            "a\u{fff9}.pdf",
            "a\u{e0041}.pdf",
            "a\u{e0001}.pdf",
        ] {
            assert_eq!(parse(name), Err(Fault::FileNameForm), "{name:?}");
        }
        assert_eq!(parse(" 契約書（写し）.pdf ").unwrap(), "契約書（写し）.pdf");
    }

    #[test]
    fn blank_characters_hide_nothing_in_a_name() {
        for blank in
            "\u{2800}\u{3164}\u{115f}\u{1160}\u{ffa0}\u{34f}\u{180e}\u{17b5}\u{2065}\u{e0fff}".chars()
        {
            for name in [format!("{blank}.pdf"), format!("a.exe{blank}.pdf"), format!("契約書{blank}")] {
                assert_eq!(parse(&name), Err(Fault::FileNameForm), "{blank:?}");
            }
        }
        assert_eq!(parse("契約書　写し 1.pdf").as_deref(), Ok("契約書　写し 1.pdf"));
    }

    #[test]
    fn only_a_kanji_has_variants() {
        for name in
            ["葛\u{e0100}城.pdf", "辻\u{e0101}.pdf", "神\u{fe00}社.pdf", "𠮷\u{e0100}", "佐々\u{e0100}木"]
        {
            assert_eq!(parse(name).as_deref(), Ok(name));
        }
        for name in [
            "\u{e0100}.pdf",
            "a\u{e0100}.pdf",
            "a.pdf\u{fe00}",
            "あ\u{fe00}.pdf",
            "葛\u{e0100}\u{e0101}城.pdf",
            "葛城 \u{e0100}.pdf",
            "1\u{fe0f}.pdf",
            "☎\u{fe0f}.pdf",
        ] {
            assert_eq!(parse(name), Err(Fault::FileNameForm), "{name:?}");
        }
    }

    #[test]
    fn a_name_of_a_device_in_windows_is_refused_with_any_extension() {
        for name in [
            "CON",
            "con.pdf",
            "Prn.PDF",
            "aux.tar.pdf",
            "NUL",
            "nul .pdf",
            "COM1.pdf",
            "com9",
            "LPT1.jpg",
            "lpt9.x.png",
            "COM¹.pdf",
            "LPT²",
            "com³.pdf",
            "ＣＯＮ.pdf",
            "ＣＯＭ１",
            "ｃｏｎ．pdf",
            "CONIN$.pdf",
            "conout$",
            "CLOCK$.pdf",
        ] {
            assert_eq!(parse(name), Err(Fault::FileNameForm), "{name}");
        }
        for name in [
            "CONTRACT.pdf",
            "con1.pdf",
            "COM.pdf",
            "COM0.pdf",
            "COM10.pdf",
            "a.con.pdf",
            "NULL.pdf",
            "AUX 1.pdf",
        ] {
            assert_eq!(parse(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn a_name_without_extension_gets_that_of_its_type() {
        for (media_type, name, named) in [
            (MediaType::Pdf, "契約書", "契約書.pdf"),
            (MediaType::Pdf, "契約書.", "契約書.pdf"),
            (MediaType::Pdf, "契約書.写し", "契約書.写し.pdf"),
            (MediaType::Jpeg, "No.3", "No.3.jpg"),
            (MediaType::Png, "ver 1.0 . ", "ver 1.0.png"),
            (MediaType::Pdf, "契約書．ｅｘｅ", "契約書．ｅｘｅ.pdf"),
            (MediaType::Pdf, "a.exe;", "a.exe;.pdf"),
            (MediaType::Pdf, "a. pdf", "a. pdf.pdf"),
        ] {
            assert_eq!(with_extension_of(media_type, name).as_deref(), Ok(named));
        }
        let longest = "髙".repeat(196);
        assert_eq!(with_extension_of(MediaType::Pdf, &longest), Ok(format!("{longest}.pdf")));
        let fault = with_extension_of(MediaType::Pdf, &format!("{longest}髙"));
        assert_eq!(fault, Err(Fault::TooLong { max: MAX_NAME }));
    }

    #[test]
    fn an_extension_of_the_type_is_kept_as_it_is_written() {
        for (media_type, names) in [
            (MediaType::Pdf, &["a.pdf", "a.PDF", "a.exe.Pdf"][..]),
            (MediaType::Jpeg, &["a.jpg", "a.JPEG", "a.jpe", "a.jfif"]),
            (MediaType::Png, &["a.png", "a.pdf.PNG"]),
        ] {
            for name in names {
                assert_eq!(with_extension_of(media_type, name).as_deref(), Ok(*name));
                assert_eq!(served_as(media_type, name), *name);
            }
        }
    }

    #[test]
    fn an_extension_of_another_type_is_refused_also_where_windows_would_still_see_it() {
        for name in
            ["scan.exe", "scan.exe.", "scan.exe . ", "scan. exe", "a.pdf.html", "a.docx", "a.7z", "a.PNG"]
        {
            let fault = with_extension_of(MediaType::Pdf, name);
            assert_eq!(fault, Err(Fault::FileNameExtension { allowed: ".pdf" }), "{name}");
        }
        assert!(with_extension_of(MediaType::Jpeg, "a.png").is_err());
        assert!(with_extension_of(MediaType::Png, "a.jpg").is_err());
    }

    proptest! {
        #[test]
        fn every_served_name_ends_with_an_extension_of_its_type(name in "\\PC{1,40}") {
            for media_type in MediaType::ALL {
                let names = with_extension_of(*media_type, &name).ok().into_iter().chain([name.clone()]);
                for name in names {
                    let served = served_as(*media_type, &name).to_ascii_lowercase();
                    let ends = |known: &&str| served.ends_with(&format!(".{known}"));
                    prop_assert!(media_type.extensions().iter().any(ends), "{served}");
                }
            }
        }

        #[test]
        fn a_name_that_was_accepted_is_served_unchanged(name in "\\PC{1,40}") {
            for media_type in MediaType::ALL {
                if let Ok(named) = with_extension_of(*media_type, &name) {
                    prop_assert_eq!(served_as(*media_type, &named), named);
                }
            }
        }
    }
}
