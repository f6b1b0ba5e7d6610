//! Declarations of the transitional measure: filed, corrected, withdrawn.

use uuid::Uuid;

use super::transitional_measures;
use crate::db::engine::{Conn, Stored};
use crate::db::store::filings::{declarations, uploads};
use crate::delivery::mail::message::{DeclarationFacts, Message};
use crate::domain::audit::AuditAction;
use crate::domain::filings::declarations::{
    Declaration, DeclarationContent, DeclarationEvent, DeclarationStatus,
};
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::filings::transitional_measures::{
    Edition, ExcusedUntil, Statement, Window, edition_in_force,
};
use crate::domain::values::calendar::{Instant, japan_day};
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::FieldFault;
use crate::domain::values::ids::{DeclarationId, UploadId};
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;
use crate::usecases::identity::sessions::Principal;
use crate::usecases::work::Work;

/// How many random receipt numbers are tried before giving up; two alike are one in 10¹¹.
const RECEIPT_NUMBER_TRIES: usize = 3;

/// A declaration with what follows from it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The declaration.
    pub declaration: Declaration,
    /// Until when the facility is excused, by the edition in force now.
    pub excused: Option<ExcusedUntil>,
}

/// What the round's rules say against a reason with so many attachments.
///
/// # Errors
/// [`FacilityNotDesignated`](crate::domain::accounts::AccountRefusal::FacilityNotDesignated).
pub fn reason_faults(
    principal: &Principal,
    edition: &Edition,
    statement: &Statement,
    attachments: usize,
    now: Instant,
) -> Result<Vec<FieldFault>, Error> {
    let kind = principal.facility_code()?.kind();
    let faults = edition.examine(statement, kind, attachments, japan_day(now));
    Ok(faults.into_iter().map(|(pointer, fault)| FieldFault::new(pointer, fault)).collect())
}

/// What speaks against other codes and attachments, each blamed at its place in the request.
///
/// # Errors
/// [`FacilityNotDesignated`](crate::domain::accounts::AccountRefusal::FacilityNotDesignated).
#[tracing::instrument(skip_all, level = "debug")]
pub fn list_faults(
    conn: &mut Conn,
    principal: &Principal,
    codes: &[(usize, FacilityCode)],
    attachments: &[(usize, UploadId)],
) -> Result<Vec<FieldFault>, Error> {
    let own = principal.facility_code()?;
    let mut faults = Vec::new();
    for (order, (place, code)) in codes.iter().enumerate() {
        let repeated = codes.iter().take(order).any(|(_, earlier)| earlier == code);
        let fault =
            if code == own { Some(Fault::OwnFacilityCode) } else { repeated.then_some(Fault::RepeatedEntry) };
        faults.extend(fault.map(|fault| FieldFault::new(format!("/other_facility_codes/{place}"), fault)));
    }
    for (order, (place, id)) in attachments.iter().enumerate() {
        let repeated = attachments.iter().take(order).any(|(_, earlier)| earlier == id);
        let upload = uploads::find(conn, *id, principal.account.id)?;
        let stored = upload.is_some_and(|upload| upload.stored_at.is_some());
        let fault =
            if stored { repeated.then_some(Fault::RepeatedEntry) } else { Some(Fault::AttachmentUnknown) };
        faults.extend(fault.map(|fault| FieldFault::new(format!("/attachment_ids/{place}"), fault)));
    }
    Ok(faults)
}

/// Everything that speaks against a declaration's content.
fn faults(
    conn: &mut Conn,
    principal: &Principal,
    edition: &Edition,
    content: &DeclarationContent,
    now: Instant,
) -> Result<Vec<FieldFault>, Error> {
    let attachments = content.attachment_ids.len();
    let mut faults = reason_faults(principal, edition, &content.statement, attachments, now)?;
    faults.extend(content_list_faults(conn, principal, content)?);
    Ok(faults)
}

