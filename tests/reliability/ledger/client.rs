//! An HTTP client that repeats a request until the request succeeds.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

/// How long a request is repeated before its key counts as stuck. This is longer than any outage in these tests.
pub const RETRY_TIMEOUT: Duration = Duration::from_mins(3);
/// How long the client waits for one answer. A single statement of PostgreSQL may take ten seconds.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);
/// The pause before a request is repeated.
const PAUSE: Duration = Duration::from_millis(25);
/// The codes of 503 answers that may occur. After any other status from 500 the request is repeated too, but the answer
/// counts as an error.
const EXPECTED_CODES: [&str; 3] = ["OVERLOADED", "UNAVAILABLE", "OUTCOME_UNKNOWN"];

/// A request that can be sent repeatedly.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    pub path: String,
    pub key: Option<String>,
    pub etag: Option<String>,
    pub body: Option<Value>,
}

impl Request {
    pub fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), key: None, etag: None, body: None }
    }

    pub fn post(path: &str, body: Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(path) }
    }

    /// The same request with an `Idempotency-Key`.
    pub fn with_key(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }
}

/// A complete answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub etag: String,
    pub location: String,
    pub replayed: bool,
    pub text: String,
    pub body: Value,
}

/// Counters over all requests of all writers and readers. [`super::Findings`] explains those without a comment.
#[derive(Debug)]
pub struct Counters {
    pub acknowledged: Cell<u64>,
    pub ambiguous: Cell<u64>,
    pub applied_without_answer: Cell<u64>,
    /// How many answers had status 503, by code.
    pub unavailable: RefCell<BTreeMap<String, u64>>,
    /// How many requests were sent, repetitions included.
    pub sent: Cell<u64>,
    /// The first failure of each request that did not succeed at once.
    pub failed: RefCell<Vec<String>>,
    pub longest_silence: Cell<Duration>,
    /// The longest silence since the last call of `Ledger::take_longest_silence`.
    pub recent_silence: Cell<Duration>,
    pub errors: RefCell<Vec<String>>,
    last_answer: Cell<Instant>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            acknowledged: Cell::default(),
            ambiguous: Cell::default(),
            applied_without_answer: Cell::default(),
            unavailable: RefCell::default(),
            sent: Cell::default(),
            failed: RefCell::default(),
            longest_silence: Cell::default(),
            recent_silence: Cell::default(),
            errors: RefCell::default(),
            last_answer: Cell::new(Instant::now()),
        }
    }
}

impl Counters {
    /// Counts a key whose request succeeded. `ambiguous` says whether an earlier attempt failed.
    fn count_success(&self, ambiguous: bool, reply: &Reply) {
        let silence = self.last_answer.replace(Instant::now()).elapsed();
        self.longest_silence.set(self.longest_silence.get().max(silence));
        self.recent_silence.set(self.recent_silence.get().max(silence));
        self.acknowledged.set(self.acknowledged.get() + 1);
        self.ambiguous.set(self.ambiguous.get() + u64::from(ambiguous));
        self.applied_without_answer
            .set(self.applied_without_answer.get() + u64::from(ambiguous && reply.replayed));
    }
}

/// A client that repeats its requests. After each failure it uses the next of its URLs.
pub struct RetryingClient {
    http: reqwest::Client,
    urls: Rc<[String]>,
    /// Counts the failures, and so selects the URL.
    failures: Cell<usize>,
    login: RefCell<Option<Value>>,
    token: RefCell<Option<String>>,
    counters: Rc<Counters>,
}

impl RetryingClient {
    pub fn new(urls: &Rc<[String]>, counters: &Rc<Counters>) -> Self {
        Self {
            http: reqwest::Client::builder().timeout(RESPONSE_TIMEOUT).build().unwrap(),
            urls: Rc::clone(urls),
            failures: Cell::new(0),
            login: RefCell::new(None),
            token: RefCell::new(None),
            counters: Rc::clone(counters),
        }
    }

