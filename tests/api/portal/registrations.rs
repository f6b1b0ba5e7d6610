//! Registration: the service mails a link to an address. A form with the link's token creates the account.

use chrono::Duration;
use serde_json::json;

use crate::support::{TestApp, forms};

#[apply(on_both_databases)]
async fn a_clinic_registers_with_a_mailed_link_and_logs_in() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let facility = app.unused_facility("MEDICAL").await;
    let email = "Reception@Clinic.Example";

    let reply = anonymous.post("/v1/registrations", &json!({ "email": email })).await.assert_status(202);
    assert_eq!(reply.body, json!({ "status": "ACCEPTED" }));
    let token = app.token("Reception@clinic.example", "PROVISIONAL_REGISTRATION").await;

    for _ in 0..3 {
        let seen = anonymous
            .post("/v1/registrations/confirmation", &json!({ "token": token }))
            .await
            .assert_status(200);
        assert_eq!(seen.body["email"], "Reception@clinic.example");
    }

    let form = forms::account(&token, &facility);
    let preview = anonymous.post("/v1/accounts/preview", &form).await.assert_status(200);
    assert_eq!(preview.body["facility"]["code"], facility["facility_code"]);
    assert_eq!(preview.body["facility"]["name_kana"], "カクウ");
    assert_eq!(preview.body["mails"][0]["kind"], "ACCOUNT_CREATED");
    assert_eq!(app.rows("accounts").count(), 0);

    let created = anonymous.post("/v1/accounts", &form).await.assert_status(201);
    assert_eq!(created.header("location"), "/v1/account");
    assert_eq!(created.body["facility"], preview.body["facility"]);
    let mails = app.mails("Reception@clinic.example", "ACCOUNT_CREATED").await;
    assert!(mails[0]["subject"].as_str().unwrap().contains("アカウント登録完了のご案内"));

    let login = json!({ "email": "reception@clinic.example", "password": form["password"] });
    let session = anonymous.post("/v1/sessions", &login).await.assert_status(201);
    let clinic = anonymous.with_token(session.body["access_token"].as_str().unwrap());
    assert_eq!(clinic.get("/v1/account").await.assert_status(200).body["email"], "Reception@clinic.example");
}

#[apply(on_both_databases)]
async fn a_taken_address_gets_the_same_answer_and_its_owner_gets_a_mail_with_instructions() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let anonymous = app.anonymous();
    let taken = anonymous.post("/v1/registrations", &json!({ "email": clinic.email })).await;
    let free = anonymous.post("/v1/registrations", &json!({ "email": "free@clinic.example" })).await;
    assert_eq!((taken.status, &taken.text), (free.status, &free.text));
    let mails = app.mails(&clinic.email, "ADDRESS_TAKEN").await;
    let text = mails[0]["text"].as_str().unwrap();
    assert!(text.contains("承継") && text.contains("パスワード"), "{text}");
    assert!(!text.contains("#token="));
    let links: std::collections::BTreeSet<&str> =
        text.lines().filter(|line| line.trim().starts_with("http") && line.contains("/docs/#/")).collect();
    assert_eq!(links.len(), 2, "one to log in and one to recover the password: {text}");
}

#[apply(on_both_databases)]
async fn a_link_is_valid_for_a_day_and_its_use_ends_all_links_of_its_address() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let first = app.registration_token("a@clinic.example").await;
    app.advance(Duration::hours(1));
    let second = app.registration_token("a@clinic.example").await;
    assert_ne!(first, second);
    app.advance(Duration::hours(23) - Duration::minutes(1));
    anonymous.post("/v1/registrations/confirmation", &json!({ "token": first })).await.assert_status(200);
    app.advance(Duration::minutes(1));
    anonymous
        .post("/v1/registrations/confirmation", &json!({ "token": first }))
        .await
        .assert_problem(410, "LINK_EXPIRED");

    let facility = app.unused_facility("MEDICAL").await;
    anonymous
        .post("/v1/accounts", &forms::account(&first, &facility))
        .await
        .assert_problem(410, "LINK_EXPIRED");
    let third = app.registration_token("a@clinic.example").await;
    anonymous.post("/v1/accounts", &forms::account(&second, &facility)).await.assert_status(201);
    for token in [second, third] {
        anonymous
            .post("/v1/registrations/confirmation", &json!({ "token": token }))
            .await
            .assert_problem(410, "LINK_USED");
    }
    anonymous
        .post("/v1/registrations/confirmation", &json!({ "token": "k".repeat(43) }))
        .await
        .assert_problem(404, "LINK_UNKNOWN");
}

