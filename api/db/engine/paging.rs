//! Pages that stay stable while rows are added: each page continues after the last row of the one
//! before, never after a count.

use crate::domain::values::calendar::Instant;
use uuid::Uuid;

/// A place in a list ordered by time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// The time of the last row of the page before.
    pub at: Instant,
    /// Its id.
    pub id: Uuid,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Slice<A> {
    /// Where to go on; `None` for the first page.
    pub after: Option<A>,
    /// Most rows wanted.
    pub limit: i64,
}

impl<A> Slice<A> {
    /// One row more than wanted, by which the reader sees that there is a next page.
    #[must_use]
    pub const fn probe(&self) -> i64 {
        self.limit.saturating_add(1)
    }
}
