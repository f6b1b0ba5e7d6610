//! Pages that stay stable while rows are added: each continues after the last row of the page before, not at an
//! offset.

use uuid::Uuid;

use crate::domain::values::calendar::Instant;

/// A position in a list that is ordered by time and id.
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
    /// The last row of the page before; `None` for the first page.
    pub after: Option<A>,
    /// Most rows wanted.
    pub limit: i64,
}

impl<A> Slice<A> {
    /// One row more than wanted. If it exists, there is a next page.
    #[must_use]
    pub const fn limit_plus_one(&self) -> i64 {
        self.limit.saturating_add(1)
    }
}

/// Loads a slice of a boxed query, newest first, ordered by a column of time and then by id.
macro_rules! load_newest_first {
    ($conn:expr, $slice:expr, ($at:expr, $id:expr), $query:expr) => {
        $crate::db::engine::connection::on!($conn, |c| {
            let mut page = $query.order(($at.desc(), $id.desc())).limit($slice.limit_plus_one());
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