fn content_list_faults(
    conn: &mut Conn,
    principal: &Principal,
    content: &DeclarationContent,
) -> Result<Vec<FieldFault>, Error> {
    let codes: Vec<_> = content.other_facility_codes.iter().cloned().enumerate().collect();
    let attachments: Vec<_> = content.attachment_ids.iter().copied().enumerate().collect();
    list_faults(conn, principal, &codes, &attachments)
}

/// Files a declaration.
///
/// # Errors
/// [`FilingRefusal::RoundNotForKind`], [`FilingRefusal::WindowNotOpen`], [`FilingRefusal::WindowClosed`],
/// [`FilingRefusal::DeclarationExists`], [`Error::Invalid`] with everything against the content.
#[tracing::instrument(skip_all, level = "debug")]
pub fn file(
    work: &mut Work<'_>,
    principal: &Principal,
    round: &str,
    content: DeclarationContent,
) -> Result<Examined, Error> {
    let now = work.now();
    let code = principal.facility_code()?.clone();
    let Some(edition) = transitional_measures::find(work.conn, round, now)? else {
        let mut faults = vec![FieldFault::new("/round", Fault::RoundUnknown)];
        faults.extend(content_list_faults(work.conn, principal, &content)?);
        return Err(Error::Invalid(faults));
    };
    let faults = faults(work.conn, principal, &edition, &content, now)?;
    if !edition.eligible_kinds.contains(&code.kind()) {
        return Err(FilingRefusal::RoundNotForKind.into());
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let late = late_or_refused(&edition, now)?;
    let mut declaration = Declaration {
        id: DeclarationId::from_uuid(Uuid::new_v4()),
        facility_code: code,
        round: round.to_owned(),
        receipt_number: ReceiptNumber::from_random(rand::random()),
        status: DeclarationStatus::Received,
        revision: 1,
        content,
        late,
        review: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    decide(work, &mut declaration);
    insert(work, &mut declaration)?;
    declarations::insert_revision(work.conn, &declaration, principal.account.id)?;
    work.audit(Some(principal.account.id), AuditAction::DeclarationFiled, &declaration.id, None)?;
    tell(work, principal, &edition, &declaration)?;
    Ok(examined(declaration, &edition))
}

fn insert(work: &mut Work<'_>, declaration: &mut Declaration) -> Result<(), Error> {
    for _ in 0..RECEIPT_NUMBER_TRIES {
        if declarations::exists_live(work.conn, &declaration.facility_code, &declaration.round)? {
            return Err(FilingRefusal::DeclarationExists.into());
        }
        if declarations::insert(work.conn, declaration)? == Stored::Yes {
            return Ok(());
        }
        declaration.receipt_number = ReceiptNumber::from_random(rand::random());
    }
    Err(Error::internal("no free receipt number was found"))
}

/// Files a new revision.
///
/// # Errors
/// [`FilingRefusal::StatusForbids`], [`FilingRefusal::WindowClosed`] (a returned declaration may be
/// corrected until its own due date), [`Error::Invalid`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn revise(
    work: &mut Work<'_>,
    principal: &Principal,
    current: Declaration,
    content: DeclarationContent,
) -> Result<Examined, Error> {
    let now = work.now();
    let status = current.status.after(DeclarationEvent::Revise).ok_or(FilingRefusal::StatusForbids)?;
    let edition = transitional_measures::require(work.conn, &current.round, now)?;
    let faults = faults(work.conn, principal, &edition, &content, now)?;
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let correction_is_due =
        current.review.as_ref().and_then(|review| review.due).is_some_and(|due| japan_day(now) <= due);
    let late = if current.status == DeclarationStatus::Returned && correction_is_due {
        current.late
    } else {
        current.late | late_or_refused(&edition, now)?
    };
    let mut declaration = Declaration {
        status,
        revision: current.revision + 1,
        content,
        late,
        version: current.version + 1,
        updated_at: now,
        ..current
    };
    decide(work, &mut declaration);
    declarations::update(work.conn, &declaration)?;
    declarations::insert_revision(work.conn, &declaration, principal.account.id)?;
    work.audit(Some(principal.account.id), AuditAction::DeclarationRevised, &declaration.id, None)?;
    tell(work, principal, &edition, &declaration)?;
    Ok(examined(declaration, &edition))
}

/// Takes a declaration back.
///
/// # Errors
/// [`FilingRefusal::StatusForbids`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn withdraw(work: &mut Work<'_>, principal: &Principal, current: Declaration) -> Result<Examined, Error> {
    let now = work.now();
    let status = current.status.after(DeclarationEvent::Withdraw).ok_or(FilingRefusal::StatusForbids)?;
    let declaration = Declaration { status, version: current.version + 1, updated_at: now, ..current };
    declarations::update(work.conn, &declaration)?;
    work.audit(Some(principal.account.id), AuditAction::DeclarationWithdrawn, &declaration.id, None)?;
    let edition = transitional_measures::require(work.conn, &declaration.round, now)?;
    let message = Message::DeclarationWithdrawn { facts: facts(principal, &edition, &declaration) };
    work.mail(&principal.account.email, Some(principal.account.id), &message)?;
    Ok(examined(declaration, &edition))
}

