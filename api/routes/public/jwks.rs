//! `/.well-known/jwks.json`: the public keys with which access tokens are verified (RFC 7517).

use crate::routes::tags;
use actix_web::get;
use actix_web::http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::problems::Problem;

const READ: Operation = Operation::public("getKeys");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&READ];

/// Registers the route.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read_keys);
}

/// A public key for `EdDSA` signatures (RFC 8037).
#[derive(Serialize, ToSchema)]
pub struct Key {
    /// Always `OKP`.
    #[schema(max_length = 10, example = "OKP")]
    pub kty: &'static str,
    /// Always `Ed25519`.
    #[schema(max_length = 20, example = "Ed25519")]
    pub crv: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(max_length = 10, example = "sig")]
    pub usage: &'static str,
    /// Always `EdDSA`.
    #[schema(max_length = 10, example = "EdDSA")]
    pub alg: &'static str,
    /// The id of the key, as in the `kid` header of access tokens.
    #[schema(max_length = 64, example = "hV7Zr1pN0kQ")]
    pub kid: String,
    /// The public key, in base64url.
    #[schema(max_length = 64, example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
}

/// The public keys.
#[derive(Serialize, ToSchema)]
pub struct KeySet {
    /// The keys. New access tokens are signed with the first key. Accept tokens of all keys.
    #[schema(max_items = 20)]
    pub keys: Vec<Key>,
}

/// Read the public keys
///
/// The public keys with which access tokens are verified. The `kid` of a token names its key.
#[utoipa::path(
    tag = tags::OPERATIONS,
    operation_id = READ.id,
    responses((status = 200, description = "The public keys.", body = KeySet)),
)]
#[get("/.well-known/jwks.json")]
async fn read_keys(context: Context) -> Result<Answer<KeySet>, Problem> {
    let keys = context.state.tokens.public_keys().map(|(kid, x)| Key {
        kty: "OKP",
        crv: "Ed25519",
        usage: "sig",
        alg: "EdDSA",
        kid: kid.to_owned(),
        x,
    });
    let answer = Answer::ok(&KeySet { keys: keys.collect() })?;
    Ok(answer.with_header(CACHE_CONTROL, "public, max-age=300".to_owned()))
}
