//! Pages that stay stable while rows are added: each page continues after the last row of the one
//! before, never after a count.

use uuid::Uuid;

use crate::domain::values::calendar::Instant;

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

/// Loads a slice of a boxed query, newest first: by the columns of time and id, of which the id orders
/// the rows of one instant.
macro_rules! load_newest_first {
    ($conn:expr, $slice:expr, ($at:expr, $id:expr), $query:expr) => {
        $crate::db::engine::connection::on!($conn, |c| {
            let mut page = $query.order(($at.desc(), $id.desc())).limit($slice.probe());
            if let Some(after) = $slice.after {
                let at = $crate::db::engine::columns::Moment(after.at);
                let id = $crate::db::engine::columns::Id(after.id);
                page = page.filter($at.lt(at).or($at.eq(at).and($id.lt(id))));
            }
            page.load(c)
        })
    };
}
pub(in crate::db) use load_newest_first;
