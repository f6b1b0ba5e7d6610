//! Successions that wait until the facility list has the successor.

use chrono::Duration;

use super::acceptance::transfer_if_accepted;
use super::successor::{self, advance, find_listed};
use super::{facts, lock_codes, store};
use crate::db::engine::locks::{self, Lock};
use crate::db::engine::savepoint;
use crate::db::store::accounts;
use crate::db::store::filings::successions;
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::audit::AuditAction;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::reviews::{ReturnReason, Review};
use crate::domain::filings::successions::{CORRECTION_DAYS, Succession, SuccessionEvent};
use crate::domain::values::calendar::japan_day;
use crate::domain::values::faults::FieldFault;
use crate::domain::values::ids::SuccessionId;
use crate::domain::values::lang::Lang;
use crate::error::{Error, chain};
use crate::usecases::facilities::check::{self, SUCCESSOR_POINTERS};
use crate::usecases::work::Work;

/// The result of a transaction that tried to carry on a succession.
pub struct Tried {
    /// The succession.
    pub id: SuccessionId,
    /// Whether it was carried on.
    pub is_carried_on: bool,
}

/// Carries on the waiting succession whose successor the facility list has now: the first one after `after`, in the
/// order of their ids. Returns `None` if there is no further one. A succession that fails waits for the next import.
///
/// Each succession needs a transaction of its own, because it locks its account and then its codes. A transaction that
/// carried on several would lock an account after the codes of another succession, which could be a deadlock.
#[tracing::instrument(skip_all, level = "debug")]
pub fn carry_on_next(work: &mut Work<'_>, after: Option<SuccessionId>) -> Result<Option<Tried>, Error> {
    let (call, actor, policy) = (work.call, work.actor, work.policy);
    let Some(succession) = successions::find_ready(work.conn, after)? else { return Ok(None) };
    let id = succession.id;
    let result =
        savepoint(work.conn, |conn| carry_on(&mut Work::new(conn, call, actor, policy), &succession));
    let is_carried_on = match result {
        // `None`: the facility changed or withdrew the succession meanwhile.
        Ok(carried_on) => carried_on.is_some(),
        Err(error) => {
            tracing::error!(%id, error = %chain(&error), "a succession cannot be carried on");
            false
        }
    };
    Ok(Some(Tried { id, is_carried_on }))
}

/// Carries on a succession whose successor an import has added to the facility list. Returns `None` if the
/// succession was changed or withdrawn after `waiting` was read.
#[tracing::instrument(skip_all, level = "debug")]
fn carry_on(work: &mut Work<'_>, waiting: &Succession) -> Result<Option<Succession>, Error> {
    let now = work.now();
    locks::acquire(work.conn, &[Lock::Account(waiting.account_id)])?;
    lock_codes(work.conn, &waiting.predecessor_code, &waiting.form)?;
    let current = successions::find(work.conn, waiting.id, waiting.account_id)?;
    let Some(current) = current.filter(|current| current.version == waiting.version) else { return Ok(None) };
    let account = accounts::find(work.conn, current.account_id)?
        .ok_or_else(|| Error::internal("the account of a succession was not found"))?;
    let listed = find_listed(work.conn, &current)?
        .ok_or_else(|| Error::internal("the successor is no longer in the facility list"))?;
    let faults =
        check::faults_of_listed(SUCCESSOR_POINTERS, &listed, Some(&current.form.successor.postal_code));
    let mut succession = Succession { version: current.version + 1, updated_at: now, ..current };
    let claim = match successor::claim(work.conn, &listed.code) {
        Ok(claim) if faults.is_empty() => claim,
        Ok(_) | Err(Error::Refused(_)) => {
            return return_for_correction(work, &account, succession, &faults).map(Some);
        }
        Err(error) => return Err(error),
    };
    advance(work, &mut succession, claim)?;
    store(work, &succession)?;
    transfer_if_accepted(work, &account, &succession)?;
    Ok(Some(succession))
}

/// Returns a succession to the facility to be corrected, because its form contradicts the facility list (`faults`) or
/// because the successor already has an account (no `faults`).
fn return_for_correction(
    work: &mut Work<'_>,
    account: &Account,
    mut succession: Succession,
    faults: &[FieldFault],
) -> Result<Succession, Error> {
    let now = work.now();
    let due = japan_day(now) + Duration::days(CORRECTION_DAYS);
    succession.status =
        succession.status.after(SuccessionEvent::Return).ok_or(FilingRefusal::StatusForbids)?;
    let (reason, fields) = if faults.is_empty() {
        (ReturnReason::SuccessorHasAccount, vec![SUCCESSOR_POINTERS.code.to_owned()])
    } else {
        let pointers = faults.iter().map(|fault| fault.pointer.clone()).collect();
        (ReturnReason::SuccessorNotAsListed, pointers)
    };
    succession.review = Some(Review { at: now, message: None, reason: Some(reason), fields, due: Some(due) });
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionReturned, &succession.id, None)?;
    let message = Message::SuccessionReturned {
        facts: facts(account, &succession),
        reason: reason.text(Lang::Ja).to_owned(),
        due,
    };
    work.mail(&account.email, Some(account.id), &message)?;
    Ok(succession)
}