#[apply(on_both_databases)]
async fn all_faults_of_a_form_are_reported_at_once_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let facility = app.unused_facility("MEDICAL").await;
    let mut form = forms::account(&token, &facility);
    form["password"] = json!("みじかい");
    form["facility"]["postal_code"] = json!("999-9999");
    form["facility"]["name_kana"] = json!("漢字");
    form["facility"]["phone"] = json!(312_345_678);
    form["facility"].as_object_mut().unwrap().remove("address");
    form["founder"] = json!({ "kind": "CORPORATION", "name": "医療法人架空会 理事長 架空花子" });
    form["contact"]["fax"] = json!("03-0000-1234");
    form["terms_accepted"] = json!(false);
    let reply = app.anonymous().post("/v1/accounts", &form).await;
    reply.assert_faults(&[
        ("/password", "TOO_SHORT"),
        ("/facility/postal_code", "POSTAL_CODE_MISMATCH"),
        ("/facility/name_kana", "KANA_FORM"),
        ("/facility/phone", "WRONG_TYPE"),
        ("/facility/address", "REQUIRED"),
        ("/contact/fax", "UNKNOWN_MEMBER"),
        ("/terms_accepted", "MUST_BE_TRUE"),
    ]);
    assert!(!reply.text.contains("みじかい") && !reply.text.contains("999-9999"));
    assert_eq!(app.rows("accounts").count(), 0);
}

#[apply(on_both_databases)]
async fn invalid_mail_addresses_are_refused_and_consecutive_or_trailing_dots_have_their_own_code() {
    let app = TestApp::start().await;
    for (email, fault) in [
        (json!("a..b@carrier.example"), "EMAIL_CARRIER_DOTS"),
        (json!("ab.@carrier.example"), "EMAIL_CARRIER_DOTS"),
        (json!("a..b.@carrier.example"), "EMAIL_CARRIER_DOTS"),
        (json!("reception"), "EMAIL_FORM"),
        (json!("reception@"), "EMAIL_FORM"),
        (json!("@clinic.example"), "EMAIL_FORM"),
        (json!("re ception@clinic.example"), "EMAIL_FORM"),
        (json!("a@b@clinic.example"), "EMAIL_FORM"),
        (json!("a@clinic.example\r\nBcc: b@clinic.example"), "EMAIL_FORM"),
        (json!("受付@clinic.example"), "EMAIL_FORM"),
        (json!(""), "EMAIL_FORM"),
        (json!(format!("{}@clinic.example", "a".repeat(250))), "TOO_LONG"),
        (json!(5), "WRONG_TYPE"),
        (json!(null), "WRONG_TYPE"),
    ] {
        for path in ["/v1/registrations", "/v1/password-resets"] {
            let reply = app.anonymous().post(path, &json!({ "email": email })).await;
            reply.assert_faults(&[("/email", fault)]);
        }
    }
    let english = app.anonymous_in_english();
    let reply = english.post("/v1/registrations", &json!({ "email": "a..b@carrier.example" })).await;
    assert_eq!(reply.header("content-language"), "en");
    assert_eq!(app.rows("links").count(), 0);
    assert_eq!(app.rows("outbox").count(), 0);
}

#[apply(on_both_databases)]
async fn the_usual_spellings_of_kana_names_postal_codes_and_phone_numbers_are_accepted() {
    let app = TestApp::start().await;
    let token = app.registration_token("a@clinic.example").await;
    let facility = app.unused_facility("MEDICAL").await;
    let digits = facility["postal_code"].as_str().unwrap().replace('-', "");
    for (postal_code, phone, kana) in [
        (digits.clone(), "0300001234", "かくう"),
        (format!("〒{}", facility["postal_code"].as_str().unwrap()), "+81 3 0000 1234", "ｶｸｳ"),
        (format!(" {digits} "), "０３（００００）１２３４", "カクウ"),
    ] {
        let mut form = forms::account(&token, &facility);
        form["facility"]["postal_code"] = json!(postal_code);
        form["facility"]["phone"] = json!(phone);
        form["facility"]["name_kana"] = json!(kana);
        let preview = app.anonymous().post("/v1/accounts/preview", &form).await.assert_status(200);
        let shown = &preview.body["facility"];
        assert_eq!(shown["postal_code"], facility["postal_code"]);
        assert_eq!((&shown["phone"], &shown["name_kana"]), (&json!("0300001234"), &json!("カクウ")));
    }
}

