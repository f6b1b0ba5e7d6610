//! Requests for every operation of the OpenAPI document, so that tests cover a new operation without a change.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use todokede::http::operation;
use uuid::Uuid;

use super::schema::resolved;
use super::{Client, FacilityClient, PASSWORD, Reply, TestApp, forms, send};

/// One operation of the document. References to shared responses and headers are resolved.
pub struct Operation {
    pub method: Method,
    pub path: String,
    pub spec: Value,
}

/// The public document, with the operations of the sandbox.
pub fn document() -> Value {
    serde_json::to_value(todokede::routes::documents::PUBLIC.describe(true)).unwrap()
}

/// Every operation of the document.
pub fn operations() -> Vec<Operation> {
    operations_of(&document())
}

/// Every operation of a document. Those that end sessions or move the clock come last, so that a test can send all of
/// them in one session.
pub fn operations_of(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, spec) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let mut spec = spec.clone();
            for response in spec["responses"].as_object_mut().unwrap().values_mut() {
                *response = resolved_response(document, response);
            }
            all.push(Operation { method, path: path.clone(), spec });
        }
    }
    all.sort_by_key(|operation| {
        let deletes_session =
            operation.method == Method::DELETE && operation.path.starts_with("/v1/sessions");
        (operation.id() == "moveClock", deletes_session || operation.id() == "changePassword")
    });
    assert!(all.len() > 30, "only {} operations were found", all.len());
    all
}

/// A response whose own reference and whose headers' references are resolved.
fn resolved_response(document: &Value, response: &Value) -> Value {
    let mut response = resolved(document, response).clone();
    for header in response["headers"].as_object_mut().unwrap().values_mut() {
        *header = resolved(document, header).clone();
    }
    response
}

impl Operation {
    pub fn id(&self) -> &str {
        self.spec["operationId"].as_str().unwrap()
    }

    /// The entry for this operation in the service's list of operations.
    pub fn listed(&self) -> &'static operation::Operation {
        let mut listed = todokede::routes::documents::PUBLIC.operations(true).into_iter();
        listed
            .find(|entry| entry.id == self.id())
            .unwrap_or_else(|| panic!("{} is not in the list of operations", self.id()))
    }

    pub fn is_secured(&self) -> bool {
        self.spec["security"] == json!([{ "bearer": [] }])
    }

    pub fn has_parameter(&self, name: &str) -> bool {
        self.parameters().any(|parameter| parameter["name"] == name)
    }

    pub fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.spec["parameters"].as_array().into_iter().flatten()
    }

    /// The example of the JSON body, if the operation takes one.
    pub fn example(&self) -> Option<&Value> {
        self.spec["requestBody"]["content"].get("application/json").map(|content| &content["example"])
    }

    /// The schema of the JSON body.
    pub fn schema(&self) -> &Value {
        &self.spec["requestBody"]["content"]["application/json"]["schema"]
    }
}

/// A valid facility code that is not in the list.
fn unlisted_code() -> String {
    let mut codes = (0..10).map(|check| format!("131999999{check}"));
    codes.find(|code| todokede::domain::values::facility_code::FacilityCode::parse(code).is_ok()).unwrap()
}

/// A service with an account that has a declaration, a succession and an upload.
pub struct ApiFixture {
    pub app: TestApp,
    pub clinic: FacilityClient,
    declaration: String,
    succession: String,
    upload: String,
}

impl ApiFixture {
    /// Starts the service with rate limits that no test reaches, and creates the account and its resources.
    pub async fn new() -> Self {
        let limits = [
            "MAILS_PER_ADDRESS",
            "MAILS_PER_CLIENT",
            "EMAIL_CHANGES_PER_ACCOUNT",
            "FAILED_LOGINS_PER_CLIENT",
            "WRONG_PASSWORDS_PER_SESSION",
            "WRONG_TOKENS_PER_CLIENT",
            "WRITES_PER_ACCOUNT",
        ];
        let names = limits.map(|name| format!("TODOKEDE_LIMIT_{name}"));
        let variables = names.each_ref().map(|name| (name.as_str(), "1000000/60"));
        let app = TestApp::start_with(&variables).await;
        let clinic = app.clinic().await;
        let declared = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
        let announced = clinic.post("/v1/uploads", &forms::upload(&forms::pdf())).await.assert_status(201);
        let mut form = forms::succession(&app.unused_facility("MEDICAL").await);
        form["successor"]["facility_code"] = json!(unlisted_code());
        let succeeded = clinic.file("/v1/successions", &form).await.assert_status(201);
        let id = |body: &Value| body["id"].as_str().unwrap().to_owned();
        Self {
            declaration: id(&declared.body),
            succession: id(&succeeded.body),
            upload: id(&announced.body),
            app,
            clinic,
        }
    }

    /// The operation's path with the ids of these resources.
    pub fn path(&self, operation: &Operation) -> String {
        let id = match operation.path.split('/').nth(2) {
            Some("declarations") => &self.declaration,
            Some("successions") => &self.succession,
            Some("uploads") => &self.upload,
            _ => "ses_0h2k4m6p8r0t2v4x6z8b0d2f4h",
        };
        operation.path.replace("{id}", id).replace("{round}", "2023")
    }

    /// Begins a request for the operation with every header that it may need.
    pub fn request(&self, operation: &Operation, client: &Client) -> RequestBuilder {
        let request = client.request(operation.method.clone(), &self.path(operation));
        with_headers(request).header("Idempotency-Key", Uuid::new_v4().to_string())
    }

    /// Sends a request with the operation's example, into which the account's password is put.
    pub async fn send(&self, operation: &Operation, client: &Client) -> Reply {
        send(with_body(operation, self.request(operation, client))).await
    }

    /// Sends a request with the operation's example and this `Idempotency-Key`, or none, in a session of its own, because
    /// some operations end their session.
    pub async fn send_with_key(&self, operation: &Operation, key: Option<&str>) -> Reply {
        let clinic = self.clinic.log_in_again(&self.app).await;
        let request = with_headers(clinic.request(operation.method.clone(), &self.path(operation)));
        let request = key.into_iter().fold(request, |request, key| request.header("Idempotency-Key", key));
        send(with_body(operation, request)).await
    }
}

fn with_headers(request: RequestBuilder) -> RequestBuilder {
    request
        .header("If-Match", "*")
        .header("Content-Digest", "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:")
}

fn with_body(operation: &Operation, request: RequestBuilder) -> RequestBuilder {
    let Some(mut body) = operation.example().cloned() else {
        return request.header("Content-Type", "application/octet-stream").body("x");
    };
    match operation.id() {
        "requestEmailChange" => body["password"] = json!(PASSWORD),
        "changePassword" => {
            // The password stays the same, so that the account can log in again.
            (body["current_password"], body["new_password"]) = (json!(PASSWORD), json!(PASSWORD));
        }
        _ => {}
    }
    request.json(&body)
}
