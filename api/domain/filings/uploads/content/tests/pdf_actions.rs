//! Links and actions of PDFs, and data outside the file.

use super::super::samples::{pdf_of, pdf_with, pdf_with_object_stream, stream};
use super::super::*;
use super::pdfs::{ACTIVE, FLATE, examine_pdf, with};

/// A link, which a click opens.
const LINK: &str = "<< /Subtype /Link /A << /S /URI /URI (https://a.example) >> >>";
/// An action that is an object of its own.
const LOOSE_ADDRESS: &str = "<< /Type /Action /S /URI /URI (https://a.example) >>";

/// Examines a PDF with these objects, each in the file itself, and all in an object stream.
fn with_all(objects: &[&str]) -> [Result<(), UploadRefusal>; 2] {
    [examine_pdf(&pdf_with(objects)), examine_pdf(&pdf_with_object_stream(objects, FLATE))]
}

#[test]
fn a_link_that_a_click_opens_is_accepted() {
    for object in [
        LINK,
        LOOSE_ADDRESS,
        "<< /Subtype /Link /A << /Type /Action /S /URI /URI <68747470733A2F2F61> /IsMap false >> >>",
        "<< /Annots [ << /Subtype /Link /A << /URI (mailto:a@b.example) /S /URI >> /PA << /S /URI /URI (www.a.example) >> >> ] >>",
        "<< /Title (a) /Parent 2 0 R /Next 3 0 R /A << /S /URI /URI (http://a.example) >> >>",
        "<< /Type /Catalog /URI << /Base (https://a.example/) >> >>",
        "<< /A << /S /URI /URI (tel:03-1234-5678) >> >>",
    ] {
        assert_eq!(with_all(&[object]), [Ok(()), Ok(())], "{object}");
        // A file may also begin at a certain page.
        let begins = "<< /Type /Catalog /OpenAction [ 3 0 R /Fit ] >>";
        assert_eq!(with_all(&[begins, object]), [Ok(()), Ok(())], "{object}");
    }
    let goes_on = "<< /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 5 0 R >> >>";
    assert_eq!(with_all(&[goes_on, LINK]), [Ok(()), Ok(())]);
}

#[test]
fn a_link_to_anything_but_a_page_a_mail_address_or_a_telephone_is_refused() {
    for address in [
        "(file:///C:/Windows/System32/calc.exe)",
        "(\\146ile:///etc/passwd)",
        "<66696C653A2F2F2F>",
        "(javascript:alert\\(1\\))",
        "(\\\\\\\\host\\\\share)",
        "(//host/share)",
        "(calc.exe)",
        "(data:text/html,x)",
        "(www.x/../calc.exe)",
        "/Name",
        "[ (https://a.example) ]",
    ] {
        let object = format!("<< /Subtype /Link /A << /S /URI /URI {address} >> >>");
        assert_eq!(with_all(&[&object]), [ACTIVE, ACTIVE], "{object}");
        let object = format!("<< /S /URI /URI {address} >>");
        assert_eq!(with_all(&[&object]), [ACTIVE, ACTIVE], "{object}");
    }
    let base = "<< /Type /Catalog /URI << /Base (file:///C:/) >> >>";
    assert_eq!(with_all(&[base]), [ACTIVE, ACTIVE]);
}

#[test]
fn a_program_in_place_of_a_picture_or_of_numbers_is_refused() {
    for object in [
        "<< /Type /XObject /Subtype /PS >>",
        "<< /Type /XObject /Subtype /Form /Subtype2 /PS /PS 7 0 R >>",
        "<< /Type /Font /FontMatrix [ 1 2 3 4 5 (1\\); alert\\('x'\\)) ] >>",
        "<< /FontMatrix [ 1 2 3 4 5 [ <61> ] ] >>",
        "<< /FontMatrix (x) >>",
        "<< /FontMatrix 7 0 R >>",
    ] {
        assert_eq!(with_all(&[object]), [ACTIVE, ACTIVE], "{object}");
    }
    for object in [
        "<< /Type /Font /Subtype /Type3 /FontMatrix [ 0.001 0 0 0.001 0 0 ] >>",
        "<< /Type /Pattern /Name /PS >>",
        "<< /Type /Catalog /URI << /Base () >> >>",
        "<< /S /Named /N /FullScreen >>",
    ] {
        assert_eq!(with_all(&[object]), [Ok(()), Ok(())], "{object}");
    }
}

