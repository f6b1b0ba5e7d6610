//! The pause after an outage of the server that all jobs need.

use tokio::time::Instant;

use super::kind::Kind;

/// After an outage, no job is attempted for a while. Each further outage makes the pause longer.
#[derive(Debug, Default)]
pub(super) struct Pause {
    outages: u32,
    until: Option<Instant>,
}

impl Pause {
    /// Whether the pause is still going on.
    pub(super) fn lasts(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether no attempt has succeeded since the outage.
    pub(super) const fn is_open(&self) -> bool {
        self.outages > 0
    }

    /// Begins a pause. Concurrent attempts that fail in one outage count once.
    pub(super) fn begin<K: Kind>(&mut self, failure: K::Failure) {
        if self.lasts() {
            return;
        }
        self.outages = self.outages.saturating_add(1);
        let pause = K::pause_after(self.outages);
        self.until = Some(Instant::now() + pause);
        let (failure, pause_ms) = (K::code(failure), pause.as_millis());
        tracing::error!(kind = K::NAME, failure, pause_ms, "an outage: nothing is attempted for a while");
    }
}
