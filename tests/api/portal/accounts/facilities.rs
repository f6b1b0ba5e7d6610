//! Which facilities may get an account: this depends on the code, the facility list, other accounts and successions.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{TestApp, facility_list, forms};

/// The result of the preview of an account with this facility: `OK` or the problem's code.
async fn preview_result(app: &TestApp, token: &str, facility: &Value) -> String {
    let reply = app.anonymous().post("/v1/accounts/preview", &forms::account(token, facility)).await;
    if reply.status == 200 { "OK".to_owned() } else { reply.body["code"].as_str().unwrap().to_owned() }
}

/// A facility with the members that lists and forms need.
fn listed(nine_digits: &str, name: &str, address: &str) -> Value {
    let code = facility_list::code(nine_digits);
    json!({ "facility_code": code, "name": name, "postal_code": "060-0000", "address": address })
}

/// A facility list as CSV.
fn edition_csv(facilities: &[Value]) -> String {
    facility_list::csv(&facilities.iter().collect::<Vec<_>>())
}

#[apply(on_both_databases)]
async fn an_invalid_code_or_one_that_is_not_in_the_list_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let listed = app.unused_facility("MEDICAL").await;
    let mut wrong_digit = listed["facility_code"].as_str().unwrap().to_owned();
    let last = wrong_digit.pop().unwrap();
    wrong_digit.push(if last == '9' { '0' } else { char::from(u8::try_from(last).unwrap() + 1) });
    for (code, fault) in [
        (facility_list::code("011999999"), "FACILITY_NOT_LISTED"),
        (wrong_digit, "FACILITY_CODE_CHECK_DIGIT"),
        ("4810100010".to_owned(), "FACILITY_CODE_PREFECTURE"),
        ("0120100010".to_owned(), "FACILITY_CODE_KIND"),
        ("011010001".to_owned(), "FACILITY_CODE_FORM"),
        ("01101000130".to_owned(), "FACILITY_CODE_FORM"),
        ("O110100013".to_owned(), "FACILITY_CODE_FORM"),
        (String::new(), "FACILITY_CODE_FORM"),
        ("0".repeat(41), "TOO_LONG"),
    ] {
        let mut form = forms::account(&token, &listed);
        form["facility"]["code"] = json!(code);
        for path in ["/v1/accounts/preview", "/v1/accounts"] {
            app.anonymous().post(path, &form).await.assert_faults(&[("/facility/code", fault)]);
        }
    }
}

#[apply(on_both_databases)]
async fn a_code_in_full_width_or_with_hyphens_is_accepted_and_shown_as_ten_digits() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let listed = app.unused_facility("MEDICAL").await;
    let code = listed["facility_code"].as_str().unwrap();
    let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xFF10).unwrap()).collect();
    for typed in [wide, code.split("").collect::<Vec<_>>().join("-")] {
        let mut form = forms::account(&token, &listed);
        form["facility"]["code"] = json!(typed);
        let preview = app.anonymous().post("/v1/accounts/preview", &form).await.assert_status(200);
        assert_eq!(preview.body["facility"]["code"], code);
    }
}

#[apply(on_both_databases)]
async fn a_delisted_facility_gets_no_account_until_it_is_listed_again() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let delisted = app.unused_facility("DENTAL").await;
    let still_listed = app.unused_facility("DENTAL").await;
    let report = app.import(facility_list::csv(&[&still_listed]), true).await.0;
    assert_eq!(report.delisted, 2, "the other two dental clinics of the prefecture");
    app.anonymous()
        .post("/v1/accounts", &forms::account(&token, &delisted))
        .await
        .assert_faults(&[("/facility/code", "FACILITY_DELISTED")]);

    app.import(facility_list::csv(&[&delisted]), false).await;
    app.anonymous().post("/v1/accounts", &forms::account(&token, &delisted)).await.assert_status(201);
}

#[apply(on_both_databases)]
async fn the_preview_of_a_registration_also_refuses_a_facility_with_an_account() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    crate::support::FacilityClient::register(&app, &facility).await;
    let token = app.registration_token("second@clinic.example").await;
    let form = forms::account(&token, &facility);
    for path in ["/v1/accounts/preview", "/v1/accounts"] {
        app.anonymous().post(path, &form).await.assert_problem(409, "FACILITY_HAS_ACCOUNT");
    }
    app.anonymous()
        .post("/v1/registrations/confirmation", &json!({ "token": token }))
        .await
        .assert_status(200);
}

