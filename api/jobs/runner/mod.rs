//! Runs jobs of one kind. It claims them with a lease, attempts them concurrently outside any transaction, and stores
//! the results as attempts end. No job waits for another: while slow jobs hang, new ones are claimed.

mod kind;
mod pause;
mod under_way;

use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;
use tracing::Instrument as _;
use uuid::Uuid;

pub use self::kind::{Kind, Limits};
use self::pause::Pause;
use self::under_way::UnderWay;
use crate::clock::Clock;
use crate::db::engine::Conn;
use crate::db::engine::pool::Database;
use crate::db::engine::writer::Mode;
use crate::domain::values::calendar::Instant;
use crate::error::{Error, chain};
use crate::jobs::queue::{self, Lease, POLL_INTERVAL, Queue, Wanted};
use crate::jobs::stop::Stop;

/// How much longer a lease lasts than the attempt, so that there is time to store the result.
const LEASE_MARGIN: Duration = Duration::from_mins(1);

type JobOf<K> = <<K as Kind>::Queue as Queue>::Job;
type IdOf<K> = <<K as Kind>::Queue as Queue>::Id;
type AttemptOf<K> = <<K as Kind>::Queue as Queue>::Attempt;

/// Runs jobs of one kind.
pub struct Runner<K: Kind> {
    kind: K,
    database: Database,
    clock: Clock,
    /// Its id as the holder of leases.
    holder: Uuid,
    tasks: JoinSet<Result<(), K::Failure>>,
    under_way: UnderWay<JobOf<K>>,
    /// Results of attempts that are not stored yet.
    ended: Vec<AttemptOf<K>>,
    pause: Pause,
}

impl<K: Kind> Runner<K> {
    /// A runner without jobs in progress.
    #[must_use]
    pub fn new(kind: K, database: Database, clock: Clock) -> Self {
        Self {
            under_way: UnderWay::new(K::LIMITS, kind.usual_time()),
            kind,
            database,
            clock,
            holder: Uuid::new_v4(),
            tasks: JoinSet::new(),
            ended: Vec::new(),
            pause: Pause::default(),
        }
    }

    /// Runs until a stop is requested, and looks for new jobs whenever it is woken. At a stop it claims no more jobs,
    /// waits for those in progress, and returns the leases of the rest.
    pub async fn run(mut self, wake: &Notify, mut stop: Stop) {
        while !stop.is_requested() {
            self.hold_late().await;
            self.claim().await;
            tokio::select! {
                () = self.some_end() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                () = wake.notified() => {}
                () = stop.requested() => break,
            }
            self.settle().await;
        }
        self.finish().await;
    }

    /// Claims as many jobs as there is room for, and starts them.
    async fn claim(&mut self) {
        let room = self.room();
        if room == 0 {
            return;
        }
        // The lease is that of a usual attempt, because few are late. If this process dies, its jobs are free sooner.
        let lease = self.lease(self.kind.usual_time());
        let (per_lane, under_way) = (K::LIMITS.per_lane, self.under_way.by_lane(K::Queue::lane));
        let wanted = Wanted { lease, room, per_lane, under_way };
        match self.write(move |conn, now| queue::claim::<K::Queue>(conn, &wanted, now)).await {
            Ok(claimed) => {
                if claimed.expired > 0 {
                    self.kind.expired(claimed.expired);
                }
                claimed.jobs.into_iter().for_each(|job| self.begin(job));
            }
            Err(error) => {
                tracing::error!(kind = K::NAME, error = %chain(&error), "jobs could not be claimed yet");
            }
        }
    }

    fn lease(&self, lasting: Duration) -> Lease {
        Lease { holder: self.holder, until: self.clock.now() + lasting + LEASE_MARGIN }
    }

    /// Extends the leases of late jobs to the longest time of an attempt. If that fails, the next round tries again,
    /// within the margin of the lease.
    async fn hold_late(&mut self) {
        let late = self.under_way.newly_late();
        if !late.is_empty() {
            let late: Vec<IdOf<K>> = late.into_iter().map(K::Queue::id).collect();
            tracing::warn!(kind = K::NAME, jobs = late.len(), "attempts take longer than usual");
            self.hold(late, self.kind.late_time()).await;
        }
    }

