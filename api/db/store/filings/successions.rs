//! Successions.

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use crate::db::engine::columns::{Document, Id, Moment, undecodable};
use crate::db::engine::connection::{on, unless_taken};
use crate::db::engine::paging::{After, Slice, load_newest_first};
use crate::db::engine::{Conn, Stored};
use crate::db::store::schema::{facilities, successions};
use crate::domain::filings::successions::{Succession, SuccessionStatus};
use crate::domain::values::calendar::parse_date;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, SuccessionId};
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;

/// The statuses of successions that are not live.
const NOT_LIVE: [&str; 3] =
    [SuccessionStatus::Rejected.code(), SuccessionStatus::Withdrawn.code(), SuccessionStatus::Lapsed.code()];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = successions, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    account_id: Id,
    predecessor_code: String,
    successor_code: String,
    receipt_number: String,
    status: String,
    change_date: String,
    form: Document,
    review: Option<Document>,
    version: i64,
    created_at: Moment,
    updated_at: Moment,
    accepted_at: Option<Moment>,
}

impl Row {
    fn encode(succession: &Succession) -> Result<Self, Error> {
        Ok(Self {
            id: Id(succession.id.uuid()),
            account_id: Id(succession.account_id.uuid()),
            predecessor_code: succession.predecessor_code.to_string(),
            successor_code: succession.form.successor.facility_code.to_string(),
            receipt_number: succession.receipt_number.to_string(),
            status: succession.status.code().to_owned(),
            change_date: succession.form.change_date.to_string(),
            form: Document::of(&succession.form)?,
            review: succession.review.as_ref().map(Document::of).transpose()?,
            version: succession.version,
            created_at: Moment(succession.created_at),
            updated_at: Moment(succession.updated_at),
            accepted_at: succession.accepted_at.map(Moment),
        })
    }

    fn decode(self) -> Result<Succession, Error> {
        let id = SuccessionId::from_uuid(self.id.0);
        Ok(Succession {
            id,
            account_id: AccountId::from_uuid(self.account_id.0),
            predecessor_code: FacilityCode::parse_without_check_digit(&self.predecessor_code)
                .map_err(|fault| undecodable(&id, "successions.predecessor_code", &fault))?,
            receipt_number: ReceiptNumber::parse(&self.receipt_number)
                .map_err(|fault| undecodable(&id, "successions.receipt_number", &fault))?,
            status: SuccessionStatus::from_code(&self.status)
                .ok_or_else(|| undecodable(&id, "successions.status", &self.status))?,
            form: self.form.read(&id, "successions.form")?,
            review: self.review.map(|review| review.read(&id, "successions.review")).transpose()?,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            accepted_at: self.accepted_at.map(|at| at.0),
        })
    }
}

/// Stores a new succession.
pub fn insert(conn: &mut Conn, succession: &Succession) -> Result<Stored, Error> {
    let row = Row::encode(succession)?;
    Stored::from_count(on!(conn, |c| diesel::insert_into(successions::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)))
}

/// Stores the present state of a succession.
pub fn update(conn: &mut Conn, succession: &Succession) -> Result<Stored, Error> {
    let row = Row::encode(succession)?;
    unless_taken(conn, |conn| {
        on!(conn, |c| diesel::update(successions::table.find(row.id))
            .set((
                successions::successor_code.eq(row.successor_code),
                successions::status.eq(row.status),
                successions::change_date.eq(row.change_date),
                successions::form.eq(row.form),
                successions::review.eq(row.review),
                successions::version.eq(row.version),
                successions::updated_at.eq(row.updated_at),
                successions::accepted_at.eq(row.accepted_at),
            ))
            .execute(c))
    })
}

/// The succession with this id, if the account filed it.
pub fn find(conn: &mut Conn, id: SuccessionId, account: AccountId) -> Result<Option<Succession>, Error> {
    let row: Option<Row> = on!(conn, |c| successions::table
        .find(Id(id.uuid()))
        .filter(successions::account_id.eq(Id(account.uuid())))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// Which of an account's successions a list has. `None` stands for all.
#[derive(Debug, Default)]
pub struct SuccessionFilter {
    /// Those with this status.
    pub status: Option<SuccessionStatus>,
    /// The one with this receipt number.
    pub receipt_number: Option<ReceiptNumber>,
}

/// A page of an account's successions, newest first.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    filter: &SuccessionFilter,
    slice: &Slice<After>,
) -> Result<Vec<Succession>, Error> {
    let rows: Vec<Row> = load_newest_first!(conn, slice, (successions::created_at, successions::id), {
        let mut chosen = successions::table
            .filter(successions::account_id.eq(Id(account.uuid())))
            .select(Row::as_select())
            .into_boxed();
        if let Some(status) = filter.status {
            chosen = chosen.filter(successions::status.eq(status.code()));
        }
        if let Some(number) = &filter.receipt_number {
            chosen = chosen.filter(successions::receipt_number.eq(number.to_string()));
        }
        chosen
    })?;
    rows.into_iter().map(Row::decode).collect()
}

/// The live succession whose predecessor is this code.
pub fn find_live_from(conn: &mut Conn, predecessor: &FacilityCode) -> Result<Option<Succession>, Error> {
    let row: Option<Row> = on!(conn, |c| successions::table
        .filter(successions::predecessor_code.eq(predecessor.as_str()))
        .filter(successions::status.ne_all(NOT_LIVE))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// The ids of the live successions whose successor is this code, oldest first, at most 50.
pub fn list_live_to(conn: &mut Conn, successor: &FacilityCode) -> Result<Vec<SuccessionId>, Error> {
    let ids: Vec<Id> = on!(conn, |c| successions::table
        .filter(successions::successor_code.eq(successor.as_str()))
        .filter(successions::status.ne_all(NOT_LIVE))
        .order((successions::created_at, successions::id))
        .select(successions::id)
        .limit(50)
        .load(c))?;
    Ok(ids.into_iter().map(|id| SuccessionId::from_uuid(id.0)).collect())
}

/// The day of the change of the accepted succession whose successor is this code; `None` if there is no such
/// succession.
pub fn find_change_date_to(conn: &mut Conn, code: &FacilityCode) -> Result<Option<NaiveDate>, Error> {
    let date: Option<String> = on!(conn, |c| successions::table
        .filter(successions::successor_code.eq(code.as_str()))
        .filter(successions::accepted_at.is_not_null())
        .select(successions::change_date)
        .first(c)
        .optional())?;
    date.map(|date| parse_date(&date).map_err(|fault| undecodable(code, "successions.change_date", &fault)))
        .transpose()
}

/// The first waiting succession after `after`, sorted by id, whose successor is in the facility list now.
pub fn find_ready(conn: &mut Conn, after: Option<SuccessionId>) -> Result<Option<Succession>, Error> {
    let after = Id(after.map_or(Uuid::nil(), SuccessionId::uuid));
    let row: Option<Row> = on!(conn, |c| successions::table
        .inner_join(facilities::table.on(facilities::code.eq(successions::successor_code)))
        .filter(successions::status.eq(SuccessionStatus::WaitingForMaster.code()))
        .filter(facilities::delisted_at.is_null())
        .filter(successions::id.gt(after))
        .select(Row::as_select())
        .order(successions::id)
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}
