//! The tags that group the operations in the OpenAPI document. `documents` has their descriptions.

pub const REGISTRATION: &str = "registration";
pub const LOGIN: &str = "login";
pub const ACCOUNT: &str = "account";
pub const TRANSITIONAL_MEASURES: &str = "transitional-measures";
pub const UPLOADS: &str = "uploads";
pub const DECLARATIONS: &str = "declarations";
pub const SUCCESSIONS: &str = "successions";
pub const SUPPORT: &str = "support";
pub const OPERATIONS: &str = "operations";
pub const SANDBOX: &str = "sandbox";
