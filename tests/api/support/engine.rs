//! A line above a test names the databases on which it runs:
//!
//! ```ignore
//! #[apply(on_both_databases)]
//! async fn a_story_with_a_service() { … }
//! ```
//!
//! makes two tests, `a_story_with_a_service::on_sqlite` and `a_story_with_a_service::on_postgres`, each with a
//! runtime of its own. A test of one database only is marked `on_sqlite` or `on_postgres`. A test without
//! such a line has no database, and fails if it asks for one.

use std::cell::Cell;
use std::future::Future;

use super::{postgres, required};

thread_local! {
    static OF_THIS_TEST: Cell<Option<Engine>> = const { Cell::new(None) };
}

/// A database that the service runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The database that the test on this thread must use.
    pub fn of_this_test() -> Self {
        OF_THIS_TEST.get().expect("this test has no database: write `#[apply(on_both_databases)]` above it")
    }

    /// Runs a test on this database, or reports the test as skipped if the machine does not have it.
    pub fn runs(self, test: impl FnOnce()) {
        if self == Self::Postgres && postgres::programs().is_none() {
            return required::skip("this machine has no initdb and no postgres");
        }
        OF_THIS_TEST.set(Some(self));
        test();
        // If all tests run on one thread, the next test must not use the database of this one.
        OF_THIS_TEST.set(None);
    }

    /// Runs an asynchronous test on this database as [`Self::runs`] does.
    pub fn awaits<F: Future<Output = ()>>(self, test: impl FnOnce() -> F) {
        self.runs(|| actix_web::rt::System::new().block_on(test()));
    }
}

/// Runs a test once on each database.
macro_rules! on_both_databases {
    ($($test:tt)*) => {
        tests_on! { [on_sqlite: Sqlite, on_postgres: Postgres] $($test)* }
    };
}

/// Runs a test on the embedded database only.
macro_rules! on_sqlite {
    ($($test:tt)*) => {
        tests_on! { [on_sqlite: Sqlite] $($test)* }
    };
}

/// Runs a test on PostgreSQL only.
macro_rules! on_postgres {
    ($($test:tt)*) => {
        tests_on! { [on_postgres: Postgres] $($test)* }
    };
}

/// Expands to the function, and to a module of the same name with a test for each database.
macro_rules! tests_on {
    ([$($place:ident: $engine:ident),*] $(#[$attribute:meta])* async fn $name:ident() $body:block) => {
        $(#[$attribute])*
        async fn $name() $body

        tests_on! { $name: awaits [$($place: $engine),*] }
    };
    ([$($place:ident: $engine:ident),*] $(#[$attribute:meta])* fn $name:ident() $body:block) => {
        $(#[$attribute])*
        fn $name() $body

        tests_on! { $name: runs [$($place: $engine),*] }
    };
    ($name:ident: $way:ident [$($place:ident: $engine:ident),*]) => {
        mod $name {
            $(
                #[test]
                fn $place() {
                    $crate::support::Engine::$engine.$way(super::$name);
                }
            )*
        }
    };
}
