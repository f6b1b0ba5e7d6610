//! Runs jobs of one kind. The runner claims jobs with a lease, attempts them concurrently outside any transaction, and
//! stores the results when attempts end. While slow attempts hang, it claims and attempts new jobs.

mod kind;
mod pause;
mod under_way;

use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;
use tracing::Instrument as _;
use uuid::Uuid;

pub use self::kind::{JobKind, Limits};
use self::pause::Pause;
use self::under_way::UnderWay;
use crate::clock::Clock;
use crate::db::engine::Conn;
use crate::db::engine::pool::Database;
use crate::db::engine::writer::Mode;
use crate::domain::values::calendar::Instant;
use crate::error::{Error, chain};
use crate::jobs::queue::{self, ClaimRequest, Lease, POLL_INTERVAL, Queue};
use crate::jobs::stop::Stop;

/// How much longer a lease lasts than the attempt, so that the result can be stored before other runners claim the job.
const LEASE_MARGIN: Duration = Duration::from_mins(1);

type JobOf<K> = <<K as JobKind>::Queue as Queue>::Job;
type IdOf<K> = <<K as JobKind>::Queue as Queue>::Id;
type ResultOf<K> = <<K as JobKind>::Queue as Queue>::AttemptResult;

/// Runs jobs of one kind.
pub struct Runner<K: JobKind> {
    kind: K,
    database: Database,
    clock: Clock,
    /// The runner's id as the holder of leases.
    holder: Uuid,
    tasks: JoinSet<Result<(), K::Failure>>,
    under_way: UnderWay<JobOf<K>>,
    /// Results that are not stored yet.
    results: Vec<ResultOf<K>>,
    pause: Pause,
}

impl<K: JobKind> Runner<K> {
    /// Creates a runner without jobs in progress.
    #[must_use]
    pub fn new(kind: K, database: Database, clock: Clock) -> Self {
        Self {
            under_way: UnderWay::new(K::LIMITS, kind.usual_time()),
            kind,
            database,
            clock,
            holder: Uuid::new_v4(),
            tasks: JoinSet::new(),
            results: Vec::new(),
            pause: Pause::default(),
        }
    }

    /// Runs until a stop is requested, and looks for new jobs whenever it is woken. At a stop it claims no more jobs,
    /// waits a limited time for those in progress, and ends its leases.
    pub async fn run(mut self, wake: &Notify, mut stop: Stop) {
        while !stop.is_requested() {
            self.extend_late_leases().await;
            self.claim().await;
            tokio::select! {
                () = self.collect_results() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
                () = wake.notified() => {}
                () = stop.requested() => break,
            }
            self.store_results().await;
        }
        self.finish().await;
    }

    /// Claims as many jobs as there is room for, and starts them.
    async fn claim(&mut self) {
        let room = self.room();
        if room == 0 {
            return;
        }
        // The lease is only as long as a usual attempt needs, so that other runners get the jobs soon if this process
        // dies.
        let lease = self.lease(self.kind.usual_time());
        let (per_lane, under_way) = (K::LIMITS.per_lane, self.under_way.by_lane(K::Queue::lane));
        let request = ClaimRequest { lease, room, per_lane, under_way };
        match self.write(move |conn, now| queue::claim::<K::Queue>(conn, &request, now)).await {
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

    /// A lease for an attempt that takes up to `duration`.
    fn lease(&self, duration: Duration) -> Lease {
        Lease { holder: self.holder, until: self.clock.now() + duration + LEASE_MARGIN }
    }

    /// Extends the leases of late jobs to the maximum time of a late attempt. If that fails, the next iteration of the
    /// loop tries again; the margin of the lease leaves time for that.
    async fn extend_late_leases(&mut self) {
        let late = self.under_way.newly_late();
        if !late.is_empty() {
            let late: Vec<IdOf<K>> = late.into_iter().map(K::Queue::id).collect();
            tracing::warn!(kind = K::NAME, jobs = late.len(), "attempts take longer than usual");
            self.extend_leases(late, self.kind.late_time()).await;
        }
    }

    async fn extend_leases(&mut self, ids: Vec<IdOf<K>>, duration: Duration) {
        if ids.is_empty() {
            return;
        }
        let (lease, extended) = (self.lease(duration), ids.clone());
        match self.write(move |conn, _| K::Queue::extend(conn, &extended, lease)).await {
            Ok(()) => self.under_way.mark_extended(|job| ids.contains(&K::Queue::id(job))),
            Err(error) => {
                tracing::error!(kind = K::NAME, error = %chain(&error), "leases could not be extended yet");
            }
        }
    }

    /// How many jobs may be claimed now: none during a pause or while results wait to be stored, and one after a pause,
    /// to test whether the outage is over.
    fn room(&self) -> usize {
        let free = self.under_way.room();
        if self.pause.is_active() || !self.results.is_empty() {
            0
        } else if self.pause.is_outage_open() {
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

    /// Waits until an attempt ends, and collects its result and those of all other attempts that have ended.
    async fn collect_results(&mut self) {
        let Some(first) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.collect(first);
        while let Some(next) = self.tasks.try_join_next_with_id() {
            self.collect(next);
        }
    }

    fn collect(&mut self, ended: Result<(Id, Result<(), K::Failure>), JoinError>) {
        let (task, outcome) = match ended {
            Ok(completed) => completed,
            Err(error) if error.is_cancelled() => (error.id(), Err(K::unfinished())),
            Err(error) => {
                let id = self.under_way.end(error.id()).map(|started| K::Queue::id(&started.job));
                let id = id.map(tracing::field::display);
                // The panic's message is left out, because it may contain a part of the job. The panic hook has logged
                // where the panic happened.
                tracing::error!(
                    kind = K::NAME,
                    id,
                    "an attempt panicked; the job waits until its lease ends"
                );
                return;
            }
        };
        match outcome {
            Err(failure) if K::is_outage(failure) => self.pause.begin::<K>(failure),
            _ => self.pause = Pause::default(),
        }
        let Some(started) = self.under_way.end(task) else { return };
        let result = self.kind.conclude(&started.job, outcome, started.since.elapsed(), self.clock.now());
        self.results.push(result);
    }

    /// Stores the collected results. If that fails, they are kept for the next iteration of the loop.
    async fn store_results(&mut self) {
        if self.results.is_empty() {
            return;
        }
        let (holder, results) = (self.holder, self.results.clone());
        match self.write(move |conn, now| K::Queue::store_results(conn, holder, &results, now)).await {
            Ok(()) => self.results.clear(),
            Err(error) => {
                tracing::error!(kind = K::NAME, error = %chain(&error), "results could not be stored yet");
            }
        }
    }

    /// Waits for the attempts in progress, for no longer than an attempt usually takes, and cancels the others.
    async fn finish(mut self) {
        let usual_time = self.kind.usual_time();
        let all = async {
            let ids = self.under_way.not_extended().into_iter().map(K::Queue::id).collect();
            self.extend_leases(ids, usual_time).await;
            while !self.tasks.is_empty() {
                self.collect_results().await;
                self.store_results().await;
            }
        };
        let _ = timeout(usual_time, all).await;
        self.tasks.abort_all();
        while let Some(left) = self.tasks.join_next_with_id().await {
            self.collect(left);
        }
        self.store_results().await;
        let holder = self.holder;
        if let Err(error) = self.write(move |conn, _| K::Queue::release_leases(conn, holder)).await {
            tracing::warn!(kind = K::NAME, error = %chain(&error), "leases could not be ended");
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Conn, Instant) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let now = self.clock.now();
        self.database.write(Mode::Commit, move |conn| step(conn, now)).await
    }
}
