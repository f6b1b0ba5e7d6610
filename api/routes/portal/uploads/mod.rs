//! `/v1/uploads`: attachments, announced first, then their bytes.

mod forms;

use crate::routes::tags;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use utoipa_actix_web::service_config::ServiceConfig;

use super::uploads::forms::{ContentDigestHeader, UploadPreview, UploadRequest, UploadResponse};
use crate::blocking;
use crate::domain::filings::uploads::UploadRefusal;
use crate::domain::filings::uploads::{MAX_BYTES, MediaType, Upload, parse_file_name, parse_sha256, to_hex};
use crate::domain::values::fault::Fault;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::{Json, receive};
use crate::http::context::{Bearer, Context};
use crate::http::file_body as attachment;
use crate::http::filing::{Filing, IdempotencyKey, OptionalIdempotencyKeyHeader};
use crate::http::problems::refusals::RequestRefusal;
use crate::http::problems::{Problem, ProblemDocument};
use crate::http::rehearsal::WriteQuery;
use crate::routes::forms::listed::FileContent;
use crate::usecases::filings::uploads::{self, Announcement};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(announce_upload).service(store_content).service(read_upload).service(read_content);
}

/// Announce a file
///
/// First step of an attachment: says what the file will be. Its bytes are awaited for 24 hours.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = "announceUpload",
    params(WriteQuery, OptionalIdempotencyKeyHeader),
    request_body = UploadRequest,
    responses(
        (status = 200, description = "With `validate_only`: the file would be awaited.", body = UploadPreview),
        (status = 201, description = "The bytes are awaited.", body = UploadResponse),
        (status = 409, description = "The account holds as many files as it may.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[post("/v1/uploads")]
async fn announce_upload(
    context: Context,
    bearer: Bearer,
    query: web::Query<WriteQuery>,
    key: IdempotencyKey,
    body: Json<UploadRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let filing = Filing::new("announceUpload", query, key).about(&body.fingerprint);
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let Json { value, mut faults, .. } = body;
    let file_name = faults.take("/file_name", parse_file_name(&value.file_name));
    let media_type = MediaType::from_code(&value.media_type).ok_or(Fault::MediaTypeNotAccepted);
    let media_type = faults.take("/media_type", media_type);
    let sha256 = faults.take("/sha256", parse_sha256(&value.sha256));
    let size_bytes = u64::try_from(value.size_bytes).ok();
    let file = (|| {
        Some(Announcement {
            file_name: file_name?,
            media_type: media_type?,
            size_bytes: size_bytes?,
            sha256: sha256?,
        })
    })();
    let file = faults.finish(file)?;
    context
        .carry_out(filing, bearer, move |work, principal| {
            let upload = uploads::announce(work, principal, file)?;
            if query.validate_only {
                return Answer::ok(&UploadPreview::of(&upload));
            }
            Answer::created(format!("/v1/uploads/{}", upload.id), &UploadResponse::of(&upload))
        })
        .await
}

/// Send a file's bytes
///
/// Second step: the bytes, with their digest. They must be what was announced, down to the digest,
/// and begin as a file of their type does. Sending the same bytes again changes nothing, so a
/// broken line is no harm. They may come slowly, at 16 KiB a second and not much less.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = "storeUploadContent",
    params(
        ("id" = String, Path, description = "The upload's id.", max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h"),
        WriteQuery,
        ContentDigestHeader,
    ),
    request_body(content = FileContent, content_type = "application/octet-stream", description = "The file's bytes; `Content-Type` is the announced type or `application/octet-stream`."),
    responses((status = 200, description = "The bytes are stored; with `validate_only` they would be.", body = UploadResponse)),
    security(("bearer" = [])),
)]
#[put("/v1/uploads/{id}/content")]
async fn store_content(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
    query: web::Query<WriteQuery>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (query, now) = (query.into_inner(), context.call.now);
    let id = UploadId::parse(&id).map_err(|_| Error::NotFound)?;
    context.spend(&context.state.limits.writes_per_account, &bearer.budget_key())?;
    let upload = context
        .state
        .database
        .read(move |conn| {
            let principal = bearer.principal(conn, now)?;
            uploads::find(conn, &principal, id, now)
        })
        .await?;
    accepts(request.headers(), upload.media_type)?;
    let digest = content_digest(request.headers())?;
    let own = context.state.uploads_of_accounts.acquire(&bearer.budget_key());
    let own = own.ok_or(Error::Overloaded("too many files of one account arrive"))?;
    let turn =
        context.state.upload_turns.try_acquire().map_err(|_| Error::Overloaded("too many files arrive"))?;
    let limit = usize::try_from(MAX_BYTES).map_err(Error::internal)?;
    let content = receive(&request, payload.into_inner(), limit).await?.freeze();
    let (files, announced) = (context.state.files.clone(), upload.clone());
    let keep = !query.validate_only && upload.stored_at.is_none();
    blocking::run(move || {
        check(&announced, &digest, &content)?;
        if keep { files.store(id, &content) } else { Ok(()) }
    })
    .await??;
    drop((turn, own));
    context
        .carry_out(Filing::unkeyed(query), bearer, move |work, principal| {
            Answer::ok(&UploadResponse::of(&uploads::confirm(work, principal, id)?))
        })
        .await
}

fn accepts(headers: &HeaderMap, announced: MediaType) -> Result<(), Error> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(announced.code())
        || essence.eq_ignore_ascii_case("application/octet-stream")
    {
        Ok(())
    } else {
        Err(RequestRefusal::UnsupportedMediaType.into())
    }
}

