//! An answer's body on its way out.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

use crate::ops::traffic::AdmissionPermit;

/// The pieces in which bytes leave. The server copies what it is given into a buffer of the connection's
/// own: of an answer that nobody reads, no more than a piece or two lie there.
const PIECE: usize = 32 * 1024;

/// A body that leaves by pieces. Its request is under way until the last of them is with the connection.
pub(super) struct Departure {
    body: Body,
    _permit: AdmissionPermit,
}

enum Body {
    Bytes(Bytes),
    Stream(BoxBody),
    /// Only its length is told.
    Untold(BodySize),
}

/// Sends a body on its way.
pub(super) fn depart(body: BoxBody, permit: AdmissionPermit) -> BoxBody {
    // An answer without a body is not one with an empty body.
    if body.size() == BodySize::None {
        return body;
    }
    let body = body.try_into_bytes().map_or_else(Body::Stream, Body::Bytes);
    BoxBody::new(Departure { body, _permit: permit })
}

/// Leaves a body of a size out, as an answer to HEAD does. The server would do it as well, unless another request was
/// behind the HEAD already: then it takes the answer for that one's.
pub(super) fn leave_out(size: BodySize, permit: AdmissionPermit) -> BoxBody {
    BoxBody::new(Departure { body: Body::Untold(size), _permit: permit })
}

impl MessageBody for Departure {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        match &self.body {
            Body::Bytes(bytes) => bytes.size(),
            Body::Stream(stream) => stream.size(),
            Body::Untold(size) => *size,
        }
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match &mut self.body {
            Body::Untold(_) => Poll::Ready(None),
            Body::Bytes(left) if left.is_empty() => Poll::Ready(None),
            Body::Bytes(left) => Poll::Ready(Some(Ok(left.split_to(left.len().min(PIECE))))),
            Body::Stream(stream) => Pin::new(stream).poll_next(context),
        }
    }
}
