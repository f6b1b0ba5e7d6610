//! PDFs.

use super::super::samples::{object_stream_pdf, pdf_of, pdf_with, pdf_with_object_stream, stream};
use super::super::*;
use super::NOT_OF_TYPE;

pub(super) const ACTIVE: Result<(), UploadRefusal> = Err(UploadRefusal::ContentActive);
const NOT_CHECKABLE: Result<(), UploadRefusal> = Err(UploadRefusal::ContentNotCheckable);
pub(super) const FLATE: &str = "/Filter /FlateDecode";

pub(super) fn examine_pdf(content: &[u8]) -> Result<(), UploadRefusal> {
    examine(MediaType::Pdf, content)
}

/// Examines a PDF with this object.
pub(super) fn with(object: &str) -> Result<(), UploadRefusal> {
    examine_pdf(&pdf_with(&[object]))
}

#[test]
fn a_pdf_may_have_a_byte_order_mark_line_ends_or_a_print_job_around_it() {
    let pdf = pdf_with(&[]);
    for before in
        ["", "\u{FEFF}", "\r\n", "\u{FEFF}\n \t\r\n", "\u{1b}%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n"]
    {
        assert_eq!(examine_pdf(&[before.as_bytes(), &pdf].concat()), Ok(()), "{before:?}");
    }
    for after in
        ["", "\r\n\r\n", "\0\0\0", "\u{1a}", "\u{1b}%-12345X", "\n\u{1b}%-12345X@PJL EOJ\r\n\u{1b}%-12345X"]
    {
        assert_eq!(examine_pdf(&[&pdf, after.as_bytes()].concat()), Ok(()), "{after:?}");
    }
    for (length, expected) in [(1019, Ok(())), (1020, NOT_OF_TYPE)] {
        assert_eq!(examine_pdf(&[" ".repeat(length).as_bytes(), &pdf].concat()), expected, "{length}");
    }
    for before in
        ["<html>", "\u{FEFF}\u{FEFF}", "MZ", "#!/bin/sh\n", "\u{1b}%-12345X@PJL \0", "\u{1b}%-12345X<html>"]
    {
        assert_eq!(examine_pdf(&[before.as_bytes(), &pdf].concat()), NOT_OF_TYPE, "{before:?}");
    }
    for after in ["<script>", "x", "\u{1b}%-12345X<script>", "\u{1b}%-1"] {
        assert_eq!(examine_pdf(&[&pdf, after.as_bytes()].concat()), NOT_OF_TYPE, "{after:?}");
    }
}

