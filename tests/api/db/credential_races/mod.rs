//! Races of the operations that change or use a password, a session, a mailed link or the address of one account.
//!
//! Every operation races with every other and with itself, in both orders. Each request has passed its checks outside the
//! transaction before either of them gets the account's lock. Afterwards, everything must be as if the second request had
//! been sent after the answer to the first. [`Credentials`] is the model that says what that is. The model itself is
//! tested by sending the requests one after the other.
//!
//! A request for a reset has no effect before its job runs, so the job races.

use futures_util::future::join;
use reqwest::Method;
use serde_json::json;
use todokede::db::engine::locks::Lock;
use todokede::domain::values::ids::AccountId;

mod model;

use self::Operation::*;
use self::model::{Credentials, NEW_PASSWORDS};
use crate::support::{Client, ConcurrentTransaction, FacilityClient, PASSWORD, Reply, TestApp, send};

/// An account whose credentials are those of [`Credentials::FIRST`].
struct Account<'a> {
    app: &'a TestApp,
    id: AccountId,
    clinic: FacilityClient,
    other_device: FacilityClient,
    /// The path of the session of the other device.
    other_session: String,
    reset_token: String,
    email_token: String,
}

impl<'a> Account<'a> {
    async fn register(app: &'a TestApp) -> Self {
        let clinic = app.clinic().await;
        let account = clinic.get("/v1/account").await.assert_status(200);
        let other_device = clinic.log_in_again(app).await;
        let sessions = other_device.get("/v1/sessions").await.assert_status(200);
        let other_session = format!("/v1/sessions/{}", sessions.body["items"][0]["id"].as_str().unwrap());
        let reset = json!({ "email": clinic.email });
        app.anonymous().post("/v1/password-resets", &reset).await.assert_status(202);
        let new_address = format!("first-{}", clinic.email);
        let change = json!({ "email": new_address, "password": PASSWORD });
        clinic.post("/v1/account/email-changes", &change).await.assert_status(202);
        Self {
            app,
            id: AccountId::parse(account.body["id"].as_str().unwrap()).unwrap(),
            reset_token: app.token(&clinic.email, "PASSWORD_RESET").await,
            email_token: app.token(&new_address, "EMAIL_CHANGE_CONFIRMATION").await,
            clinic,
            other_device,
            other_session,
        }
    }

    /// The address of the first link that changes the address, and of those that the requests cause.
    fn new_address(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.clinic.email)
    }

    async fn send(&self, operation: Operation, side: usize) -> Reply {
        let anonymous = self.app.anonymous();
        let new_password = NEW_PASSWORDS[side];
        match operation {
            LogIn => self.log_in(&self.clinic.email, PASSWORD).await,
            Refresh => {
                let form = json!({ "refresh_token": self.clinic.refresh_token });
                anonymous.post("/v1/sessions/refresh", &form).await
            }
            LogOut => self.clinic.delete("/v1/sessions/current").await,
            LogOutEverywhere => self.clinic.delete("/v1/sessions").await,
            EndSession => self.clinic.delete(&self.other_session).await,
            ConfirmPassword => {
                let path = "/v1/sessions/current/authentication";
                send(self.clinic.request(Method::PUT, path).json(&json!({ "password": PASSWORD }))).await
            }
            ChangeAccount => {
                let form = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
                self.clinic.patch("/v1/account", &form, "*").await
            }
            ChangePassword => {
                let form = json!({ "current_password": PASSWORD, "new_password": new_password });
                send(self.clinic.request(Method::PUT, "/v1/account/password").json(&form)).await
            }
            RequestReset => {
                anonymous.post("/v1/password-resets", &json!({ "email": self.clinic.email })).await
            }
            CompleteReset => {
                let form = json!({ "token": self.reset_token, "password": new_password });
                anonymous.post("/v1/password-resets/completion", &form).await
            }
            RequestEmailChange => {
                let email = self.new_address(&side.to_string());
                let form = json!({ "email": email, "password": PASSWORD });
                self.clinic.post("/v1/account/email-changes", &form).await
            }
            CompleteEmailChange => {
                let form = json!({ "token": self.email_token });
                self.clinic.post("/v1/account/email-changes/completion", &form).await
            }
        }
    }

    async fn log_in(&self, email: &str, password: &str) -> Reply {
        let form = json!({ "email": email, "password": password });
        self.app.anonymous().post("/v1/sessions", &form).await
    }

    /// Sends both requests so that each has passed its checks outside the transaction before either gets the lock.
    async fn race(&self, [first, second]: [Operation; 2]) -> [Reply; 2] {
        let mut transaction = ConcurrentTransaction::begin(self.app);
        transaction.take_locks(&[Lock::Account(self.id)]);
        let rest = async {
            transaction.wait_until_queued(self.app, 1).await;
            let release = async {
                transaction.wait_until_queued(self.app, 2).await;
                transaction.commit();
            };
            join(self.send(second, 1), release).await.0
        };
        let (one, other) = join(self.send(first, 0), rest).await;
        [one, other]
    }

    /// Asserts that exactly those credentials are valid that the model says.
    async fn assert_credentials(
        &self,
        operations: [Operation; 2],
        expected: &Credentials,
        replies: &[Reply; 2],
    ) {
        let case = &format!("{operations:?}");
        for (client, is_open) in [&self.clinic, &self.other_device].into_iter().zip(expected.sessions) {
            assert_open(client, is_open, case).await;
        }
        if operations == [Refresh, Refresh] {
            let [one, other] = replies.each_ref().map(|reply| &reply.body["refresh_token"]);
            assert_eq!(one, other, "{case}: the successors");
        }
        for (side, (operation, reply)) in operations.iter().zip(replies).enumerate() {
            let is_open = match operation {
                Refresh => expected.sessions[0],
                _ => expected.opened[side],
            };
            if let Some(token) = reply.body["access_token"].as_str() {
                assert_open(&self.app.anonymous().with_token(token), is_open, case).await;
            }
        }
        let links = |purpose: &str, email: &str| {
            let links = self.app.rows("links").with("purpose", purpose).with("email_key", email);
            links.with_null("used_at").count()
        };
        assert_eq!(links("PASSWORD_RESET", &self.clinic.email), expected.reset_links, "{case}: reset links");
        let email_links = ["first", "0", "1"].map(|prefix| links("EMAIL_CHANGE", &self.new_address(prefix)));
        let [one, other] = expected.requested_email_links;
        assert_eq!(
            email_links,
            [expected.email_link, one, other].map(i64::from),
            "{case}: links to addresses"
        );

        let (first, new) = (self.clinic.email.clone(), self.new_address("first"));
        let (email, other) = if expected.has_first_address { (first, new) } else { (new, first) };
        assert_eq!(self.log_in(&email, expected.password).await.status, 201, "{case}: the password");
        if expected.password != PASSWORD {
            assert_eq!(self.log_in(&email, PASSWORD).await.status, 401, "{case}: the former password");
        }
        assert_eq!(self.log_in(&other, expected.password).await.status, 401, "{case}: {other}");
    }
}

