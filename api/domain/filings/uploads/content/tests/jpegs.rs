//! JPEG images, and what is behind their end.

use super::super::samples::{frame, jpeg, jpeg_of, pdf_with, png, samsung_trailer, scan, segment, zip};
use super::super::*;
use super::NOT_OF_TYPE;
use super::images::{TOO_LARGE, examine_jpeg};

#[test]
fn a_jpeg_has_a_frame_and_then_a_scan_that_fits_it() {
    let (frame, scan) = (frame(1, 1), scan());
    let comment = segment(0xFE, b"\xFF\xD9 is no end here");
    let progressive = segment(0xC2, &[8, 0, 1, 0, 1, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    for segments in [
        &[&frame[..], &scan][..],
        &[&comment, &frame, &comment, &scan, &comment],
        &[&progressive, &scan, &scan, &scan],
        &[&[0xFF, 0xFF, 0xFF], &*frame, &scan, &[0xFF, 0xFF]],
        &[&frame, &scan.repeat(100)],
    ] {
        assert_eq!(examine_jpeg(segments), Ok(()));
    }
    let pixels = [0x2A];
    for segments in [
        &[&frame[..]][..],
        &[&scan],
        &[&scan, &frame],
        &[&frame, &frame, &scan],
        &[&frame, &segment(0xDA, &[1, 1, 0, 0, 63, 0])],
        &[&frame, &segment(0xDA, &[2, 1, 0, 2, 0, 0, 63, 0]), &pixels],
        &[&frame, &segment(0xDA, &[0, 0, 63, 0]), &pixels],
        &[&frame, &segment(0xDA, b""), &pixels],
        &[&segment(0xC0, &[8, 0, 1, 0, 1, 0]), &scan],
        &[&segment(0xC0, &[8, 0, 1, 0, 1, 3, 1, 0x11, 0]), &scan],
        &[&segment(0xC0, &[0, 0, 1, 0, 1, 1, 1, 0x11, 0]), &scan],
        &[&segment(0xC4, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]), &scan],
        &[&[0xFF, 0xFE, 0, 1], &*frame, &scan],
        &[&[0xFF, 0xFE, 0xFF, 0xFF], &*frame, &scan],
        &[b"garbage", &*frame, &scan],
        &[&[0xFF, 0xD8], &*frame, &scan],
        &[&[0xFF, 0xD0], &*frame, &scan],
        &[&[0xFF, 0x00], &*frame, &scan],
        &[&frame, &scan.repeat(101)],
    ] {
        assert_eq!(examine_jpeg(segments), NOT_OF_TYPE, "{:x?}", segments.concat());
    }
}

/// Examines a JPEG file and these bytes behind its end.
fn examine_jpeg_before(behind: &[u8]) -> Result<(), UploadRefusal> {
    examine(MediaType::Jpeg, &[&jpeg()[..], behind].concat())
}

#[test]
fn a_camera_may_store_padding_and_further_images_behind_the_end_of_a_jpeg() {
    let jpeg = jpeg();
    for behind in [
        &[0; 100][..],
        b"\r\n \xFF\xFF",
        &jpeg,
        &[&[0; 9][..], &jpeg, b"\xFF", &jpeg, &[0; 9]].concat(),
        &jpeg.repeat(15),
    ] {
        assert_eq!(examine_jpeg_before(behind), Ok(()));
    }
    let huge = jpeg_of(&[&frame(65_535, 65_535), &scan()]);
    assert_eq!(examine_jpeg_before(&huge), TOO_LARGE);
    for behind in [&jpeg.repeat(16)[..], &jpeg[..jpeg.len() - 1], &jpeg[2..], b"\xFF\xD8", b"\xD8"] {
        assert_eq!(examine_jpeg_before(behind), NOT_OF_TYPE);
    }
}

#[test]
fn another_file_behind_the_end_of_an_image_is_refused() {
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free";
    let disk = [b"koly\0\0\0\x04\0\0\x02\0", &[0; 500][..]].concat();
    for behind in [
        &png()[..],
        &pdf_with(&[]),
        &zip(),
        &disk,
        film,
        b"MZ\x90\0\x03",
        b"<html><script>alert(1)</script>",
        b"\x1F\x8B\x08\0\0\0\0\0\0\x03",
        b"#!/bin/sh\n",
        b"\x14",
        b"\0\0MZ",
    ] {
        assert_eq!(examine_jpeg_before(behind), NOT_OF_TYPE, "{behind:x?}");
        let behind_png = [&png()[..], behind].concat();
        assert_eq!(examine(MediaType::Png, &behind_png), NOT_OF_TYPE, "{behind:x?}");
        let behind_padding = [&[0; 600], behind].concat();
        assert_eq!(examine_jpeg_before(&behind_padding), NOT_OF_TYPE, "{behind:x?}");
    }
    assert_eq!(examine(MediaType::Png, &[&png()[..], b"\0"].concat()), NOT_OF_TYPE);
}

#[test]
fn a_telephone_of_samsung_may_store_notes_behind_the_end_of_a_jpeg() {
    let time = ("Image_UTC_Data", &b"1675400000000"[..]);
    let binary = ("Color_Display_P3", &[1, 0, 0, 0xFF][..]);
    let long = "x".repeat(20_000);
    for notes in [&[time][..], &[time, binary, ("MCC_Data", b"440")], &[("Re_Edit", long.as_bytes())], &[]] {
        assert_eq!(examine_jpeg_before(&samsung_trailer(notes)), Ok(()));
        assert_eq!(examine_jpeg_before(&[jpeg(), samsung_trailer(notes)].concat()), Ok(()));
    }
    let page = b"<html><script>alert(1)</script>";
    let program = [b"MZ\x90\0", &[0; 60][..]].concat();
    let too_long = "x".repeat(64 * 1024);
    for note in
        [("MotionPhoto_Data", &program[..]), ("Page", page), ("<html>", b""), ("Long", too_long.as_bytes())]
    {
        assert_eq!(examine_jpeg_before(&samsung_trailer(&[time, note])), NOT_OF_TYPE, "{}", note.0);
    }
}

#[test]
fn a_damaged_trailer_of_samsung_is_refused() {
    let whole = samsung_trailer(&[("Image_UTC_Data", b"1675400000000"), ("MCC_Data", b"440")]);
    // The first two bytes are zeros, which alone are padding.
    for length in 3..whole.len() {
        assert_eq!(examine_jpeg_before(&whole[..length]), NOT_OF_TYPE, "{length} bytes");
        assert_eq!(examine_jpeg_before(&whole[length..]), NOT_OF_TYPE, "from {length} on");
    }
    let directory = whole.len() - 8 - 36;
    for (at, what) in [
        (0, "block"),
        (4, "length of name"),
        (directory, "word"),
        (directory + 8, "count"),
        (directory + 16, "distance"),
        (directory + 20, "size"),
        (whole.len() - 8, "length"),
        (whole.len() - 1, "end"),
    ] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x40;
        assert_eq!(examine_jpeg_before(&damaged), NOT_OF_TYPE, "{what}");
    }
    for polyglot in [[b"MZ", &whole[..]].concat(), [&whole[..], b"MZ"].concat()] {
        assert_eq!(examine_jpeg_before(&polyglot), NOT_OF_TYPE);
    }
}
