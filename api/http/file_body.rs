//! A stored file as the body of an answer.

use std::fs::File;
use std::io::{self, Read as _};

use actix_web::body::SizedStream;
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;

use crate::blocking;
use crate::error::chain;

/// How many bytes of a file are read at a time. Each download needs this much memory.
const CHUNK: u64 = 64 * 1024;

/// The first `length` bytes of a file as a body. Each chunk is read after the connection has taken the previous chunk.
#[must_use]
pub fn stream(file: File, length: u64) -> SizedStream<impl Stream<Item = io::Result<Bytes>>> {
    let chunks = try_unfold((file, length), |(file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let read = blocking::run(move || read_chunk(file, left)).await.map_err(io::Error::other).flatten();
        let (chunk, file) = read.inspect_err(|error| {
            tracing::error!(error = %chain(error), "a stored file cannot be read to its end");
        })?;
        let left = left - chunk.len() as u64;
        Ok(Some((chunk, (file, left))))
    });
    SizedStream::new(length, Box::pin(chunks))
}

fn read_chunk(file: File, left: u64) -> io::Result<(Bytes, File)> {
    let mut chunk = Vec::new();
    let mut limited = file.take(CHUNK.min(left));
    if limited.read_to_end(&mut chunk)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((chunk.into(), limited.into_inner()))
}
