//! Answers requests that no route matches: 405 with `Allow` if the path is known, else 404.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::dev::ResourceDef;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use super::problems::Problem;
use crate::http::problems::refusals::{RequestRefusal, ServiceRefusal};

/// All paths of the service, each with the value of its `Allow` header.
#[derive(Clone)]
pub struct KnownPaths(Arc<Vec<(ResourceDef, String)>>);

impl KnownPaths {
    /// Reads the paths from the documents, and adds `only_read`: paths that accept only GET and HEAD.
    #[must_use]
    pub fn of(documents: &[OpenApi], only_read: &[&str]) -> Self {
        let paths: BTreeMap<_, _> = documents.iter().flat_map(|document| &document.paths.paths).collect();
        let known = paths.into_iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item)));
        let only_read = only_read.iter().map(|path| (ResourceDef::new(*path), "GET, HEAD".to_owned()));
        Self(Arc::new(known.chain(only_read).collect()))
    }

    /// Answers a request that no route matches.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let found = self.0.iter().find(|(path, _)| path.is_match(request.path()));
        let Some((_, methods)) = found else {
            return Problem::from(ServiceRefusal::NotFound).error_response();
        };
        let mut response = Problem::from(RequestRefusal::MethodNotAllowed).error_response();
        if let Ok(methods) = HeaderValue::from_str(methods) {
            response.headers_mut().insert(ALLOW, methods);
        }
        response
    }
}

/// The value of the `Allow` header for a path.
fn methods(item: &PathItem) -> String {
    let by_method = [
        ("GET", &item.get),
        ("HEAD", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let present: Vec<&str> =
        by_method.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect();
    present.join(", ")
}
