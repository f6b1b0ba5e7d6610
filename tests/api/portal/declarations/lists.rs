//! Lists of declarations and successions: filters and entity tags.

use serde_json::{Value, json};

use crate::support::{FacilityClient, TestApp, facility_list, forms, reasons};

/// The ids of a list's items.
async fn ids(clinic: &FacilityClient, path: &str) -> Vec<Value> {
    let page = clinic.get(path).await.assert_status(200);
    page.body["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

#[apply(on_both_databases)]
async fn declarations_are_filtered_by_status_round_and_receipt_number() {
    let app = TestApp::start().await;
    let (clinic, other) = (app.clinic().await, app.dentist().await);
    let first = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    clinic.withdraw(first.header("location"), first.etag()).await.assert_status(200);
    let home_visits = forms::declaration(&reasons::home_visits().form);
    let second = clinic.file("/v1/declarations", &home_visits).await.assert_status(201);
    let theirs = other.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let (first, second) = (&first.body, &second.body);
    let number = |declaration: &Value| declaration["receipt_number"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("", vec![second, first]),
        ("status=WITHDRAWN", vec![first]),
        ("status=ACCEPTED", vec![second]),
        ("status=RETURNED", vec![]),
        ("round=2023", vec![second, first]),
        ("round=2024", vec![]),
        ("round=2023&status=WITHDRAWN", vec![first]),
        (&format!("receipt_number={}", number(first)), vec![first]),
        (&format!("receipt_number={}", number(second).replace('-', "")), vec![second]),
        (&format!("receipt_number={}&status=ACCEPTED", number(first)), vec![]),
        (&format!("receipt_number={}", number(&theirs.body)), vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|declaration| declaration["id"].clone()).collect();
        assert_eq!(ids(&clinic, &format!("/v1/declarations?{query}")).await, expected, "{query}");
    }
    let page = clinic.get("/v1/declarations?round=2023&page_size=1").await.assert_status(200);
    let next = page.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    assert_eq!(ids(&clinic, &next).await, [first["id"].clone()], "the next page keeps the filter: {next}");
}

#[apply(on_both_databases)]
async fn successions_are_filtered_by_status_and_receipt_number() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::succession(&facility_list::unlisted(1, 1));
    let first = clinic.file("/v1/successions", &form).await.assert_status(201);
    clinic.withdraw(first.header("location"), first.etag()).await.assert_status(200);
    let second = clinic.file("/v1/successions", &form).await.assert_status(201);
    let number = first.body["receipt_number"].as_str().unwrap();
    for (query, expected) in [
        ("", vec![&second, &first]),
        ("status=WAITING_FOR_MASTER", vec![&second]),
        ("status=WITHDRAWN", vec![&first]),
        ("status=COMPLETED", vec![]),
        (&format!("receipt_number={number}"), vec![&first]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|filed| filed.body["id"].clone()).collect();
        assert_eq!(ids(&clinic, &format!("/v1/successions?{query}")).await, expected, "{query}");
    }
}

#[apply(on_both_databases)]
async fn a_filter_that_is_no_status_or_receipt_number_is_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    for (query, parameter, code) in [
        ("status=accepted", "status", "UNKNOWN_VALUE"),
        ("status=", "status", "UNKNOWN_VALUE"),
        ("receipt_number=", "receipt_number", "RECEIPT_NUMBER_FORM"),
        ("receipt_number=4821-0937-5524", "receipt_number", "RECEIPT_NUMBER_FORM"),
        ("receipt_number=x%27%3B--", "receipt_number", "RECEIPT_NUMBER_FORM"),
        ("reason=x", "reason", "UNKNOWN_PARAMETER"),
    ] {
        for path in ["/v1/declarations", "/v1/successions"] {
            let reply = clinic.get(&format!("{path}?{query}")).await;
            let error = &reply.assert_problem(400, "INVALID_PARAMETER").body["errors"][0];
            assert_eq!((&error["parameter"], &error["code"]), (&json!(parameter), &json!(code)), "{query}");
        }
    }
}

#[apply(on_both_databases)]
async fn an_item_of_a_list_can_be_changed_with_its_entity_tag() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    let waiting = forms::succession(&facility_list::unlisted(1, 1));
    clinic.file("/v1/successions", &waiting).await.assert_status(201);
    let changed = forms::declaration(&reasons::home_visits().form);
    for (path, form) in [("/v1/declarations", &changed), ("/v1/successions", &waiting)] {
        let page = clinic.get(path).await.assert_status(200);
        let item = &page.body["items"][0];
        let path = format!("{path}/{}", item["id"].as_str().unwrap());
        assert_eq!(clinic.get(&path).await.etag(), item["etag"]);
        let corrected = clinic.put(&path, form, item["etag"].as_str().unwrap()).await.assert_status(200);
        assert_eq!(corrected.body["etag"], corrected.etag());
    }
}
