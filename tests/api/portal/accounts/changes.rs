//! Reads and changes of an account. A change is stored completely or not at all.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{FacilityClient, TestApp, facility_list, forms, send};

const PATH: &str = "/v1/account";

/// The facility of an account in the form in which a change sends it.
fn facility_form(account: &Value) -> Value {
    let mut facility = account["facility"].clone();
    facility.as_object_mut().unwrap().remove("kind");
    facility
}

#[apply(on_both_databases)]
async fn an_account_that_has_not_changed_is_answered_with_304() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let account = clinic.get(PATH).await.assert_status(200);
    assert!(account.etag().starts_with('"'), "{}", account.etag());
    let get =
        async |known: &str| send(clinic.request(Method::GET, PATH).header("If-None-Match", known)).await;
    for known in [account.etag(), "*", &format!("\"other\", {}", account.etag())] {
        let reply = get(known).await.assert_status(304);
        assert_eq!((reply.etag(), reply.text.as_str()), (account.etag(), ""));
    }
    let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    let changed = clinic.patch(PATH, &change, account.etag()).await.assert_status(200);
    let reply = get(account.etag()).await.assert_status(200);
    assert_eq!((reply.etag(), &reply.text), (changed.etag(), &changed.text));
    app.anonymous().get(PATH).await.assert_problem(401, "TOKEN_MISSING");
}

#[apply(on_both_databases)]
async fn a_change_needs_the_etag_of_the_current_version() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let account = clinic.get(PATH).await.assert_status(200);
    let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    for (method, path) in [(Method::PATCH, PATH), (Method::POST, "/v1/account/preview")] {
        let with = async |tag: Option<&str>| {
            let request = clinic.request(method.clone(), path).json(&change);
            send(tag.into_iter().fold(request, |request, tag| request.header("If-Match", tag))).await
        };
        with(None).await.assert_problem(428, "PRECONDITION_REQUIRED");
        for stale in ["\"0\"", "\"999\"", "W/\"999\"", "\"a\", \"b\""] {
            with(Some(stale)).await.assert_problem(412, "PRECONDITION_FAILED");
        }
        with(Some("1")).await.assert_problem(400, "INVALID_PARAMETER");
    }
    assert_eq!(clinic.get(PATH).await.text, account.text);
    clinic.patch(PATH, &change, account.etag()).await.assert_status(200);
    clinic.patch(PATH, &change, account.etag()).await.assert_problem(412, "PRECONDITION_FAILED");
}

#[apply(on_both_databases)]
async fn of_several_simultaneous_changes_of_the_same_version_one_succeeds() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let etag = clinic.get(PATH).await.etag().to_owned();
    let requests = (1..=5).map(|number| {
        let change = json!({ "contact": { "name": "架空 三郎", "phone": format!("03-0000-000{number}") } });
        let (client, etag) = (clinic.client.clone(), etag.clone());
        async move { client.patch(PATH, &change, &etag).await }
    });
    let replies = join_all(requests).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 4));
    for reply in lost {
        reply.assert_problem(412, "PRECONDITION_FAILED");
    }
    assert_eq!(clinic.get(PATH).await.text, won[0].text);
}

#[apply(on_both_databases)]
async fn each_object_of_a_change_replaces_the_stored_object_and_leaves_the_others_unchanged() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let mut expected = clinic.get(PATH).await.assert_status(200).body;
    let mut facility = facility_form(&expected);
    facility["phone"] = json!("０３－００００－５５５５");
    facility["name_kana"] = json!("ｶｸｳ ｱﾗﾀ");
    for (member, value, shown) in [
        (
            "contact",
            json!({ "name": "架空 三郎", "phone": "+81 90-0000-9999" }),
            json!({ "name": "架空 三郎", "phone": "09000009999" }),
        ),
        (
            "founder",
            json!({ "kind": "CORPORATION", "name": "医療法人架空会" }),
            json!({ "kind": "CORPORATION", "name": "医療法人架空会" }),
        ),
        ("facility", facility, {
            let mut shown = expected["facility"].clone();
            shown["phone"] = json!("0300005555");
            shown["name_kana"] = json!("カクウ　アラタ");
            shown
        }),
    ] {
        let etag = clinic.get(PATH).await.etag().to_owned();
        let change = json!({ member: value });
        let preview = clinic.preview_of(PATH, &change, &etag).await.assert_status(200);
        assert_eq!(clinic.get(PATH).await.etag(), etag, "the preview was stored");
        let changed = clinic.patch(PATH, &change, &etag).await.assert_status(200);
        assert_ne!(changed.etag(), etag);
        expected[member] = shown;
        for (member, value) in expected.as_object().unwrap() {
            if member != "updated_at" {
                assert_eq!(changed.body[member], *value, "{member}");
            }
        }
        for member in ["email", "facility", "founder", "contact"] {
            assert_eq!(preview.body[member], changed.body[member], "{member}");
        }
    }
}

