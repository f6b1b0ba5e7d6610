//! The properties of an operation. The handler, the OpenAPI document, idempotency keys, budgets and tests all read them
//! from here.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::Method;
use utoipa::openapi::path::{self, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

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
    /// The operation creates an account or an upload. A key is optional.
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
    /// The operation's own refusals: each a status and a description of when it occurs. Statuses that follow from the
    /// parameters, such as 401 or 412, are not in this list.
    pub refusals: &'static [(u16, &'static str)],
    /// Whether the request's body is a file, which may take minutes to arrive.
    pub takes_file: bool,
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

    /// The same operation with its own refusals.
    #[must_use]
    pub const fn refusing(self, refusals: &'static [(u16, &'static str)]) -> Self {
        Self { refusals, ..self }
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
#[derive(Debug, Clone, Copy)]
pub struct IndexedOperation {
    /// The operation.
    pub operation: &'static Operation,
    /// Whether the document has query parameters for it.
    pub takes_query: bool,
}

impl OperationIndex {
    /// Reads the patterns and methods from the documents.
    #[must_use]
    pub fn of(documents: &[OpenApi], operations: &[&'static Operation]) -> Self {
        let mut index: HashMap<String, Vec<_>> = HashMap::new();
        for (path, item) in documents.iter().flat_map(|document| &document.paths.paths) {
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
                    let takes_query = described.as_ref().is_some_and(has_query);
                    let indexed = IndexedOperation { operation, takes_query };
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
        at_route.iter().find(|(known, _)| known == method).map(|(_, indexed)| *indexed)
    }
}

fn has_query(described: &path::Operation) -> bool {
    let parameters = described.parameters.iter().flatten();
    parameters.into_iter().any(
        |parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query),
    )
}
