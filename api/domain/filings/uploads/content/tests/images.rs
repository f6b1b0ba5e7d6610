//! Images.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::super::samples::{chunk, data, frame, header, jpeg_of, png, png_of, scan};
use super::super::*;
use super::NOT_OF_TYPE;

pub(super) const TOO_LARGE: Result<(), UploadRefusal> = Err(UploadRefusal::ImageTooLarge);

/// Examines a PNG file of these chunks.
fn examine_png(chunks: &[&[u8]]) -> Result<(), UploadRefusal> {
    examine(MediaType::Png, &png_of(chunks))
}

/// Examines a JPEG file of these segments.
pub(super) fn examine_jpeg(segments: &[&[u8]]) -> Result<(), UploadRefusal> {
    examine(MediaType::Jpeg, &jpeg_of(segments))
}

#[test]
fn an_image_may_be_as_large_as_a_scan_of_a3_and_not_much_larger() {
    let end = chunk(b"IEND", b"");
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
        let pixels = if expected.is_ok() { data(width, height, 1) } else { Vec::new() };
        assert_eq!(
            examine_png(&[&header(width, height, 1, 0), &pixels, &end]),
            expected,
            "{width} × {height}"
        );
        let (rows, columns) = (u16::try_from(height).unwrap(), u16::try_from(width).unwrap());
        assert_eq!(examine_jpeg(&[&frame(rows, columns), &scan()]), expected, "{width} × {height}");
    }
    let largest = (1 << 31) - 1;
    assert_eq!(examine_png(&[&header(largest, largest, 8, 2), &end]), TOO_LARGE);
    assert_eq!(examine_png(&[&header(largest + 1, 1, 8, 2), &end]), NOT_OF_TYPE);
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
    let (palette, end) = (chunk(b"PLTE", &[0; 6]), chunk(b"IEND", b""));
    let all_data: Vec<_> = (0..=64).map(|bits| data(1, 1, bits)).collect();
    let mut legal = Vec::new();
    for colour_type in 0..=u8::MAX {
        for depth in 0..=u8::MAX {
            let first = header(1, 1, depth, colour_type);
            let samples = [1, 0, 3, 1, 2, 0, 4].get(usize::from(colour_type)).copied().unwrap_or(1);
            let bits = u32::from(depth.min(16)) * samples;
            let data = &all_data[bits as usize];
            let chunks = [&first, &palette, data, &end];
            let plain = [&first, data, &end];
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
    let (first, data, end) = (header(1, 1, 8, 2), data(1, 1, 24), chunk(b"IEND", b""));
    let (palette, text) = (chunk(b"PLTE", &[0; 3]), chunk(b"tEXt", b"Comment\0x"));
    let compressed = compress_to_vec_zlib(&[0; 4], 6);
    let (begin, rest) = compressed.split_at(1);
    let parts = [chunk(b"IDAT", b""), chunk(b"IDAT", begin), chunk(b"IDAT", rest)];
    for chunks in [
        &[&first[..], &text, &palette, &data, &text, &end][..],
        &[&first, &data, &parts[0], &end],
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
fn an_incomplete_png_is_refused_although_its_chunks_are_whole() {
    let end = chunk(b"IEND", b"");
    let zeros = |count: usize| compress_to_vec_zlib(&vec![0; count], 6);
    // Three rows of two bytes and a filter.
    let examine = |compressed: &[u8]| examine_png(&[&header(2, 3, 8, 0), &chunk(b"IDAT", compressed), &end]);
    let whole = zeros(9);
    assert_eq!(examine(&whole), Ok(()));
    for length in 0..whole.len() {
        assert_eq!(examine(&whole[..length]), NOT_OF_TYPE, "{length} bytes");
    }
    for count in [0, 1, 8, 10, 100_000, 20_000_000] {
        assert_eq!(examine(&zeros(count)), NOT_OF_TYPE, "{count} bytes of pixels");
    }
    assert_eq!(examine(&[&whole[..], b"MZ"].concat()), NOT_OF_TYPE);
    let mut wrong_checksum = whole.clone();
    *wrong_checksum.last_mut().unwrap() ^= 1;
    assert_eq!(examine(&wrong_checksum), NOT_OF_TYPE);
}

#[test]
fn the_pixels_of_an_interlaced_png_are_those_of_seven_images() {
    let end = chunk(b"IEND", b"");
    for (width, height, bits, colour_type, size) in [
        (1, 1, 8, 0, 2),
        (8, 8, 8, 0, 64 + 1 + 1 + 1 + 2 + 2 + 4 + 4),
        (3, 1, 8, 0, 2 + 2 + 2),
        (1, 3, 8, 0, 2 + 2 + 2),
        (5, 5, 1, 0, 2 + 2 + 2 + 4 + 2 + 6 + 4),
        (2, 2, 16, 6, 9 + 9 + 17),
    ] {
        let mut first = header(width, height, bits, colour_type)[..21].to_vec();
        first[20] = 1;
        let first = chunk(b"IHDR", &first[8..]);
        let examine = |size: usize| {
            let pixels = compress_to_vec_zlib(&vec![0; size], 6);
            examine_png(&[&first, &chunk(b"IDAT", &pixels), &end])
        };
        assert_eq!(examine(size), Ok(()), "{width} × {height}");
        assert_eq!(examine(size - 1), NOT_OF_TYPE, "{width} × {height}");
        assert_eq!(examine(size + 1), NOT_OF_TYPE, "{width} × {height}");
    }
}

/// Examines a PNG file with these chunks before its pixels.
fn examine_png_with(chunks: &[u8]) -> Result<(), UploadRefusal> {
    examine_png(&[&header(1, 1, 8, 0), chunks, &data(1, 1, 8), &chunk(b"IEND", b"")])
}

#[test]
fn a_profile_and_texts_inflate_to_four_mebibytes_at_most() {
    let zeros = |count: usize| compress_to_vec_zlib(&vec![0; count], 6);
    let profile = |count: usize| chunk(b"iCCP", &[b"sRGB\0\0", &*zeros(count)].concat());
    let text = |count: usize| chunk(b"zTXt", &[b"Comment\0\0", &*zeros(count)].concat());
    let translated = |count: usize| chunk(b"iTXt", &[b"Title\0\x01\0ja\0\0", &*zeros(count)].concat());
    let limit = 4 * 1024 * 1024;
    for kind in [&profile as &dyn Fn(usize) -> Vec<u8>, &text, &translated] {
        assert_eq!(examine_png_with(&kind(0)), Ok(()));
        assert_eq!(examine_png_with(&kind(limit)), Ok(()));
        assert_eq!(examine_png_with(&kind(limit + 1)), NOT_OF_TYPE);
        assert_eq!(examine_png_with(&kind(20 * 1024 * 1024)), NOT_OF_TYPE);
    }
    assert_eq!(examine_png_with(&[profile(limit - 9), text(4), translated(5)].concat()), Ok(()));
    assert_eq!(examine_png_with(&[profile(limit - 9), text(5), translated(5)].concat()), NOT_OF_TYPE);
    assert_eq!(examine_png_with(&text(1).repeat(1000)), Ok(()));
    assert_eq!(examine_png_with(&text(1).repeat(1001)), NOT_OF_TYPE);
}

#[test]
fn a_profile_and_a_text_have_the_form_of_their_type() {
    let compressed = compress_to_vec_zlib(b"text", 6);
    let longest = "a".repeat(79);
    for (kind, head) in
        [(b"iCCP", &*format!("{longest}\0\0")), (b"zTXt", "a\0\0"), (b"iTXt", "a\0\x01\0ja-JP\0題名\0")]
    {
        assert_eq!(examine_png_with(&chunk(kind, &[head.as_bytes(), &compressed].concat())), Ok(()));
        for damaged in [&compressed[..compressed.len() - 1], b"", b"text", &[&compressed[..], b"MZ"].concat()]
        {
            let chunk = chunk(kind, &[head.as_bytes(), damaged].concat());
            assert_eq!(examine_png_with(&chunk), NOT_OF_TYPE, "{kind:?} {damaged:x?}");
        }
    }
    assert_eq!(examine_png_with(&chunk(b"iTXt", "a\0\0\0\0\0日本語".as_bytes())), Ok(()));
    for (kind, head) in [
        (b"iCCP", &*format!("{longest}a\0\0")),
        (b"iCCP", "\0\0"),
        (b"iCCP", "never ends"),
        (b"zTXt", "a\0\x01"),
        (b"iTXt", "a\0\x01\x01\0\0"),
        (b"iTXt", "a\0\x02\0\0\0"),
        (b"iTXt", "a\0\x01\0"),
    ] {
        let chunk = chunk(kind, &[head.as_bytes(), &compressed].concat());
        assert_eq!(examine_png_with(&chunk), NOT_OF_TYPE, "{head:?}");
    }
}
