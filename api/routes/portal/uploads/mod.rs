//! `/v1/uploads`: attachments. They are announced first, and then their bytes are sent.

mod content;
pub(in crate::routes) mod forms;

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;

use self::forms::{ContentDigestHeader, UploadPreview, UploadRequest, UploadResponse};
use crate::blocking;
use crate::domain::filings::uploads::{MAX_BYTES, UploadRefusal};
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::http::answer::{Answer, OrPreview};
use crate::http::body::{Json, receive};
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::file_body;
use crate::http::idempotency::{IdempotencyKey, OptionalIdempotencyKeyHeader, Submission};
use crate::http::operation::{Budget, KeyPolicy, Operation};
use crate::http::path::id_in_path;
use crate::http::problems::Problem;
use crate::http::rehearsal::WriteQuery;
use crate::routes::forms::listed::FileContent;
use crate::routes::tags;
use crate::usecases::filings::uploads;

const ANNOUNCE: Operation = Operation::of_account("announceUpload")
    .with_key(KeyPolicy::Optional)
    .charged_to(Budget::Writes)
    .refusing(&[(409, "The account holds as many files as it may.")]);
const STORE: Operation = Operation::of_account("storeUploadContent").charged_to(Budget::Writes).taking_file();
const READ: Operation = Operation::of_account("getUpload");
const READ_CONTENT: Operation =
    Operation::of_account("getUploadContent").refusing(&[(409, "The bytes have not come.")]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&ANNOUNCE, &STORE, &READ, &READ_CONTENT];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(announce_upload).service(store_content).service(read_upload).service(read_content);
}

/// Announce a file
///
/// First step of an attachment: says what the file will be. Its bytes are awaited for 24 hours.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = ANNOUNCE.id,
    params(WriteQuery, OptionalIdempotencyKeyHeader),
    request_body = UploadRequest,
    responses(
        (status = 200, description = "With `validate_only`: the file would be awaited.", body = UploadPreview),
        (status = 201, description = "The bytes are awaited.", body = UploadResponse),
    ),
)]
#[post("/v1/uploads")]
async fn announce_upload(
    context: Context<LoggedIn>,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<UploadRequest>,
) -> Result<Answer<OrPreview<UploadResponse, UploadPreview>>, Problem> {
    let submission = Submission::new(&ANNOUNCE, *query, key)?.fingerprinted(body.fingerprint());
    context.charge(&ANNOUNCE)?;
    let file = body.read(UploadRequest::parse)?;
    let announce = context.submit(submission, move |work| {
        let upload = uploads::announce(work, file)?;
        if query.validate_only {
            return Ok(Answer::ok(&UploadPreview::of(&upload))?.as_preview());
        }
        let location = format!("/v1/uploads/{}", upload.id);
        Ok(Answer::created(location, &UploadResponse::of(&upload))?.or_preview())
    });
    Ok(announce.await?)
}

/// Send a file's bytes
///
/// Second step: the bytes, with their digest. They must be what was announced, down to the digest,
/// and begin as a file of their type does. Sending the same bytes again changes nothing, so a
/// broken line is no harm. They may come slowly, at 16 KiB a second and not much less.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = STORE.id,
    params(
        ("id" = String, Path, description = "The upload's id.", max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
        ContentDigestHeader,
    ),
    request_body(content = FileContent, content_type = "application/octet-stream", description = "The file's bytes; `Content-Type` is the announced type or `application/octet-stream`."),
    responses((status = 200, description = "The bytes are stored; with `validate_only` they would be.", body = UploadResponse)),
)]
#[put("/v1/uploads/{id}/content")]
async fn store_content(
    context: Context<LoggedIn>,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
    payload: web::Payload,
) -> Result<Answer<UploadResponse>, Problem> {
    let id = id_in_path(&id, UploadId::parse)?;
    context.charge(&STORE)?;
    let find = context.read(move |reading| uploads::find(reading.conn, reading.actor, id, reading.now));
    let upload = find.await?;
    let headers = context.request().headers();
    content::accepts(headers, upload.media_type)?;
    let digest = content::digest(headers)?;
    let account = upload.account_id.to_string();
    let account_permit = context.state.uploads_of_accounts.acquire(&account);
    let account_permit = account_permit.ok_or(Error::Overloaded("too many files of one account arrive"))?;
    let permit =
        context.state.upload_permits.try_acquire().map_err(|_| Error::Overloaded("too many files arrive"))?;
    let limit = usize::try_from(MAX_BYTES).map_err(Error::internal)?;
    let bytes = receive(context.request(), payload.into_inner(), limit).await?.freeze();
    let files = context.state.files.clone();
    let keep = !query.validate_only && upload.stored_at.is_none();
    blocking::run(move || {
        content::check(&upload, &digest, &bytes)?;
        if keep { files.store(id, &bytes) } else { Ok(()) }
    })
    .await??;
    drop((permit, account_permit));
    let confirmed = context.write(*query, move |work| uploads::confirm(work, id)).await?;
    Ok(Answer::ok(&UploadResponse::of(&confirmed))?)
}

/// Read an upload
///
/// What is known of it, and whether its bytes are stored.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = READ.id,
    params(("id" = String, Path, description = "The upload's id.", max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")),
    responses((status = 200, description = "The upload.", body = UploadResponse)),
)]
#[get("/v1/uploads/{id}")]
async fn read_upload(
    context: Context<LoggedIn>,
    id: web::Path<String>,
) -> Result<Answer<UploadResponse>, Problem> {
    let id = id_in_path(&id, UploadId::parse)?;
    let find = context.read(move |reading| uploads::find(reading.conn, reading.actor, id, reading.now));
    Ok(Answer::ok(&UploadResponse::of(&find.await?))?)
}

/// Read a file's bytes
///
/// The stored file, to be saved (`Content-Disposition: attachment`), never to be shown in place.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = READ_CONTENT.id,
    params(("id" = String, Path, description = "The upload's id.", max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")),
    responses(
        (status = 200, description = "The bytes.", body = FileContent, content_type = "application/octet-stream"),
    ),
)]
#[get("/v1/uploads/{id}/content")]
async fn read_content(context: Context<LoggedIn>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = id_in_path(&id, UploadId::parse)?;
    let find = context.read(move |reading| uploads::find(reading.conn, reading.actor, id, reading.now));
    let upload = find.await?;
    if upload.stored_at.is_none() {
        return Err(UploadRefusal::UploadIncomplete.into());
    }
    let files = context.state.files.clone();
    let (file, length) = blocking::run(move || files.opened(id)).await??;
    if length != upload.size_bytes {
        return Err(Error::internal(format!("{id}: the file has {length} bytes")).into());
    }
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, content::disposition(&upload.file_name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(file_body::stream(file, length)))
}
