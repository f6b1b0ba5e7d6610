//! A registered facility that is logged in.

use std::ops::Deref;

use serde_json::{Value, json};

use super::{Client, TestApp, forms};

/// The password with which tests register facilities.
pub const PASSWORD: &str = "雨の日は縁側で祖母と将棋を指した";

/// A registered facility. It derefs to a [`Client`] that sends its access token.
pub struct FacilityClient {
    pub client: Client,
    pub email: String,
    pub facility_code: String,
    pub refresh_token: String,
    /// The token of the device that logged in first.
    pub device_token: String,
}

impl Deref for FacilityClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl FacilityClient {
    /// Registers a facility of the list with a mailed link, and logs in.
    pub async fn register(app: &TestApp, facility: &Value) -> Self {
        let facility_code = facility["facility_code"].as_str().unwrap().to_owned();
        let email = format!("reception-{facility_code}@clinic.example");
        let token = app.registration_token(&email).await;
        app.anonymous().post("/v1/accounts", &forms::account(&token, facility)).await.assert_status(201);
        Self::log_in(app, &email, PASSWORD, facility_code).await
    }

    /// Logs in to an existing account.
    pub async fn log_in(app: &TestApp, email: &str, password: &str, facility_code: String) -> Self {
        Self::log_in_with(app.anonymous(), &json!({ "email": email, "password": password }), facility_code)
            .await
    }

    /// Logs in with the body of a login.
    pub async fn log_in_with(anonymous: Client, login: &Value, facility_code: String) -> Self {
        let reply = anonymous.post("/v1/sessions", login).await.assert_status(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let is_new_device = reply.body["device_token"].is_string();
        let device = if is_new_device { &reply.body["device_token"] } else { &login["device_token"] };
        Self {
            client: anonymous.with_token(reply.body["access_token"].as_str().unwrap()),
            email: text(&login["email"]),
            facility_code,
            refresh_token: text(&reply.body["refresh_token"]),
            device_token: text(device),
        }
    }

    /// Opens another session of the same device, for example because the access token has expired (after ten minutes).
    pub async fn log_in_again(&self, app: &TestApp) -> Self {
        let login = json!({ "email": self.email, "password": PASSWORD, "device_token": self.device_token });
        Self::log_in_with(app.anonymous(), &login, self.facility_code.clone()).await
    }

    /// Stores an attachment and returns its id.
    pub async fn attach(&self, content: &[u8]) -> String {
        let announced = self.post("/v1/uploads", &forms::upload(content)).await.assert_status(201);
        let id = announced.body["id"].as_str().unwrap().to_owned();
        forms::send_content(self, &id, content).await.assert_status(200);
        id
    }
}
