//! The lines of attachments, declarations and successions.

use serde_json::{Value, json};
use todokede::domain::audit::AuditAction::*;

use super::{AuditFixture, AuditLine};
use crate::support::production::eventually;
use crate::support::scanner::infected_pdf;
use crate::support::{FacilityClient, facility_list, forms};

impl AuditFixture {
    pub(super) async fn attach_file(&mut self, clinic: &FacilityClient, own: &str) {
        let form = forms::upload(&forms::pdf());
        let line = (UploadAnnounced, own, "upl_%");
        let announced = self.send(clinic, ("announceUpload", ""), form, &[line]).await.assert_status(201);
        let id = announced.body["id"].as_str().unwrap();
        let line = (UploadReceived, own, id);
        self.send(clinic, ("storeUploadContent", id), Value::Null, &[line]).await.assert_status(200);
        // Sending the same content again changes nothing.
        self.send(clinic, ("storeUploadContent", id), Value::Null, &[]).await.assert_status(200);
        let unused = clinic.attach(&forms::pdf()).await;
        let line = (UploadDeleted, own, unused.as_str());
        self.send(clinic, ("deleteUpload", &unused), json!({}), &[line]).await.assert_status(204);
        let infected = clinic.attach(&infected_pdf()).await;
        for line in [(UploadStored, "system", id), (UploadRefused, "system", &infected)] {
            eventually("the result of a scan", || async { self.count_lines(line) == 1 }).await;
        }
    }

    pub(super) async fn file_declaration(&mut self, clinic: &FacilityClient, own: &str) {
        let line = (DeclarationFiled, own, "dcl_%");
        let filed =
            self.send(clinic, ("fileDeclaration", ""), forms::no_network(), &[line]).await.assert_status(201);
        let id = filed.body["id"].as_str().unwrap();
        let line = (DeclarationRevised, own, id);
        self.send(clinic, ("reviseDeclaration", id), forms::no_network(), &[line]).await.assert_status(200);
        let line = (DeclarationWithdrawn, own, id);
        self.send(clinic, ("withdrawDeclaration", id), json!({}), &[line]).await.assert_status(200);
    }

    pub(super) async fn file_succession(&mut self, clinic: &FacilityClient, own: &str) {
        let form = forms::succession(&facility_list::unlisted(1, 1));
        let line = (SuccessionFiled, own, "suc_%");
        let filed = self.send(clinic, ("fileSuccession", ""), form.clone(), &[line]).await.assert_status(201);
        let id = filed.body["id"].as_str().unwrap();
        let line = (SuccessionRevised, own, id);
        self.send(clinic, ("reviseSuccession", id), form, &[line]).await.assert_status(200);
        let line = (SuccessionWithdrawn, own, id);
        self.send(clinic, ("withdrawSuccession", id), json!({}), &[line]).await.assert_status(200);
        let form = forms::succession(&self.app.unused_facility("MEDICAL").await);
        // This succession is accepted at once, so the account is also the actor of the acceptance.
        let lines = [(SuccessionFiled, own, "suc_%"), (SuccessionAccepted, own, "suc_%")];
        self.send(clinic, ("fileSuccession", ""), form, &lines).await.assert_status(201);
    }

    /// Files two successions to unlisted facilities. Then imports one successor as stated, and the other with another
    /// postal code. Returns the clinic whose succession was returned.
    pub(super) async fn import_successors(&mut self) -> FacilityClient {
        let (expected, mut moved) = (facility_list::unlisted(1, 2), facility_list::unlisted(1, 3));
        let clinics = [self.app.clinic().await, self.app.clinic().await];
        for (clinic, successor) in clinics.iter().zip([&expected, &moved]) {
            clinic.file("/v1/successions", &forms::succession(successor)).await.assert_status(201);
        }
        moved["postal_code"] = json!("100-0001");
        let by_import = [
            (SuccessionAccepted, "import", "suc_%"),
            (SuccessionReturned, "import", "suc_%"),
            (FacilitiesImported, "import", "facilities"),
        ];
        let before = by_import.map(|line| self.count_lines(line));
        self.app.import(facility_list::csv(&[&expected, &moved]), false).await;
        assert_eq!(by_import.map(|line| self.count_lines(line)), before.map(|lines| lines + 1));
        clinics.into_iter().next_back().unwrap()
    }

    /// Files another succession after the due date of the returned one.
    pub(super) async fn file_after_a_lapse(&mut self, clinic: FacilityClient) {
        self.app.set_clock("2023-03-06T09:00:00+09:00");
        let clinic = clinic.log_in_again(&self.app).await;
        let form = forms::succession(&facility_list::unlisted(1, 5));
        let lines = [SuccessionLapsed, SuccessionFiled].map(|action| (action, "acc_%", "suc_%"));
        self.send(&clinic, ("fileSuccession", ""), form, &lines).await.assert_status(201);
    }

    fn count_lines(&self, (action, actor, subject): AuditLine<'_>) -> i64 {
        self.app
            .rows("audit_log")
            .with("action", action)
            .with("actor", actor)
            .like("subject", subject)
            .count()
    }
}
