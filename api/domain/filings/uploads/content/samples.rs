//! Small files for the tests.

use miniz_oxide::deflate::compress_to_vec_zlib;

/// A PDF whose only page is empty, with these further objects.
pub(super) fn pdf_with(objects: &[&str]) -> Vec<u8> {
    let own = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let objects: Vec<&[u8]> = own.iter().chain(objects).map(|object| object.as_bytes()).collect();
    pdf_of(&objects, "/Root 1 0 R")
}

/// A PDF of these objects, with these entries in its trailer.
pub(super) fn pdf_of(objects: &[&[u8]], trailer: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(pdf.len());
        pdf.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        pdf.extend_from_slice(object);
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let table = pdf.len();
    let size = objects.len() + 1;
    pdf.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
    for offset in offsets {
        pdf.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let trailer = format!("trailer\n<< /Size {size} {trailer} >>\nstartxref\n{table}\n%%EOF\n");
    pdf.extend_from_slice(trailer.as_bytes());
    pdf
}

/// A PDF with an object stream that contains these objects, and this filter.
pub(super) fn pdf_with_object_stream(objects: &[&str], filter: &str) -> Vec<u8> {
    let (header, body) = object_stream(objects);
    object_stream_pdf(&header, &body, filter)
}

/// A PDF with an object stream of this header and these objects. It is compressed if there is a filter.
pub(super) fn object_stream_pdf(header: &str, body: &str, filter: &str) -> Vec<u8> {
    let content = format!("{header}{body}").into_bytes();
    let data = if filter.is_empty() { content } else { compress_to_vec_zlib(&content, 6) };
    let entries = format!("/N {} /First {} {filter}", header.split(' ').count() / 2, header.len());
    let stream = stream(&format!("/Type /ObjStm {entries}"), &data);
    pdf_of(&[b"<< /Type /Catalog >>", &stream], "/Root 1 0 R")
}

/// The header and the objects of an object stream.
fn object_stream(objects: &[&str]) -> (String, String) {
    let offset = |number: usize| objects.iter().take(number).map(|object| object.len() + 1).sum::<usize>();
    let header: Vec<_> = (0..objects.len()).map(|at| format!("{} {} ", at + 10, offset(at))).collect();
    (header.concat(), objects.join("\n") + "\n")
}

/// An object with a stream.
pub(super) fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<< {entries} /Length {} >>\nstream\r\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A chunk of a PNG file.
pub(super) fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let crc = crc32fast::hash(&[kind, data].concat()).to_be_bytes();
    [&length[..], kind, data, &crc].concat()
}

/// The chunk `IHDR` of an image with this width, height, depth and colour type.
pub(super) fn header(width: u32, height: u32, depth: u8, colour_type: u8) -> Vec<u8> {
    chunk(
        b"IHDR",
        &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour_type, 0, 0, 0]].concat(),
    )
}

/// The chunk `IDAT` with all pixels of an image with this width, height, and number of bits for each pixel. They are
/// zero.
pub(super) fn data(width: u32, height: u32, bits: u32) -> Vec<u8> {
    let row = (width as usize * bits as usize).div_ceil(8) + 1;
    chunk(b"IDAT", &compress_to_vec_zlib(&vec![0; row * height as usize], 1))
}

/// A PNG file of these chunks.
pub(super) fn png_of(chunks: &[&[u8]]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1A\n", &*chunks.concat()].concat()
}

/// A PNG file with one grey pixel.
pub(super) fn png() -> Vec<u8> {
    png_of(&[
        &header(1, 1, 8, 0),
        &chunk(b"IDAT", &compress_to_vec_zlib(&[0, 0x80], 6)),
        &chunk(b"IEND", b""),
    ])
}

/// A segment of a JPEG file.
pub(super) fn segment(marker: u8, parameters: &[u8]) -> Vec<u8> {
    let length = u16::try_from(parameters.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker][..], &length, parameters].concat()
}

/// The segment of a frame with this height and width.
pub(super) fn frame(height: u16, width: u16) -> Vec<u8> {
    let ([h0, h1], [w0, w1]) = (height.to_be_bytes(), width.to_be_bytes());
    segment(0xC0, &[8, h0, h1, w0, w1, 1, 1, 0x11, 0])
}

/// A trailer as Samsung's telephones write it, with blocks of these names and data.
pub(super) fn samsung_trailer(blocks: &[(&str, &[u8])]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let bytes = |(name, data): &(&str, &[u8])| {
        [&[0, 0, 1, 10][..], &number(name.len()), name.as_bytes(), data].concat()
    };
    let blocks: Vec<_> = blocks.iter().map(bytes).collect();
    let mut directory = [b"SEFH\x6B\0\0\0", &number(blocks.len())[..]].concat();
    for (at, block) in blocks.iter().enumerate() {
        let distance = blocks[at..].iter().map(Vec::len).sum();
        directory.extend([&[0, 0, 1, 10][..], &number(distance), &number(block.len())].concat());
    }
    [&blocks.concat()[..], &directory, &number(directory.len()), b"SEFT"].concat()
}

/// The segment that begins a scan, and its pixels.
pub(super) fn scan() -> Vec<u8> {
    [segment(0xDA, &[1, 1, 0, 0, 63, 0]), vec![0x2A, 0xFF, 0x00, 0xFF, 0xD0, 0x7F]].concat()
}

/// A JPEG file of these segments.
pub(super) fn jpeg_of(segments: &[&[u8]]) -> Vec<u8> {
    [&[0xFF, 0xD8][..], &segments.concat(), &[0xFF, 0xD9]].concat()
}

/// A JPEG file of one pixel.
pub(super) fn jpeg() -> Vec<u8> {
    let tables = segment(0xDB, &[0; 65]);
    jpeg_of(&[&segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"), &tables, &frame(1, 1), &scan()])
}

/// A ZIP archive with one empty entry.
pub(super) fn zip() -> Vec<u8> {
    let entry = b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a";
    let end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2F\0\0\0\x1F\0\0\0\0\0";
    [b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a", &entry[..], end].concat()
}

/// A ZIP archive without entries.
pub(super) fn empty_zip() -> Vec<u8> {
    [&b"PK\x05\x06"[..], &[0; 18]].concat()
}
