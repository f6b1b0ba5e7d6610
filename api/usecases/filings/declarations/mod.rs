//! Files, corrects and withdraws declarations of the transitional measure.

mod draft;
mod notices;

use uuid::Uuid;

use self::draft::Rules;
use self::notices::{facts, tell};
use super::transitional_measures;
use crate::db::engine::{Conn, Stored};
use crate::db::store::filings::{declarations, transitional_measures as editions};
use crate::delivery::mail::message::Message;
use crate::domain::audit::AuditAction;
use crate::domain::filings::declarations::{Declaration, DeclarationEvent, DeclarationStatus};
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::filings::transitional_measures::{Edition, ExcusedUntil, Window, edition_in_force};
use crate::domain::values::calendar::{Instant, japan_day};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Draft;
use crate::domain::values::ids::DeclarationId;
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;
use crate::usecases::actor::Actor;
use crate::usecases::work::Work;

pub use self::draft::DeclarationDraft;

/// How many random receipt numbers are tried. Two of them are equal with a chance of 1 in 10¹¹.
const RECEIPT_NUMBER_TRIES: usize = 3;

/// A declaration with the excuse that follows from it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The declaration.
    pub declaration: Declaration,
    /// Until when the facility is excused, by the edition in force now.
    pub excused: Option<ExcusedUntil>,
}

/// Finds a declaration of the actor's facility. Declarations of other facilities are not found.
///
/// # Errors
/// [`Error::NotFound`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, actor: &Actor, id: DeclarationId, now: Instant) -> Result<Examined, Error> {
    let code = actor.authority()?.account.identity.code().ok_or(Error::NotFound)?;
    let declaration = declarations::find(conn, id, code)?.ok_or(Error::NotFound)?;
    examine(conn, declaration, now)
}

