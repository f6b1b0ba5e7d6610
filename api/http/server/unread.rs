//! Gives the service's form to the answers to requests that the HTTP library cannot read.
//!
//! If a request's head is malformed, too large or too slow, the library answers by itself, with a status and no body, and
//! closes the connection. It has no hook for these answers. But it writes the answers of the application in order, and
//! the length of each is known before it is written. So a stream that counts the written bytes knows where each answer
//! begins, and an answer that the application has not given is one of the library's own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_http::{Request, Response};
use actix_service::{IntoServiceFactory, Service as _, ServiceFactory, apply_fn_factory};
use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::{Method, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::origin_line::OriginLine;
use super::request_line::RequestLine;

/// The answer in the service's form to a request that could not be read, by the status of the library's answer, the
/// address of the connection, and the value of the header `Origin` if it could be found. It is called once for each such
/// request.
pub(super) type UnreadForm = Rc<dyn Fn(StatusCode, Option<IpAddr>, Option<&str>) -> Option<HttpResponse>>;

/// The lengths of the bodies that the application has answered on a connection, as far as they are not written yet.
/// `None`: the length is not known, so the rest of the connection is not examined.
#[derive(Clone, Default)]
pub(super) struct AnswersToWrite(Rc<RefCell<VecDeque<Option<u64>>>>);

impl AnswersToWrite {
    fn push(&self, status: StatusCode, size: BodySize, method: &Method) {
        let is_bodiless = method == Method::HEAD
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || status.is_informational();
        let length = match size {
            _ if is_bodiless => Some(0),
            BodySize::None => Some(0),
            BodySize::Sized(length) => Some(length),
            BodySize::Stream => None,
        };
        self.0.borrow_mut().push_back(length);
    }
}

/// Notes the length of each answer of an application in the [`AnswersToWrite`] of its connection.
pub(super) fn note_answers<S, B>(
    application: impl IntoServiceFactory<S, Request>,
) -> impl ServiceFactory<
    Request,
    Config = S::Config,
    Response = Response<B>,
    Error = HttpResponse,
    InitError = S::InitError,
    Service = impl actix_service::Service<
        Request,
        Response = Response<B>,
        Error = HttpResponse,
        Future = impl Future<Output = Result<Response<B>, HttpResponse>> + 'static,
    > + 'static,
>
where
    S: ServiceFactory<Request, Error = HttpResponse>,
    S::Response: Into<Response<B>>,
    S::Service: 'static,
    <S::Service as actix_service::Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    apply_fn_factory(application.into_factory(), |request: Request, service: &S::Service| {
        let to_write = request.conn_data::<AnswersToWrite>().cloned().unwrap_or_default();
        let method = request.method().clone();
        let answer = service.call(request);
        async move {
            let answer: Result<Response<B>, HttpResponse> = answer.await.map(Into::into);
            let (status, size) = match &answer {
                Ok(answer) => (answer.status(), answer.body().size()),
                Err(answer) => (answer.status(), answer.body().size()),
            };
            to_write.push(status, size, &method);
            answer
        }
    })
}

/// A stream that replaces the library's own answers.
pub(super) struct AnswerStream<S> {
    stream: S,
    /// The answers of the application.
    pub(super) to_write: AnswersToWrite,
    form: UnreadForm,
    peer: Option<IpAddr>,
    /// The line of the request that arrives. A request that arrives before the answer to the one before is not examined.
    line: RequestLine,
    /// The same for the origin in the request's head.
    origin: OriginLine,
    /// The number of bytes up to the end of the present answer; `None` if it is not known.
    left: Option<u64>,
    /// The rest of an answer that replaces one of the library.
    own: VecDeque<u8>,
}

impl<S: AsyncWrite + Unpin> AnswerStream<S> {
    pub(super) fn new(stream: S, form: UnreadForm, peer: Option<IpAddr>) -> Self {
        Self {
            stream,
            to_write: AnswersToWrite::default(),
            form,
            peer,
            line: RequestLine::default(),
            origin: OriginLine::default(),
            left: Some(0),
            own: VecDeque::new(),
        }
    }

    /// Writes the rest of an answer of its own.
    fn poll_own(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.own.is_empty() {
            let (bytes, _) = self.own.as_slices();
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.own.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Finds the end of the answer that begins here. Returns how many bytes of it were replaced. The library writes heads
    /// whole.
    fn begin(&mut self, bytes: &[u8]) -> usize {
        let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4) else {
            self.left = None;
            return 0;
        };
        self.left = Some(head as u64);
        let status = bytes.get(9..12).and_then(|digits| StatusCode::from_bytes(digits).ok());
        let Some(status) = status.filter(|status| !status.is_informational()) else { return 0 };
        if let Some(length) = self.to_write.0.borrow_mut().pop_front() {
            self.left = length.map(|length| head as u64 + length);
            (self.line, self.origin) = (RequestLine::default(), OriginLine::default());
            return 0;
        }
        let date = bytes.get(..head).and_then(date_line);
        let answer = (self.form)(self.unread_status(status), self.peer, self.origin.value());
        let Some(own) = answer.and_then(|answer| encode(answer, date)) else { return 0 };
        self.own = own.into();
        self.left = Some(0);
        head
    }
}

impl<S> AnswerStream<S> {
    /// The status for a request that could not be read. The library refuses a target that is too long as malformed or as
    /// a head that is too large.
    fn unread_status(&self, status: StatusCode) -> StatusCode {
        let is_of_head =
            matches!(status, StatusCode::BAD_REQUEST | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        if is_of_head && self.line.has_too_long_target() { StatusCode::URI_TOO_LONG } else { status }
    }
}

/// The line with the date in a head.
fn date_line(head: &[u8]) -> Option<&str> {
    let lines = std::str::from_utf8(head).ok()?.split("\r\n");
    lines.into_iter().find(|line| line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("date:")))
}

/// An answer as it is sent, after which the connection is closed.
fn encode(answer: HttpResponse, date: Option<&str>) -> Option<Vec<u8>> {
    let (answer, body) = answer.into_parts();
    let body = body.try_into_bytes().ok()?;
    let mut bytes =
        format!("HTTP/1.1 {}\r\ncontent-length: {}\r\nconnection: close\r\n", answer.status(), body.len());
    if let Some(date) = date {
        bytes.push_str(date);
        bytes.push_str("\r\n");
    }
    for (name, value) in answer.headers() {
        bytes.extend([name.as_str(), ": ", value.to_str().ok()?, "\r\n"]);
    }
    bytes.push_str("\r\n");
    Some([bytes.as_bytes(), &body].concat())
}

impl<S: AsyncRead + Unpin> AsyncRead for AnswerStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        self.line.read(bytes);
        self.origin.read(bytes);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for AnswerStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_own(context))?;
        if self.left == Some(0) && !bytes.is_empty() {
            let replaced = self.begin(bytes);
            if replaced > 0 {
                // What cannot be sent now is sent by `poll_flush`.
                if let Poll::Ready(Err(error)) = self.poll_own(context) {
                    return Poll::Ready(Err(error));
                }
                return Poll::Ready(Ok(replaced));
            }
        }
        let count = self
            .left
            .map_or(bytes.len(), |left| bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        let written =
            ready!(Pin::new(&mut self.stream).poll_write(context, bytes.get(..count).unwrap_or(bytes)))?;
        self.left = self.left.map(|left| left - written as u64);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_own(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_own(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