#[apply(on_both_databases)]
async fn all_faults_of_a_change_are_reported_at_once_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let account = clinic.get(PATH).await.assert_status(200);
    let assert_refused = async |change: Value, faults: &[(&str, &str)]| {
        clinic.patch(PATH, &change, account.etag()).await.assert_faults(faults);
        clinic.preview_of(PATH, &change, account.etag()).await.assert_faults(faults);
    };
    let with = |name: &str, value: Value| {
        let mut facility = facility_form(&account.body);
        facility[name] = value;
        json!({ "facility": facility })
    };
    let mismatch = ("/facility/postal_code", "POSTAL_CODE_MISMATCH");
    assert_refused(with("postal_code", json!("999-9999")), &[mismatch]).await;

    let mut change = with("postal_code", json!("999-9999"));
    change["facility"].as_object_mut().unwrap().remove("code");
    change["facility"]["phone"] = json!("12");
    change["contact"] = json!({ "name": "", "fax": "1" });
    let faults = [
        mismatch,
        ("/facility/phone", "PHONE_FORM"),
        ("/contact/name", "BLANK"),
        ("/contact/phone", "REQUIRED"),
        ("/contact/fax", "UNKNOWN_MEMBER"),
    ];
    assert_refused(change, &faults).await;

    let mut change = with("postal_code", json!("999-9999"));
    change["facility"]["kind"] = json!("PHARMACY");
    change["facility"]["designation_receipt"] = json!("2023-1");
    let faults = [mismatch, ("/facility/kind", "READ_ONLY"), ("/facility/designation_receipt", "READ_ONLY")];
    assert_refused(change, &faults).await;

    assert_refused(json!({ "email": "x@clinic.example" }), &[("/email", "READ_ONLY")]).await;
    assert_refused(json!({ "id": "x" }), &[("/id", "READ_ONLY")]).await;
    assert_refused(json!({ "password": "x" }), &[("/password", "UNKNOWN_MEMBER")]).await;
    assert_refused(json!([]), &[("", "WRONG_TYPE")]).await;
    let director = json!({ "founder": { "kind": "CORPORATION", "name": "医療法人架空会 理事長 架空花子" } });
    assert_eq!(clinic.get(PATH).await.text, account.text);
    // Whether a name fits the kind of founder is a guess, which refuses nothing.
    clinic.patch(PATH, &director, account.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_designated_facility_cannot_change_its_code_and_a_stated_code_is_checked_against_the_list() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let dentist = app.unused_facility("DENTAL").await;
    let other = app.unused_facility("MEDICAL").await;
    let account = clinic.get(PATH).await.assert_status(200);
    let with_code = |code: &Value, postal_code: &str| {
        let mut facility = facility_form(&account.body);
        facility["code"] = code.clone();
        facility["postal_code"] = json!(postal_code);
        json!({ "facility": facility })
    };
    let postal_code = account.body["facility"]["postal_code"].as_str().unwrap();
    let mismatch = ("/facility/postal_code", "POSTAL_CODE_MISMATCH");
    for (code, postal_code, faults) in [
        (
            json!(facility_list::code("011999999")),
            postal_code,
            vec![("/facility/code", "FACILITY_NOT_LISTED")],
        ),
        (dentist["facility_code"].clone(), postal_code, vec![("/facility/code", "KIND_MISMATCH")]),
        (dentist["facility_code"].clone(), "999-9999", vec![("/facility/code", "KIND_MISMATCH"), mismatch]),
        (json!("0110100010"), postal_code, vec![("/facility/code", "FACILITY_CODE_CHECK_DIGIT")]),
    ] {
        let change = with_code(&code, postal_code);
        clinic.patch(PATH, &change, account.etag()).await.assert_faults(&faults);
    }
    let change = with_code(&other["facility_code"], other["postal_code"].as_str().unwrap());
    let reply = clinic.patch(PATH, &change, account.etag()).await;
    reply.assert_problem(409, "FACILITY_ALREADY_DESIGNATED");
    let same = json!({ "facility": facility_form(&account.body) });
    clinic.patch(PATH, &same, account.etag()).await.assert_status(200);
}

