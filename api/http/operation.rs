//! The properties of an operation, stated once for its handler, the document, idempotency keys, budgets and tests.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::Method;
use utoipa::openapi::OpenApi;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, without an access token.
    Public,
    /// A logged-in account.
    Account,
}

/// Whether an operation takes an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPolicy {
    /// It does not: it only reads, or repeating it is harmless for another reason.
    NotTaken,
    /// It creates something without filing it.
    Optional,
    /// It files something: a retry must never file twice.
    Required,
}

/// The budget that a request of an operation is charged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// None.
    None,
    /// Filings, changes and uploads of an account.
    Writes,
    /// Tokens presented by a client.
    Tokens,
    /// Mails to an address, and mails caused by a client.
    Mails,
    /// Passwords tried by a client and for an account.
    Passwords,
}

/// One operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The document's `operationId`, and the scope of its idempotency keys. Ids are never reused.
    pub id: &'static str,
    /// Who may call it.
    pub audience: Audience,
    /// Whether it takes an `Idempotency-Key`.
    pub key: KeyPolicy,
    /// The budget that it is charged to.
    pub budget: Budget,
    /// The statuses of its own refusals, and when they occur. Statuses that follow from its parameters, such as
    /// 401 or 412, are not listed here.
    pub refusals: &'static [(u16, &'static str)],
    /// Whether its body is a file, which may take minutes to arrive.
    pub takes_file: bool,
}

impl Operation {
    /// An operation for everybody.
    #[must_use]
    pub const fn public(id: &'static str) -> Self {
        Self {
            id,
            audience: Audience::Public,
            key: KeyPolicy::NotTaken,
            budget: Budget::None,
            refusals: &[],
            takes_file: false,
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

    /// The same operation with refusals of its own.
    #[must_use]
    pub const fn refusing(self, refusals: &'static [(u16, &'static str)]) -> Self {
        Self { refusals, ..self }
    }

    /// The same operation with a file as its body.
    #[must_use]
    pub const fn taking_file(self) -> Self {
        Self { takes_file: true, ..self }
    }
}

/// The operations of a service by method and path, as the router knows them.
#[derive(Clone, Default)]
pub struct OperationIndex(Arc<HashMap<String, Vec<(Method, &'static Operation)>>>);

impl OperationIndex {
    /// Reads the paths from the documents.
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
                if let Some(known) = operations.iter().find(|known| Some(known.id) == id) {
                    index.entry(path.clone()).or_default().push((method, *known));
                }
            }
        }
        Self(Arc::new(index))
    }

    /// The operation at a route.
    #[must_use]
    pub fn find(&self, method: &Method, route: &str) -> Option<&'static Operation> {
        let at_route = self.0.get(route)?;
        at_route.iter().find(|(known, _)| known == method).map(|(_, operation)| *operation)
    }
}
