//! Each document is served as JSON and as YAML, and has a page of Swagger UI that shows only this document.

use todokede::routes::documents::{PUBLIC, STAFF};

use crate::support::production::Production;
use crate::support::{Client, TestApp};

/// Asserts that both documents and their pages are served.
async fn assert_documents_served(client: &Client, with_sandbox: bool) {
    for (document, page) in [(&PUBLIC, "/docs"), (&STAFF, "/docs/staff")] {
        let described = document.describe(with_sandbox);
        let json = client.get(document.paths.json).await.assert_status(200);
        assert_eq!(json.body, serde_json::to_value(&described).unwrap(), "{page}");
        let yaml = client.get(document.paths.yaml).await.assert_status(200);
        assert_eq!(yaml.text, described.to_yaml().unwrap(), "{page}");

        let index = client.get(&format!("{page}/")).await.assert_status(200);
        assert_eq!(client.get(page).await.assert_status(200).text, index.text, "{page} without a slash");
        let settings = client.get(&format!("{page}/swagger-initializer.js")).await.assert_status(200).text;
        let shown = format!("\"url\": \"{}\"", document.paths.json);
        assert!(settings.contains(&shown), "{page}: {settings}");
        client.get(&format!("{page}/nothing")).await.assert_problem(404, "NOT_FOUND");
    }
}

#[apply(on_both_databases)]
async fn the_sandbox_serves_both_documents_and_a_page_for_each() {
    let app = TestApp::start().await;
    assert_documents_served(&app.anonymous(), true).await;
}

#[apply(on_both_databases)]
async fn production_serves_both_documents_and_a_page_for_each() {
    let production = Production::start().await;
    assert_documents_served(&production.anonymous(), false).await;
    production.stop().await;
}