#[apply(on_both_databases)]
async fn of_sixteen_simultaneous_registrations_of_one_code_exactly_one_succeeds() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let mut tokens = Vec::new();
    for number in 0..16 {
        tokens.push(app.registration_token(&format!("reception-{number}@clinic.example")).await);
    }
    let requests = tokens.iter().map(|token| {
        let (anonymous, form) = (app.anonymous(), forms::account(token, &facility));
        async move { anonymous.post("/v1/accounts", &form).await }
    });
    let replies = join_all(requests).await;
    let (created, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
    assert_eq!((created.len(), refused.len()), (1, 15));
    for reply in refused {
        reply.assert_problem(409, "FACILITY_HAS_ACCOUNT");
    }
    assert_eq!(app.rows("accounts").count(), 1);
    assert_eq!(app.rows("links").with_non_null("used_at").count(), 1);
    assert_eq!(app.rows("audit_log").with("action", "account.created").count(), 1);
    assert_eq!(app.rows("outbox").with("kind", "ACCOUNT_CREATED").count(), 1);
}

#[apply(on_both_databases)]
async fn of_simultaneous_registrations_with_one_mail_address_exactly_one_succeeds() {
    let app = TestApp::start().await;
    let mut forms = Vec::new();
    for spelling in ["Race@clinic.example", "race@Clinic.example", "race@clinic.example"] {
        let anonymous = app.anonymous();
        anonymous.post("/v1/registrations", &json!({ "email": spelling })).await.assert_status(202);
        let stored = spelling.replace("@Clinic", "@clinic");
        let token = app.token(&stored, "PROVISIONAL_REGISTRATION").await;
        forms.push(forms::account(&token, &app.unused_facility("MEDICAL").await));
    }
    let requests = forms.iter().map(|form| {
        let anonymous = app.anonymous();
        async move { anonymous.post("/v1/accounts", form).await }
    });
    let replies = join_all(requests).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        reply.assert_problem(410, "LINK_USED");
    }
    assert_eq!(app.rows("accounts").count(), 1);
}

#[apply(on_both_databases)]
async fn a_new_code_with_the_name_and_address_of_a_facility_with_an_account_needs_a_succession() {
    let app = TestApp::start().await;
    let token = app.registration_token("new@clinic.example").await;
    let mut cases = Vec::new();
    for (number, (same_name, same_address)) in
        [(true, true), (true, false), (false, true), (false, false)].into_iter().enumerate()
    {
        let old = app.unused_facility("MEDICAL").await;
        crate::support::FacilityClient::register(&app, &old).await;
        let name = if same_name { old["name"].as_str().unwrap() } else { "架空あたらしい診療所" };
        let elsewhere = format!("北海道架空市別町９－{number}");
        let address = if same_address { old["address"].as_str().unwrap() } else { &elsewhere };
        let newcomer = listed(&format!("01109990{number}"), name, address);
        cases.push((newcomer, same_name, same_address));
    }
    let newcomers: Vec<Value> = cases.iter().map(|(newcomer, ..)| newcomer.clone()).collect();

    app.import(edition_csv(&newcomers), false).await;
    for (newcomer, same_name, same_address) in &cases {
        let expected = if *same_name && *same_address { "SUCCESSION_REQUIRED" } else { "OK" };
        assert_eq!(
            preview_result(&app, &token, newcomer).await,
            expected,
            "the old code is listed: {newcomer}"
        );
    }

    // The next edition lacks the old codes. The same name or the same address alone is only a hint for staff.
    app.import(edition_csv(&newcomers), true).await;
    let hints = || app.rows("audit_log").with("action", "account.may_need_succession");
    for (number, (newcomer, same_name, same_address)) in cases.iter().enumerate() {
        let before = hints().count();
        let email = format!("newcomer-{number}@clinic.example");
        let token = app.registration_token(&email).await;
        let is_same = *same_name && *same_address;
        let expected = if is_same { "SUCCESSION_REQUIRED" } else { "OK" };
        assert_eq!(
            preview_result(&app, &token, newcomer).await,
            expected,
            "the old code is delisted: {newcomer}"
        );
        assert_eq!(hints().count(), before, "a preview leaves no hint");
        let reply = app.anonymous().post("/v1/accounts", &forms::account(&token, newcomer)).await;
        if is_same {
            reply.assert_problem(409, "SUCCESSION_REQUIRED");
        } else {
            reply.assert_status(201);
        }
        let has_hint = *same_name != *same_address;
        assert_eq!(hints().count(), before + i64::from(has_hint), "{newcomer}");
    }
}

