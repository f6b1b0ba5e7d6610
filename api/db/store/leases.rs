//! The statements for the leases of a queue, which are the same for every table of a queue.

/// Declares `extend_leases`, `defer` and `release_leases` for a table with the columns `attempts`, `next_attempt_at`,
/// `lease_holder` and `leased_until`. `key` is the column of the job's id, and `as_key` makes its value from the id.
macro_rules! lease_statements {
    ($table:ident, $key:ident, $id:ty, $as_key:expr) => {
        /// Extends the leases on jobs, except on those that another process has leased meanwhile.
        pub fn extend_leases(
            conn: &mut $crate::db::engine::Conn,
            ids: &[$id],
            lease: $crate::db::store::mails::outbox::Lease,
        ) -> Result<(), $crate::error::Error> {
            on!(conn, |c| diesel::update($table::table)
                .filter($table::$key.eq_any(ids.iter().copied().map($as_key)))
                .filter($table::lease_holder.eq(Id(lease.holder)))
                .set($table::leased_until.eq(Moment(lease.until)))
                .execute(c))?;
            Ok(())
        }

        /// Defers a job to a later time, unless another process has leased it meanwhile.
        pub fn defer(
            conn: &mut $crate::db::engine::Conn,
            id: $id,
            attempts: i64,
            holder: uuid::Uuid,
            until: $crate::domain::values::calendar::Instant,
        ) -> Result<(), $crate::error::Error> {
            on!(conn, |c| diesel::update($table::table.find(($as_key)(id)))
                .filter($table::lease_holder.eq(Id(holder)))
                .set((
                    $table::attempts.eq(attempts),
                    $table::next_attempt_at.eq(Moment(until)),
                    $table::lease_holder.eq(None::<Id>),
                    $table::leased_until.eq(None::<Moment>),
                ))
                .execute(c))?;
            Ok(())
        }

        /// Releases all leases of a process that stops.
        pub fn release_leases(
            conn: &mut $crate::db::engine::Conn,
            holder: uuid::Uuid,
        ) -> Result<(), $crate::error::Error> {
            on!(conn, |c| diesel::update($table::table)
                .filter($table::lease_holder.eq(Id(holder)))
                .set(($table::lease_holder.eq(None::<Id>), $table::leased_until.eq(None::<Moment>)))
                .execute(c))?;
            Ok(())
        }
    };
}

pub(super) use lease_statements;