#[test]
fn an_address_that_a_viewer_opens_without_a_click_is_refused() {
    let address = "<< /S /URI /URI (https://a.example) >>";
    for object in [
        format!("<< /OpenAction {address} >>"),
        format!("<< /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next {address} >> >>"),
        format!("<< /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [ {address} ] >> >>"),
        format!("<< /Pages 2 0 R /AA << /WC {address} >> >>"),
        format!("<< /AA << /O {address} >> >>"),
        format!("<< /AA << /A << /O {address} >> >> >>"),
        format!("<< /A [ {address} ] >>"),
        format!("[ {address} ]"),
    ] {
        assert_eq!(with_all(&["<< >>", &object]), [ACTIVE, ACTIVE], "{object}");
    }
}

#[test]
fn an_address_of_its_own_is_refused_if_something_begins_without_a_click() {
    for begin in [
        "<< /OpenAction 5 0 R >>",
        "<< /Open#41ction 5 0 R >>",
        "<< /OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 5 0 R >> >>",
        "<< /S /Named /N /NextPage /Next [ 5 0 R ] >>",
        "<< /AA 6 0 R >>",
    ] {
        assert_eq!(with_all(&[begin]), [Ok(()), Ok(())], "{begin}");
        assert_eq!(with_all(&[begin, LOOSE_ADDRESS]), [ACTIVE, ACTIVE], "{begin}");
        assert_eq!(with_all(&[LOOSE_ADDRESS, begin]), [ACTIVE, ACTIVE], "{begin}");
        // The type of the action before may not pass for the key of a click.
        assert_eq!(with_all(&[begin, "/A", LOOSE_ADDRESS]), [ACTIVE, ACTIVE], "{begin}");
    }
    let trailer = "/Root << /Pages 2 0 R /OpenAction 2 0 R >>";
    assert_eq!(examine_pdf(&pdf_of(&[b"<<>>", LOOSE_ADDRESS.as_bytes()], trailer)), ACTIVE);
}

#[test]
fn an_address_may_be_an_object_of_its_own_if_it_is_plain() {
    let link = "<< /Subtype /Link /A << /S /URI /URI 11 0 R >> >>";
    let in_file = |address: &str| {
        let objects = [link, "1", "2", "3", "4", "5", "6", address];
        examine_pdf(&pdf_with(&objects))
    };
    for (address, expected) in [
        ("(https://a.example)", Ok(())),
        ("<68747470733A2F2F61>", Ok(())),
        ("(file:///C:/a.exe)", ACTIVE),
        ("10 0 R", ACTIVE),
        ("<< >>", ACTIVE),
        ("[ (https://a.example) ]", ACTIVE),
    ] {
        assert_eq!(in_file(address), expected, "{address}");
        // The objects of an object stream of the samples have the numbers from 10 on.
        let in_stream = pdf_with_object_stream(&[link, address, "(a title: file)"], FLATE);
        assert_eq!(examine_pdf(&in_stream), expected, "{address}");
    }
    // A viewer may find another object under the same number.
    let twice = "11 0 obj (file:///C:/a.exe) endobj";
    assert_eq!(in_file(&format!("(https://a.example) % {twice}\n")), ACTIVE);
    assert_eq!(in_file(&format!("(https://a.example) % {}\n", twice.replace("11 0", "12 0"))), Ok(()));
    assert_eq!(in_file(&format!("(https://a.example) % {}\n", twice.replace("11 0", "11%\n0%\n"))), ACTIVE);
}

