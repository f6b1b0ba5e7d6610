//! A facility with an account, logged in.

use std::ops::Deref;

use serde_json::{Value, json};

use super::{Client, TestApp, forms};

/// The password that actors use.
pub const PASSWORD: &str = "雨の日は縁側で祖母と将棋を指した";

/// A facility with an account. Its requests are those of a [`Client`] that is logged in.
pub struct Actor {
    pub client: Client,
    pub email: String,
    pub facility_code: String,
    pub refresh_token: String,
}

impl Deref for Actor {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Actor {
    /// Registers a facility of the list with the link from its mail, and logs in.
    pub async fn register(app: &TestApp, facility: &Value) -> Self {
        let facility_code = facility["facility_code"].as_str().unwrap().to_owned();
        let email = format!("reception-{facility_code}@clinic.example");
        let token = app.registration_token(&email).await;
        app.anonymous().post("/v1/accounts", &forms::account(&token, facility)).await.is(201);
        Self::log_in(app, &email, PASSWORD, facility_code).await
    }

    /// Logs in to an account that exists.
    pub async fn log_in(app: &TestApp, email: &str, password: &str, facility_code: String) -> Self {
        let login = json!({ "email": email, "password": password });
        let reply = app.anonymous().post("/v1/sessions", &login).await.is(201);
        Self {
            client: app.anonymous().with_token(reply.body["access_token"].as_str().unwrap()),
            email: email.to_owned(),
            facility_code,
            refresh_token: reply.body["refresh_token"].as_str().unwrap().to_owned(),
        }
    }

    /// Logs in once more, for example after the access token's ten minutes.
    pub async fn again(&self, app: &TestApp) -> Self {
        Self::log_in(app, &self.email, PASSWORD, self.facility_code.clone()).await
    }

    /// Stores an attachment and gives its id.
    pub async fn attach(&self, content: &[u8]) -> String {
        let announced = self.post("/v1/uploads", &forms::upload(content)).await.is(201);
        let id = announced.body["id"].as_str().unwrap().to_owned();
        forms::send_content(self, &id, content).await.is(200);
        id
    }
}
