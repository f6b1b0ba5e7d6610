//! The pause after a failure that affects all jobs, such as an outage of the mail server.

use tokio::time::Instant;

use super::kind::JobKind;

/// After an outage, no job is attempted for a while. Each further outage makes the pause longer.
#[derive(Debug, Default)]
pub(super) struct Pause {
    outages: u32,
    until: Option<Instant>,
}

impl Pause {
    /// Whether the pause has not ended yet.
    pub(super) fn is_active(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether every attempt since the first outage has failed because of an outage.
    pub(super) const fn is_outage_open(&self) -> bool {
        self.outages > 0
    }

    /// Begins a pause. Failures during a pause do not count as further outages.
    pub(super) fn begin<K: JobKind>(&mut self, failure: K::Failure) {
        if self.is_active() {
            return;
        }
        self.outages = self.outages.saturating_add(1);
        let pause = K::pause_after(self.outages);
        self.until = Some(Instant::now() + pause);
        let (failure, pause_ms) = (K::code(failure), pause.as_millis());
        tracing::error!(kind = K::NAME, failure, pause_ms, "an outage: no job is attempted during the pause");
    }
}