#[apply(on_both_databases)]
async fn an_applicant_that_gets_the_code_of_a_newcomer_leaves_the_same_hint() {
    let app = TestApp::start().await;
    let old = app.unused_facility("MEDICAL").await;
    crate::support::FacilityClient::register(&app, &old).await;
    let newcomer = listed("011099905", "架空あたらしい診療所", old["address"].as_str().unwrap());
    app.import(edition_csv(std::slice::from_ref(&newcomer)), true).await;
    let mut form = forms::account(&app.registration_token("new@clinic.example").await, &newcomer);
    let facility = form["facility"].as_object_mut().unwrap();
    let code = facility.remove("code").unwrap();
    facility.insert("designation_receipt".to_owned(), json!("R5-12"));
    facility.insert("kind".to_owned(), json!("MEDICAL"));
    app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
    let password = crate::support::PASSWORD;
    let account =
        crate::support::FacilityClient::log_in(&app, "new@clinic.example", password, String::new()).await;
    let facility = form["facility"].as_object_mut().unwrap();
    facility.retain(|name, _| !["designation_receipt", "kind"].contains(&name.as_str()));
    facility.insert("code".to_owned(), code);
    let change = json!({ "facility": form["facility"] });
    account.patch("/v1/account", &change, "*").await.assert_status(200);
    let hints = app.rows("audit_log").with("action", "account.may_need_succession");
    assert_eq!(hints.containing("CAST(details AS text)", old["facility_code"].as_str().unwrap()).count(), 1);
}

#[apply(on_both_databases)]
async fn the_same_name_and_address_do_not_matter_without_an_account_or_in_another_kind_or_prefecture() {
    let app = TestApp::start().await;
    let token = app.registration_token("new@clinic.example").await;
    let without_account = app.unused_facility("MEDICAL").await;
    let with_account = app.unused_facility("MEDICAL").await;
    crate::support::FacilityClient::register(&app, &with_account).await;
    let copy_of = |nine_digits: &str, other: &Value| {
        listed(nine_digits, other["name"].as_str().unwrap(), other["address"].as_str().unwrap())
    };
    let newcomers = [
        copy_of("011099901", &without_account),
        copy_of("013099901", &with_account),
        copy_of("014099901", &with_account),
        copy_of("041099901", &with_account),
    ];
    app.import(edition_csv(&newcomers), false).await;
    for newcomer in &newcomers {
        assert_eq!(preview_result(&app, &token, newcomer).await, "OK", "{newcomer}");
    }
}

#[apply(on_both_databases)]
async fn neither_a_succeeded_facility_nor_its_successor_can_register() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let successor = app.unused_facility("MEDICAL").await;
    let filed = clinic.file("/v1/successions", &forms::succession(&successor)).await.assert_status(201);
    assert_eq!(filed.body["status"], "ACCEPTED", "{}", filed.text);
    let token = app.registration_token("new@clinic.example").await;
    let page = app.anonymous().get("/sandbox/facilities?page_size=100&kind=MEDICAL").await;
    let old = page.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|facility| facility["facility_code"] == *clinic.facility_code)
        .unwrap();
    assert_eq!(preview_result(&app, &token, old).await, "FACILITY_SUCCEEDED");
    assert_eq!(preview_result(&app, &token, &successor).await, "FACILITY_HAS_ACCOUNT");
    for (facility, code) in [(old, "FACILITY_SUCCEEDED"), (&successor, "FACILITY_HAS_ACCOUNT")] {
        app.anonymous()
            .post("/v1/accounts", &forms::account(&token, facility))
            .await
            .assert_problem(409, code);
    }
}

#[apply(on_both_databases)]
async fn an_undecided_succession_does_not_keep_the_holder_of_its_new_code_out() {
    for (review, is_listed) in [("staff", true), ("automatic", true), ("automatic", false)] {
        let app = TestApp::start_with(&[("TODOKEDE_REVIEW", review)]).await;
        app.give_every_facility_its_own_founder();
        let clinic = app.clinic().await;
        let successor =
            if is_listed { app.unused_facility("MEDICAL").await } else { facility_list::unlisted(1, 1) };
        let filed = clinic.file("/v1/successions", &forms::succession(&successor)).await.assert_status(201);
        let undecided = if is_listed { "UNDER_REVIEW" } else { "WAITING_FOR_MASTER" };
        assert_eq!(filed.body["status"], undecided, "{}", filed.text);
        if !is_listed {
            let mut moved = successor.clone();
            moved["postal_code"] = json!("100-0001");
            app.import(facility_list::csv(&[&moved]), false).await;
            let returned = clinic.get(filed.header("location")).await;
            assert_eq!(returned.body["status"], "RETURNED", "{}", returned.text);
        }
        let token = app.registration_token("holder@clinic.example").await;
        let mut form = forms::account(&token, &successor);
        if !is_listed {
            form["facility"]["postal_code"] = json!("100-0001");
        }
        app.anonymous().post("/v1/accounts", &form).await.assert_status(201);
        let hint = app.rows("audit_log").with("action", "account.may_need_succession");
        assert_eq!(hint.containing("CAST(details AS text)", filed.body["id"].as_str().unwrap()).count(), 1);
    }
}
