//! The mails to a facility about its declaration.

use crate::delivery::mail::message::{DeclarationFacts, Message};
use crate::domain::filings::declarations::{Declaration, DeclarationStatus};
use crate::domain::filings::transitional_measures::Edition;
use crate::error::Error;
use crate::usecases::actor::Principal;
use crate::usecases::work::Work;

/// Mails the facility that its declaration was received, or that it was accepted at once.
pub(super) fn mail_result(
    work: &mut Work<'_>,
    principal: &Principal,
    edition: &Edition,
    declaration: &Declaration,
) -> Result<(), Error> {
    let facts = facts(principal, edition, declaration);
    let statement = &declaration.content.statement;
    let message = match (declaration.status, edition.rule(statement.category)) {
        (DeclarationStatus::Accepted, Some(rule)) => Message::DeclarationAccepted {
            facts,
            excused_until: edition.excused_until(statement).and_then(|excused| excused.date),
            excused_text: rule.excused_until.text.ja.clone(),
            late: declaration.late,
        },
        _ => Message::DeclarationReceived { facts, late: declaration.late },
    };
    work.mail(&principal.account.email, Some(principal.account.id), &message)
}

/// The data that every mail about a declaration contains.
pub(super) fn facts(principal: &Principal, edition: &Edition, declaration: &Declaration) -> DeclarationFacts {
    let category = edition.rule(declaration.content.statement.category);
    DeclarationFacts {
        facility_name: principal.account.profile.facility.name.to_string(),
        facility_code: declaration.facility_code.to_string(),
        receipt_number: declaration.receipt_number.to_string(),
        round_name: edition.name.ja.clone(),
        category_name: category.map(|rule| rule.name.ja.clone()).unwrap_or_default(),
    }
}
