//! A client that repeats its requests until the service answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

/// How long a request is repeated before its key counts as stuck: longer than any outage in these tests.
pub const PATIENCE: Duration = Duration::from_mins(3);
/// How long the client waits for one answer. The service itself may wait for ten seconds.
const ONE_ANSWER: Duration = Duration::from_secs(20);
/// The pause before a request is repeated.
const PAUSE: Duration = Duration::from_millis(25);
/// The codes of the service's own 503 answers, after which a request is to be repeated.
const TURNED_AWAY: [&str; 3] = ["OVERLOADED", "UNAVAILABLE", "OUTCOME_UNKNOWN"];

/// One request, to be sent any number of times.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub key: Option<String>,
    pub etag: Option<String>,
    pub body: Option<Value>,
}

impl Ask {
    pub fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), key: None, etag: None, body: None }
    }

    pub fn post(path: &str, body: Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(path) }
    }

    /// The same request with an idempotency key.
    pub fn keyed(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }
}

/// An answer that was read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub etag: String,
    pub location: String,
    pub replayed: bool,
    pub text: String,
    pub body: Value,
}

/// What happened to the requests of all writers.
#[derive(Debug)]
pub struct Tally {
    pub acknowledged: Cell<u64>,
    pub ambiguous: Cell<u64>,
    pub done_unseen: Cell<u64>,
    /// How many answers had status 503, by code.
    pub turned_away: RefCell<BTreeMap<String, u64>>,
    /// Requests that were sent, repetitions included.
    pub sent: Cell<u64>,
    /// The first failure of each request that did not succeed at once.
    pub failed: RefCell<Vec<String>>,
    pub longest_silence: Cell<Duration>,
    /// The longest silence since `Ledger::silence` was last called.
    pub silence: Cell<Duration>,
    pub errors: RefCell<Vec<String>>,
    last_answer: Cell<Instant>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            acknowledged: Cell::default(),
            ambiguous: Cell::default(),
            done_unseen: Cell::default(),
            turned_away: RefCell::default(),
            sent: Cell::default(),
            failed: RefCell::default(),
            longest_silence: Cell::default(),
            silence: Cell::default(),
            errors: RefCell::default(),
            last_answer: Cell::new(Instant::now()),
        }
    }
}

impl Tally {
    fn count(&self, unsure: bool, reply: &Reply) {
        let silence = self.last_answer.replace(Instant::now()).elapsed();
        self.longest_silence.set(self.longest_silence.get().max(silence));
        self.silence.set(self.silence.get().max(silence));
        self.acknowledged.set(self.acknowledged.get() + 1);
        self.ambiguous.set(self.ambiguous.get() + u64::from(unsure));
        self.done_unseen.set(self.done_unseen.get() + u64::from(unsure && reply.replayed));
    }
}

/// A client that repeats its requests. If it has several addresses, it tries the next one after each failure.
pub struct Line {
    http: reqwest::Client,
    urls: Rc<[String]>,
    turn: Cell<usize>,
    login: RefCell<Option<Value>>,
    token: RefCell<Option<String>>,
    tally: Rc<Tally>,
}

impl Line {
    pub fn new(urls: &Rc<[String]>, tally: &Rc<Tally>) -> Self {
        Self {
            http: reqwest::Client::builder().timeout(ONE_ANSWER).build().unwrap(),
            urls: Rc::clone(urls),
            turn: Cell::new(0),
            login: RefCell::new(None),
            token: RefCell::new(None),
            tally: Rc::clone(tally),
        }
    }

    /// Sends all later requests as this account, and logs in whenever that is needed.
    pub fn speak_as(&self, email: &str, password: &str) {
        self.login.replace(Some(json!({ "email": email, "password": password })));
        self.token.take();
    }

    /// Sends a request once. An error says why no complete answer came.
    async fn send(&self, ask: &Ask) -> reqwest::Result<Reply> {
        self.tally.sent.set(self.tally.sent.get() + 1);
        let base = &self.urls[self.turn.get() % self.urls.len()];
        let mut request = self.http.request(ask.method.clone(), format!("{base}{}", ask.path));
        if let Some(token) = &*self.token.borrow() {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &ask.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(etag) = &ask.etag {
            request = request.header("If-Match", etag);
        }
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let response = request.send().await?;
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

    /// Repeats a request until it succeeds.
    pub async fn insist(&self, ask: &Ask) -> Reply {
        self.try_to(ask).await.unwrap_or_else(|error| panic!("{ask:?}: {error}"))
    }

    /// Repeats a request until it succeeds. An error says how the last attempt ended: after [`PATIENCE`], or
    /// with an answer after which the request is not to be repeated.
    pub async fn try_to(&self, ask: &Ask) -> Result<Reply, String> {
        let began = Instant::now();
        let mut unsure = false;
        let mut last = String::new();
        while began.elapsed() < PATIENCE {
            self.log_in_if_needed(ask).await?;
            match self.send(ask).await {
                Ok(reply) if (200..300).contains(&reply.status) => {
                    if ask.key.is_some() {
                        self.tally.count(unsure, &reply);
                    }
                    return Ok(reply);
                }
                // The access token has expired, so the request was not carried out.
                Ok(reply) if reply.status == 401 && self.token.take().is_some() => continue,
                Ok(reply) => last = self.refused(ask, &reply)?,
                Err(error) => last = format!("{} {}: {error:?}", ask.method, ask.path),
            }
            if !unsure {
                self.tally.failed.borrow_mut().push(last.clone());
            }
            unsure = true;
            self.turn.set(self.turn.get() + 1);
            tokio::time::sleep(PAUSE).await;
        }
        Err(last)
    }

    /// Describes an answer. It is an error if the request is not to be repeated.
    fn refused(&self, ask: &Ask, reply: &Reply) -> Result<String, String> {
        let description =
            format!("{} {} {:?}: {} {}", ask.method, ask.path, ask.key, reply.status, reply.text);
        match reply.status {
            503 if TURNED_AWAY.iter().any(|code| reply.body["code"] == *code) => {
                let code = reply.body["code"].as_str().unwrap().to_owned();
                *self.tally.turned_away.borrow_mut().entry(code).or_default() += 1;
            }
            500.. => self.tally.errors.borrow_mut().push(description.clone()),
            _ => return Err(description),
        }
        Ok(description)
    }

    async fn log_in_if_needed(&self, ask: &Ask) -> Result<(), String> {
        let login = self.login.borrow().clone();
        let Some(login) = login.filter(|_| self.token.borrow().is_none() && ask.path != "/v1/sessions")
        else {
            return Ok(());
        };
        let session = Box::pin(self.try_to(&Ask::post("/v1/sessions", login))).await?;
        self.token.replace(Some(session.body["access_token"].as_str().unwrap().to_owned()));
        Ok(())
    }
}
