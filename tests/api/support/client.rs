//! An HTTP client of the service, and the answers that it gets.

use reqwest::Method;
use serde_json::Value;
use todokede::domain::values::lang::Lang;
use uuid::Uuid;

use super::described::assert_described;

/// A caller with a preferred language and, if it is logged in, an access token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    lang: Lang,
    token: Option<String>,
}

/// An answer of the service.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Reply {
    /// The value of a header; empty if the header is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The entity tag.
    pub fn etag(&self) -> &str {
        self.header("etag")
    }

    /// Asserts that the answer is a problem (RFC 9457) with this status and code.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["request_id"], self.header("x-request-id"));
        self
    }

    /// Asserts that the answer is 422 with exactly these faults, each a JSON pointer and a code, in any order.
    #[track_caller]
    pub fn assert_faults(&self, expected: &[(&str, &str)]) -> &Self {
        self.assert_problem(422, "INVALID_CONTENT");
        let mut found: Vec<(&str, &str)> = self.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
            .collect();
        found.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected);
        self
    }

    /// Asserts the status.
    #[track_caller]
    pub fn assert_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Client {
    pub fn new(url: String, lang: Lang) -> Self {
        Self { http: reqwest::Client::new(), url, lang, token: None }
    }

    /// The same caller with an access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The access token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Begins a request, to which a test can add headers and a body.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header("Accept-Language", self.lang.tag());
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    /// Reads all pages of a list. The path must have a query, to which the page token is added.
    pub async fn pages(&self, path: &str) -> Vec<Vec<Value>> {
        let (mut pages, mut next) = (Vec::new(), path.to_owned());
        loop {
            let page = self.get(&next).await.assert_status(200);
            pages.push(page.body["items"].as_array().unwrap().clone());
            let Some(token) = page.body["next_page_token"].as_str() else {
                assert_eq!(page.header("link"), "");
                return pages;
            };
            assert!(page.header("link").contains(token) && page.header("link").contains("rel=\"next\""));
            next = format!("{path}&page_token={token}");
        }
    }

    pub async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }

    /// Posts a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// Posts a JSON body with a new `Idempotency-Key`, as filings need.
    pub async fn file(&self, path: &str, body: &Value) -> Reply {
        self.file_with_key(path, body, &Uuid::new_v4().to_string()).await
    }

    /// Posts a JSON body with this `Idempotency-Key`.
    pub async fn file_with_key(&self, path: &str, body: &Value, key: &str) -> Reply {
        send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    /// Puts a JSON body with `If-Match`.
    pub async fn put(&self, path: &str, body: &Value, etag: &str) -> Reply {
        send(self.request(Method::PUT, path).header("If-Match", etag).json(body)).await
    }

    /// Patches with a JSON body and `If-Match`.
    pub async fn patch(&self, path: &str, body: &Value, etag: &str) -> Reply {
        send(self.request(Method::PATCH, path).header("If-Match", etag).json(body)).await
    }

    /// Previews a correction or a change of the resource at `path`, with `If-Match`.
    pub async fn preview_of(&self, path: &str, body: &Value, etag: &str) -> Reply {
        let request = self.request(Method::POST, &format!("{path}/preview"));
        send(request.header("If-Match", etag).json(body)).await
    }

    /// Withdraws a filing, with `If-Match` and a new `Idempotency-Key`.
    pub async fn withdraw(&self, path: &str, etag: &str) -> Reply {
        let request = self.request(Method::POST, &format!("{path}/withdrawal"));
        send(request.header("If-Match", etag).header("Idempotency-Key", Uuid::new_v4().to_string())).await
    }
}

/// Sends a request and reads the answer. The document must describe it, if it is a problem.
pub async fn send(request: reqwest::RequestBuilder) -> Reply {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    let reply = Reply { status, headers, text, body };
    assert_described(&method, &path, &reply);
    reply
}
