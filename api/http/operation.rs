//! The properties of an operation. The handler, the OpenAPI document, idempotency keys, budgets and tests all read them
//! from here.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::openapi::path;
use utoipa::openapi::{OpenApi, RefOr};

use super::query::QueryParameter;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anyone, without an access token.
    Public,
    /// A logged-in account.
    Account,
}

/// Whether an operation takes an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPolicy {
    /// The operation takes no key: it only reads, or a repetition does no harm.
    NotTaken,
    /// The operation creates an account or an upload, corrects a filing or changes the account. A key is optional.
    Optional,
    /// The operation files or withdraws a declaration or a succession. A key is required, so that a retry never takes
    /// effect twice.
    Required,
}

/// The budget (rate limit) that the requests of an operation are charged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// No budget.
    None,
    /// Filings, changes and uploads of an account.
    Writes,
    /// Tokens that a client presents.
    Tokens,
    /// Mails to an address, and mails that a client causes.
    Mails,
    /// Passwords that a client tries, and passwords tried for an account.
    Passwords,
}

/// One operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The `operationId` in the document. It is also the scope of the operation's idempotency keys. Ids are never
    /// reused.
    pub id: &'static str,
    /// Who may call the operation.
    pub audience: Audience,
    /// Whether the operation takes an `Idempotency-Key`.
    pub key: KeyPolicy,
    /// The budget that its requests are charged to.
    pub budget: Budget,
    /// The codes of the operation's own problems. Those that follow from its parameters and its audience, such as
    /// `TOKEN_EXPIRED` or `PRECONDITION_FAILED`, are not in this list.
    pub refusals: &'static [&'static str],
    /// Whether the request's body is a file, which may take minutes to arrive.
    pub takes_file: bool,
    /// Whether the operation creates a resource that has an entity tag.
    pub creates_tagged: bool,
    /// Whether the operation reads or sets the cookie of a browser's session, so that pages may send it with credentials.
    pub uses_cookie: bool,
}

impl Operation {
    /// An operation for anyone.
    #[must_use]
    pub const fn public(id: &'static str) -> Self {
        Self {
            id,
            audience: Audience::Public,
            key: KeyPolicy::NotTaken,
            budget: Budget::None,
            refusals: &[],
            takes_file: false,
            creates_tagged: false,
            uses_cookie: false,
        }
    }

    /// An operation for a logged-in account.
    #[must_use]
    pub const fn of_account(id: &'static str) -> Self {
        Self { audience: Audience::Account, ..Self::public(id) }
    }

    /// The same operation with a policy for idempotency keys.
    #[must_use]
    pub const fn with_key(self, key: KeyPolicy) -> Self {
        Self { key, ..self }
    }

    /// The same operation with a budget.
    #[must_use]
    pub const fn charged_to(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }

    /// The same operation with the codes of its own problems.
    #[must_use]
    pub const fn refusing(self, refusals: &'static [&'static str]) -> Self {
        Self { refusals, ..self }
    }

    /// The same operation, which creates a resource that has an entity tag.
    #[must_use]
    pub const fn creating_tagged(self) -> Self {
        Self { creates_tagged: true, ..self }
    }

    /// The same operation with a file as the request's body.
    #[must_use]
    pub const fn taking_file(self) -> Self {
        Self { takes_file: true, ..self }
    }

    /// The same operation with the cookie of a browser's session.
    #[must_use]
    pub const fn using_cookie(self) -> Self {
        Self { uses_cookie: true, ..self }
    }
}

/// The operations by route pattern and method.
#[derive(Clone, Default)]
pub struct OperationIndex(Arc<HashMap<String, Vec<(Method, IndexedOperation)>>>);

/// An operation of a request.
#[derive(Debug, Clone)]
pub struct IndexedOperation {
    /// The operation.
    pub operation: &'static Operation,
    /// The parameters of its query.
    pub query: Arc<[QueryParameter]>,
}

impl OperationIndex {
    /// Reads the patterns and methods from the documents.
    #[must_use]
    pub fn of(documents: &[OpenApi], operations: &[&'static Operation]) -> Self {
        let mut index: HashMap<String, Vec<_>> = HashMap::new();
        let with_schemas = documents.iter().flat_map(|document| {
            let schemas = document.components.as_ref().map(|components| json!(components.schemas));
            let schemas = Arc::new(schemas.unwrap_or_default());
            document.paths.paths.iter().map(move |(path, item)| (path, item, Arc::clone(&schemas)))
        });
        for (path, item, schemas) in with_schemas {
            let methods = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, described) in methods {
                let id = described.as_ref().and_then(|described| described.operation_id.as_deref());
                if let Some(operation) = operations.iter().find(|known| Some(known.id) == id) {
                    let query =
                        described.as_ref().map(|described| query_of(described, &schemas)).unwrap_or_default();
                    let indexed = IndexedOperation { operation, query };
                    index.entry(path.clone()).or_default().push((method, indexed));
                }
            }
        }
        Self(Arc::new(index))
    }

    /// The operation with this method and route pattern.
    #[must_use]
    pub fn find(&self, method: &Method, route: &str) -> Option<IndexedOperation> {
        let at_route = self.0.get(route)?;
        at_route.iter().find(|(known, _)| known == method).map(|(_, indexed)| indexed.clone())
    }
}

fn query_of(described: &path::Operation, schemas: &Value) -> Arc<[QueryParameter]> {
    let parameters = described.parameters.iter().flatten();
    let described = parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => QueryParameter::of(parameter, schemas),
        RefOr::Ref(_) => None,
    });
    described.collect()
}
