//! A declaration that may be incomplete. All its readable parts are checked against the rules of its round and
//! against stored data, so that one answer names all faults.

use chrono::NaiveDate;

use crate::db::engine::Conn;
use crate::db::store::filings::uploads;
use crate::domain::filings::declarations::DeclarationContent;
use crate::domain::filings::transitional_measures::{Edition, Statement};
use crate::domain::filings::uploads::UploadStatus;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::usecases::actor::Principal;

/// The parts of a declaration that could be read. Each entry of a list comes with its index in the form.
#[derive(Debug, Clone)]
pub struct DeclarationDraft {
    /// The round that the form names.
    pub round: String,
    /// The reason, if its category could be read.
    pub statement: Option<Statement>,
    /// The other codes that could be read.
    pub other_facility_codes: Vec<(usize, FacilityCode)>,
    /// The attachments whose ids could be read.
    pub attachment_ids: Vec<(usize, UploadId)>,
    /// The number of attachment ids in the form, including unreadable ones.
    pub attachments: usize,
    /// The filer's own reference.
    pub client_reference: Option<String>,
}

impl DeclarationDraft {
    /// The content of the declaration, if its reason could be read.
    pub(super) fn content(self) -> Option<DeclarationContent> {
        Some(DeclarationContent {
            statement: self.statement?,
            other_facility_codes: self.other_facility_codes.into_iter().map(|(_, code)| code).collect(),
            attachment_ids: self.attachment_ids.into_iter().map(|(_, id)| id).collect(),
            client_reference: self.client_reference,
        })
    }

    /// Notes a fault if a revision names another round. The round of a declaration cannot change.
    pub(super) fn check_round_unchanged(&self, round: &str, faults: &mut Faults) {
        if self.round != round {
            faults.add("/round", Fault::RoundFixed);
        }
    }
}

/// The data that a draft is checked against.
pub(super) struct Rules<'a> {
    /// The account that declares.
    pub principal: &'a Principal,
    /// The edition of the round that is in force; `None` if there is no such round.
    pub edition: Option<&'a Edition>,
    /// The present day in Japan.
    pub today: NaiveDate,
}

impl Rules<'_> {
    /// Notes every fault of a draft.
    pub(super) fn examine(
        &self,
        conn: &mut Conn,
        draft: &DeclarationDraft,
        faults: &mut Faults,
    ) -> Result<(), Error> {
        let own_code = self.principal.facility_code()?;
        match (self.edition, &draft.statement) {
            (None, _) => faults.add("/round", Fault::RoundUnknown),
            (Some(edition), Some(statement)) => {
                for (pointer, fault) in
                    edition.examine(statement, own_code.kind(), draft.attachments, self.today)
                {
                    faults.add(pointer, fault);
                }
            }
            (Some(_), None) => {}
        }
        examine_codes(own_code, &draft.other_facility_codes, faults);
        self.examine_attachments(conn, &draft.attachment_ids, faults)
    }

    fn examine_attachments(
        &self,
        conn: &mut Conn,
        attachments: &[(usize, UploadId)],
        faults: &mut Faults,
    ) -> Result<(), Error> {
        for (index, (place, id)) in attachments.iter().enumerate() {
            let repeated = attachments.iter().take(index).any(|(_, earlier)| earlier == id);
            let upload = uploads::find(conn, *id, self.principal.account.id)?;
            let fault = match upload.map(|upload| upload.status()) {
                None | Some(UploadStatus::Announced) => Fault::AttachmentUnknown,
                Some(UploadStatus::Refused) => Fault::AttachmentRefused,
                // A declaration does not wait for the scanner: it may be filed minutes before the deadline.
                Some(UploadStatus::Scanning | UploadStatus::Stored) if repeated => Fault::RepeatedEntry,
                Some(UploadStatus::Scanning | UploadStatus::Stored) => continue,
            };
            faults.add(&format!("/attachment_ids/{place}"), fault);
        }
        Ok(())
    }
}

fn examine_codes(own_code: &FacilityCode, codes: &[(usize, FacilityCode)], faults: &mut Faults) {
    for (index, (place, code)) in codes.iter().enumerate() {
        if code == own_code {
            faults.add(&format!("/other_facility_codes/{place}"), Fault::OwnFacilityCode);
        } else if codes.iter().take(index).any(|(_, earlier)| earlier == code) {
            faults.add(&format!("/other_facility_codes/{place}"), Fault::RepeatedEntry);
        }
    }
}
