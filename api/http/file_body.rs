//! A stored file as the body of an answer.

use std::fs::File;
use std::io::{self, Read as _};

use actix_web::body::SizedStream;
use actix_web::web::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;

use crate::blocking;

/// What is read at a time: as much of a file is in memory for each client that fetches one.
const PIECE: u64 = 64 * 1024;

/// Sends a file by pieces, each read when the client has taken the one before.
#[must_use]
pub fn body(file: File, length: u64) -> SizedStream<impl Stream<Item = io::Result<Bytes>>> {
    let pieces = try_unfold((file, length), |(file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let (piece, file) =
            blocking::run(move || read_piece(file, left)).await.map_err(io::Error::other)??;
        let left = left - piece.len() as u64;
        Ok(Some((piece, (file, left))))
    });
    SizedStream::new(length, Box::pin(pieces))
}

fn read_piece(file: File, left: u64) -> io::Result<(Bytes, File)> {
    let mut piece = Vec::new();
    let mut limited = file.take(PIECE.min(left));
    if limited.read_to_end(&mut piece)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((piece.into(), limited.into_inner()))
}
