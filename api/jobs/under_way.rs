//! The mails under way, and how many places they hold.
//!
//! The answer to a content may take minutes, and giving it up earlier makes a copy of the mail. So a mail
//! that waits for it is late after a while, and gives its place to another: a server that hangs at the
//! contents of some domains delays no others.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::Id;
use tokio::time::Instant;

use crate::db::store::mails::outbox::Waiting;
use crate::domain::values::ids::MessageId;

/// Mails under way at once that are not late.
const AT_ONCE: usize = 16;
/// Of these to one domain, so that a slow domain leaves room for the others.
pub(super) const PER_DOMAIN: usize = 4;
/// Late mails that hold no place. With those that do it makes 48 connections; mail servers grant a client
/// 50, unless they are told otherwise.
const LATE: usize = 32;
/// Of these to one domain: it still has places when the answers of some are lost, and no more than six
/// mails when none of them ever comes.
const LATE_PER_DOMAIN: usize = 2;

/// What is under way, by the task that sends it.
pub(super) struct UnderWay {
    sends: HashMap<Id, Begun>,
    late_after: Duration,
}

/// A mail under way.
pub(super) struct Begun {
    pub(super) mail: Waiting,
    pub(super) since: Instant,
    /// Whether its lease was made longer already.
    extended: bool,
}

/// Mails that are counted together.
#[derive(Default)]
struct Count {
    in_time: usize,
    late: usize,
}

impl Count {
    fn add(&mut self, late: bool) {
        self.late += usize::from(late);
        self.in_time += usize::from(!late);
    }

    /// The places that they hold.
    const fn places(&self, spared: usize) -> usize {
        self.in_time + self.late.saturating_sub(spared)
    }
}

impl UnderWay {
    /// Nothing yet. `late_after` is when a mail can only be waiting for its last answer.
    pub(super) fn new(late_after: Duration) -> Self {
        Self { sends: HashMap::new(), late_after }
    }

    pub(super) fn begin(&mut self, task: Id, mail: Waiting) {
        self.sends.insert(task, Begun { mail, since: Instant::now(), extended: false });
    }

    pub(super) fn end(&mut self, task: Id) -> Option<Begun> {
        self.sends.remove(&task)
    }

    fn is_late(&self, send: &Begun) -> bool {
        send.since.elapsed() > self.late_after
    }

    /// How many places are free.
    pub(super) fn room(&self) -> usize {
        let mut count = Count::default();
        self.sends.values().for_each(|send| count.add(self.is_late(send)));
        AT_ONCE.saturating_sub(count.places(LATE))
    }

    /// The places that each domain holds.
    pub(super) fn by_domain(&self) -> HashMap<String, usize> {
        let mut counts: HashMap<&str, Count> = HashMap::new();
        for send in self.sends.values() {
            counts.entry(send.mail.domain()).or_default().add(self.is_late(send));
        }
        let places = |(domain, count): (&str, Count)| (domain.to_owned(), count.places(LATE_PER_DOMAIN));
        counts.into_iter().map(places).collect()
    }

    /// Mails that are late, and whose leases do not know it.
    pub(super) fn newly_late(&self) -> Vec<MessageId> {
        let late = |send: &&Begun| !send.extended && self.is_late(send);
        self.sends.values().filter(late).map(|send| send.mail.id).collect()
    }

    /// Mails whose leases were never made longer.
    pub(super) fn not_extended(&self) -> Vec<MessageId> {
        self.sends.values().filter(|send| !send.extended).map(|send| send.mail.id).collect()
    }

    /// Notes that leases were made longer.
    pub(super) fn extended(&mut self, ids: &[MessageId]) {
        for send in self.sends.values_mut() {
            send.extended |= ids.contains(&send.mail.id);
        }
    }
}
