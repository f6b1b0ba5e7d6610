//! How many round trips to PostgreSQL a filing needs. A filing holds its locks during each of them.

use crate::support::{TestApp, forms};

/// The round trips of a filing: `BEGIN`; the locks; reads of session, account, key, round and live
/// declaration; writes of declaration, revision, audit line, mail and the answer for the key; `COMMIT`.
const ROUND_TRIPS_OF_A_FILING: usize = 13;

#[apply(on_postgres)]
async fn a_filing_needs_thirteen_round_trips() {
    let (app, proxy) = TestApp::start_behind_proxy("2").await;
    let clinic = app.clinic().await;
    let mut fewest = usize::MAX;
    // The first filing on a connection also prepares its statements, so the lowest number counts.
    for _ in 0..8 {
        proxy.take_most_round_trips();
        let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
        fewest = fewest.min(proxy.take_most_round_trips());
        clinic.withdraw(filed.header("location"), filed.etag()).await.assert_status(200);
    }
    assert_eq!(fewest, ROUND_TRIPS_OF_A_FILING);
}
