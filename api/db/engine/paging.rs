//! Pages of a list. A page begins after the last row of the page before, not at an offset, so that new rows do not
//! shift the pages.

use uuid::Uuid;

use crate::domain::values::calendar::Instant;

/// The position of a row in a list that is ordered by time and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// The time of the row.
    pub at: Instant,
    /// The id of the row.
    pub id: Uuid,
}

/// The requested part of a list.
#[derive(Debug, Clone, Copy)]
pub struct Slice<A> {
    /// The position of the last row of the page before; `None` for the first page.
    pub after: Option<A>,
    /// The maximum number of rows.
    pub limit: i64,
}

impl<A> Slice<A> {
    /// The number of rows to load: one more than the page has. If the additional row exists, there is a next page.
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