#[apply(on_both_databases)]
async fn the_confirmation_screens_warn_if_the_name_does_not_fit_the_kind_of_founder() {
    let app = TestApp::start().await;
    let facility = app.unused_facility("MEDICAL").await;
    let clinic = app.clinic().await;
    let mut registration = forms::account(&app.registration_token("a@clinic.example").await, &facility);
    let mut succession = forms::succession(&app.unused_facility("MEDICAL").await);
    for (kind, name, code) in [
        ("CORPORATION", "架空 太郎", Some("CORPORATION_NAME_EXPECTED")),
        ("CORPORATION", "学長 架空 太郎", Some("CORPORATION_NAME_EXPECTED")),
        ("CORPORATION", "医療法人架空会 理事長 架空花子", Some("CORPORATION_NAME_EXPECTED")),
        ("CORPORATION", "医療法人社団院長会", None),
        ("CORPORATION", "架空市", None),
        ("INDIVIDUAL", "医療法人架空会", Some("PERSON_NAME_EXPECTED")),
        ("INDIVIDUAL", "架空 太郎", None),
    ] {
        let founder = json!({ "kind": kind, "name": name });
        registration["founder"] = founder.clone();
        succession["successor_founder"] = founder;
        let previews = [
            (app.anonymous().post("/v1/accounts/preview", &registration).await, "/founder/name"),
            (clinic.post("/v1/successions/preview", &succession).await, "/successor_founder/name"),
        ];
        for (preview, pointer) in previews {
            let preview = preview.assert_status(200);
            let warnings = preview.body["warnings"].as_array().unwrap();
            let found: Vec<_> = warnings.iter().map(|found| (&found["code"], &found["pointer"])).collect();
            let expected = code.map(|code| (json!(code), json!(pointer)));
            assert_eq!(
                found,
                expected.iter().map(|(code, pointer)| (code, pointer)).collect::<Vec<_>>(),
                "{name}"
            );
            for warning in warnings {
                assert!(warning["detail_ja"].as_str().unwrap().contains("開設者が"), "{warning}");
                assert!(warning["detail_en"].as_str().unwrap().starts_with("The founder is a"), "{warning}");
            }
        }
    }
    registration["founder"] = json!({ "kind": "CORPORATION", "name": "架空 太郎" });
    app.anonymous().post("/v1/accounts", &registration).await.assert_status(201);
}

#[apply(on_sqlite)]
async fn every_mailed_link_leads_to_the_page_that_the_settings_name() {
    let portal = ("TODOKEDE_PORTAL_URL", "https://portal.example.jp/base/");
    let own = [
        portal,
        ("TODOKEDE_PORTAL_LOGIN_PATH", "/ja/auth/login"),
        ("TODOKEDE_PORTAL_RECOVERY_PATH", "/ja/forgotten"),
        ("TODOKEDE_PORTAL_REGISTRATION_PATH", "/ja/new"),
        ("TODOKEDE_PORTAL_PASSWORD_RESET_PATH", "/ja/reset/"),
        ("TODOKEDE_PORTAL_EMAIL_CHANGE_PATH", "/ja/mail"),
    ];
    let own_paths = ["/ja/auth/login", "/ja/forgotten", "/ja/new", "/ja/reset/", "/ja/mail"];
    let defaults = ["/login", "/password-recovery", "/registration", "/password-reset", "/email-change"];
    for (settings, paths) in [(&own[..1], defaults), (&own[..], own_paths)] {
        let [login, recovery, registration, reset, change] =
            paths.map(|path| format!("https://portal.example.jp/base{path}"));
        let app = TestApp::start_with(settings).await;
        let clinic = app.clinic().await;
        let anonymous = app.anonymous();
        for email in [&clinic.email, "free@clinic.example"] {
            anonymous.post("/v1/registrations", &json!({ "email": email })).await.assert_status(202);
        }
        let email = json!({ "email": clinic.email });
        anonymous.post("/v1/password-resets", &email).await.assert_status(202);
        let email = json!({ "email": "new@clinic.example", "password": crate::support::PASSWORD });
        clinic.post("/v1/account/email-changes", &email).await.assert_status(202);
        let taken = app.mails(&clinic.email, "ADDRESS_TAKEN").await;
        for part in ["text", "html"] {
            let text = taken[0][part].as_str().unwrap();
            assert!(text.contains(&login) && text.contains(&recovery) && login != recovery, "{text}");
        }
        for (to, kind, page) in [
            ("free@clinic.example", "PROVISIONAL_REGISTRATION", registration),
            (clinic.email.as_str(), "PASSWORD_RESET", reset),
            ("new@clinic.example", "EMAIL_CHANGE_CONFIRMATION", change),
        ] {
            let link = app.mails(to, kind).await[0]["link"].as_str().unwrap().to_owned();
            assert!(link.starts_with(&format!("{page}#token=")), "{link}");
        }
    }
}