    /// Sends all later requests as this account. Logs in when there is no valid access token.
    pub fn log_in_as(&self, email: &str, password: &str) {
        self.login.replace(Some(json!({ "email": email, "password": password })));
        self.token.take();
    }

    /// Sends a request once. It is an error if no complete answer comes.
    async fn send(&self, request: &Request) -> reqwest::Result<Reply> {
        self.counters.sent.set(self.counters.sent.get() + 1);
        let base = &self.urls[self.failures.get() % self.urls.len()];
        let mut builder = self.http.request(request.method.clone(), format!("{base}{}", request.path));
        if let Some(token) = &*self.token.borrow() {
            builder = builder.bearer_auth(token);
        }
        if let Some(key) = &request.key {
            builder = builder.header("Idempotency-Key", key);
        }
        if let Some(etag) = &request.etag {
            builder = builder.header("If-Match", etag);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let response = builder.send().await?;
        let header = |name: &str| {
            response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        };
        let status = response.status().as_u16();
        let (etag, location) = (header("etag"), header("location"));
        let replayed = header("idempotent-replayed") == "true";
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, etag, location, replayed, text, body })
    }

    /// Repeats a request until it succeeds. Panics where [`Self::try_until_success`] returns an error.
    pub async fn send_until_success(&self, request: &Request) -> Reply {
        self.try_until_success(request).await.unwrap_or_else(|error| panic!("{request:?}: {error}"))
    }

    /// Repeats a request until it succeeds. The error describes the last attempt: either [`RETRY_TIMEOUT`] has passed,
    /// or the answer was one after which a request is not repeated.
    pub async fn try_until_success(&self, request: &Request) -> Result<Reply, String> {
        let started = Instant::now();
        let mut ambiguous = false;
        let mut last_failure = String::new();
        while started.elapsed() < RETRY_TIMEOUT {
            self.log_in_if_needed(request).await?;
            match self.send(request).await {
                Ok(reply) if (200..300).contains(&reply.status) => {
                    if request.key.is_some() {
                        self.counters.count_success(ambiguous, &reply);
                    }
                    return Ok(reply);
                }
                // The access token has expired. The request had no effect.
                Ok(reply) if reply.status == 401 && self.token.take().is_some() => continue,
                Ok(reply) => last_failure = self.record_failure(request, &reply)?,
                Err(error) => last_failure = format!("{} {}: {error:?}", request.method, request.path),
            }
            if !ambiguous {
                self.counters.failed.borrow_mut().push(last_failure.clone());
            }
            ambiguous = true;
            self.failures.set(self.failures.get() + 1);
            tokio::time::sleep(PAUSE).await;
        }
        Err(last_failure)
    }

    /// Counts an answer that is not a success, and describes it. Returns an error if the request must not be repeated.
    fn record_failure(&self, request: &Request, reply: &Reply) -> Result<String, String> {
        let description =
            format!("{} {} {:?}: {} {}", request.method, request.path, request.key, reply.status, reply.text);
        match reply.status {
            503 if EXPECTED_CODES.iter().any(|code| reply.body["code"] == *code) => {
                let code = reply.body["code"].as_str().unwrap().to_owned();
                *self.counters.unavailable.borrow_mut().entry(code).or_default() += 1;
            }
            500.. => self.counters.errors.borrow_mut().push(description.clone()),
            _ => return Err(description),
        }
        Ok(description)
    }

    async fn log_in_if_needed(&self, request: &Request) -> Result<(), String> {
        let login = self.login.borrow().clone();
        let Some(login) = login.filter(|_| self.token.borrow().is_none() && request.path != "/v1/sessions")
        else {
            return Ok(());
        };
        let session = Box::pin(self.try_until_success(&Request::post("/v1/sessions", login))).await?;
        self.token.replace(Some(session.body["access_token"].as_str().unwrap().to_owned()));
        Ok(())
    }
}
