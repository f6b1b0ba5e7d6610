//! `/sandbox/facilities`: the facilities with which a caller can try the sandbox.

use serde_json::Value;

use crate::support::TestApp;

#[apply(on_both_databases)]
async fn facilities_are_listed_by_code_and_can_be_filtered_by_prefecture_and_kind() {
    let app = TestApp::start().await;
    let anyone = app.anonymous();
    let all: Vec<Value> = anyone.pages("/sandbox/facilities?page_size=50").await.concat();
    let code = |item: &Value| item["facility_code"].as_str().unwrap().to_owned();
    let codes: Vec<String> = all.iter().map(code).collect();
    assert_eq!(i64::try_from(codes.len()).unwrap(), app.rows("facilities").count());
    assert!(codes.is_sorted());
    for prefecture in ["01", "13", "47", "46"] {
        for kind in ["MEDICAL", "DENTAL", "PHARMACY", "VISITING_NURSING"] {
            let path = format!("/sandbox/facilities?page_size=3&prefecture={prefecture}&kind={kind}");
            let found: Vec<String> = anyone.pages(&path).await.concat().iter().map(code).collect();
            let expected = all.iter().filter(|item| item["kind"] == kind).map(code);
            let expected: Vec<String> = expected.filter(|code| code.starts_with(prefecture)).collect();
            assert_eq!(found, expected, "{prefecture} {kind}");
        }
    }
    assert!(all.iter().all(|item| item["has_account"] == false));
    let clinic = app.clinic().await;
    let now: Vec<Value> = anyone.pages("/sandbox/facilities?page_size=100").await.concat();
    let with_account: Vec<String> = now.iter().filter(|item| item["has_account"] == true).map(code).collect();
    assert_eq!(with_account, [clinic.facility_code.as_str()]);
}
