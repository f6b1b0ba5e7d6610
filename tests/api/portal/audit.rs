//! The audit log: each operation that writes adds lines with the actor, the action, the subject and the client.

mod filings;

use std::collections::BTreeSet;

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};
use todokede::domain::audit::AuditAction::{self, *};

use crate::support::contract::operations;
use crate::support::scanner::{StandInScanner, address_in};
use crate::support::{Client, FacilityClient, PASSWORD, Reply, TestApp, facility_list, forms, send};

/// A valid password that differs from `PASSWORD`.
const OTHER_PASSWORD: &str = "雪の朝に隣の犬と川岸まで歩いた";
/// The address of the client.
const CLIENT: &str = "203.0.113.9";

/// The action, the actor and the subject of a line. The last two are patterns of SQL's `LIKE`.
type AuditLine<'a> = (AuditAction, &'a str, &'a str);

/// A service, and the ids of the operations that the test has sent.
struct AuditFixture {
    app: TestApp,
    sent_operations: BTreeSet<String>,
}

impl AuditFixture {
    /// Sends an operation with this id in its path, as if a load balancer forwarded it. Asserts that it adds exactly
    /// these lines to the audit log. If the form is null, the request sends a PDF.
    async fn send(
        &mut self,
        caller: &Client,
        (operation, id): (&str, &str),
        form: Value,
        lines: &[AuditLine<'_>],
    ) -> Reply {
        let described = operations().into_iter().find(|candidate| candidate.id() == operation).unwrap();
        let request_id = uuid::Uuid::new_v4().to_string();
        let request = caller
            .request(described.method.clone(), &described.path.replace("{id}", id))
            .header("X-Request-Id", &request_id)
            .header("X-Forwarded-For", CLIENT)
            .header("Idempotency-Key", &request_id)
            .header("If-Match", "*");
        let content = forms::pdf();
        let request = if form.is_null() {
            request
                .header("Content-Type", "application/pdf")
                .header("Content-Digest", forms::digest(&content))
                .body(content)
        } else {
            request.json(&form)
        };
        let reply = send(request).await;
        // A request for a mailed link is logged when it is answered.
        self.app.deliver_mails().await;
        let written = self.app.rows("audit_log").with("request_id", &request_id);
        assert_eq!(written.count(), i64::try_from(lines.len()).unwrap(), "{operation}: {}", reply.text);
        for (action, actor, subject) in lines {
            let exact = written.clone().with("action", action).like("actor", actor).like("subject", subject);
            assert_eq!(exact.with("client", CLIENT).count(), 1, "{operation}: {action} {actor} {subject}");
        }
        assert_eq!(written.after("at", self.app.now()).count(), 0, "{operation}");
        self.sent_operations.insert(operation.to_owned());
        reply
    }

    async fn register(&mut self) {
        let anonymous = self.app.anonymous();
        let form = json!({ "email": "a@clinic.example" });
        let operation = ("requestRegistration", "");
        let line = (RegistrationRequested, "stranger", "lnk_%");
        self.send(&anonymous, operation, form.clone(), &[line]).await.assert_status(202);
        let token = self.app.token("a@clinic.example", "PROVISIONAL_REGISTRATION").await;
        self.send(&anonymous, ("confirmRegistration", ""), json!({ "token": token }), &[])
            .await
            .assert_status(200);
        let account = forms::account(&token, &self.app.unused_facility("MEDICAL").await);
        let line = (AccountCreated, "acc_%", "acc_%");
        let created = self.send(&anonymous, ("createAccount", ""), account, &[line]).await.assert_status(201);
        let own = created.body["id"].as_str().unwrap();
        let line = (RegistrationRequestedForTakenAddress, "stranger", own);
        self.send(&anonymous, operation, form, &[line]).await.assert_status(202);
    }

    async fn log_in_and_out(&mut self, clinic: &FacilityClient, own: &str) {
        let anonymous = self.app.anonymous();
        let login = json!({ "email": clinic.email, "password": PASSWORD });
        let line = (SessionOpened, own, "ses_%");
        let opened = self.send(&anonymous, ("logIn", ""), login, &[line]).await.assert_status(201);
        let session = opened.header("location").rsplit('/').next().unwrap();
        let refresh = json!({ "refresh_token": opened.body["refresh_token"] });
        let line = (SessionRefreshed, own, session);
        self.send(&anonymous, ("refreshSession", ""), refresh.clone(), &[line]).await.assert_status(201);
        let line = (SessionRefreshRepeated, own, session);
        self.send(&anonymous, ("refreshSession", ""), refresh.clone(), &[line]).await.assert_status(201);
        self.app.advance(Duration::seconds(31));
        let lines = [
            (SessionRevokedAfterTokenReuse, own, session),
            (TokenRefused, "stranger", "REFRESH_TOKEN_INVALID"),
        ];
        self.send(&anonymous, ("refreshSession", ""), refresh, &lines).await.assert_status(401);

        let other_session = clinic.log_in_again(&self.app).await;
        let page = other_session.get("/v1/sessions").await.assert_status(200);
        let session = page.body["items"][0]["id"].as_str().unwrap();
        let line = (SessionEnded, own, session);
        self.send(clinic, ("endSession", session), json!({}), &[line]).await.assert_status(204);
        // A session that has already ended is not ended again.
        self.send(clinic, ("endSession", session), json!({}), &[]).await.assert_status(204);
        let logging_out = clinic.log_in_again(&self.app).await;
        let line = (SessionEnded, own, "ses_%");
        self.send(&logging_out, ("logOut", ""), json!({}), &[line]).await.assert_status(204);
        let logging_out = clinic.log_in_again(&self.app).await;
        let line = (AllSessionsEnded, own, own);
        self.send(&logging_out, ("logOutEverywhere", ""), json!({}), &[line]).await.assert_status(204);
    }

    /// Sends wrong passwords and tokens.
    async fn be_refused(&mut self, clinic: &FacilityClient, own: &str) {
        let anonymous = self.app.anonymous();
        let login = json!({ "email": clinic.email, "password": "guess" });
        let pseudonym = "_".repeat(32);
        let line = (LoginRefused, "stranger", pseudonym.as_str());
        self.send(&anonymous, ("logIn", ""), login, &[line]).await.assert_status(401);
        let change = json!({ "current_password": "guess", "new_password": OTHER_PASSWORD });
        let line = (PasswordCheckFailed, own, pseudonym.as_str());
        self.send(clinic, ("changePassword", ""), change, &[line]).await.assert_status(422);
        let token = json!({ "token": "guess" });
        let account = forms::account("guess", &self.app.unused_facility("MEDICAL").await);
        let reset = json!({ "token": "guess", "password": OTHER_PASSWORD });
        let unknown = (TokenRefused, "stranger", "LINK_UNKNOWN");
        for (operation, form) in [
            ("confirmRegistration", token.clone()),
            ("createAccount", account),
            ("completePasswordReset", reset),
        ] {
            self.send(&anonymous, (operation, ""), form, &[unknown]).await.assert_status(404);
        }
        let unknown = (TokenRefused, own, "LINK_UNKNOWN");
        self.send(clinic, ("completeEmailChange", ""), token, &[unknown]).await.assert_status(404);
    }

    /// A newcomer at the address of a facility that is no longer listed registers.
    async fn register_at_a_former_address(&mut self) {
        let old = self.app.unused_facility("MEDICAL").await;
        FacilityClient::register(&self.app, &old).await;
        let (mut newcomer, mut first_nine) = (old.clone(), old["facility_code"].as_str().unwrap().to_owned());
        first_nine.replace_range(3..10, "990004");
        newcomer["facility_code"] = json!(facility_list::code(&first_nine));
        newcomer["name"] = json!("架空あたらしい診療所");
        self.app.import(facility_list::csv(&[&newcomer]), true).await;
        let token = self.app.registration_token("newcomer@clinic.example").await;
        let lines = [AccountCreated, AccountMayNeedSuccession].map(|action| (action, "acc_%", "acc_%"));
        let form = forms::account(&token, &newcomer);
        self.send(&self.app.anonymous(), ("createAccount", ""), form, &lines).await.assert_status(201);
    }

    /// Sends more requests for an address than it may get mails.
    async fn exceed_budget_of_address(&self) {
        for _ in 0..6 {
            let form = json!({ "email": "victim@clinic.example" });
            self.app.anonymous().post("/v1/registrations", &form).await.assert_status(202);
        }
        assert_eq!(self.app.mails("victim@clinic.example", "PROVISIONAL_REGISTRATION").await.len(), 5);
        // The caller who asked is the actor, as of every refused request, although a job has refused it.
        let dropped = self.app.rows("audit_log").with("action", LinkRequestDropped);
        assert_eq!(dropped.count(), 1);
        let dropped = dropped.with("actor", "stranger").with("client", "127.0.0.1");
        assert_eq!(dropped.with("subject", self.app.pseudonym("victim@clinic.example")).count(), 1);
    }

    async fn change_account(&mut self, clinic: &FacilityClient, own: &str) {
        let change = json!({ "contact": { "name": "架空 三郎", "phone": "03-0000-9999" } });
        let line = (AccountChanged, own, own);
        self.send(clinic, ("changeAccount", ""), change, &[line]).await.assert_status(200);
        let line = (PasswordConfirmed, own, "ses_%");
        let password = json!({ "password": PASSWORD });
        self.send(clinic, ("confirmPassword", ""), password, &[line]).await.assert_status(200);
        let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
        let lines = [(PasswordChanged, own, own), (SessionOpened, own, "ses_%")];
        let changed = self.send(clinic, ("changePassword", ""), change, &lines).await.assert_status(200);
        let clinic = clinic.with_token(changed.body["access_token"].as_str().unwrap());
        let change = json!({ "email": "b@clinic.example", "password": OTHER_PASSWORD });
        let line = (EmailChangeRequested, own, own);
        self.send(&clinic, ("requestEmailChange", ""), change, &[line]).await.assert_status(202);
        let token = json!({ "token": self.app.token("b@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await });
        let line = (EmailChanged, own, own);
        self.send(&clinic, ("completeEmailChange", ""), token, &[line]).await.assert_status(200);
    }

    async fn reset_password(&mut self, own: &str) {
        let anonymous = self.app.anonymous();
        let operation = ("requestPasswordReset", "");
        let form = json!({ "email": "nobody@clinic.example" });
        let pseudonym = self.app.pseudonym("nobody@clinic.example");
        let line = (PasswordResetRequestedForUnknownAddress, "stranger", pseudonym.as_str());
        self.send(&anonymous, operation, form.clone(), &[line]).await.assert_status(202);
        // A refused login for the address has the same subject, so that an operator sees both together.
        let login = json!({ "email": "nobody@clinic.example", "password": "guess" });
        let line = (LoginRefused, "stranger", pseudonym.as_str());
        self.send(&anonymous, ("logIn", ""), login, &[line]).await.assert_status(401);
        let line = (PasswordResetRequested, "stranger", own);
        let form = json!({ "email": "b@clinic.example" });
        self.send(&anonymous, operation, form, &[line]).await.assert_status(202);
        let token = self.app.token("b@clinic.example", "PASSWORD_RESET").await;
        let form = json!({ "token": token, "password": PASSWORD });
        let line = (PasswordReset, own, own);
        self.send(&anonymous, ("completePasswordReset", ""), form, &[line]).await.assert_status(204);
    }

    async fn use_sandbox(&mut self) {
        let anonymous = self.app.anonymous();
        let line = (SandboxMailboxEmptied, "stranger", "mailbox");
        self.send(&anonymous, ("deleteMessages", ""), json!({}), &[line]).await.assert_status(204);
        let clock = json!({ "now": "2023-03-01T09:00:00+09:00" });
        let line = (SandboxClockMoved, "stranger", "clock");
        self.send(&anonymous, ("moveClock", ""), clock, &[line]).await.assert_status(200);
    }
}

#[apply(on_both_databases)]
async fn every_operation_that_writes_is_logged_and_every_action_occurs() {
    let budget = ("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "5/3600");
    let folder = tempfile::tempdir().unwrap();
    let _scanner = StandInScanner::start(folder.path());
    let (proxies, scanner) = (("TODOKEDE_TRUSTED_PROXIES", "127.0.0.1"), address_in(folder.path()));
    let app = TestApp::start_with(&[proxies, budget, ("TODOKEDE_SCANNER", &scanner)]).await;
    let mut fixture = AuditFixture { app, sent_operations: BTreeSet::new() };
    let clinic = fixture.app.clinic().await;
    let own = clinic.get("/v1/account").await.assert_status(200).body["id"].as_str().unwrap().to_owned();
    fixture.register().await;
    fixture.log_in_and_out(&clinic, &own).await;
    let clinic = clinic.log_in_again(&fixture.app).await;
    fixture.be_refused(&clinic, &own).await;
    fixture.attach_file(&clinic, &own).await;
    fixture.file_declaration(&clinic, &own).await;
    fixture.file_succession(&clinic, &own).await;
    fixture.change_account(&clinic, &own).await;
    fixture.reset_password(&own).await;
    let returned = fixture.import_successors().await;
    fixture.register_at_a_former_address().await;
    fixture.exceed_budget_of_address().await;
    fixture.use_sandbox().await;
    fixture.file_after_a_lapse(returned).await;

    let writes = operations()
        .into_iter()
        .filter(|operation| operation.method != Method::GET && !operation.path.ends_with("/preview"));
    let writes: BTreeSet<String> = writes.map(|operation| operation.id().to_owned()).collect();
    assert_eq!(fixture.sent_operations, writes);
    for action in AuditAction::ALL {
        let lines = fixture.app.rows("audit_log").with("action", action).count();
        // The doctor rolls back the line that it writes.
        assert_eq!(lines > 0, *action != DoctorTried, "{action}");
    }
}

#[apply(on_both_databases)]
async fn the_audit_log_contains_no_address_no_name_and_no_secret() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let change = json!({ "email": "b@clinic.example", "password": PASSWORD });
    clinic.post("/v1/account/email-changes", &change).await.assert_status(202);
    for secret in [&clinic.email, "clinic.example", "架空", PASSWORD, &clinic.refresh_token, clinic.token()]
    {
        let line = "actor || action || subject || coalesce(CAST(details AS text), '')";
        assert_eq!(app.rows("audit_log").containing(line, secret).count(), 0, "{secret}");
    }
    assert!(app.rows("audit_log").count() > 3);
}
