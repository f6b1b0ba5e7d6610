//! How often a filing waits for PostgreSQL: each time is a way to another machine and back, while the
//! filing holds its locks.

use crate::support::{TestApp, forms};

/// Begin, the locks; session, account, key, round and live declaration are read; declaration, revision,
/// audit line and mail are written, the answer is kept under the key; commit.
const OF_A_FILING: usize = 13;

#[apply(on_postgres)]
async fn a_filing_asks_postgresql_nothing_twice() {
    let (app, tap) = TestApp::tapped("2").await;
    let clinic = app.clinic().await;
    let mut cost = usize::MAX;
    // The first filings of a connection prepare their statements as well.
    for _ in 0..8 {
        tap.dearest();
        let filed = clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
        cost = cost.min(tap.dearest());
        clinic.withdraw(filed.header("location"), filed.etag()).await.is(200);
    }
    assert_eq!(cost, OF_A_FILING);
}