#[test]
fn an_action_that_leaves_the_file_or_cannot_be_told_is_refused() {
    for object in [
        "<< /S /Thread /F (other.pdf) /D 0 >>",
        "<< /F 7 0 R /S /Thread >>",
        "<< /A << /S /Thread /F << /F (https://a.example/a.pdf) >> >> >>",
        "<< /S /Named /N /SaveAs >>",
        "<< /S /Named /N /AcroSendMail:SendMail >>",
        "<< /Type /Action /S /Unknown >>",
        "<< /S 7 0 R /Type /Action >>",
        "/Thread",
        "/Named",
    ] {
        assert_eq!(with_all(&[object]), [ACTIVE, ACTIVE], "{object}");
    }
    for object in [
        "<< /S /Thread /D 0 >>",
        "<< /OpenAction << /S /Named /N /Print >> >>",
        "<< /Type /Action /S /Named /N /NextPage >>",
        "<< /Type /Action /S /GoTo /D [3 0 R /Fit] >>",
        "<< /Type /Action /S /SetOCGState /State [ /ON 7 0 R ] >>",
        "<< /Type /StructElem /S /Span /P 7 0 R >>",
        "<< /Type /Group /S /Transparency >>",
        "<< /S /D /St 1 >>",
        "/DeviceRGB",
    ] {
        assert_eq!(with_all(&[object]), [Ok(()), Ok(())], "{object}");
    }
}

#[test]
fn the_type_of_an_annotation_counts_also_if_it_is_an_object_of_its_own() {
    for name in ["Movie", "Sound", "RichMedia", "3D", "#33D", "Scr#65en"] {
        let object = format!("/{name}");
        let expected = if name.starts_with("Scr") { Ok(()) } else { ACTIVE };
        let annotation = "<< /Type /Annot /Subtype 11 0 R /Rect [0 0 9 9] >>";
        assert_eq!(with_all(&[annotation, &object]), [expected, expected], "{object}");
    }
}

#[test]
fn a_stream_whose_data_are_in_another_file_is_refused() {
    for entries in [
        "/F (https://a.example/data)",
        "/F << /Type /Filespec /F (data) >>",
        "/F 7 0 R",
        "/FFilter /FlateDecode",
        "/FDecodeParms << /Columns 1 >>",
        "/Type /XObject /Subtype /Form /Ref << /F (a.pdf) /Page 0 >>",
        "/Ref 7 0 R",
        "/OPI << /2.0 << /F (a.tif) >> >>",
        "/#46 (data)",
    ] {
        let content = pdf_of(&[b"<< /Type /Catalog >>", &stream(entries, b"")], "/Root 1 0 R");
        assert_eq!(examine_pdf(&content), ACTIVE, "{entries}");
        // A viewer may find the stream although it begins in another way.
        assert_eq!(with(&format!("<< /Length 0 {entries} >> str%\neam")), ACTIVE, "{entries}");
    }
    assert_eq!(with("<< /Type /Annot /Subtype /Link /F 4 /Border [0 0 0] >>"), Ok(()));
    assert_eq!(with("<< /Font << /F 7 0 R /Ref 8 0 R >> >>"), Ok(()));
}

#[test]
fn a_file_in_the_file_is_found_however_it_is_attached() {
    for object in [
        "<< /F (a.exe) /EF 7 0 R >>",
        "<< /F <612E657865> /EF 7 0 R >>",
        "<< /EF 7 0 R /AFRelationship /Data >>",
        "<< /Desc (a) /EF 7 0 R >>",
        "<< /Type /F /EF 7 0 R >>",
        "<< /Type /Catalog /AF 7 0 R >>",
        "<< /Pages 2 0 R /AF [ 7 0 R ] >>",
        "<< /S /Figure /AF [ 7 0 R ] >>",
        "<< /S /Figure /AF [ << /F 7 0 R /EF 8 0 R >> ] >>",
        "<< /S /Figure /AF << /F 7 0 R /EF 8 0 R >> >>",
        "<< /MediaBox [0 0 9 9] /AF 7 0 R >>",
        "<< /Names << /EmbeddedFiles 7 0 R >> >>",
        "<< /FS /URL /F (https://a.example/a.exe) >>",
        "<< /Pages 2 0 R /AA 7 0 R >>",
        "<< /Parent 2 0 R /Contents 3 0 R /AA 7 0 R >>",
    ] {
        assert_eq!(with_all(&[object]), [ACTIVE, ACTIVE], "{object}");
    }
}
