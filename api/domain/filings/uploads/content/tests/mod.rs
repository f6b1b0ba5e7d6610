//! Files that are accepted, and files that are refused because of their content.

mod images;
mod jpegs;
mod pdf_actions;
mod pdf_layouts;
mod pdfs;

use miniz_oxide::deflate::compress_to_vec_zlib;
use proptest::prelude::*;

use super::archives::contains_archive;
use super::samples::{
    chunk, data, empty_zip, frame, header, jpeg, jpeg_of, pdf_of, pdf_with, pdf_with_object_stream, png,
    png_of, scan, segment, stream, zip,
};
use super::*;

const NOT_OF_TYPE: Result<(), UploadRefusal> = Err(UploadRefusal::ContentNotOfType);

/// A file of each type.
fn files() -> [(MediaType, Vec<u8>); 4] {
    [
        (MediaType::Pdf, pdf_with(&[])),
        (MediaType::Pdf, pdf_with_object_stream(&["<< /Type /Pages >>"], "/Filter /FlateDecode")),
        (MediaType::Jpeg, jpeg()),
        (MediaType::Png, png()),
    ]
}

#[test]
fn a_complete_file_of_each_type_is_accepted_as_that_type_only() {
    for (media_type, content) in files() {
        for other in MediaType::ALL {
            let expected = if *other == media_type { Ok(()) } else { NOT_OF_TYPE };
            assert_eq!(examine(*other, &content), expected, "{media_type} as {other}");
        }
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    for (media_type, content) in files() {
        // The line end behind the end of a PDF is not a part of it.
        let end = content.trim_ascii_end().len();
        for length in 0..end {
            assert!(examine(media_type, &content[..length]).is_err(), "{length} bytes of {media_type}");
        }
    }
}

#[test]
fn the_first_bytes_alone_are_no_file() {
    let test_virus = br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    for content in [b"%PDF-".to_vec(), b"%PDF-1.7\n".to_vec(), [b"%PDF-", &test_virus[..]].concat()] {
        assert_eq!(examine(MediaType::Pdf, &content), NOT_OF_TYPE);
    }
    for content in [&[0xFF, 0xD8, 0xFF][..], &[0xFF, 0xD8, 0xFF, 0xD9], &[0xFF, 0xD8, 0xFF, 0xE0, 0, 1], b""]
    {
        assert_eq!(examine(MediaType::Jpeg, content), NOT_OF_TYPE);
    }
    for content in [&b"\x89PNG\r\n\x1A\n"[..], b"\x89PNG\r\n\x1A\n....", b""] {
        assert_eq!(examine(MediaType::Png, content), NOT_OF_TYPE);
    }
}

#[test]
fn an_archive_in_a_file_is_refused_wherever_it_is() {
    let lzh = b"\x22\x5E-lh5-\x01\0\0\0\x01\0\0\0\0\0\0\0\x20\x01";
    for archive in [
        &zip()[..],
        &empty_zip(),
        b"Rar!\x1A\x07\x01\0",
        b"7z\xBC\xAF\x27\x1C\0\x04",
        b"MSCF\0\0\0\0\x2C\0",
        lzh,
    ] {
        for (media_type, content) in files() {
            let middle = content.len() / 2;
            let inside = [&content[..middle], archive, &content[middle..]].concat();
            for polyglot in [[archive, &content].concat(), [&*content, archive].concat(), inside] {
                assert_eq!(examine(media_type, &polyglot), NOT_OF_TYPE, "{media_type}");
            }
        }
    }
}

#[test]
fn a_tape_archive_and_a_disk_image_are_found_by_their_place() {
    for (signature, place) in [(&b"ustar"[..], 257), (b"CD001", 32_769), (b"BEA01", 32_769)] {
        for (at, expected) in [(place, NOT_OF_TYPE), (place - 1, Ok(())), (place + 1, Ok(()))] {
            // A comment of a JPEG has up to 65,533 bytes. These begin at the sixth one.
            let mut comment = vec![0; at - 6];
            comment.extend_from_slice(signature);
            let content = jpeg_of(&[&segment(0xFE, &comment), &frame(1, 1), &scan()]);
            assert_eq!(examine(MediaType::Jpeg, &content), expected, "{at}");
        }
    }
}

#[test]
fn an_old_tape_archive_is_found_by_its_checksum() {
    let pdf = pdf_with(&[&"[ ] ".repeat(200)]);
    for signed in [false, true] {
        let mut content = pdf.clone();
        content[148..156].fill(b' ');
        let value = |byte: &u8| if signed { i32::from(byte.cast_signed()) } else { i32::from(*byte) };
        let sum: i32 = content[..512].iter().map(value).sum();
        for (sum, expected) in [(sum, NOT_OF_TYPE), (sum + 1, Ok(()))] {
            for checksum in [format!("{sum:06o}\0 "), format!("{sum:07o} "), format!(" {sum:o} ")] {
                content[148..156].fill(b' ');
                content[148..148 + checksum.len()].copy_from_slice(checksum.as_bytes());
                assert_eq!(contains_archive(&content), expected.is_err(), "{checksum:?}");
            }
        }
    }
    assert!(!contains_archive(&pdf));
    assert!(!contains_archive(&[b' '; 512]));
}

#[test]
fn a_disk_image_is_found_by_its_trailer() {
    for signature in [&b"koly"[..], b"conectix"] {
        for (length, expected) in [(512, true), (511, false), (513, false)] {
            let mut content = [pdf_with(&[]), signature.to_vec()].concat();
            content.resize(content.len() - signature.len() + length, b'\n');
            assert_eq!(contains_archive(&content), expected, "{length}");
        }
    }
}

#[test]
fn the_test_file_of_virus_scanners_is_refused_wherever_it_is() {
    let test_virus = br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
    for (media_type, content) in files() {
        for at in 0..=content.len() {
            let infected = [&content[..at], test_virus, &content[at..]].concat();
            assert_eq!(examine(media_type, &infected), NOT_OF_TYPE, "{at} in {media_type}");
        }
    }
    let text =
        png_of(&[&header(1, 1, 8, 0), &chunk(b"tEXt", test_virus), &data(1, 1, 8), &chunk(b"IEND", b"")]);
    assert_eq!(examine(MediaType::Png, &text), NOT_OF_TYPE);
}

#[test]
fn the_bytes_of_an_archives_signature_alone_are_no_archive() {
    for bytes in [
        &b"PK\x03\x04"[..],
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x05\x06\x07\x07 by chance, 20 bytes",
        b"MSCF",
        b"-lh5- is LZH",
    ] {
        let comment = [bytes, b", and more text behind it"].concat();
        let content = jpeg_of(&[&segment(0xFE, &comment), &frame(1, 1), &scan()]);
        assert_eq!(examine(MediaType::Jpeg, &content), Ok(()), "{bytes:?}");
    }
}

#[test]
fn a_pdf_in_an_image_is_refused() {
    for pdf in [pdf_with(&[]), b"%PDF-2.0".to_vec()] {
        assert_eq!(examine(MediaType::Jpeg, &[jpeg(), pdf].concat()), NOT_OF_TYPE);
    }
    let comment = segment(0xFE, b"made with %PDF-Tool");
    assert_eq!(examine(MediaType::Jpeg, &jpeg_of(&[&comment, &frame(1, 1), &scan()])), Ok(()));
}

proptest! {
    #[test]
    fn files_with_any_pixels_and_texts_are_accepted(
        pixels in prop::collection::vec(any::<u8>(), 3 * 300),
        part in 1..300_usize,
        text in "[ -~]{0,60}",
    ) {
        let compressed = compress_to_vec_zlib(&pixels, 6);
        let lossless = png_of(&[
            &header(299, 3, 8, 0),
            &chunk(b"tEXt", text.as_bytes()),
            &chunk(b"IDAT", &compressed[..part]),
            &chunk(b"IDAT", &compressed[part..]),
            &chunk(b"IEND", b""),
        ]);
        prop_assert_eq!(examine(MediaType::Png, &lossless), Ok(()));
        let stuffed: Vec<u8> = pixels.iter().flat_map(|byte| [*byte, 0]).collect();
        let lossy = jpeg_of(&[&segment(0xFE, &pixels), &frame(7016, 9921), &scan(), &stuffed, &segment(0xFE, b"")]);
        prop_assert_eq!(examine(MediaType::Jpeg, &lossy), Ok(()));
        let escaped = text.replace('\\', "").replace(['(', ')'], "\\(");
        let page = stream("/Filter /DCTDecode", &pixels);
        let about = format!("<< /Title ({escaped}) >>").into_bytes();
        let objects: [&[u8]; 3] = [b"<< /Type /Catalog >>", &page, &about];
        prop_assert_eq!(examine(MediaType::Pdf, &pdf_of(&objects, "/Root 1 0 R")), Ok(()));
    }

    #[test]
    fn any_bytes_get_a_verdict(
        start in 0..4_usize,
        content in prop::collection::vec(any::<u8>(), 0..2000),
        from in any::<prop::sample::Index>(),
        replaced in 0..40_usize,
    ) {
        let (media_type, sample) = files()[start].clone();
        let from = from.index(sample.len());
        let to = (from + replaced).min(sample.len());
        for content in [
            content.clone(),
            [&sample[..from], &content, &sample[to..]].concat(),
            [&sample[..from], &content].concat(),
        ] {
            let _ = examine(media_type, &content);
        }
    }

    #[test]
    fn any_tokens_in_a_pdf_get_a_verdict(tokens in prop::collection::vec(
        prop::sample::select(vec![
            "<<", ">>", "[", "]", "(", ")", "<", ">", "/A", "/JS", "/S", "/Type", "/ObjStm", "1 0 obj", "endobj",
            "stream\n", "endstream", "0", "R", "%", "\n", "\\", "/First", "/N", "/Filter", "/FlateDecode", "#",
        ]),
        0..200,
    )) {
        let object = tokens.join(" ");
        let _ = examine(MediaType::Pdf, &pdf_with(&[&object]));
        let _ = examine(MediaType::Pdf, &pdf_with_object_stream(&[&object], "/Filter /FlateDecode"));
    }
}