/// Puts a declaration together with what follows from it by the edition in force now. A category
/// that a later edition no longer offers keeps the end of the last edition that did.
#[tracing::instrument(skip_all, level = "debug")]
pub fn examine(conn: &mut Conn, declaration: Declaration, now: Instant) -> Result<Examined, Error> {
    let editions = crate::db::store::filings::transitional_measures::list_editions(conn, &declaration.round)?;
    let today = japan_day(now);
    let excused = if declaration.status.is_live() {
        let in_force = edition_in_force(&editions, today);
        let earlier = editions.iter().rev().filter(|edition| edition.effective_from <= today);
        in_force
            .into_iter()
            .chain(earlier)
            .find_map(|edition| edition.excused_until(&declaration.content.statement))
    } else {
        None
    };
    Ok(Examined { declaration, excused })
}

/// The same for a declaration that was just held against the edition in force: it has the category.
fn examined(declaration: Declaration, edition: &Edition) -> Examined {
    let live = declaration.status.is_live();
    let excused = live.then(|| edition.excused_until(&declaration.content.statement)).flatten();
    Examined { declaration, excused }
}

/// Whether a filing of today is late.
fn late_or_refused(edition: &Edition, now: Instant) -> Result<bool, Error> {
    match edition.window(japan_day(now)) {
        Window::NotYetOpen { .. } => Err(FilingRefusal::WindowNotOpen.into()),
        Window::Open => Ok(false),
        Window::Late => Ok(true),
        Window::Closed { .. } => Err(FilingRefusal::WindowClosed.into()),
    }
}

/// A complete declaration is accepted at once where the setting says so.
fn decide(work: &Work<'_>, declaration: &mut Declaration) {
    if work.policy.review == ReviewMode::Automatic
        && let Some(accepted) = declaration.status.after(DeclarationEvent::Accept)
    {
        declaration.status = accepted;
    }
}

fn tell(
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
        },
        _ => Message::DeclarationReceived { facts, late: declaration.late },
    };
    work.mail(&principal.account.email, Some(principal.account.id), &message)
}

fn facts(principal: &Principal, edition: &Edition, declaration: &Declaration) -> DeclarationFacts {
    let category = edition.rule(declaration.content.statement.category);
    DeclarationFacts {
        facility_name: principal.account.profile.facility.name.to_string(),
        facility_code: declaration.facility_code.to_string(),
        receipt_number: declaration.receipt_number.to_string(),
        round_name: edition.name.ja.clone(),
        category_name: category.map(|rule| rule.name.ja.clone()).unwrap_or_default(),
    }
}
