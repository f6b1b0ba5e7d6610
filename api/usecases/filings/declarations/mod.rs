//! Declarations of the transitional measure (猶予届出): filing, correction and withdrawal.

mod draft;
mod notices;

use uuid::Uuid;

use self::draft::Rules;
use self::notices::{facts, mail_result};
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

/// How many random receipt numbers are tried. Two random numbers are equal with a probability of 1 in 10¹¹.
const MAX_RECEIPT_NUMBER_TRIES: usize = 3;

/// A declaration, and until when it excuses the facility from the duty.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The declaration.
    pub declaration: Declaration,
    /// Until when the facility is excused; `None` if the declaration is not live or no edition offers its category.
    pub excused: Option<ExcusedUntil>,
}

/// Finds a declaration of the actor's facility.
///
/// # Errors
/// [`Error::NotFound`], also for a declaration of another facility.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, actor: &Actor, id: DeclarationId, now: Instant) -> Result<Examined, Error> {
    let code = actor.principal()?.account.identity.code().ok_or(Error::NotFound)?;
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
    let (now, principal) = (work.now(), work.actor.principal()?);
    let code = principal.facility_code()?.clone();
    let round = draft.parts().round.clone();
    let edition = transitional_measures::find_edition(work.conn, &round, now)?;
    let rules = Rules { principal, edition: edition.as_ref(), today: japan_day(now) };
    let is_readable = draft.is_faultless();
    draft.examine(|parts, faults| rules.examine(work.conn, parts, faults))?;
    if is_readable && edition.as_ref().is_some_and(|edition| !edition.eligible_kinds.contains(&code.kind())) {
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
    accept_if_automatic(work, &mut declaration);
    insert(work, &mut declaration)?;
    store_revision(work, &declaration, AuditAction::DeclarationFiled)?;
    mail_result(work, principal, &edition, &declaration)?;
    Ok(examined(declaration, &edition))
}

/// Stores the revision in the history, and writes a line into the audit log.
fn store_revision(work: &mut Work<'_>, declaration: &Declaration, action: AuditAction) -> Result<(), Error> {
    let account = work.actor.principal()?.account.id;
    declarations::insert_revision(work.conn, declaration, account)?;
    work.audit(action, &declaration.id, None)
}

/// Stores a new declaration. If its receipt number is in use, it gets another one.
fn insert(work: &mut Work<'_>, declaration: &mut Declaration) -> Result<(), Error> {
    for _ in 0..MAX_RECEIPT_NUMBER_TRIES {
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
/// [`FilingRefusal::StatusForbids`], [`Error::Invalid`], and [`FilingRefusal::WindowClosed`]. A returned declaration
/// may be corrected until its own due date, even if the window is closed.
#[tracing::instrument(skip_all, level = "debug")]
pub fn revise(
    work: &mut Work<'_>,
    current: Declaration,
    mut draft: Draft<DeclarationDraft>,
) -> Result<Examined, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    draft.note(|parts, faults| parts.check_round_unchanged(&current.round, faults));
    let status = current.status.after(DeclarationEvent::Revise).ok_or(FilingRefusal::StatusForbids);
    if draft.is_faultless() {
        status?;
    }
    let edition = transitional_measures::find_edition(work.conn, &current.round, now)?;
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
    accept_if_automatic(work, &mut declaration);
    declarations::update(work.conn, &declaration)?;
    store_revision(work, &declaration, AuditAction::DeclarationRevised)?;
    mail_result(work, principal, &edition, &declaration)?;
    Ok(examined(declaration, &edition))
}

/// Whether a revision that is filed now is late. A correction that arrives by the due date of the review is late
/// only if the declaration was late before.
fn late_revision(current: &Declaration, edition: &Edition, now: Instant) -> Result<bool, Error> {
    let due = current.review.as_ref().and_then(|review| review.due);
    let is_in_time = due.is_some_and(|due| japan_day(now) <= due);
    if current.status == DeclarationStatus::Returned && is_in_time {
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
    let (now, principal) = (work.now(), work.actor.principal()?);
    let status = current.status.after(DeclarationEvent::Withdraw).ok_or(FilingRefusal::StatusForbids)?;
    let declaration = Declaration { status, version: current.version + 1, updated_at: now, ..current };
    declarations::update(work.conn, &declaration)?;
    work.audit(AuditAction::DeclarationWithdrawn, &declaration.id, None)?;
    let edition = transitional_measures::require_edition(work.conn, &declaration.round, now)?;
    let message = Message::DeclarationWithdrawn { facts: facts(principal, &edition, &declaration) };
    work.mail(&principal.account.email, Some(principal.account.id), &message)?;
    Ok(examined(declaration, &edition))
}

/// Adds until when a declaration excuses the facility. The edition in force decides. If it no longer offers the
/// declaration's category, the latest earlier edition that offers the category decides.
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

/// The same as [`examine`], without a query. `edition` offers the declaration's category, because the declaration
/// was just checked by this edition; a withdrawn declaration excuses from nothing.
fn examined(declaration: Declaration, edition: &Edition) -> Examined {
    let live = declaration.status.is_live();
    let excused = live.then(|| edition.excused_until(&declaration.content.statement)).flatten();
    Examined { declaration, excused }
}

/// Whether a filing made now is late.
///
/// # Errors
/// [`FilingRefusal::WindowNotOpen`], [`FilingRefusal::WindowClosed`].
fn late_or_refused(edition: &Edition, now: Instant) -> Result<bool, Error> {
    match edition.window(japan_day(now)) {
        Window::NotYetOpen { .. } => Err(FilingRefusal::WindowNotOpen.into()),
        Window::Open => Ok(false),
        Window::Late => Ok(true),
        Window::Closed { .. } => Err(FilingRefusal::WindowClosed.into()),
    }
}

/// Accepts the declaration at once if the review mode is automatic.
fn accept_if_automatic(work: &Work<'_>, declaration: &mut Declaration) {
    if work.policy.review == ReviewMode::Automatic
        && let Some(accepted) = declaration.status.after(DeclarationEvent::Accept)
    {
        declaration.status = accepted;
    }
}
