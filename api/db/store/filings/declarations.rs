//! Declarations and their revisions.

use diesel::prelude::*;

use crate::db::engine::columns::{Document, Id, Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::engine::paging::{After, Slice, load_newest_first};
use crate::db::engine::{Conn, Stored};
use crate::db::store::schema::{declaration_revisions as revisions, declarations};
use crate::domain::filings::declarations::{
    Declaration, DeclarationContent, DeclarationRevision, DeclarationStatus,
};
use crate::domain::values::calendar::Instant;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, DeclarationId, UploadId};
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = declarations, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    facility_code: String,
    round: String,
    receipt_number: String,
    status: String,
    revision: i64,
    content: Document,
    late: bool,
    review: Option<Document>,
    version: i64,
    created_at: Moment,
    updated_at: Moment,
}

impl Row {
    fn encode(declaration: &Declaration) -> Result<Self, Error> {
        Ok(Self {
            id: Id(declaration.id.uuid()),
            facility_code: declaration.facility_code.to_string(),
            round: declaration.round.clone(),
            receipt_number: declaration.receipt_number.to_string(),
            status: declaration.status.code().to_owned(),
            revision: declaration.revision,
            content: Document::of(&declaration.content)?,
            late: declaration.late,
            review: declaration.review.as_ref().map(Document::of).transpose()?,
            version: declaration.version,
            created_at: Moment(declaration.created_at),
            updated_at: Moment(declaration.updated_at),
        })
    }

