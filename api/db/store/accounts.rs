//! Accounts, and the identities that they had before successions.

use diesel::prelude::*;

use super::schema::{accounts, former_facilities};
use crate::db::engine::columns::{Document, Id, Moment, undecodable};
use crate::db::engine::connection::{on, unless_taken};
use crate::db::engine::{Conn, Stored};
use crate::domain::accounts::{Account, FacilityIdentity, FormerFacility, Profile};
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::values::calendar::Instant;
use crate::domain::values::designation_receipt::DesignationReceipt;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::{FacilityCode, FacilityKind};
use crate::domain::values::ids::{AccountId, SuccessionId};
use crate::domain::values::prefecture::Prefecture;
use crate::error::Error;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    email: String,
    email_key: String,
    password_hash: String,
    kind: String,
    facility_code: Option<String>,
    designation_receipt: Option<String>,
    receipt_prefecture: Option<String>,
    profile: Document,
    version: i64,
    created_at: Moment,
    updated_at: Moment,
}

impl Row {
    fn decode(self) -> Result<Account, Error> {
        let id = AccountId::from_uuid(self.id.0);
        Ok(Account {
            id,
            email: EmailAddress::parse(&self.email)
                .map_err(|fault| undecodable(&id, "accounts.email", &fault))?,
            identity: self.decode_identity(&id)?,
            profile: self.profile.read(&id, "accounts.profile")?,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }

    fn decode_identity(&self, id: &AccountId) -> Result<FacilityIdentity, Error> {
        if let Some(code) = &self.facility_code {
            return FacilityCode::parse_without_check_digit(code)
                .map(FacilityIdentity::Designated)
                .map_err(|fault| undecodable(id, "accounts.facility_code", &fault));
        }
        let kind = FacilityKind::from_code(&self.kind)
            .ok_or_else(|| undecodable(id, "accounts.kind", &"unknown"))?;
        let number = self.receipt_prefecture.as_deref().and_then(|number| number.parse().ok());
        let prefecture = number.and_then(Prefecture::from_number);
        DesignationReceipt::parse_even_a_code(self.designation_receipt.as_deref().unwrap_or_default())
            .map(|receipt| FacilityIdentity::Applying { receipt, kind, prefecture })
            .map_err(|fault| undecodable(id, "accounts.designation_receipt", &fault))
    }
}

/// The facility code, the receipt number and the prefecture of the receipt number.
fn identity_columns(identity: &FacilityIdentity) -> (Option<String>, Option<String>, Option<String>) {
    match identity {
        FacilityIdentity::Designated(code) => (Some(code.to_string()), None, None),
        FacilityIdentity::Applying { receipt, prefecture, .. } => {
            (None, Some(receipt.to_string()), prefecture.map(|prefecture| prefecture.to_string()))
        }
    }
}

/// Stores a new account. For a preview the password hash may be `None`, because the row is rolled back.
pub fn insert(
    conn: &mut Conn,
    account: &Account,
    password_hash: Option<&PasswordHash>,
) -> Result<Stored, Error> {
    let (facility_code, designation_receipt, receipt_prefecture) = identity_columns(&account.identity);
    let row = Row {
        id: Id(account.id.uuid()),
        email: account.email.to_string(),
        email_key: account.email.key(),
        password_hash: password_hash.map_or("", PasswordHash::expose).to_owned(),
        kind: account.identity.kind().code().to_owned(),
        facility_code,
        designation_receipt,
        receipt_prefecture,
        profile: Document::of(&account.profile)?,
        version: account.version,
        created_at: Moment(account.created_at),
        updated_at: Moment(account.updated_at),
    };
    Stored::from_count(on!(conn, |c| diesel::insert_into(accounts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c)))
}

/// The account with this id.
pub fn find(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, Error> {
    let row: Option<Row> =
        on!(conn, |c| accounts::table.find(Id(id.uuid())).select(Row::as_select()).first(c).optional())?;
    row.map(Row::decode).transpose()
}

/// The account that logs in with this address.
pub fn find_by_email(conn: &mut Conn, email: &EmailAddress) -> Result<Option<Account>, Error> {
    let row: Option<Row> = on!(conn, |c| accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// The account that has this facility code now.
pub fn find_by_facility(conn: &mut Conn, code: &FacilityCode) -> Result<Option<Account>, Error> {
    let row: Option<Row> = on!(conn, |c| accounts::table
        .filter(accounts::facility_code.eq(code.as_str()))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// Whether there is an account without a code that has this receipt number in this prefecture and kind.
pub fn exists_by_receipt(
    conn: &mut Conn,
    receipt: &DesignationReceipt,
    kind: FacilityKind,
    prefecture: Option<Prefecture>,
) -> Result<bool, Error> {
    let prefecture = prefecture.map(|prefecture| prefecture.to_string());
    let found = diesel::select(diesel::dsl::exists(
        accounts::table
            .filter(accounts::designation_receipt.eq(receipt.as_str()))
            .filter(accounts::kind.eq(kind.code()))
            .filter(accounts::receipt_prefecture.eq(prefecture))
            .filter(accounts::facility_code.is_null()),
    ));
    Ok(on!(conn, |c| found.get_result(c))?)
}

/// The account that logs in with this address, and its password hash.
pub fn find_credentials(
    conn: &mut Conn,
    email: &EmailAddress,
) -> Result<Option<(AccountId, PasswordHash)>, Error> {
    let found: Option<(Id, String)> = on!(conn, |c| accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select((accounts::id, accounts::password_hash))
        .first(c)
        .optional())?;
    Ok(found.map(|(id, hash)| (AccountId::from_uuid(id.0), PasswordHash::new(hash))))
}

/// An account's password hash.
pub fn find_password_hash(conn: &mut Conn, id: AccountId) -> Result<Option<PasswordHash>, Error> {
    let hash: Option<String> = on!(conn, |c| accounts::table
        .find(Id(id.uuid()))
        .select(accounts::password_hash)
        .first(c)
        .optional())?;
    Ok(hash.map(PasswordHash::new))
}

/// Stores a new profile of an account.
pub fn update_profile(conn: &mut Conn, id: AccountId, profile: &Profile, now: Instant) -> Result<(), Error> {
    on!(conn, |c| diesel::update(accounts::table.find(Id(id.uuid())))
        .set((
            accounts::profile.eq(Document::of(profile)?),
            accounts::version.eq(accounts::version + 1),
            accounts::updated_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Stores a new facility code and a new profile of an account, after a designation or an accepted succession.
pub fn update_facility(
    conn: &mut Conn,
    id: AccountId,
    code: &FacilityCode,
    profile: &Profile,
    now: Instant,
) -> Result<Stored, Error> {
    let profile = Document::of(profile)?;
    unless_taken(conn, |conn| {
        on!(conn, |c| diesel::update(accounts::table.find(Id(id.uuid())))
            .set((
                accounts::facility_code.eq(code.as_str()),
                accounts::kind.eq(code.kind().code()),
                accounts::profile.eq(profile),
                accounts::version.eq(accounts::version + 1),
                accounts::updated_at.eq(Moment(now)),
            ))
            .execute(c))
    })
}

/// Stores a new password hash.
pub fn update_password(
    conn: &mut Conn,
    id: AccountId,
    hash: &PasswordHash,
    now: Instant,
) -> Result<(), Error> {
    on!(conn, |c| diesel::update(accounts::table.find(Id(id.uuid())))
        .set((
            accounts::password_hash.eq(hash.expose()),
            accounts::version.eq(accounts::version + 1),
            accounts::updated_at.eq(Moment(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Stores a new login address.
pub fn update_email(
    conn: &mut Conn,
    id: AccountId,
    email: &EmailAddress,
    now: Instant,
) -> Result<Stored, Error> {
    unless_taken(conn, |conn| {
        on!(conn, |c| diesel::update(accounts::table.find(Id(id.uuid())))
            .set((
                accounts::email.eq(email.to_string()),
                accounts::email_key.eq(email.key()),
                accounts::version.eq(accounts::version + 1),
                accounts::updated_at.eq(Moment(now)),
            ))
            .execute(c))
    })
}

/// Stores the identity that an account loses by a succession.
pub fn insert_former(
    conn: &mut Conn,
    id: AccountId,
    succession: SuccessionId,
    former: &FormerFacility,
) -> Result<(), Error> {
    on!(conn, |c| diesel::insert_into(former_facilities::table)
        .values((
            former_facilities::facility_code.eq(former.facility_code.as_str()),
            former_facilities::account_id.eq(Id(id.uuid())),
            former_facilities::succession_id.eq(Id(succession.uuid())),
            former_facilities::profile.eq(Document::of(&former.profile)?),
            former_facilities::until.eq(Moment(former.until)),
        ))
        .execute(c))?;
    Ok(())
}

/// The identities that an account had before, oldest first.
pub fn list_former(conn: &mut Conn, id: AccountId) -> Result<Vec<FormerFacility>, Error> {
    let rows: Vec<(String, Document, Moment)> = on!(conn, |c| former_facilities::table
        .filter(former_facilities::account_id.eq(Id(id.uuid())))
        .order(former_facilities::until)
        .select((former_facilities::facility_code, former_facilities::profile, former_facilities::until))
        .load(c))?;
    rows.into_iter()
        .map(|(code, profile, until)| {
            Ok(FormerFacility {
                facility_code: FacilityCode::parse_without_check_digit(&code)
                    .map_err(|fault| undecodable(&id, "former_facilities.facility_code", &fault))?,
                profile: profile.read(&code, "former_facilities.profile")?,
                until: until.0,
            })
        })
        .collect()
}

/// Whether the rights and duties of this code have passed to another code.
pub fn exists_former(conn: &mut Conn, code: &FacilityCode) -> Result<bool, Error> {
    let found = diesel::select(diesel::dsl::exists(former_facilities::table.find(code.as_str())));
    Ok(on!(conn, |c| found.get_result(c))?)
}
