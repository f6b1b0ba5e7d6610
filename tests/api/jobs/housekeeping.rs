//! Expired data is deleted when its retention ends, and not before.

use chrono::{DateTime, Duration, Utc};
use todokede::config::Settings;
use todokede::usecases::actor::SYSTEM;
use todokede::usecases::housekeeping;
use todokede::usecases::work::{Call, Work};

use crate::support::{TestApp, forms};

/// Deletes the data whose retention has ended at `now`. Returns the number of deleted rows.
fn delete_expired(app: &TestApp, now: DateTime<Utc>) -> usize {
    let policy = todokede::state::policy(&Settings::from_variables(&[].into()).unwrap(), &[]).unwrap();
    let (mut conn, call) = (app.database.connect(), Call::internal(now));
    housekeeping::delete_expired(&mut Work::new(&mut conn, &call, &SYSTEM, &policy)).unwrap().rows
}

#[apply(on_both_databases)]
async fn each_kind_of_data_is_deleted_after_its_retention_and_nothing_else() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.attach(&forms::pdf()).await;
    clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let expired = app.now();
    // The wrong password is stored later than the other data, so that it is not deleted with them.
    app.advance(Duration::hours(1));
    let login = serde_json::json!({ "email": clinic.email, "password": "guess" });
    app.anonymous().post("/v1/sessions", &login).await.assert_problem(401, "LOGIN_FAILED");
    // The retention begins at the time in the column.
    let kinds = [
        ("idempotency_keys", "created_at", Duration::days(30)),
        ("links", "expires_at", Duration::days(30)),
        ("sessions", "expires_at", Duration::days(30)),
        ("wrong_passwords", "last_at", Duration::days(30)),
        ("known_devices", "last_used_at", Duration::days(365)),
    ];
    delete_expired(&app, expired);
    for (table, column, retention) in kinds {
        let rows = app.rows(table).count();
        assert!(rows > 0, "{table} is empty");
        app.database.execute(&format!("UPDATE {table} SET {column} = {}", app.database.instant(expired)));
        delete_expired(&app, expired + retention);
        assert_eq!(app.rows(table).count(), rows, "{table} is kept until its retention ends");
        delete_expired(&app, expired + retention + Duration::microseconds(1));
        assert_eq!(app.rows(table).count(), 0, "{table}");
    }
    assert_eq!(app.rows("uploads").count(), 1, "the stored file stays, the announcement has expired");
    for table in ["accounts", "declarations", "audit_log", "outbox"] {
        assert!(app.rows(table).count() > 0, "{table}");
    }
}
