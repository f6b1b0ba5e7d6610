//! Images.

use super::super::samples::{chunk, frame, header, jpeg, jpeg_of, png, png_of, scan, segment};
use super::super::*;
use super::NOT_OF_TYPE;

const TOO_LARGE: Result<(), UploadRefusal> = Err(UploadRefusal::ImageTooLarge);

/// Examines a PNG file of these chunks.
fn examine_png(chunks: &[&[u8]]) -> Result<(), UploadRefusal> {
    examine(MediaType::Png, &png_of(chunks))
}

/// Examines a JPEG file of these segments.
fn examine_jpeg(segments: &[&[u8]]) -> Result<(), UploadRefusal> {
    examine(MediaType::Jpeg, &jpeg_of(segments))
}

#[test]
fn an_image_may_be_as_large_as_a_scan_of_a3_and_not_much_larger() {
    let (data, end) = (chunk(b"IDAT", &[0x78, 0x9C, 0]), chunk(b"IEND", b""));
    for (width, height, expected) in [
        (1, 1, Ok(())),
        (9921, 7016, Ok(())),
        (12_032, 9_024, Ok(())),
        (20_000, 7_500, Ok(())),
        (7_500, 20_000, Ok(())),
        (20_000, 7_501, TOO_LARGE),
        (20_001, 1, TOO_LARGE),
        (1, 20_001, TOO_LARGE),
        (65_535, 65_535, TOO_LARGE),
        (0, 1, NOT_OF_TYPE),
        (1, 0, NOT_OF_TYPE),
    ] {
        assert_eq!(examine_png(&[&header(width, height, 8, 2), &data, &end]), expected, "{width} × {height}");
        let (rows, columns) = (u16::try_from(height).unwrap(), u16::try_from(width).unwrap());
        assert_eq!(examine_jpeg(&[&frame(rows, columns), &scan()]), expected, "{width} × {height}");
    }
    let largest = (1 << 31) - 1;
    assert_eq!(examine_png(&[&header(largest, largest, 8, 2), &data, &end]), TOO_LARGE);
    assert_eq!(examine_png(&[&header(largest + 1, 1, 8, 2), &data, &end]), NOT_OF_TYPE);
}

#[test]
fn one_wrong_bit_anywhere_in_a_png_is_refused() {
    let png = png();
    for at in 0..png.len() {
        for bit in 0..8 {
            let mut damaged = png.clone();
            damaged[at] ^= 1 << bit;
            assert!(examine(MediaType::Png, &damaged).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_png_has_only_the_colour_types_and_depths_of_the_specification() {
    let palette = chunk(b"PLTE", &[0; 6]);
    let (data, end) = (chunk(b"IDAT", &[0x78, 0x9C, 0]), chunk(b"IEND", b""));
    let mut legal = Vec::new();
    for colour_type in 0..=u8::MAX {
        for depth in 0..=u8::MAX {
            let first = header(1, 1, depth, colour_type);
            let chunks = [&first, &palette, &data, &end];
            let plain = [&first, &data, &end];
            let accepted = if colour_type == 3 {
                examine_png(&chunks.map(Vec::as_slice))
            } else {
                examine_png(&plain.map(Vec::as_slice))
            };
            if accepted == Ok(()) {
                legal.push((colour_type, depth));
            }
        }
    }
    let expected = [
        (0, 1),
        (0, 2),
        (0, 4),
        (0, 8),
        (0, 16),
        (2, 8),
        (2, 16),
        (3, 1),
        (3, 2),
        (3, 4),
        (3, 8),
        (4, 8),
        (4, 16),
        (6, 8),
        (6, 16),
    ];
    assert_eq!(legal, expected);
}

#[test]
fn the_chunks_of_a_png_have_an_order() {
    let (first, data, end) = (header(1, 1, 8, 2), chunk(b"IDAT", &[0x78, 0x9C, 0]), chunk(b"IEND", b""));
    let (palette, text) = (chunk(b"PLTE", &[0; 3]), chunk(b"tEXt", b"Comment\0x"));
    let parts = [chunk(b"IDAT", b""), chunk(b"IDAT", &[0x78]), chunk(b"IDAT", &[0x9C])];
    for chunks in [
        &[&first[..], &text, &palette, &data, &data, &text, &end][..],
        &[&first, &parts[0], &parts[1], &parts[2], &end],
    ] {
        assert_eq!(examine_png(chunks), Ok(()));
    }
    let indexed = header(1, 1, 8, 3);
    let (long, odd) = (chunk(b"PLTE", &[0; 771]), chunk(b"PLTE", &[0; 4]));
    let mut interlaced = first.clone();
    interlaced[20] = 2;
    for chunks in [
        &[&first[..], &end][..],
        &[&data, &first, &end],
        &[&text, &first, &data, &end],
        &[&first, &first, &data, &end],
        &[&first, &data, &text, &data, &end],
        &[&first, &data, &palette, &end],
        &[&first, &palette, &palette, &data, &end],
        &[&first, &long, &data, &end],
        &[&first, &odd, &data, &end],
        &[&header(1, 1, 8, 0), &palette, &data, &end],
        &[&indexed, &data, &end],
        &[&interlaced, &data, &end],
        &[&first, &data],
        &[&first, &data, &end, &end],
        &[&first, &data, &end, b"\n"],
        &[&first, &data, &chunk(b"IEND", b"x")],
        &[&first, &chunk(b"IDAT", b"no zlib"), &end],
        &[&first, &parts[1], &end],
        &[&first, &chunk(b"NEED", b""), &data, &end],
        &[&first, &chunk(b"te t", b""), &data, &end],
    ] {
        assert_eq!(examine_png(chunks), NOT_OF_TYPE, "{:?}", String::from_utf8_lossy(&chunks.concat()));
    }
}

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

#[test]
fn a_telephone_may_store_more_behind_the_end_of_a_jpeg() {
    for behind in [&jpeg()[..], b"SEFH\x6B\0\0\0Image_UTC_Data1675400000000SEFT", &[0; 100]] {
        assert_eq!(examine(MediaType::Jpeg, &[&jpeg()[..], behind].concat()), Ok(()));
    }
}