async fn assert_open(client: &Client, is_open: bool, case: &str) {
    let status = client.get("/v1/account").await.status;
    assert_eq!(status, if is_open { 200 } else { 401 }, "{case}: a session");
}

/// Sends an operation and then every operation, in all pairs that begin with `first`, and compares with the model.
async fn assert_pairs_with(first: Operation, are_simultaneous: bool) {
    let limits = [
        "MAILS_PER_CLIENT",
        "EMAIL_CHANGES_PER_ACCOUNT",
        "FAILED_LOGINS_PER_CLIENT",
        "WRONG_PASSWORDS_PER_SESSION",
        "WRONG_TOKENS_PER_CLIENT",
    ];
    let names = limits.map(|name| format!("TODOKEDE_LIMIT_{name}"));
    let app = TestApp::start_with(&names.each_ref().map(|name| (name.as_str(), "1000000/60"))).await;
    for &second in OPERATIONS {
        let account = Account::register(&app).await;
        let mut expected = Credentials::FIRST;
        let statuses = [expected.apply(first, 0), expected.apply(second, 1)];
        let replies = if are_simultaneous {
            account.race([first, second]).await
        } else {
            let reply = account.send(first, 0).await;
            app.deliver_mails().await;
            [reply, account.send(second, 1).await]
        };
        app.deliver_mails().await;
        let received = replies.each_ref().map(|reply| reply.status);
        assert_eq!(received, statuses, "{first:?}, {second:?}: {} {}", replies[0].text, replies[1].text);
        account.assert_credentials([first, second], &expected, &replies).await;
    }
}

macro_rules! race_with_every_operation {
    ($($operation:ident as $name:ident;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Operation {
            $($operation),*
        }

        const OPERATIONS: &[Operation] = &[$($operation),*];

        mod one_after_the_other {
            use super::*;
            $(
                #[apply(on_sqlite)]
                async fn $name() {
                    assert_pairs_with($operation, false).await;
                }
            )*
        }
        mod at_once {
            use super::*;
            $(
                #[apply(on_postgres)]
                async fn $name() {
                    assert_pairs_with($operation, true).await;
                }
            )*
        }
    };
}

race_with_every_operation! {
    LogIn as a_login;
    Refresh as a_refresh;
    LogOut as a_logout;
    LogOutEverywhere as a_logout_everywhere;
    EndSession as the_end_of_another_session;
    ConfirmPassword as a_confirmation_of_the_password;
    ChangeAccount as a_change_of_the_account;
    ChangePassword as a_change_of_password;
    RequestReset as a_request_for_a_reset;
    CompleteReset as the_completion_of_a_reset;
    RequestEmailChange as a_request_for_another_address;
    CompleteEmailChange as the_completion_of_a_change_of_address;
}
