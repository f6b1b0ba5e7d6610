//! Mails leave by SMTP: claimed with a lease, sent side by side outside any transaction, settled as
//! they end. Nobody waits for anybody: while slow ones hang, new ones are claimed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::queue;
use super::queue::{Attempt, Wanted};
use super::under_way::{PER_DOMAIN, UnderWay};
use super::{NAP, asked_to_stop, in_work};
use crate::db::store::mails::outbox::{self, Lease, Waiting};
use crate::delivery::mail::smtp::{Outgoing, Smtp};
use crate::domain::mails::{MailFailure, Next, Trouble, pause_after};
use crate::domain::values::ids::MessageId;
use crate::error::chain;
use crate::ops::metrics::MailOutcome;
use crate::state::State;

/// How much longer a lease lasts than what it is for, for writing down what became of it.
const MARGIN: Duration = Duration::from_mins(1);

/// Sends until it is asked to stop. Then it claims nothing more, waits for what is under way, and
/// hands the rest back.
pub(super) async fn run(state: &Arc<State>, smtp: &Arc<Smtp>, mut stop: watch::Receiver<bool>) {
    let mut sender = Sender {
        state: Arc::clone(state),
        smtp: Arc::clone(smtp),
        holder: Uuid::new_v4(),
        tasks: JoinSet::new(),
        under_way: UnderWay::new(smtp.longest_way_to_dot()),
        ended: Vec::new(),
        pause: Pause::default(),
    };
    while !*stop.borrow() {
        sender.hold_late().await;
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
    tasks: JoinSet<Result<(), MailFailure>>,
    under_way: UnderWay,
    /// Attempts that are over and not written down yet.
    ended: Vec<Attempt>,
    pause: Pause,
}

impl Sender {
    /// Claims what there is room for, and sends it off.
    async fn claim(&mut self) {
        let room = self.room();
        if room == 0 {
            return;
        }
        // Few mails wait long at their dots. The others need not wait so long if we die.
        let lease = self.lease(self.smtp.longest_way_to_dot());
        let wanted = Wanted { lease, room, per_domain: PER_DOMAIN, under_way: self.under_way.by_domain() };
        match in_work(&self.state, move |work| {
            let now = work.now();
            queue::claim(work.conn, &wanted, now)
        })
        .await
        {
            Ok(claimed) => {
                self.state.metrics.mails(MailOutcome::Abandoned, claimed.expired);
                if claimed.expired > 0 {
                    tracing::warn!(mails = claimed.expired, "mails were given up: their time is over");
                }
                claimed.mails.into_iter().for_each(|mail| self.send(mail));
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "mails could not be claimed; they stay in the outbox");
            }
        }
    }

    fn lease(&self, lasting: Duration) -> Lease {
        Lease { holder: self.holder, until: self.state.clock.now() + lasting + MARGIN }
    }

    /// Makes the leases of mails that wait at their dots outlast that. What fails is tried again after a
    /// nap: there is the margin's time for it.
    async fn hold_late(&mut self) {
        let late = self.under_way.newly_late();
        if !late.is_empty() {
            tracing::warn!(mails = late.len(), "the mail server is slow to say whether it has taken mails");
            self.hold(late, self.smtp.dot_timeout()).await;
        }
    }

    async fn hold(&mut self, ids: Vec<MessageId>, lasting: Duration) {
        if ids.is_empty() {
            return;
        }
        let (lease, held) = (self.lease(lasting), ids.clone());
        match in_work(&self.state, move |work| outbox::extend(work.conn, &held, lease)).await {
            Ok(()) => self.under_way.extended(&ids),
            Err(error) => {
                tracing::error!(error = %chain(&error), "leases of mails could not be made longer yet");
            }
        }
    }

    /// How many mails may be claimed now. Nothing is claimed while attempts that ended cannot be
    /// written down, nor while the server is in trouble; after a pause one mail finds out.
    fn room(&self) -> usize {
        let free = self.under_way.room();
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
        let outgoing = Outgoing {
            id: mail.id,
            recipient: mail.recipient.clone(),
            subject: mail.subject.clone(),
            text: mail.body.clone(),
            html: mail.html.clone(),
            written_at: mail.queued_at,
        };
        let task = self.tasks.spawn(async move { smtp.send(outgoing).await });
        self.under_way.begin(task.id(), mail);
    }

    /// Waits until a send is over, and notes it and all others that are over too.
    async fn some_end(&mut self) {
        let Some(first) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.note(first);
        while let Some(next) = self.tasks.try_join_next_with_id() {
            self.note(next);
        }
    }

    fn note(&mut self, over: Result<(Id, Result<(), MailFailure>), JoinError>) {
        let (task, outcome) = match over {
            Ok(ended) => ended,
            // We have left it ourselves, and know as little as if the connection had been lost.
            Err(error) if error.is_cancelled() => (error.id(), Err(MailFailure::ConnectionLost)),
            Err(error) => {
                self.under_way.end(error.id());
                // A panic's message may hold a part of the mail. The place of the panic is in the log already.
                tracing::error!("a send panicked; its mail waits until the lease is over");
                return;
            }
        };
        match outcome {
            Err(failure) if failure.trouble() == Trouble::Server => self.pause.begin(failure),
            _ => self.pause = Pause::default(),
        }
        let Some(sent) = self.under_way.end(task) else { return };
        let attempt = Attempt::ended(&sent.mail, outcome, self.state.clock.now());
        report(&sent.mail, &attempt.next, sent.since.elapsed());
        self.state.metrics.mails(outcome_of(&attempt.next), 1);
        self.ended.push(attempt);
    }

    /// Writes down what is over. What cannot be written now is kept for the next time.
    async fn settle(&mut self) {
        if self.ended.is_empty() {
            return;
        }
        let (holder, ended) = (self.holder, self.ended.clone());
        match in_work(&self.state, move |work| {
            let now = work.now();
            queue::settle(work.conn, holder, &ended, now)
        })
        .await
        {
            Ok(()) => self.ended.clear(),
            Err(error) => {
                tracing::error!(error = %chain(&error), "what became of mails could not be written down yet");
            }
        }
    }

    /// Waits as long as a mail can take until it waits at its dot. Those that still do then are left.
    async fn finish(mut self) {
        let patience = self.smtp.longest_way_to_dot();
        let all = async {
            self.hold(self.under_way.not_extended(), patience).await;
            while !self.tasks.is_empty() {
                self.some_end().await;
                self.settle().await;
            }
        };
        let _ = timeout(patience, all).await;
        self.tasks.abort_all();
        while let Some(left) = self.tasks.join_next_with_id().await {
            self.note(left);
        }
        self.settle().await;
        let holder = self.holder;
        if let Err(error) = in_work(&self.state, move |work| outbox::hand_back(work.conn, holder)).await {
            tracing::warn!(error = %chain(&error), "mails could not be handed back; they wait until their leases are over");
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

const fn outcome_of(next: &Next) -> MailOutcome {
    match next {
        Next::Sent => MailOutcome::Sent,
        Next::Deferred { .. } => MailOutcome::Deferred,
        Next::Abandoned { .. } => MailOutcome::Abandoned,
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
