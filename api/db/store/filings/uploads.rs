//! The rows of uploads. Their contents are files outside the database.

use diesel::prelude::*;

use crate::db::engine::Conn;
use crate::db::engine::columns::{Id, Moment, undecodable};
use crate::db::engine::connection::on;
use crate::db::store::schema::uploads;
use crate::domain::filings::uploads::{MediaType, Upload};
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, UploadId};
use crate::error::Error;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    account_id: Id,
    file_name: String,
    media_type: String,
    size_bytes: i64,
    sha256: String,
    created_at: Moment,
    expires_at: Moment,
    stored_at: Option<Moment>,
    received_at: Option<Moment>,
    refused_at: Option<Moment>,
}

impl Row {
    fn decode(self) -> Result<Upload, Error> {
        let id = UploadId::from_uuid(self.id.0);
        Ok(Upload {
            id,
            account_id: AccountId::from_uuid(self.account_id.0),
            file_name: self.file_name,
            media_type: MediaType::from_code(&self.media_type)
                .ok_or_else(|| undecodable(&id, "uploads.media_type", &self.media_type))?,
            size_bytes: u64::try_from(self.size_bytes)
                .map_err(|error| undecodable(&id, "uploads.size_bytes", &error))?,
            sha256: self.sha256,
            created_at: self.created_at.0,
            expires_at: self.expires_at.0,
            received_at: self.received_at.map(|at| at.0),
            stored_at: self.stored_at.map(|at| at.0),
            refused_at: self.refused_at.map(|at| at.0),
        })
    }
}

/// Stores an announced upload.
pub fn insert(conn: &mut Conn, upload: &Upload) -> Result<(), Error> {
    let row = Row {
        id: Id(upload.id.uuid()),
        account_id: Id(upload.account_id.uuid()),
        file_name: upload.file_name.clone(),
        media_type: upload.media_type.code().to_owned(),
        size_bytes: i64::try_from(upload.size_bytes).map_err(Error::internal)?,
        sha256: upload.sha256.clone(),
        created_at: Moment(upload.created_at),
        expires_at: Moment(upload.expires_at),
        stored_at: upload.stored_at.map(Moment),
        received_at: upload.received_at.map(Moment),
        refused_at: upload.refused_at.map(Moment),
    };
    on!(conn, |c| diesel::insert_into(uploads::table).values(row).execute(c))?;
    Ok(())
}

/// The upload with this id, if it belongs to the account.
pub fn find(conn: &mut Conn, id: UploadId, account: AccountId) -> Result<Option<Upload>, Error> {
    let row: Option<Row> = on!(conn, |c| uploads::table
        .find(Id(id.uuid()))
        .filter(uploads::account_id.eq(Id(account.uuid())))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::decode).transpose()
}

/// The number of uploads of an account, and the sum of their announced sizes in bytes. An upload without content, because
/// it has not arrived or was refused, counts until its announcement expires.
pub fn find_usage(conn: &mut Conn, account: AccountId, now: Instant) -> Result<(i64, i64), Error> {
    let sizes: Vec<i64> = on!(conn, |c| uploads::table
        .filter(uploads::account_id.eq(Id(account.uuid())))
        .filter(
            uploads::received_at
                .is_not_null()
                .and(uploads::refused_at.is_null())
                .or(uploads::expires_at.gt(Moment(now)))
        )
        .select(uploads::size_bytes)
        .load(c))?;
    Ok((i64::try_from(sizes.len()).map_err(Error::internal)?, sizes.iter().sum()))
}

/// The ids of all uploads whose content is on disk, with the SHA-256 digests of the contents.
pub fn list_on_disk(conn: &mut Conn) -> Result<Vec<(UploadId, String)>, Error> {
    let rows: Vec<(Id, String)> = on!(conn, |c| uploads::table
        .filter(uploads::received_at.is_not_null())
        .filter(uploads::refused_at.is_null())
        .order(uploads::id)
        .select((uploads::id, uploads::sha256))
        .load(c))?;
    Ok(rows.into_iter().map(|(id, sha256)| (UploadId::from_uuid(id.0), sha256)).collect())
}

/// Stores the instants of an upload that mark its progress: arrival, release and refusal.
pub fn update_progress(conn: &mut Conn, upload: &Upload) -> Result<(), Error> {
    on!(conn, |c| diesel::update(uploads::table.find(Id(upload.id.uuid())))
        .set((
            uploads::received_at.eq(upload.received_at.map(Moment)),
            uploads::stored_at.eq(upload.stored_at.map(Moment)),
            uploads::refused_at.eq(upload.refused_at.map(Moment)),
        ))
        .execute(c))?;
    Ok(())
}

/// Deletes an upload.
pub fn delete(conn: &mut Conn, id: UploadId) -> Result<(), Error> {
    on!(conn, |c| diesel::delete(uploads::table.find(Id(id.uuid()))).execute(c))?;
    Ok(())
}

/// Deletes uploads that expired before their content arrived, and returns their ids.
pub fn delete_expired(conn: &mut Conn, now: Instant) -> Result<Vec<UploadId>, Error> {
    let expired =
        uploads::table.filter(uploads::received_at.is_null()).filter(uploads::expires_at.le(Moment(now)));
    let ids: Vec<Id> = on!(conn, |c| diesel::delete(expired).returning(uploads::id).get_results(c))?;
    Ok(ids.into_iter().map(|id| UploadId::from_uuid(id.0)).collect())
}
