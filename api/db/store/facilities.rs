//! The facility list (地方厚生局の一覧), as imports have stored it.

use diesel::prelude::*;

use super::schema::{accounts, facilities};
use crate::db::engine::Conn;
use crate::db::engine::columns::{Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::engine::paging::Slice;
use crate::domain::facilities::ListedFacility;
use crate::domain::values::calendar::Instant;
use crate::domain::values::facility_code::{FacilityCode, FacilityKind};
use crate::domain::values::phone::PhoneNumber;
use crate::domain::values::postal_code::PostalCode;
use crate::domain::values::prefecture::Prefecture;
use crate::domain::values::search_key::search_key;
use crate::domain::values::text::{Address, FacilityName, PersonName};
use crate::error::Error;

#[derive(Queryable, Selectable)]
#[diesel(table_name = facilities)]
struct Row {
    code: String,
    name: String,
    postal_code: String,
    address: String,
    phone: Option<String>,
    founder_name: Option<String>,
    delisted_at: Option<Moment>,
}

impl Row {
    fn decode(self) -> Result<ListedFacility, Error> {
        let code = &self.code;
        Ok(ListedFacility {
            code: decode_code(code)?,
            name: FacilityName::parse(&self.name)
                .map_err(|fault| undecodable(code, "facilities.name", &fault))?,
            postal_code: PostalCode::parse(&self.postal_code)
                .map_err(|fault| undecodable(code, "facilities.postal_code", &fault))?,
            address: Address::parse(&self.address)
                .map_err(|fault| undecodable(code, "facilities.address", &fault))?,
            phone: (self.phone.as_deref().map(PhoneNumber::parse).transpose())
                .map_err(|fault| undecodable(code, "facilities.phone", &fault))?,
            founder_name: (self.founder_name.as_deref().map(PersonName::parse).transpose())
                .map_err(|fault| undecodable(code, "facilities.founder_name", &fault))?,
            delisted_at: self.delisted_at.map(|at| at.0),
        })
    }
}

fn decode_code(code: &str) -> Result<FacilityCode, Error> {
    FacilityCode::parse_without_check_digit(code)
        .map_err(|fault| undecodable(&code, "facilities.code", &fault))
}

/// The effect of an import on one facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// The list did not have the code.
    Added,
    /// The list had other data for the code, or the facility was delisted.
    Changed,
    /// The list had the same data for the code.
    Unchanged,
}

/// The facility with this code.
pub fn find(conn: &mut Conn, code: &FacilityCode) -> Result<Option<ListedFacility>, Error> {
    let row: Option<Row> =
        on!(conn, |c| facilities::table.find(code.as_str()).select(Row::as_select()).first(c).optional())?;
    row.map(Row::decode).transpose()
}

/// Adds or updates one facility. If the import has no telephone number or no founder, the stored one is kept.
pub fn upsert(conn: &mut Conn, facility: ListedFacility, now: Instant) -> Result<Imported, Error> {
    let known = find(conn, &facility.code)?;
    let facility = ListedFacility {
        phone: facility.phone.or_else(|| known.as_ref()?.phone.clone()),
        founder_name: facility.founder_name.or_else(|| known.as_ref()?.founder_name.clone()),
        ..facility
    };
    let columns = (
        facilities::name.eq(facility.name.as_str()),
        facilities::name_key.eq(search_key(facility.name.as_str())),
        facilities::postal_code.eq(facility.postal_code.digits()),
        facilities::address.eq(facility.address.as_str()),
        facilities::address_key.eq(search_key(facility.address.as_str())),
        facilities::phone.eq(facility.phone.as_ref().map(ToString::to_string)),
        facilities::founder_name.eq(facility.founder_name.as_ref().map(ToString::to_string)),
        facilities::changed_at.eq(Moment(now)),
        facilities::delisted_at.eq(None::<Moment>),
    );
    match known {
        Some(known) if known == facility => Ok(Imported::Unchanged),
        Some(_) => {
            on!(conn, |c| diesel::update(facilities::table.find(facility.code.as_str()))
                .set(columns)
                .execute(c))?;
            Ok(Imported::Changed)
        }
        None => {
            let key = (
                facilities::code.eq(facility.code.as_str()),
                facilities::kind.eq(facility.code.kind().code()),
                facilities::listed_at.eq(Moment(now)),
            );
            on!(conn, |c| diesel::insert_into(facilities::table).values((key, columns)).execute(c))?;
            Ok(Imported::Added)
        }
    }
}

/// The codes of one prefecture and kind that are not delisted.
pub fn list_codes(
    conn: &mut Conn,
    prefecture: Prefecture,
    kind: FacilityKind,
) -> Result<Vec<FacilityCode>, Error> {
    let codes: Vec<String> = on!(conn, |c| facilities::table
        .filter(facilities::kind.eq(kind.code()))
        .filter(facilities::code.like(format!("{prefecture}%")))
        .filter(facilities::delisted_at.is_null())
        .select(facilities::code)
        .load(c))?;
    codes.iter().map(|code| decode_code(code)).collect()
}

/// Marks a facility as no longer listed.
pub fn update_delisted(conn: &mut Conn, code: &FacilityCode, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(facilities::table.find(code.as_str()))
        .set(facilities::delisted_at.eq(Moment(now)))
        .execute(c))?;
    Ok(())
}

/// Facilities of the same kind and prefecture that have an account and the same name or address, at most 50, those with
/// both first. They may be predecessors of `facility`.
pub fn list_similar_with_account(
    conn: &mut Conn,
    facility: &ListedFacility,
) -> Result<Vec<ListedFacility>, Error> {
    let has_address = facilities::address_key.eq(search_key(facility.address.as_str()));
    let has_name = facilities::name_key.eq(search_key(facility.name.as_str()));
    let rows: Vec<Row> = on!(conn, |c| facilities::table
        .inner_join(accounts::table.on(accounts::facility_code.eq(facilities::code.nullable())))
        .filter(facilities::kind.eq(facility.code.kind().code()))
        .filter(facilities::code.like(format!("{}%", facility.code.prefecture())))
        .filter(facilities::code.ne(facility.code.as_str()))
        .filter(has_address.clone().or(has_name.clone()))
        .order((has_address.and(has_name).desc(), facilities::code))
        .select(Row::as_select())
        .limit(50)
        .load(c))?;
    rows.into_iter().map(Row::decode).collect()
}

/// A page of the list, sorted by code. `None` means every prefecture or every kind.
pub fn list(
    conn: &mut Conn,
    prefecture: Option<&str>,
    kind: Option<FacilityKind>,
    slice: &Slice<String>,
) -> Result<Vec<ListedFacility>, Error> {
    let rows: Vec<Row> = on!(conn, |c| {
        let mut query = facilities::table
            .select(Row::as_select())
            .order(facilities::code)
            .limit(slice.limit_plus_one())
            .into_boxed();
        if let Some(prefecture) = prefecture {
            query = query.filter(facilities::code.like(format!("{prefecture}%")));
        }
        if let Some(kind) = kind {
            query = query.filter(facilities::kind.eq(kind.code()));
        }
        if let Some(after) = &slice.after {
            query = query.filter(facilities::code.gt(after.clone()));
        }
        query.load(c)
    })?;
    rows.into_iter().map(Row::decode).collect()
}

/// Whether the list has any facility.
pub fn exists_any(conn: &mut Conn) -> Result<bool, Error> {
    let found = diesel::select(diesel::dsl::exists(facilities::table.select(facilities::code)));
    Ok(on!(conn, |c| found.get_result(c))?)
}
