//! `/v1/uploads`: files to attach to declarations. A client first announces a file, and then sends its content.

mod content;
pub(in crate::routes) mod forms;

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::{ContentDigestHeader, UploadRequest, UploadResponse};
use crate::blocking;
use crate::domain::filings::uploads::{MAX_BYTES, UploadRefusal, UploadStatus, file_names};
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::http::answer::{Answer, NoBody};
use crate::http::body::{Json, receive};
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::file_body;
use crate::http::idempotency::{IdempotencyKey, OptionalIdempotencyKeyHeader, Submission};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::path::id_in_path;
use crate::http::problems::Problem;
use crate::routes::forms::entry_schemas::FileContent;
use crate::routes::tags;
use crate::usecases::filings::uploads;

const ANNOUNCE: Operation = Operation::of_account("announceUpload")
    .with_key(KeyPolicy::Optional)
    .charged_to(Budget::Writes)
    .refusing(&[UploadRefusal::UploadQuota.code()]);
const STORE: Operation =
    Operation::of_account("storeUploadContent").charged_to(Budget::Writes).taking_file().refusing(&[
        UploadRefusal::UploadRefused.code(),
        UploadRefusal::ContentMismatch.code(),
        UploadRefusal::ContentNotOfType.code(),
        UploadRefusal::ContentActive.code(),
        UploadRefusal::ContentNotCheckable.code(),
        UploadRefusal::ImageTooLarge.code(),
    ]);
const READ: Operation = Operation::of_account("getUpload");
const READ_CONTENT: Operation = Operation::of_account("getUploadContent").refusing(&[
    UploadRefusal::UploadIncomplete.code(),
    UploadRefusal::UploadScanning.code(),
    UploadRefusal::UploadRefused.code(),
]);

const DELETE: Operation = Operation::of_account("deleteUpload")
    .charged_to(Budget::Writes)
    .refusing(&[UploadRefusal::UploadInUse.code()]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&ANNOUNCE, &STORE, &READ, &READ_CONTENT, &DELETE];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(announce_upload)
        .service(store_content)
        .service(read_upload)
        .service(read_content)
        .service(delete_upload);
}

/// The path of an upload.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct UploadPath {
    /// The upload's id.
    #[param(max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    id: String,
}

/// Announce a file
///
/// First step of an upload: announces the name, the type, the size and the digest of a file. The content must arrive
/// within one hour.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = ANNOUNCE.id,
    params(OptionalIdempotencyKeyHeader),
    request_body = UploadRequest,
    responses((status = 201, description = "The file is announced.", body = UploadResponse)),
)]
#[post("/v1/uploads")]
async fn announce_upload(
    context: Context<LoggedIn>,
    key: IdempotencyKey,
    body: Json<UploadRequest>,
) -> Result<Answer<UploadResponse>, Problem> {
    let submission = Submission::new(&ANNOUNCE, key)?.fingerprinted(body.fingerprint());
    context.charge(&ANNOUNCE)?;
    let file = body.read(UploadRequest::parse)?;
    let announce = context.submit(submission, move |work| {
        let upload = uploads::announce(work, file)?;
        let location = format!("/v1/uploads/{}", upload.id);
        Answer::created(location, &UploadResponse::of(&upload))
    });
    Ok(announce.await?)
}