    fn decode(self) -> Result<Declaration, Error> {
        let id = DeclarationId::from_uuid(self.id.0);
        Ok(Declaration {
            id,
            facility_code: FacilityCode::parse_without_check_digit(&self.facility_code)
                .map_err(|fault| undecodable(&id, "declarations.facility_code", &fault))?,
            round: self.round,
            receipt_number: ReceiptNumber::parse(&self.receipt_number)
                .map_err(|fault| undecodable(&id, "declarations.receipt_number", &fault))?,
            status: DeclarationStatus::from_code(&self.status)
                .ok_or_else(|| undecodable(&id, "declarations.status", &self.status))?,
            revision: self.revision,
            content: self.content.read(&id, "declarations.content")?,
            late: self.late,
            review: self.review.map(|review| review.read(&id, "declarations.review")).transpose()?,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

/// Stores a new declaration.
pub fn insert(conn: &mut Conn, declaration: &Declaration) -> Result<Stored, Error> {
    let row = Row::encode(declaration)?;
    Stored::from_count(on!(conn, |c| diesel::insert_into(declarations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)))
}

/// Stores the present state of a declaration. The round, the receipt number and the facility code are not changed.
pub fn update(conn: &mut Conn, declaration: &Declaration) -> Result<(), Error> {
    let row = Row::encode(declaration)?;
    on!(conn, |c| diesel::update(declarations::table.find(row.id))
        .set((
            declarations::status.eq(row.status),
            declarations::revision.eq(row.revision),
            declarations::content.eq(row.content),
            declarations::late.eq(row.late),
            declarations::review.eq(row.review),
            declarations::version.eq(row.version),
            declarations::updated_at.eq(row.updated_at),
        ))
        .execute(c))?;
    Ok(())
}

/// Adds the declaration's current revision to its history.
pub fn insert_revision(conn: &mut Conn, declaration: &Declaration, filed_by: AccountId) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(revisions::table)
        .values((
            revisions::declaration_id.eq(Id(declaration.id.uuid())),
            revisions::revision.eq(declaration.revision),
            revisions::facility_code.eq(declaration.facility_code.as_str()),
            revisions::content.eq(Document::of(&declaration.content)?),
            revisions::filed_by.eq(Id(filed_by.uuid())),
            revisions::filed_at.eq(Moment(declaration.updated_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// The declaration with this id, if it belongs to the facility.
pub fn find(
    conn: &mut Conn,
    id: DeclarationId,
    facility: &FacilityCode,
) -> Result<Option<Declaration>, Error> {
    let row: Option<Row> = on!(conn, |c| declarations::table
        .find(Id(id.uuid()))
        .filter(declarations::facility_code.eq(facility.as_str()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// Whether the facility has a live declaration in the round: one that is neither rejected nor withdrawn.
pub fn exists_live(conn: &mut Conn, facility: &FacilityCode, round: &str) -> Result<bool, Error> {
    let not_live = [DeclarationStatus::Rejected.code(), DeclarationStatus::Withdrawn.code()];
    let live = declarations::table
        .filter(declarations::facility_code.eq(facility.as_str()))
        .filter(declarations::round.eq(round))
        .filter(declarations::status.ne_all(not_live));
    Ok(on!(conn, |c| diesel::select(diesel::dsl::exists(live)).get_result(c))?)
}

/// The live declarations of a facility, at most one for each round.
pub fn list_live(conn: &mut Conn, facility: &FacilityCode) -> Result<Vec<Declaration>, Error> {
    let not_live = [DeclarationStatus::Rejected.code(), DeclarationStatus::Withdrawn.code()];
    let rows: Vec<Row> = on!(conn, |c| declarations::table
        .filter(declarations::facility_code.eq(facility.as_str()))
        .filter(declarations::status.ne_all(not_live))
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(Row::decode).collect()
}

/// Which of a facility's declarations a list has. `None` stands for all.
#[derive(Debug, Default)]
pub struct DeclarationFilter {
    /// Those with this status.
    pub status: Option<DeclarationStatus>,
    /// Those in the round with this name.
    pub round: Option<String>,
    /// The one with this receipt number.
    pub receipt_number: Option<ReceiptNumber>,
}

/// A page of a facility's declarations, newest first.
pub fn list(
    conn: &mut Conn,
    facility: &FacilityCode,
    filter: &DeclarationFilter,
    slice: &Slice<After>,
) -> Result<Vec<Declaration>, Error> {
    let rows: Vec<Row> = load_newest_first!(conn, slice, (declarations::created_at, declarations::id), {
        let mut chosen = declarations::table
            .filter(declarations::facility_code.eq(facility.as_str()))
            .select(Row::as_select())
            .into_boxed();
        if let Some(status) = filter.status {
            chosen = chosen.filter(declarations::status.eq(status.code()));
        }
        if let Some(round) = &filter.round {
            chosen = chosen.filter(declarations::round.eq(round));
        }
        if let Some(number) = &filter.receipt_number {
            chosen = chosen.filter(declarations::receipt_number.eq(number.to_string()));
        }
        chosen
    })?;
    rows.into_iter().map(Row::decode).collect()
}

/// A page of a declaration's revisions, newest first.
pub fn list_revisions(
    conn: &mut Conn,
    id: DeclarationId,
    slice: &Slice<i64>,
) -> Result<Vec<DeclarationRevision>, Error> {
    let rows: Vec<(i64, String, Document, Id, Moment)> = on!(conn, |c| revisions::table
        .filter(revisions::declaration_id.eq(Id(id.uuid())))
        .filter(revisions::revision.lt(slice.after.unwrap_or(i64::MAX)))
        .order(revisions::revision.desc())
        .limit(slice.limit_plus_one())
        .select((
            revisions::revision,
            revisions::facility_code,
            revisions::content,
            revisions::filed_by,
            revisions::filed_at,
        ))
        .load(c))?;
    rows.into_iter()
        .map(|(revision, code, content, filed_by, filed_at)| {
            Ok(DeclarationRevision {
                revision,
                facility_code: FacilityCode::parse_without_check_digit(&code)
                    .map_err(|fault| undecodable(&id, "declaration_revisions.facility_code", &fault))?,
                content: content.read(&id, "declaration_revisions.content")?,
                filed_by: AccountId::from_uuid(filed_by.0),
                filed_at: filed_at.0,
            })
        })
        .collect()
}

/// Whether a revision of a declaration of the facility has the upload as an attachment.
pub fn is_attached(conn: &mut Conn, facility: &FacilityCode, upload: UploadId) -> Result<bool, Error> {
    let of_facility: Vec<Id> = on!(conn, |c| declarations::table
        .filter(declarations::facility_code.eq(facility.as_str()))
        .select(declarations::id)
        .load(c))?;
    let contents: Vec<Document> = on!(conn, |c| revisions::table
        .filter(revisions::declaration_id.eq_any(of_facility))
        .select(revisions::content)
        .load(c))?;
    for content in contents {
        let content: DeclarationContent = content.read(&upload, "declaration_revisions.content")?;
        if content.attachment_ids.contains(&upload) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives all declarations of a facility the code of its successor.
pub fn update_facility(
    conn: &mut Conn,
    from: &FacilityCode,
    to: &FacilityCode,
    now: Instant,
) -> Result<usize, Error> {
    Ok(on!(conn, |c| diesel::update(
        declarations::table.filter(declarations::facility_code.eq(from.as_str()))
    )
    .set((
        declarations::facility_code.eq(to.as_str()),
        declarations::version.eq(declarations::version + 1),
        declarations::updated_at.eq(Moment(now)),
    ))
    .execute(c))?)
}
