//! A writer registers a facility, and then files declarations, withdraws them and announces uploads without pause.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Entry;
use super::client::{Reply, Request, RetryingClient};

/// The password of every writer.
const PASSWORD: &str = "雨の日は縁側で祖母と将棋を指した";
/// A writer announces an upload after this many declarations.
const DECLARATIONS_PER_UPLOAD: u32 = 8;
/// The most uploads that a writer announces. An account may have a hundred.
const MAX_UPLOADS: usize = 90;

/// The kind of a request with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Register,
    File,
    Withdraw,
    Announce,
}

/// A writer and its entries of the ledger.
pub struct Writer {
    pub number: usize,
    pub email: String,
    pub client: RetryingClient,
    pub entries: Vec<(Kind, Entry)>,
    pub stuck: Vec<String>,
    facility: Value,
}

impl Writer {
    pub fn new(number: usize, facility: Value, client: RetryingClient) -> Self {
        let email = format!("writer-{number}@clinic.example");
        Self { number, email, client, entries: Vec::new(), stuck: Vec::new(), facility }
    }

    /// Sends requests until `stop` is set or a request does not succeed.
    pub async fn run(mut self, stop: Rc<Cell<bool>>) -> Self {
        if let Err(error) = self.run_until(&stop).await {
            self.stuck.push(error);
        }
        self
    }

    /// The entries of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |(entry_kind, _)| *entry_kind == kind).map(|(_, entry)| entry)
    }

    async fn run_until(&mut self, stop: &Cell<bool>) -> Result<(), String> {
        self.register().await?;
        self.client.log_in_as(&self.email, PASSWORD);
        for count in 0.. {
            if stop.get() {
                break;
            }
            if count % DECLARATIONS_PER_UPLOAD == 0 && self.of(Kind::Announce).count() < MAX_UPLOADS {
                self.announce().await?;
            }
            let filed = self.file().await?;
            let withdrawal = Request {
                etag: Some(filed.etag),
                body: None,
                ..Request::post(&format!("{}/withdrawal", filed.location), Value::Null)
            };
            self.send_and_record(Kind::Withdraw, withdrawal).await?;
        }
        Ok(())
    }

    /// Sends a request with a new key, and adds the request and its answer to the entries.
    async fn send_and_record(&mut self, kind: Kind, request: Request) -> Result<Reply, String> {
        let request = request.with_key(self.next_key());
        let answer = self.client.try_until_success(&request).await?;
        self.entries.push((kind, Entry { request, answer: answer.clone() }));
        Ok(answer)
    }

    fn next_key(&self) -> String {
        format!("writer-{}-{}", self.number, self.entries.len())
    }

    /// Requests a registration link, which needs no key, and creates the account, which has a key.
    async fn register(&mut self) -> Result<(), String> {
        self.client
            .try_until_success(&Request::post("/v1/registrations", json!({ "email": self.email })))
            .await?;
        let form = json!({
            "token": self.mailed_token().await?,
            "password": PASSWORD,
            "facility": {
                "code": self.facility["facility_code"],
                "name": self.facility["name"],
                "name_kana": "カクウ",
                "postal_code": self.facility["postal_code"],
                "address": self.facility["address"],
                "phone": "03-0000-1234",
            },
            "founder": { "kind": "INDIVIDUAL", "name": "架空 花子" },
            "contact": { "name": "架空 太郎", "phone": "03-0000-1234" },
            "terms_accepted": true,
        });
        self.send_and_record(Kind::Register, Request::post("/v1/accounts", form)).await.map(drop)
    }

    async fn mailed_token(&self) -> Result<String, String> {
        let mailbox = Request::get(&format!("/sandbox/messages?page_size=100&to={}", self.email));
        for _ in 0..1000 {
            let page = self.client.try_until_success(&mailbox).await?;
            if let Some(link) = page.body["items"][0]["link"].as_str() {
                return Ok(link.split_once("#token=").unwrap().1.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("no mail for {}", self.email))
    }

    /// Files a declaration with the key as its client reference, so that the audit can match both.
    async fn file(&mut self) -> Result<Reply, String> {
        let form = json!({
            "round": "2023",
            "reason": { "category": "NO_NETWORK", "line_status": "NOT_AVAILABLE" },
            "client_reference": self.next_key(),
        });
        self.send_and_record(Kind::File, Request::post("/v1/declarations", form)).await
    }

    async fn announce(&mut self) -> Result<Reply, String> {
        let form = json!({
            "file_name": format!("{}.pdf", self.next_key()),
            "media_type": "application/pdf",
            "size_bytes": 1000,
            "content_digest": "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:",
        });
        self.send_and_record(Kind::Announce, Request::post("/v1/uploads", form)).await
    }
}