/// Send a file's content
///
/// Second step of an upload: sends the content, with its digest. The size and the digest must be the announced ones,
/// and the content must be a complete file of the announced type. A PDF must not be encrypted, and must not contain
/// scripts, actions that open or send files, or embedded files. An image has at most 20,000 pixels on a side and
/// 150,000,000 in all. After a broken connection, send the same content
/// again: a repetition changes nothing. A slow connection is accepted if it transfers at least about 16 KiB per
/// second.
///
/// If the service has a malware scanner, the upload is `SCANNING` at first and `STORED` or `REFUSED` some seconds later.
/// It can be attached at once. If a file is refused, its sender gets a mail, and declarations with it stay as they were
/// filed.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = STORE.id,
    params(UploadPath, ContentDigestHeader),
    request_body(
        content = FileContent,
        content_type = "application/octet-stream",
        description = "The content of the file. `Content-Type` is the announced type or `application/octet-stream`.",
    ),
    responses((status = 200, description = "The content has arrived.", body = UploadResponse)),
)]
#[put("/v1/uploads/{id}/content")]
async fn store_content(
    context: Context<LoggedIn>,
    path: web::Path<UploadPath>,
    payload: web::Payload,
) -> Result<Answer<UploadResponse>, Problem> {
    let id = id_in_path(&path.id, UploadId::parse)?;
    context.charge(&STORE)?;
    let find = context.read(move |reading| uploads::find(reading.conn, reading.actor, id, reading.now));
    let upload = find.await?;
    if upload.status() == UploadStatus::Refused {
        return Err(UploadRefusal::UploadRefused.into());
    }
    let headers = context.request().headers();
    content::check_media_type(headers, upload.media_type)?;
    let digest = content::sha256_of_header(headers)?;
    let account = upload.account_id.to_string();
    let account_permit = context.state.uploads_of_accounts.acquire(&account);
    let account_permit = account_permit
        .ok_or(Error::Overloaded("the account is already sending the maximum number of files"))?;
    let permit = context
        .state
        .upload_permits
        .try_acquire()
        .map_err(|_| Error::Overloaded("the maximum number of files is already being sent"))?;
    let limit = usize::try_from(MAX_BYTES).map_err(Error::internal)?;
    let bytes = receive(context.request(), payload.into_inner(), limit).await?.freeze();
    let (files, removed_files) = (context.state.files.clone(), context.state.files.clone());
    let must_store = upload.received_at.is_none();
    blocking::run(move || {
        content::check_content(&upload, &digest, &bytes)?;
        if must_store { files.store(id, &bytes) } else { Ok(()) }
    })
    .await??;
    drop((permit, account_permit));
    let confirmed = context.write(move |work| uploads::confirm(work, id)).await;
    // While this copy arrived, another one may have been refused, or the upload deleted, and this copy written after the
    // content was removed.
    let is_gone = match &confirmed {
        Ok(upload) => upload.status() == UploadStatus::Refused,
        Err(error) => matches!(error, Error::NotFound),
    };
    if is_gone {
        blocking::run(move || removed_files.remove(id)).await??;
    }
    let confirmed = confirmed?;
    if confirmed.status() == UploadStatus::Refused {
        return Err(UploadRefusal::UploadRefused.into());
    }
    context.state.wake_scans.notify_one();
    Ok(Answer::ok(&UploadResponse::of(&confirmed))?)
}

/// Read an upload
///
/// The data and the status of the upload.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = READ.id,
    params(UploadPath),
    responses((status = 200, description = "The upload.", body = UploadResponse)),
)]
#[get("/v1/uploads/{id}")]
async fn read_upload(
    context: Context<LoggedIn>,
    path: web::Path<UploadPath>,
) -> Result<Answer<UploadResponse>, Problem> {
    let id = id_in_path(&path.id, UploadId::parse)?;
    let find = context.read(move |reading| uploads::find(reading.conn, reading.actor, id, reading.now));
    Ok(Answer::ok(&UploadResponse::of(&find.await?))?)
}

/// Delete an upload
///
/// Deletes a file that no declaration has as an attachment, with its content. A file that a declaration or one of its
/// former revisions has is kept as a record.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = DELETE.id,
    params(UploadPath),
    responses((status = 204, description = "The upload is deleted.")),
)]
#[delete("/v1/uploads/{id}")]
async fn delete_upload(
    context: Context<LoggedIn>,
    path: web::Path<UploadPath>,
) -> Result<Answer<NoBody>, Problem> {
    let id = id_in_path(&path.id, UploadId::parse)?;
    context.charge(&DELETE)?;
    context.write(move |work| uploads::delete(work, id)).await?;
    let files = context.state.files.clone();
    blocking::run(move || files.remove(id)).await??;
    Ok(Answer::no_content())
}

/// Download a file's content
///
/// The stored content, as a download (`Content-Disposition: attachment`). Browsers save it and do not display it. A
/// file that waits for the malware scanner cannot be downloaded.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = READ_CONTENT.id,
    params(UploadPath),
    responses(
        (
            status = 200,
            description = "The content of the file.",
            body = FileContent,
            content_type = "application/octet-stream",
        ),
    ),
)]
#[get("/v1/uploads/{id}/content")]
async fn read_content(
    context: Context<LoggedIn>,
    path: web::Path<UploadPath>,
) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&path.id, UploadId::parse)?;
    let find = context.read(move |reading| uploads::find(reading.conn, reading.actor, id, reading.now));
    let upload = find.await?;
    match upload.status() {
        UploadStatus::Announced => return Err(UploadRefusal::UploadIncomplete.into()),
        UploadStatus::Scanning => return Err(UploadRefusal::UploadScanning.into()),
        UploadStatus::Refused => return Err(UploadRefusal::UploadRefused.into()),
        UploadStatus::Stored => {}
    }
    let files = context.state.files.clone();
    let (file, length) = blocking::run(move || files.open_file(id)).await??;
    if length != upload.size_bytes {
        return Err(Error::internal(format!(
            "{id}: the stored file has {length} bytes, which is not the announced size"
        ))
        .into());
    }
    let name = file_names::served_as(upload.media_type, &upload.file_name);
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, content::content_disposition(&name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(file_body::stream(file, length)))
}
