//! Checks a statement against the rules of an edition and finds every fault.

use chrono::NaiveDate;

use super::need::Need;
use super::{AttachmentRule, CategoryRule, Edition, FieldRule, NotAfter, Statement, StatementField, Value};
use crate::domain::values::calendar::YearMonth;
use crate::domain::values::facility_code::FacilityKind;
use crate::domain::values::fault::Fault;

/// The place of a fault in a declaration as a JSON pointer (RFC 6901): `/round`, `/reason/category`, `/reason/` with
/// the code of a member, or `/attachment_ids`.
pub type Pointer = &'static str;

const ROUND: Pointer = "/round";
const CATEGORY: Pointer = "/reason/category";
const ATTACHMENTS: Pointer = "/attachment_ids";

impl Edition {
    /// Every fault of a statement by a facility of this kind, at most one for each member.
    ///
    /// `attachments` is the number of attachments, `today` the day of filing in Japan. This does not check whether the
    /// round accepts filings on that day: see [`Edition::window`].
    #[must_use]
    pub fn examine(
        &self,
        statement: &Statement,
        kind: FacilityKind,
        attachments: usize,
        today: NaiveDate,
    ) -> Vec<(Pointer, Fault)> {
        let is_kind_in_round = self.eligible_kinds.contains(&kind);
        let mut faults = Vec::new();
        if !is_kind_in_round {
            faults.push((ROUND, Fault::RoundNotForKind));
        }
        let Some(rule) = self.rule(statement.category) else {
            faults.push((CATEGORY, Fault::CategoryNotOffered));
            return faults;
        };
        if is_kind_in_round && !rule.eligible_kinds.contains(&kind) {
            faults.push((CATEGORY, Fault::CategoryNotForKind));
        }
        for field in StatementField::ALL {
            let fault = rule
                .member_fault(*field, statement, today)
                .or_else(|| self.end_fault(rule, *field, statement));
            faults.extend(fault.map(|fault| (field.pointer(), fault)));
        }
        faults.extend(attachment_fault(rule.attachment, attachments).map(|fault| (ATTACHMENTS, fault)));
        faults
    }

    /// The fault of the member that decides the end of the excuse, if the excuse ends before the duty begins.
    fn end_fault(&self, rule: &CategoryRule, field: StatementField, statement: &Statement) -> Option<Fault> {
        let decides_end = rule.excused_until.basis.field() == Some(field);
        let end = self.excused_until(statement).and_then(|excused| excused.date)?;
        (decides_end && end < self.duty_begins_on)
            .then_some(Fault::EndsBeforeDuty { duty_begins: self.duty_begins_on })
    }
}

impl CategoryRule {
    fn member_fault(&self, field: StatementField, statement: &Statement, today: NaiveDate) -> Option<Fault> {
        match (self.need(field, statement), statement.value(field)) {
            (Need::Required, None) => Some(Fault::Required),
            (Need::NotApplicable, Some(_)) => Some(Fault::NotApplicable),
            (Need::Required | Need::Optional, Some(value)) => {
                self.fields.iter().find(|rule| rule.field == field)?.value_fault(value, today)
            }
            (Need::NotApplicable | Need::Optional, None) | (Need::Undecided, _) => None,
        }
    }
}

impl FieldRule {
    /// What the rule says against a value that has the member's form.
    fn value_fault(&self, value: &Value, today: NaiveDate) -> Option<Fault> {
        match value {
            Value::Date(day) => self.day_fault(*day, today),
            Value::Month(month) => self.month_fault(*month),
            Value::Confirmation(false) => Some(Fault::MustBeTrue),
            Value::Confirmation(true) | Value::Text(_) | Value::Word(_) | Value::Integer(_) => None,
        }
    }

    fn day_fault(&self, day: NaiveDate, today: NaiveDate) -> Option<Fault> {
        let fixed = match self.not_after {
            Some(NotAfter::Day(limit)) => Some(limit),
            Some(NotAfter::Month(_)) | None => None,
        };
        let limit = fixed.into_iter().chain(self.not_in_future.then_some(today)).min()?;
        (day > limit).then_some(Fault::DateTooLate { limit })
    }

    fn month_fault(&self, month: YearMonth) -> Option<Fault> {
        match self.not_after {
            Some(NotAfter::Month(limit)) if month > limit => Some(Fault::MonthTooLate { limit }),
            _ => None,
        }
    }
}

const fn attachment_fault(rule: AttachmentRule, attachments: usize) -> Option<Fault> {
    match rule {
        AttachmentRule::Required if attachments == 0 => Some(Fault::AttachmentRequired),
        AttachmentRule::None if attachments > 0 => Some(Fault::AttachmentNotExpected),
        AttachmentRule::Required | AttachmentRule::Optional | AttachmentRule::None => None,
    }
}

#[cfg(test)]
mod tests;