    async fn hold(&mut self, ids: Vec<IdOf<K>>, lasting: Duration) {
        if ids.is_empty() {
            return;
        }
        let (lease, held) = (self.lease(lasting), ids.clone());
        match self.write(move |conn, _| K::Queue::extend(conn, &held, lease)).await {
            Ok(()) => self.under_way.note_extended(|job| ids.contains(&K::Queue::id(job))),
            Err(error) => {
                tracing::error!(kind = K::NAME, error = %chain(&error), "leases could not be extended yet");
            }
        }
    }

    /// How many jobs may be claimed now: none while results cannot be stored or during a pause. After a pause, one job
    /// tests whether the outage is over.
    fn room(&self) -> usize {
        let free = self.under_way.room();
        if self.pause.lasts() || !self.ended.is_empty() {
            0
        } else if self.pause.is_open() {
            free.min(1)
        } else {
            free
        }
    }

    fn begin(&mut self, job: JobOf<K>) {
        let span = tracing::info_span!("job", kind = K::NAME, id = %K::Queue::id(&job));
        let task = self.tasks.spawn(self.kind.attempt(&job).instrument(span));
        self.under_way.begin(task.id(), job);
    }

    /// Waits until an attempt ends, and notes it and all others that have ended.
    async fn some_end(&mut self) {
        let Some(first) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.note(first);
        while let Some(next) = self.tasks.try_join_next_with_id() {
            self.note(next);
        }
    }

    fn note(&mut self, over: Result<(Id, Result<(), K::Failure>), JoinError>) {
        let (task, outcome) = match over {
            Ok(ended) => ended,
            Err(error) if error.is_cancelled() => (error.id(), Err(K::unfinished())),
            Err(error) => {
                let id = self.under_way.end(error.id()).map(|begun| K::Queue::id(&begun.job));
                let id = id.map(tracing::field::display);
                // The message of a panic may hold a part of the job. The panic hook has logged where it happened.
                tracing::error!(
                    kind = K::NAME,
                    id,
                    "an attempt panicked; its job waits until its lease ends"
                );
                return;
            }
        };
        match outcome {
            Err(failure) if K::is_outage(failure) => self.pause.begin::<K>(failure),
            _ => self.pause = Pause::default(),
        }
        let Some(begun) = self.under_way.end(task) else { return };
        let attempt = self.kind.conclude(&begun.job, outcome, begun.since.elapsed(), self.clock.now());
        self.ended.push(attempt);
    }

    /// Stores the results of ended attempts. If that fails, they are kept for the next round.
    async fn settle(&mut self) {
        if self.ended.is_empty() {
            return;
        }
        let (holder, ended) = (self.holder, self.ended.clone());
        match self.write(move |conn, now| K::Queue::settle(conn, holder, &ended, now)).await {
            Ok(()) => self.ended.clear(),
            Err(error) => {
                tracing::error!(kind = K::NAME, error = %chain(&error), "attempts could not be settled yet");
            }
        }
    }

    /// Waits for the attempts in progress, for no longer than one usually takes, and cancels the rest.
    async fn finish(mut self) {
        let usual_time = self.kind.usual_time();
        let all = async {
            let ids = self.under_way.not_extended().into_iter().map(K::Queue::id).collect();
            self.hold(ids, usual_time).await;
            while !self.tasks.is_empty() {
                self.some_end().await;
                self.settle().await;
            }
        };
        let _ = timeout(usual_time, all).await;
        self.tasks.abort_all();
        while let Some(left) = self.tasks.join_next_with_id().await {
            self.note(left);
        }
        self.settle().await;
        let holder = self.holder;
        if let Err(error) = self.write(move |conn, _| K::Queue::hand_back(conn, holder)).await {
            tracing::warn!(kind = K::NAME, error = %chain(&error), "jobs wait until their leases are over");
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Conn, Instant) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let now = self.clock.now();
        self.database.write(Mode::Store, move |conn| step(conn, now)).await
    }
}
