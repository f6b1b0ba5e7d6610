//! Complete and valid request bodies, which tests change as needed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::client::send;
use super::facility_client::PASSWORD;
use super::{Client, Reply};

/// The form that creates the account of a listed facility.
pub fn account(token: &str, facility: &Value) -> Value {
    json!({
        "token": token,
        "password": PASSWORD,
        "facility": {
            "code": facility["facility_code"],
            "name": facility["name"],
            "name_kana": "カクウ",
            "postal_code": facility["postal_code"],
            "address": facility["address"],
            "phone": "03-0000-1234",
        },
        "founder": { "kind": "INDIVIDUAL", "name": "架空 花子" },
        "contact": { "department": "医事課", "name": "架空 太郎", "phone": "03-0000-1234" },
        "terms_accepted": true,
    })
}

/// The bytes of a small PDF.
pub fn pdf() -> Vec<u8> {
    pdf_with("")
}

/// The bytes of a small PDF with this object.
pub fn pdf_with(object: &str) -> Vec<u8> {
    let objects = format!("1 0 obj\n<< /Type /Catalog >>\nendobj\n2 0 obj\n{object}\nendobj\n");
    format!("%PDF-1.7\n{objects}trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n").into_bytes()
}

/// The bytes of a PDF with this size.
pub fn pdf_of_size(bytes: usize) -> Vec<u8> {
    let without_text = pdf_with("()").len();
    pdf_with(&format!("({})", "x".repeat(bytes - without_text)))
}

/// The bytes of a JPEG with one pixel.
pub fn jpeg() -> Vec<u8> {
    let frame = [0xFF, 0xC0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0];
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x2A];
    [&[0xFF, 0xD8][..], &frame, &scan, &[0xFF, 0xD9]].concat()
}

/// The bytes of a PNG with this width and height, whose pixels are black. If there are too many, most are missing.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let row = width.div_ceil(8) as usize + 1;
    let pixels = compress_to_vec_zlib(&vec![0; (row * height as usize).min(20_000_000)], 1);
    let chunks = [png_chunk(b"IHDR", &header), png_chunk(b"IDAT", &pixels), png_chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1A\n", &*chunks.concat()].concat()
}

fn png_chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let crc = crc32fast::hash(&[kind, data].concat()).to_be_bytes();
    [&length[..], kind, data, &crc].concat()
}

/// The form that announces a PDF with this content.
pub fn upload(content: &[u8]) -> Value {
    upload_as("application/pdf", content)
}

/// The form that announces a file of this type with this content.
pub fn upload_as(media_type: &str, content: &[u8]) -> Value {
    let extension = media_type.rsplit('/').next().unwrap();
    json!({
        "file_name": format!("契約書（写し）.{extension}"),
        "media_type": media_type,
        "size_bytes": content.len(),
        "content_digest": digest(content),
    })
}

/// The `Content-Digest` header of these bytes (RFC 9530).
pub fn digest(content: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(content)))
}

/// Sends the content of an announced PDF.
pub async fn send_content(client: &Client, id: &str, content: &[u8]) -> Reply {
    let request = client.request(reqwest::Method::PUT, &format!("/v1/uploads/{id}/content"));
    send(
        request
            .header("Content-Type", "application/pdf")
            .header("Content-Digest", digest(content))
            .body(content.to_vec()),
    )
    .await
}

/// A declaration for the reason that no optical line is available. It needs no attachment.
pub fn no_network() -> Value {
    declaration(&json!({ "category": "NO_NETWORK", "line_status": "NOT_AVAILABLE" }))
}

/// A declaration in the round of 2023 for this reason.
pub fn declaration(reason: &Value) -> Value {
    json!({ "round": "2023", "reason": reason })
}

/// A succession to this facility.
pub fn succession(successor: &Value) -> Value {
    json!({
        "successor": {
            "facility_code": successor["facility_code"],
            "name": successor["name"],
            "postal_code": successor["postal_code"],
            "address": successor["address"],
            "phone": "03-0000-5678",
        },
        "successor_founder": { "kind": "CORPORATION", "name": "医療法人架空会" },
        "reason": "INCORPORATION_CHANGE",
        "change_date": "2023-02-01",
        "guidance_address": { "postal_code": "100-0000", "address": "東京都架空区試験町１－１", "name": "架空さくら診療所" },
        "contact": { "name": "架空 太郎", "phone": "03-0000-1234" },
        "consent": true,
    })
}
