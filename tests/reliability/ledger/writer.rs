//! A writer: it registers a facility, and then files and withdraws declarations and announces files without
//! pause.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Entry;
use super::line::{Ask, Line, Reply};

/// The password of every writer.
const PASSWORD: &str = "雨の日は縁側で祖母と将棋を指した";
/// How many rounds there are between two announcements of files.
const ROUNDS_PER_FILE: u32 = 8;
/// How many files are announced at most. An account may have a hundred.
const FILES: usize = 90;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Register,
    File,
    Withdraw,
    Announce,
}

/// A writer and its part of the ledger.
pub struct Writer {
    pub number: usize,
    pub email: String,
    pub line: Line,
    pub entries: Vec<(Act, Entry)>,
    pub stuck: Vec<String>,
    facility: Value,
}

impl Writer {
    pub fn new(number: usize, facility: Value, line: Line) -> Self {
        let email = format!("writer-{number}@clinic.example");
        Self { number, email, line, entries: Vec::new(), stuck: Vec::new(), facility }
    }

    /// Works until `stop` is set, or until a request with a key does not succeed.
    pub async fn work(mut self, stop: Rc<Cell<bool>>) -> Self {
        if let Err(error) = self.work_until(&stop).await {
            self.stuck.push(error);
        }
        self
    }

    /// The entries of a kind.
    pub fn of(&self, act: Act) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |(entry_act, _)| *entry_act == act).map(|(_, entry)| entry)
    }

    async fn work_until(&mut self, stop: &Cell<bool>) -> Result<(), String> {
        self.register().await?;
        self.line.speak_as(&self.email, PASSWORD);
        for round in 0.. {
            if stop.get() {
                break;
            }
            if round % ROUNDS_PER_FILE == 0 && self.of(Act::Announce).count() < FILES {
                self.announce().await?;
            }
            let filed = self.file().await?;
            let withdrawal = Ask {
                etag: Some(filed.etag),
                body: None,
                ..Ask::post(&format!("{}/withdrawal", filed.location), Value::Null)
            };
            self.put_down(Act::Withdraw, withdrawal).await?;
        }
        Ok(())
    }

    /// Sends a request with a new key, and adds it and its answer to the entries.
    async fn put_down(&mut self, act: Act, ask: Ask) -> Result<Reply, String> {
        let ask = ask.keyed(self.next_key());
        let answer = self.line.try_to(&ask).await?;
        self.entries.push((act, Entry { ask, answer: answer.clone() }));
        Ok(answer)
    }

    fn next_key(&self) -> String {
        format!("writer-{}-{}", self.number, self.entries.len())
    }

    /// Requests a link, which may be repeated without a key, and uses it in a request with a key.
    async fn register(&mut self) -> Result<(), String> {
        self.line.try_to(&Ask::post("/v1/registrations", json!({ "email": self.email }))).await?;
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
        self.put_down(Act::Register, Ask::post("/v1/accounts", form)).await.map(drop)
    }

    async fn mailed_token(&self) -> Result<String, String> {
        let mailbox = Ask::get(&format!("/sandbox/messages?page_size=100&to={}", self.email));
        for _ in 0..1000 {
            let page = self.line.try_to(&mailbox).await?;
            if let Some(link) = page.body["items"][0]["link"].as_str() {
                return Ok(link.split_once("#token=").unwrap().1.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("no mail for {}", self.email))
    }

    /// Files a declaration whose reference is the key, so that it can be traced to the request that made it.
    async fn file(&mut self) -> Result<Reply, String> {
        let form = json!({
            "round": "2023",
            "reason": { "category": "NO_NETWORK", "line_status": "NOT_AVAILABLE" },
            "client_reference": self.next_key(),
        });
        self.put_down(Act::File, Ask::post("/v1/declarations", form)).await
    }

    async fn announce(&mut self) -> Result<Reply, String> {
        let form = json!({
            "file_name": format!("{}.pdf", self.next_key()),
            "media_type": "application/pdf",
            "size_bytes": 1000,
            "sha256": "0".repeat(64),
        });
        self.put_down(Act::Announce, Ask::post("/v1/uploads", form)).await
    }
}
