//! Sends the body of an answer, and keeps the request's permit until the body is sent.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use crate::ops::traffic::AdmissionPermit;

/// How many bytes of a body the server gets at a time. The server copies each chunk into the connection's buffer. So if
/// a client does not read its answer, the buffer holds only one or two chunks.
const CHUNK: usize = 32 * 1024;

/// A body that is sent in chunks. It holds the request's permit until the connection has taken the last chunk.
pub(super) struct ResponseBody {
    body: Body,
    _permit: AdmissionPermit,
}

enum Body {
    Bytes(Bytes),
    Stream(BoxBody),
    /// No bytes. The headers state this length.
    LengthOnly(BodySize),
}

/// Sends a body in chunks.
pub(super) fn send(body: BoxBody, permit: AdmissionPermit) -> BoxBody {
    // A wrapped body states a length. An answer without a body must not state one.
    if body.size() == BodySize::None {
        return body;
    }
    let body = body.try_into_bytes().map_or_else(Body::Stream, Body::Bytes);
    BoxBody::new(ResponseBody { body, _permit: permit })
}

/// Omits a body and keeps its length, for an answer to HEAD. The server also omits such a body, but not if the next
/// request has already arrived: then it uses the method of the next request.
pub(super) fn omit(size: BodySize, permit: AdmissionPermit) -> BoxBody {
    BoxBody::new(ResponseBody { body: Body::LengthOnly(size), _permit: permit })
}

impl MessageBody for ResponseBody {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        match &self.body {
            Body::Bytes(bytes) => bytes.size(),
            Body::Stream(stream) => stream.size(),
            Body::LengthOnly(size) => *size,
        }
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match &mut self.body {
            Body::LengthOnly(_) => Poll::Ready(None),
            Body::Bytes(left) if left.is_empty() => Poll::Ready(None),
            Body::Bytes(left) => Poll::Ready(Some(Ok(left.split_to(left.len().min(CHUNK))))),
            Body::Stream(stream) => Pin::new(stream).poll_next(context),
        }
    }
}
