//! Access tokens are JWTs signed with a published key. A token with any invalid part is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, send};

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The header, the claims and the signature of a token.
fn parts(token: &str) -> (Value, Value, String) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    (decode(parts[0]), decode(parts[1]), parts[2].to_owned())
}

fn sign(key: &SigningKey, head: &Value, claims: &Value) -> String {
    let signed = format!("{}.{}", encode(head), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes());
    format!("{signed}.{signature}")
}

/// The service's signing key, read from its folder.
fn service_key(app: &TestApp) -> SigningKey {
    let pem = std::fs::read_to_string(app.folder().join("signing-key.pem")).unwrap();
    SigningKey::from_pkcs8_pem(&pem).unwrap()
}

#[apply(on_both_databases)]
async fn a_token_can_be_verified_with_the_published_keys_alone() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let set = app.anonymous().get("/.well-known/jwks.json").await.assert_status(200);
    let (head, claims, signature) = parts(clinic.token());
    let keys = set.body["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == head["kid"]).unwrap();
    assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
    assert_eq!(key.get("d"), None, "the private key is published");
    let x: [u8; 32] = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap().try_into().unwrap();
    let public = VerifyingKey::from_bytes(&x).unwrap();
    let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).unwrap().try_into().unwrap();
    let signature = Signature::from_bytes(&signature);
    let (signed, _) = clinic.token().rsplit_once('.').unwrap();
    public.verify_strict(signed.as_bytes(), &signature).unwrap();
    assert!(public.verify_strict(format!("{signed}x").as_bytes(), &signature).is_err());

    assert_eq!((&head["typ"], &head["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
    assert_eq!(claims["iss"], "http://todokede.test");
    assert_eq!(claims["aud"], "http://todokede.test");
    assert_eq!(claims["scope"], "facility");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert_eq!(claims["sub"], clinic.get("/v1/account").await.body["id"]);
    assert!(!claims.to_string().contains(&clinic.email));
}

#[apply(on_both_databases)]
async fn tokens_that_are_altered_forged_or_of_another_kind_are_refused() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let neighbour = app.clinic().await;
    let (head, claims, signature) = parts(clinic.token());
    let own = service_key(&app);
    let foreign = SigningKey::from_bytes(&[7; 32]);
    clinic.with_token(&sign(&own, &head, &claims)).get("/v1/account").await.assert_status(200);

    let with = |original: &Value, name: &str, value: Value| {
        let mut changed = original.clone();
        changed[name] = value;
        changed
    };
    let without = |original: &Value, name: &str| {
        let mut changed = original.clone();
        changed.as_object_mut().unwrap().remove(name);
        changed
    };
    let unsigned = with(&head, "alg", json!("none"));
    let stolen = with(&claims, "sub", parts(neighbour.token()).1["sub"].clone());
    let mut forged = vec![
        format!("{}.{}.{signature}", encode(&head), encode(&stolen)),
        format!("{}.{}.", encode(&unsigned), encode(&claims)),
        format!("{}.{}.{signature}", encode(&unsigned), encode(&claims)),
        format!("{}.{}", encode(&head), encode(&claims)),
        sign(&foreign, &head, &claims),
        clinic.refresh_token.clone(),
        "x".to_owned(),
        "x".repeat(5_000),
    ];
    for head in [
        with(&head, "typ", json!("JWT")),
        without(&head, "typ"),
        with(&head, "alg", json!("HS256")),
        with(&head, "kid", json!("another")),
        without(&head, "kid"),
        with(&head, "crit", json!(["exp"])),
        with(&head, "b64", json!(false)),
        with(&head, "jku", json!("https://elsewhere.example/keys")),
    ] {
        forged.push(sign(&own, &head, &claims));
    }
    for claims in [
        with(&claims, "iss", json!("https://elsewhere.example")),
        with(&claims, "aud", json!("https://elsewhere.example")),
        with(&claims, "scope", json!("staff")),
        with(&claims, "sub", json!("1")),
        with(&claims, "sid", json!("1")),
        with(&claims, "nbf", json!(4_000_000_000_u64)),
        with(&claims, "cnf", json!({ "jkt": "x" })),
        without(&claims, "exp"),
        without(&claims, "aud"),
    ] {
        forged.push(sign(&own, &head, &claims));
    }
    for token in forged {
        let reply = clinic.with_token(&token).get("/v1/account").await;
        reply.assert_problem(401, "TOKEN_INVALID");
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"", "{token}");
    }
}

#[apply(on_both_databases)]
async fn a_signed_token_with_a_session_of_another_account_is_refused() {
    let app = TestApp::start().await;
    let (clinic, neighbour) = (app.clinic().await, app.clinic().await);
    let (head, mut claims, _) = parts(clinic.token());
    claims["sid"] = parts(neighbour.token()).1["sid"].clone();
    let crossed = clinic.with_token(&sign(&service_key(&app), &head, &claims));
    crossed.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
    claims["sid"] = json!("ses_00000000000000000000000000");
    let unknown = clinic.with_token(&sign(&service_key(&app), &head, &claims));
    unknown.get("/v1/account").await.assert_problem(401, "SESSION_ENDED");
}

#[apply(on_both_databases)]
async fn requests_without_a_bearer_token_get_a_www_authenticate_header() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let reply = app.anonymous().get("/v1/account").await;
    reply.assert_problem(401, "TOKEN_MISSING");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    for header in ["Basic YTpi", "Bearer", "Bearer ", clinic.token(), "Token x"] {
        let request = app.anonymous().request(Method::GET, "/v1/account").header("Authorization", header);
        let reply = send(request).await;
        reply.assert_problem(401, "TOKEN_INVALID");
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
    for scheme in ["bearer", "BEARER"] {
        let header = format!("{scheme} {}", clinic.token());
        let request = app.anonymous().request(Method::GET, "/v1/account").header("Authorization", header);
        send(request).await.assert_status(200);
    }
}