#[apply(on_both_databases)]
async fn a_delisted_facility_may_still_correct_its_telephone_number() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = FacilityClient::register(&app, &facility).await;
    let still_listed = app.unused_facility("MEDICAL").await;
    app.import(facility_list::csv(&[&still_listed]), true).await;
    let account = clinic.get(PATH).await.assert_status(200);
    let mut change = json!({ "facility": facility_form(&account.body) });
    change["facility"]["phone"] = json!("03-0000-7777");
    let changed = clinic.patch(PATH, &change, account.etag()).await.assert_status(200);
    assert_eq!(changed.body["facility"]["phone"], "0300007777");
    change["facility"]["phone"] = json!("12");
    let reply = clinic.patch(PATH, &change, changed.etag()).await;
    reply.assert_faults(&[("/facility/phone", "PHONE_FORM")]);
}

#[apply(on_both_databases)]
async fn a_stored_postal_code_that_the_list_contradicts_is_refused_only_if_a_change_sends_it() {
    let app = TestApp::start().await;
    let mut facility = app.unused_facility("MEDICAL").await;
    let clinic = FacilityClient::register(&app, &facility).await;
    facility["postal_code"] = json!("060-0001");
    app.import(facility_list::csv(&[&facility]), false).await;
    let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
    let changed = clinic.patch(PATH, &change, "*").await.assert_status(200);
    let mut change = json!({ "facility": facility_form(&changed.body) });
    let reply = clinic.patch(PATH, &change, "*").await;
    reply.assert_faults(&[("/facility/postal_code", "POSTAL_CODE_MISMATCH")]);
    change["facility"]["postal_code"] = json!("0600001");
    clinic.patch(PATH, &change, "*").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn names_are_stored_without_unicode_normalization() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let token = app.registration_token("a@clinic.example").await;
    let mut form = forms::account(&token, &facility);
    // Compatibility kanji and combining marks, which every form of Unicode normalization would change.
    form["founder"]["name"] = json!("\u{fa11}田　\u{fa19}\u{304b}\u{3099}");
    form["facility"]["name"] = json!("　髙\u{fa11}クリニック ");
    let created = app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    assert_eq!(created.body["founder"]["name"], "\u{fa11}田　\u{fa19}\u{304b}\u{3099}");
    assert_eq!(created.body["facility"]["name"], "髙\u{fa11}クリニック");
}

#[apply(on_both_databases)]
async fn what_was_read_can_be_sent_back_and_changes_nothing() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let account = clinic.get(PATH).await.assert_status(200);
    let mut same = account.body.clone();
    let changed = clinic.patch(PATH, &same, account.etag()).await.assert_status(200);
    for member in ["id", "email", "facility", "founder", "contact", "former_facilities", "created_at"] {
        assert_eq!(changed.body[member], account.body[member], "{member}");
    }
    same["contact"]["name"] = json!("架空 三郎");
    same["founder"] = json!(null);
    let changed = clinic.patch(PATH, &same, changed.etag()).await.assert_status(200);
    assert_eq!(changed.body["contact"]["name"], "架空 三郎");
    assert_eq!(changed.body["founder"], account.body["founder"], "null counts as absent");
}
