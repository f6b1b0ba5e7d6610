//! How often a filing waits for PostgreSQL. Each time is a round trip to another machine, during which the
//! filing holds its locks.

use crate::support::{TestApp, forms};

/// The round trips of a filing: `BEGIN`; the locks; reads of session, account, key, round and live
/// declaration; writes of declaration, revision, audit line, mail and the answer for the key; `COMMIT`.
const OF_A_FILING: usize = 13;

#[apply(on_postgres)]
async fn a_filing_takes_no_more_round_trips_than_it_needs() {
    let (app, tap) = TestApp::tapped("2").await;
    let clinic = app.clinic().await;
    let mut cost = usize::MAX;
    // The first filings of a connection also prepare their statements, so the lowest cost counts.
    for _ in 0..8 {
        tap.dearest();
        let filed = clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
        cost = cost.min(tap.dearest());
        clinic.withdraw(filed.header("location"), filed.etag()).await.is(200);
    }
    assert_eq!(cost, OF_A_FILING);
}
