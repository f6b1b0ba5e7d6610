//! A pause while the other side is in trouble.

use tokio::time::Instant;

use super::kind::Kind;

/// Nothing is attempted for a while after an outage, longer each time it is met again.
#[derive(Debug, Default)]
pub(super) struct Pause {
    outages: u32,
    until: Option<Instant>,
}

impl Pause {
    /// Whether nothing may be attempted now.
    pub(super) fn lasts(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether nobody knows yet that the outage is over.
    pub(super) const fn is_open(&self) -> bool {
        self.outages > 0
    }

    /// Begins a pause. Attempts that were under way together fail together, and count once.
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
