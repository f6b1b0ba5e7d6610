//! An attribute of a test names the databases on which it runs:
//!
//! ```ignore
//! #[apply(on_both_databases)]
//! async fn a_test_with_a_service() { … }
//! ```
//!
//! This defines two tests, `a_test_with_a_service::on_sqlite` and `a_test_with_a_service::on_postgres`, each with
//! its own runtime. A test that runs on only one database has `on_sqlite` or `on_postgres` instead. A test
//! without such an attribute fails if it asks for a database.

use std::cell::Cell;
use std::future::Future;

use super::{postgres, prerequisites};

thread_local! {
    static OF_CURRENT_TEST: Cell<Option<Engine>> = const { Cell::new(None) };
}

/// A database that the service runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The database of the test that runs on this thread.
    pub fn of_current_test() -> Self {
        OF_CURRENT_TEST
            .get()
            .expect("this test has no database: write `#[apply(on_both_databases)]` above it")
    }

    /// Runs a test on this database, or reports the test as skipped if this machine has no PostgreSQL.
    pub fn run(self, test: impl FnOnce()) {
        if self == Self::Postgres && postgres::programs().is_none() {
            return prerequisites::skip("this machine has no initdb and no postgres");
        }
        OF_CURRENT_TEST.set(Some(self));
        test();
        // If all tests run on one thread, the next test must not use the database of this one.
        OF_CURRENT_TEST.set(None);
    }

    /// Runs an asynchronous test as [`Self::run`] does.
    pub fn run_async<F: Future<Output = ()>>(self, test: impl FnOnce() -> F) {
        self.run(|| actix_web::rt::System::new().block_on(test()));
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
    ([$($test_name:ident: $engine:ident),*] $(#[$attribute:meta])* async fn $name:ident() $body:block) => {
        $(#[$attribute])*
        async fn $name() $body

        tests_on! { $name: run_async [$($test_name: $engine),*] }
    };
    ([$($test_name:ident: $engine:ident),*] $(#[$attribute:meta])* fn $name:ident() $body:block) => {
        $(#[$attribute])*
        fn $name() $body

        tests_on! { $name: run [$($test_name: $engine),*] }
    };
    ($name:ident: $runner:ident [$($test_name:ident: $engine:ident),*]) => {
        mod $name {
            $(
                #[test]
                fn $test_name() {
                    $crate::support::Engine::$engine.$runner(super::$name);
                }
            )*
        }
    };
}
