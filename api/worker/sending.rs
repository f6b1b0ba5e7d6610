//! Mails leave by SMTP: claimed with a lease, sent side by side outside any transaction, settled as
//! they end. Nobody waits for anybody: while slow ones hang, new ones are claimed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{NAP, asked_to_stop, in_work};
use crate::db::outbox::{self, Lease, Waiting};
use crate::domain::delivery::{MailFailure, Next, Trouble, pause_after};
use crate::mail::smtp::{Outgoing, Smtp};
use crate::state::State;
use crate::usecases::delivery::{self, Attempt, Wanted};

/// Mails under way at once.
const AT_ONCE: usize = 16;
/// Of these to one domain, so that a slow domain leaves room for the others.
const PER_DOMAIN: usize = 4;
/// How much longer a lease lasts than a send can, for settling it.
const MARGIN: Duration = Duration::from_mins(1);

/// Sends until it is asked to stop. Then it claims nothing more, waits for what is under way, and
/// hands the rest back.
pub(super) async fn run(state: &Arc<State>, smtp: &Arc<Smtp>, mut stop: watch::Receiver<bool>) {
    let mut sender = Sender {
        state: Arc::clone(state),
        smtp: Arc::clone(smtp),
        holder: Uuid::new_v4(),
        under_way: JoinSet::new(),
        domains: HashMap::new(),
        ended: Vec::new(),
        pause: Pause::default(),
    };
    while !*stop.borrow() {
        sender.claim().await;
        tokio::select! {
            () = sender.some_end() => {}
            () = tokio::time::sleep(NAP) => {}
            () = state.wake.notified() => {}
            () = asked_to_stop(&mut stop) => break,
        }
        sender.settle().await;
    }
    sender.finish().await;
}

struct Sender {
    state: Arc<State>,
    smtp: Arc<Smtp>,
    holder: Uuid,
    under_way: JoinSet<Sent>,
    /// The domains of the mails under way.
    domains: HashMap<Id, String>,
    /// Attempts that are over and not written down yet.
    ended: Vec<Attempt>,
    pause: Pause,
}

/// A send that is over.
struct Sent {
    mail: Waiting,
    outcome: Result<(), MailFailure>,
    took: Duration,
}

impl Sender {
    /// Claims what there is room for, and sends it off.
    async fn claim(&mut self) {
        let room = self.room();
        if room == 0 {
            return;
        }
        let until = self.state.clock.now() + self.smtp.longest_send() + MARGIN;
        let mut under_way = HashMap::new();
        for domain in self.domains.values() {
            *under_way.entry(domain.clone()).or_default() += 1;
        }
        let lease = Lease { holder: self.holder, until };
        let wanted = Wanted { lease, room, per_domain: PER_DOMAIN, under_way };
        match in_work(&self.state, move |work| delivery::claim(work, &wanted)).await {
            Ok(claimed) => {
                if claimed.expired > 0 {
                    tracing::warn!(mails = claimed.expired, "mails were given up: their time is over");
                }
                claimed.mails.into_iter().for_each(|mail| self.send(mail));
            }
            Err(error) => tracing::error!(%error, "mails could not be claimed; they stay in the outbox"),
        }
    }

    /// How many mails may be claimed now. Nothing is claimed while attempts that ended cannot be
    /// written down, nor while the server is in trouble; after a pause one mail finds out.
    fn room(&self) -> usize {
        let free = AT_ONCE.saturating_sub(self.under_way.len());
        if self.pause.lasts() || !self.ended.is_empty() {
            0
        } else if self.pause.failures > 0 {
            free.min(1)
        } else {
            free
        }
    }

    fn send(&mut self, mail: Waiting) {
        let smtp = Arc::clone(&self.smtp);
        let domain = mail.domain().to_owned();
        let task = self.under_way.spawn(async move {
            let begun = Instant::now();
            let outgoing = Outgoing {
                id: mail.id,
                recipient: mail.recipient.clone(),
                subject: mail.subject.clone(),
                text: mail.body.clone(),
                html: mail.html.clone(),
                written_at: mail.queued_at,
            };
            let outcome = smtp.send(outgoing).await;
            Sent { mail, outcome, took: begun.elapsed() }
        });
        self.domains.insert(task.id(), domain);
    }

    /// Waits until a send is over, and notes it and all others that are over too.
    async fn some_end(&mut self) {
        let Some(first) = self.under_way.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.note(first);
        while let Some(next) = self.under_way.try_join_next_with_id() {
            self.note(next);
        }
    }

    fn note(&mut self, over: Result<(Id, Sent), JoinError>) {
        let (task, sent) = match over {
            Ok(sent) => sent,
            Err(error) => {
                self.domains.remove(&error.id());
                tracing::error!(%error, "a send broke off; its mail waits until the lease is over");
                return;
            }
        };
        self.domains.remove(&task);
        match sent.outcome {
            Err(failure) if failure.trouble() == Trouble::Server => self.pause.begin(failure),
            _ => self.pause = Pause::default(),
        }
        let attempt = Attempt::ended(&sent.mail, sent.outcome, self.state.clock.now());
        report(&sent.mail, &attempt.next, sent.took);
        self.ended.push(attempt);
    }

    /// Writes down what is over. What cannot be written now is kept for the next time.
    async fn settle(&mut self) {
        if self.ended.is_empty() {
            return;
        }
        let (holder, ended) = (self.holder, self.ended.clone());
        match in_work(&self.state, move |work| delivery::settle(work, holder, &ended)).await {
            Ok(()) => self.ended.clear(),
            Err(error) => tracing::error!(%error, "what became of mails could not be written down yet"),
        }
    }

    async fn finish(mut self) {
        let patience = self.smtp.longest_send();
        let all = async {
            while !self.under_way.is_empty() {
                self.some_end().await;
                self.settle().await;
            }
        };
        let _ = timeout(patience, all).await;
        self.under_way.shutdown().await;
        self.settle().await;
        let holder = self.holder;
        if let Err(error) = in_work(&self.state, move |work| outbox::hand_back(work.conn, holder)).await {
            tracing::warn!(%error, "mails could not be handed back; they wait until their leases are over");
        }
    }
}

/// Nothing is sent for a while after the server failed, longer each time it fails again.
#[derive(Default)]
struct Pause {
    failures: u32,
    until: Option<Instant>,
}

impl Pause {
    fn lasts(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Begins a pause. Sends that were under way together fail together, and count once.
    fn begin(&mut self, failure: MailFailure) {
        if self.lasts() {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let pause = pause_after(self.failures, rand::random()).to_std().unwrap_or_default();
        self.until = Some(Instant::now() + pause);
        tracing::error!(
            failure = failure.code(),
            pause_ms = pause.as_millis(),
            "the mail server is in trouble"
        );
    }
}

/// Tells of every send that is over. It names no recipient and repeats nothing that the server said.
fn report(mail: &Waiting, next: &Next, took: Duration) {
    let (id, kind, ms) = (mail.id, &mail.kind, took.as_millis());
    match next {
        Next::Sent => tracing::info!(%id, kind, ms, "a mail was sent"),
        Next::Deferred { failure, .. } => {
            tracing::warn!(%id, kind, ms, failure = failure.code(), "a mail was deferred");
        }
        Next::Abandoned { failure } => {
            tracing::error!(%id, kind, ms, failure = failure.code(), "a mail was given up");
        }
    }
}