/// The SHA-256 digest of `Content-Digest`.
fn content_digest(headers: &HeaderMap) -> Result<Vec<u8>, Error> {
    let value = headers.get("content-digest").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encoded =
        value.split(',').find_map(|entry| entry.trim().strip_prefix("sha-256=:")?.strip_suffix(':'));
    let digest =
        encoded.and_then(|encoded| STANDARD.decode(encoded).ok()).filter(|digest| digest.len() == 32);
    digest.ok_or_else(|| RequestRefusal::InvalidParameter.into())
}

fn check(announced: &Upload, digest: &[u8], content: &[u8]) -> Result<(), Error> {
    let actual = Sha256::digest(content);
    let size_fits = u64::try_from(content.len()).is_ok_and(|size| size == announced.size_bytes);
    if !size_fits || to_hex(&actual) != announced.sha256 || actual.as_slice() != digest {
        return Err(UploadRefusal::ContentMismatch.into());
    }
    if announced.media_type.fits(content) { Ok(()) } else { Err(UploadRefusal::ContentNotOfType.into()) }
}

/// Read an upload
///
/// What is known of it, and whether its bytes are stored.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = "getUpload",
    params(("id" = String, Path, description = "The upload's id.", max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")),
    responses((status = 200, description = "The upload.", body = UploadResponse)),
    security(("bearer" = [])),
)]
#[get("/v1/uploads/{id}")]
async fn read_upload(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let upload = find(&context, bearer, &id).await?;
    Ok(Answer::ok(&UploadResponse::of(&upload))?.write())
}

async fn find(context: &Context, bearer: Bearer, id: &str) -> Result<Upload, Error> {
    let now = context.call.now;
    let id = UploadId::parse(id).map_err(|_| Error::NotFound)?;
    let read = context.state.database.read(move |conn| {
        let principal = bearer.principal(conn, now)?;
        uploads::find(conn, &principal, id, now)
    });
    read.await
}

/// Read a file's bytes
///
/// The stored file, to be saved (`Content-Disposition: attachment`), never to be shown in place.
#[utoipa::path(
    tag = tags::UPLOADS,
    operation_id = "getUploadContent",
    params(("id" = String, Path, description = "The upload's id.", max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")),
    responses(
        (status = 200, description = "The bytes.", body = FileContent, content_type = "application/octet-stream"),
        (status = 409, description = "The bytes have not come.", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])),
)]
#[get("/v1/uploads/{id}/content")]
async fn read_content(
    context: Context,
    bearer: Bearer,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let upload = find(&context, bearer, &id).await?;
    if upload.stored_at.is_none() {
        return Err(UploadRefusal::UploadIncomplete.into());
    }
    let files = context.state.files.clone();
    let (file, length) = blocking::run(move || files.opened(upload.id)).await??;
    if length != upload.size_bytes {
        return Err(Error::internal(format!("{}: the file has {length} bytes", upload.id)).into());
    }
    let name: String = upload.file_name.bytes().map(percent_encoded).collect();
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(attachment::body(file, length)))
}

/// RFC 8187: everything but plain letters and digits is encoded.
fn percent_encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
