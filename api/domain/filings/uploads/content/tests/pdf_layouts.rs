//! What is between the objects of PDFs, before the first one and behind the last one.

use super::super::samples::{pdf_with, stream};
use super::pdfs::examine_pdf;
use super::*;

/// Examines a PDF with these bytes before its third object.
fn with_between(bytes: &[u8]) -> Result<(), UploadRefusal> {
    let pdf = pdf_with(&["<< /A 1 >>"]);
    let at = memchr::memmem::find(&pdf, b"3 0 obj").unwrap();
    examine_pdf(&[&pdf[..at], bytes, &pdf[at..]].concat())
}

#[test]
fn between_objects_there_is_white_space_or_a_comment() {
    let invocation = format!("%%Invocation: gs -dPDFA=1 -c <</{} 1>>\n", "A".repeat(1000));
    for bytes in [
        &b""[..],
        b" \r\n\t\0\x0C",
        b"% made by a program <a@b.example>, 1 < 2\n",
        b"%\xE2\xE3\xCF\xD3\r",
        b"%%EOF\n",
        b"%%EOF",
        b"endobj\n",
        b"xref\n0 1\n0000000000 65535 f \n0000000015 00000 n \ntrailer\n<< /Size 1 /Prev 15 >>\nstartxref\n15\n%%EOF\n",
        invocation.as_bytes(),
    ] {
        assert_eq!(with_between(bytes), Ok(()), "{}", String::from_utf8_lossy(bytes));
    }
    let binary = [&b"%"[..], &[0xE2; 64], b"\n"].concat();
    for bytes in [
        &b"MZ\x90\0\x03\0\0\0"[..],
        b"<script>alert(1)</script>\n",
        b"<html>\n",
        b"<< /A 1 >>\n",
        b"(text)\n",
        b"[ 1 ]\n",
        b"%<script>alert(1)</script>\n",
        b"% <!DOCTYPE html>\n",
        b"%<html\n",
        b"%<script src=a>\n",
        b"%<?php ?>\n",
        b"#!/bin/sh\n",
        b"stream\nMZ\nendstream\n",
        b"\x89PNG\r\n\x1A\n",
        b"\x1B%-12345X@PJL EOJ\r\n",
        &binary,
    ] {
        assert_eq!(with_between(bytes), NOT_OF_TYPE, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_stream_ends_where_its_length_says_or_at_the_next_word_that_ends_it() {
    let picture = b"MZ <script> endstream <html>";
    let whole = String::from_utf8_lossy(&stream("", picture)).into_owned();
    let reference = whole.replace("/Length 28", "/Length 9 0 R");
    for (object, expected) in [
        (whole.clone(), Ok(())),
        (whole.replace("endstream <html>", "_________ <html>").replace("28", "2"), Ok(())),
        (reference.replace("endstream <html>", "_________ <html>"), Ok(())),
        // Where the length is not known, a viewer also takes the first such word.
        (reference, NOT_OF_TYPE),
        ("<< /Length 2 >>\nstream\nMZ".to_owned(), Ok(())),
        ("<< /Length 99999999999999999999 >>\nstream\nMZ".to_owned(), Ok(())),
    ] {
        let content = pdf_with(&[&object, "<< /A 1 >>"]);
        assert_eq!(examine_pdf(&content), expected, "{object}");
    }
}

#[test]
fn an_update_begins_directly_behind_the_end_as_word_writes_it() {
    let mut updated = pdf_with(&[]).trim_ascii_end().to_vec();
    updated.extend_from_slice(
        b"1 0 obj\r<< /Type /Catalog /Pages 2 0 R >>\rendobj\rstartxref\r\n15\r\n%%EOF\r\n",
    );
    assert_eq!(examine_pdf(&updated), Ok(()));
    let hidden = [&updated[..], b"MZ\r\n", &updated[9..]].concat();
    assert_eq!(examine_pdf(&hidden), NOT_OF_TYPE);
}

#[test]
fn a_print_job_has_only_commands() {
    let pdf = pdf_with(&[]);
    let job = "\u{1b}%-12345X\r\n@PJL JOB NAME=\"a\"\r\n@PJL ENTER LANGUAGE=PDF\r\n";
    assert_eq!(examine_pdf(&[job.as_bytes(), &pdf].concat()), Ok(()));
    for line in ["MZ\r\n", "<html>\r\n", "@PJL COMMENT <script>\r\n", "x @PJL\r\n", "@PJL \u{e9}\r\n"] {
        let job = job.replace("@PJL ENTER", &format!("{line}@PJL ENTER"));
        assert_eq!(examine_pdf(&[job.as_bytes(), &pdf].concat()), NOT_OF_TYPE, "{line:?}");
        let end = format!("\u{1b}%-12345X@PJL EOJ\r\n{line}\u{1b}%-12345X");
        assert_eq!(examine_pdf(&[&pdf[..], end.as_bytes()].concat()), NOT_OF_TYPE, "{line:?}");
    }
}
