//! The pages that mailed links lead to.

use crate::support::TestApp;

#[apply(on_both_databases)]
async fn the_page_of_a_mailed_link_sends_nothing_by_itself_and_never_sees_the_token() {
    let app = TestApp::start().await;
    for flow in ["registration", "password-reset", "email-change"] {
        let page = app.anonymous().get(&format!("/sandbox/links/{flow}")).await.is(200);
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(page.header("content-type").starts_with("text/html"));
    }
    let script = app.anonymous().get("/sandbox/links/link.js").await.is(200);
    assert!(!script.text.contains("fetch(") && !script.text.contains("XMLHttpRequest"));
    app.anonymous().get("/sandbox/links/else").await.refused(404, "NOT_FOUND");
}