/// Files a declaration.
///
/// # Errors
/// [`FilingRefusal::RoundNotForKind`], [`FilingRefusal::WindowNotOpen`], [`FilingRefusal::WindowClosed`],
/// [`FilingRefusal::DeclarationExists`], [`Error::Invalid`] with every fault of the content.
#[tracing::instrument(skip_all, level = "debug")]
pub fn file(work: &mut Work<'_>, mut draft: Draft<DeclarationDraft>) -> Result<Examined, Error> {
    let (now, principal) = (work.now(), work.actor.authority()?);
    let code = principal.facility_code()?.clone();
    let round = draft.parts().round.clone();
    let edition = transitional_measures::find(work.conn, &round, now)?;
    let rules = Rules { principal, edition: edition.as_ref(), today: japan_day(now) };
    let could_be_read = draft.is_faultless();
    draft.examine(|parts, faults| rules.examine(work.conn, parts, faults))?;
    if could_be_read && edition.as_ref().is_some_and(|edition| !edition.eligible_kinds.contains(&code.kind()))
    {
        return Err(FilingRefusal::RoundNotForKind.into());
    }
    let content = draft.finish(DeclarationDraft::content)?;
    let edition = edition.ok_or_else(|| Error::invalid("/round", Fault::RoundUnknown))?;
    let late = late_or_refused(&edition, now)?;
    let mut declaration = Declaration {
        id: DeclarationId::from_uuid(Uuid::new_v4()),
        facility_code: code,
        round,
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
    keep_revision(work, &declaration, AuditAction::DeclarationFiled)?;
    tell(work, principal, &edition, &declaration)?;
    Ok(examined(declaration, &edition))
}

/// Stores the revision in the history, and writes a line in the audit log.
fn keep_revision(work: &mut Work<'_>, declaration: &Declaration, action: AuditAction) -> Result<(), Error> {
    let account = work.actor.authority()?.account.id;
    declarations::insert_revision(work.conn, declaration, account)?;
    work.audit(action, &declaration.id, None)
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
/// [`FilingRefusal::StatusForbids`], [`FilingRefusal::WindowClosed`] (but a returned declaration may be
/// corrected until its own due date), [`Error::Invalid`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn revise(
    work: &mut Work<'_>,
    current: Declaration,
    mut draft: Draft<DeclarationDraft>,
) -> Result<Examined, Error> {
    let (now, principal) = (work.now(), work.actor.authority()?);
    draft.note(|parts, faults| parts.stays_in(&current.round, faults));
    let status = current.status.after(DeclarationEvent::Revise).ok_or(FilingRefusal::StatusForbids);
    if draft.is_faultless() {
        status?;
    }
    let edition = transitional_measures::find(work.conn, &current.round, now)?;
    let rules = Rules { principal, edition: edition.as_ref(), today: japan_day(now) };
    draft.examine(|parts, faults| rules.examine(work.conn, parts, faults))?;
    let content = draft.finish(DeclarationDraft::content)?;
    let edition = edition.ok_or_else(|| Error::invalid("/round", Fault::RoundUnknown))?;
    let mut declaration = Declaration {
        status: status?,
        revision: current.revision + 1,
        content,
        late: late_revision(&current, &edition, now)?,
        version: current.version + 1,
        updated_at: now,
        ..current
    };
    decide(work, &mut declaration);
    declarations::update(work.conn, &declaration)?;
    keep_revision(work, &declaration, AuditAction::DeclarationRevised)?;
    tell(work, principal, &edition, &declaration)?;
    Ok(examined(declaration, &edition))
}

/// Whether a revision filed now is late. Until its own due date, the correction of a returned declaration is
/// late only if the declaration already was.
fn late_revision(current: &Declaration, edition: &Edition, now: Instant) -> Result<bool, Error> {
    let due = current.review.as_ref().and_then(|review| review.due);
    let in_time = due.is_some_and(|due| japan_day(now) <= due);
    if current.status == DeclarationStatus::Returned && in_time {
        return Ok(current.late);
    }
    Ok(current.late | late_or_refused(edition, now)?)
}

/// Withdraws a declaration.
///
/// # Errors
/// [`FilingRefusal::StatusForbids`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn withdraw(work: &mut Work<'_>, current: Declaration) -> Result<Examined, Error> {
    let (now, principal) = (work.now(), work.actor.authority()?);
    let status = current.status.after(DeclarationEvent::Withdraw).ok_or(FilingRefusal::StatusForbids)?;
    let declaration = Declaration { status, version: current.version + 1, updated_at: now, ..current };
    declarations::update(work.conn, &declaration)?;
    work.audit(AuditAction::DeclarationWithdrawn, &declaration.id, None)?;
    let edition = transitional_measures::require(work.conn, &declaration.round, now)?;
    let message = Message::DeclarationWithdrawn { facts: facts(principal, &edition, &declaration) };
    work.mail(&principal.account.email, Some(principal.account.id), &message)?;
    Ok(examined(declaration, &edition))
}

/// Adds the excuse that follows from a declaration by the edition in force now. If this edition no longer
/// offers the declaration's category, the last earlier edition that offers it counts.
#[tracing::instrument(skip_all, level = "debug")]
pub fn examine(conn: &mut Conn, declaration: Declaration, now: Instant) -> Result<Examined, Error> {
    let editions = editions::list_editions(conn, &declaration.round)?;
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

/// The same as [`examine`], without a query. The declaration is withdrawn, or was just checked by `edition`,
/// so that `edition` offers its category.
fn examined(declaration: Declaration, edition: &Edition) -> Examined {
    let live = declaration.status.is_live();
    let excused = live.then(|| edition.excused_until(&declaration.content.statement)).flatten();
    Examined { declaration, excused }
}

/// Whether a filing made now is late, or why it is refused.
fn late_or_refused(edition: &Edition, now: Instant) -> Result<bool, Error> {
    match edition.window(japan_day(now)) {
        Window::NotYetOpen { .. } => Err(FilingRefusal::WindowNotOpen.into()),
        Window::Open => Ok(false),
        Window::Late => Ok(true),
        Window::Closed { .. } => Err(FilingRefusal::WindowClosed.into()),
    }
}

/// Accepts the declaration at once if the settings say so.
fn decide(work: &Work<'_>, declaration: &mut Declaration) {
    if work.policy.review == ReviewMode::Automatic
        && let Some(accepted) = declaration.status.after(DeclarationEvent::Accept)
    {
        declaration.status = accepted;
    }
}