#[test]
fn a_pdf_has_a_version_a_root_the_offset_of_its_table_and_an_end() {
    let pdf = String::from_utf8_lossy(&pdf_with(&[])).into_owned();
    for (part, without) in [
        ("%PDF-1.7", "%PDF-"),
        ("%PDF-1.7", "%pdf-1.7"),
        ("/Root", "/Roof"),
        ("startxref", "startref"),
        ("%%EOF", "%EOF"),
        ("\n%%EOF", "x\n%%EOF"),
    ] {
        let damaged = pdf.replace(part, without);
        assert_ne!(damaged, pdf);
        assert_eq!(examine_pdf(damaged.as_bytes()), NOT_OF_TYPE, "without {part}");
    }
    assert_eq!(examine_pdf(b"%PDF-1.7\nstartxref\n0\n%%EOF\n"), NOT_OF_TYPE);
    assert_eq!(examine_pdf(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"), NOT_OF_TYPE);
}

#[test]
fn active_content_is_refused_by_its_name() {
    for object in [
        "<< /Type /Action /S /JavaScript /JS (app.alert\\(1\\)) >>",
        "<< /S /JavaScript >>",
        "<< /JS 7 0 R >>",
        "<< /Names << /JavaScript << /Names [(a) 7 0 R] >> >> >>",
        "<< /OpenAction << /S /JavaScript /JS (x) >> >>",
        "<< /S /Launch /F (cmd.exe) >>",
        "<< /S /GoToR /F (\\\\\\\\host\\\\share) >>",
        "<< /S /GoToE >>",
        "<< /S /SubmitForm /F (https://collector.example) >>",
        "<< /S /ImportData >>",
        "<< /S /Rendition >>",
        "<< /Names << /EmbeddedFiles << /Names [] >> >> >>",
        "<< /Type /EmbeddedFile >>",
        "<< /Type /Filespec /F (a.exe) /EF 7 0 R >>",
        "<< /F (a.exe) /EF << /F 7 0 R >> >>",
        "<< /UF (a.exe) /EF 7 0 R >>",
        "<< /Type /Annot /Subtype /FileAttachment >>",
        "<< /Subtype /RichMedia >>",
        "<< /Subtype /Movie >>",
        "<< /S /Sound >>",
        "<< /Subtype /3D >>",
        "<< /AcroForm << /XFA 7 0 R >> >>",
        "<< /Type /Page /AA << /O 7 0 R >> >>",
        "<< /AA 7 0 R /Type /Catalog >>",
        "<< /FT /Tx /AA << /K 7 0 R >> >>",
        "<< /Subtype /Widget /AA << /Fo 7 0 R >> >>",
        "/JavaScript",
        "[ 1 [ /Launch ] ]",
    ] {
        assert_eq!(with(object), ACTIVE, "{object}");
        assert_eq!(examine_pdf(&pdf_with_object_stream(&["<<>>", object], FLATE)), ACTIVE, "{object}");
    }
    let trailer = "/Root << /OpenAction << /S /JavaScript /JS (x) >> >>";
    assert_eq!(examine_pdf(&pdf_of(&[b"<<>>"], trailer)), ACTIVE);
}

#[test]
fn a_name_counts_however_it_is_written() {
    for object in [
        "<</S/JavaScript/JS(x)>>",
        "<</S /J#61vaScript>>",
        "<</S /#4a#61#76#61#53#63#72#69#70#74>>",
        "<</S\0/JavaScript\u{c}/A 1>>",
        "<</S %comment\r/JavaScript>>",
        "<</A (unbalanced \\( text) /S /JavaScript>>",
        "<</A <4A53> /S /JavaScript>>",
        "<</A 1 0 R/S/JavaScript>>",
        "<</A [1 2 (]) /B] /S/JavaScript>>",
        // Viewers go on reading a damaged dictionary, each in its own way.
        "<</A >> /S /JavaScript >>",
        "<</A [ >> ] /S /JavaScript >>",
        "<</A ] /S /JavaScript >>",
        "<</A << /B 1 /S /JavaScript",
        ">> << /S /JavaScript >>",
    ] {
        assert_eq!(with(object), ACTIVE, "{object:?}");
    }
}

#[test]
fn an_object_is_found_wherever_a_viewer_might_look_for_it() {
    let hidden = "9 0 obj << /S /JavaScript /JS (x) >> endobj";
    for object in [
        format!("<< /A ({hidden}) >>"),
        format!("<< /A 1 >> % {hidden}\n"),
        format!("<< >>\nstream\n{hidden}\nendstream"),
        hidden.replace("9 0 obj ", "9 0obj"),
        hidden.replace("9 0 obj ", "9%\n0%\nobj%\n"),
    ] {
        assert_eq!(with(&object), ACTIVE, "{object}");
    }
    let mut updated = pdf_with(&[]);
    updated.extend_from_slice(hidden.as_bytes());
    updated.extend_from_slice(b"\nstartxref\n9\n%%EOF\n");
    assert_eq!(examine_pdf(&updated), ACTIVE);
}

#[test]
fn names_in_texts_pixels_and_fonts_are_no_active_content() {
    for object in [
        "<< /Title (How to remove /JavaScript and /JS \\) from a PDF) >>",
        "<< /Title <2F4A53> >>",
        "<< /S /URI /URI (https://portal.example/?q=/JavaScript) >>",
        "<< /OpenAction [3 0 R /Fit] /PageMode /UseOutlines >>",
        "<< /S /GoTo /D [3 0 R /XYZ 0 0 0] >>",
        "<< /Type /Encoding /Differences [ 1 /AA /JS /EF /Movie /3D ] >>",
        "<< /AA 7 0 R /A 8 0 R /F 9 0 R /EF 10 0 R >>",
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Contents <00> >>",
        "<< /JSX /JavaScripts /JavaScrip /Launcher >>",
        "<< /Length 20 >>\nstream\n/JavaScript /JS /XFA\nendstream",
    ] {
        assert_eq!(with(object), Ok(()), "{object}");
        if !object.contains("stream") {
            assert_eq!(examine_pdf(&pdf_with_object_stream(&["1", object], FLATE)), Ok(()), "{object}");
        }
    }
}

#[test]
fn an_object_stream_is_read_in_the_usual_encodings_and_refused_in_others() {
    let (harmless, script) = (["<< /A (text) >>", "[1]", "(text)"], ["<< /A 1 >>", "<< /S /JavaScript >>"]);
    for filter in ["", FLATE, "/Filter [/FlateDecode]", "/Filter /Fl", "/F#69lter /#46lateDecode"] {
        assert_eq!(examine_pdf(&pdf_with_object_stream(&harmless, filter)), Ok(()), "{filter}");
        assert_eq!(examine_pdf(&pdf_with_object_stream(&script, filter)), ACTIVE, "{filter}");
    }
    for filter in [
        "/Filter /LZWDecode",
        "/Filter [/ASCIIHexDecode /FlateDecode]",
        "/Filter [/FlateDecode /FlateDecode]",
        "/Filter 9 0 R",
        "/Filter [9 0 R]",
        "/Filter /FlateDecode /DecodeParms << /Predictor 12 >>",
        "/Filter /FlateDecode /First 9 0 R",
    ] {
        assert_eq!(examine_pdf(&pdf_with_object_stream(&harmless, filter)), NOT_CHECKABLE, "{filter}");
    }
    let damaged = stream("/Type /ObjStm /N 1 /First 5", b"10 0 << /S /JavaScript >>");
    let damaged = [b">> ", &damaged[..]].concat();
    assert_eq!(examine_pdf(&pdf_of(&[b"<< /Type /Catalog >>", &damaged], "/Root 1 0 R")), ACTIVE);
    // Some viewers do not look at the type.
    let mut untyped = pdf_with_object_stream(&script, FLATE);
    let at = memchr::memmem::find(&untyped, b"/Type /ObjStm").unwrap();
    untyped[at..at + 13].copy_from_slice(b"/Kind /ObjStm");
    assert_eq!(examine_pdf(&untyped), ACTIVE);
}

#[test]
fn objects_of_an_object_stream_must_be_where_it_says() {
    let body = "<< /A (<< /S /JavaScript >>) >> % << /S /JavaScript >>\n[2]";
    let [in_text, in_comment, second] = ["(<<", "% <<", "[2]"].map(|part| body.find(part).unwrap());
    for offset in [0, second - 1, second, body.len()] {
        assert_eq!(
            examine_pdf(&object_stream_pdf(&format!("10 {offset} "), body, FLATE)),
            Ok(()),
            "{offset}"
        );
    }
    for offset in [1, in_text + 1, in_comment + 1, in_comment, second + 1, body.len() + 1, usize::MAX] {
        let content = object_stream_pdf(&format!("10 0 11 {offset} "), body, FLATE);
        assert_eq!(examine_pdf(&content), NOT_CHECKABLE, "{offset}");
    }
}

#[test]
fn an_object_stream_that_inflates_too_much_is_refused() {
    let bomb = " ".repeat(9 * 1024 * 1024);
    let content = pdf_with_object_stream(&[&bomb], FLATE);
    assert!(content.len() < 100_000);
    assert_eq!(examine_pdf(&content), NOT_CHECKABLE);
}

#[test]
fn a_damaged_object_stream_is_refused() {
    let damaged = stream("/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode", b"no zlib stream");
    let content = pdf_of(&[b"<< /Type /Catalog >>", &damaged], "/Root 1 0 R");
    assert_eq!(examine_pdf(&content), NOT_CHECKABLE);
}

#[test]
fn an_encrypted_pdf_is_refused() {
    let content = pdf_of(&[b"<< /Type /Catalog >>"], "/Root 1 0 R /Encrypt 2 0 R");
    assert_eq!(examine_pdf(&content), NOT_CHECKABLE);
    let table = stream("/Type /XRef /Root 1 0 R /Encrypt 2 0 R", b"");
    assert_eq!(examine_pdf(&pdf_of(&[b"<< /Type /Catalog >>", &table], "")), NOT_CHECKABLE);
}

#[test]
fn a_pdf_whose_trailer_is_a_stream_is_accepted() {
    let table = stream("/Type /XRef /Root 1 0 R /W [1 2 1] /DecodeParms << /Predictor 12 >>", b"\0\0\0\0");
    assert_eq!(examine_pdf(&pdf_of(&[b"<< /Type /Catalog >>", &table], "")), Ok(()));
}

#[test]
fn a_pdf_that_takes_too_long_to_read_is_refused() {
    assert_eq!(with(&"<<".repeat(1000)), NOT_CHECKABLE);
    let unclosed = "1 0 obj (".repeat(40_000);
    assert_eq!(with(&unclosed), NOT_CHECKABLE);
}

#[test]
fn an_image_in_a_pdf_has_the_limits_of_an_image() {
    let image =
        |size: &str| with(&format!("<< /Type /XObject /Subtype /Image {size} >>\nstream\n\nendstream"));
    for size in
        ["/Width 9921 /Height 7016", "/Height 7500 /Width 20000", "/Width 0 /Height 0", "/Width 9 0 R"]
    {
        assert_eq!(image(size), Ok(()), "{size}");
    }
    for size in [
        "/Width 2147483647 /Height 2147483647",
        "/Height 1 /W#69dth 20001",
        "/Width 20000 /Height 7501",
        "/Width 1 /Height 99999999999999999999999",
    ] {
        assert_eq!(image(size), Err(UploadRefusal::ImageTooLarge), "{size}");
    }
    assert_eq!(with("<< /Type /FontDescriptor /Width 20001 /Height 20001 >>"), Ok(()));
}
