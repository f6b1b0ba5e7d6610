//! The settings of the service. They are read from environment variables, and all problems are reported at once.
//! docs/settings.md describes them for operators.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use ipnet::IpNet;

mod addresses;
mod database;
mod log_filter;
mod portal;
mod problem;
mod reader;
mod relay;
mod serving;
#[cfg(test)]
mod tests;

pub use portal::PortalPaths;
pub use problem::SettingProblem;
use reader::Reader;
pub use serving::Serving;

use crate::db::engine::source::{Pooler, Source};
use crate::delivery::mail::relay::Relay;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::values::coded_enum::coded_enum;
use crate::security::limits::Budget;
use crate::security::origins::AllowedOrigins;
use crate::security::scanner::ScannerAddress;

coded_enum! {
    /// What kind of installation this is.
    pub enum Profile {
        /// For trials and tests: a mailbox instead of a mail server, a clock that can be moved, invented facilities.
        Sandbox = "sandbox",
        /// For real facilities.
        Production = "production",
    }
}

coded_enum! {
    /// How the log is written.
    pub enum LogFormat {
        /// Lines for people.
        Text = "text",
        /// JSON for machines.
        Json = "json",
    }
}

/// The budgets that limit callers.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// Mails to one address.
    pub mails_per_address: Budget,
    /// Mails that one client can cause.
    pub mails_per_client: Budget,
    /// Changes of the mail address that one account can request.
    pub email_changes_per_account: Budget,
    /// Logins of one client that are refused.
    pub failed_logins_per_client: Budget,
    /// Wrong passwords that one session may send.
    pub wrong_passwords_per_session: Budget,
    /// Tokens of mailed links and refresh tokens of one client that are refused.
    pub wrong_tokens_per_client: Budget,
    /// Filings, changes and uploads of one account.
    pub writes_per_account: Budget,
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What kind of installation this is.
    pub profile: Profile,
    /// The address and port on which the service listens.
    pub listen: SocketAddr,
    /// Where the database is.
    pub database: Source,
    /// The folder of the service's own files: the folder of an embedded database, else the parent folder of
    /// the uploads.
    pub data: PathBuf,
    /// Where attachments are kept.
    pub uploads: PathBuf,
    /// Where a new sandbox's clock starts.
    pub clock: Option<DateTime<Utc>>,
    /// The service's own address, as callers see it; without a slash at the end.
    pub public_url: String,
    /// The portal's address, where mailed links lead; without a slash at the end.
    pub portal_url: Option<String>,
    /// The origins of web pages that may read the answers, and may use the cookie.
    pub origins: AllowedOrigins,
    /// The paths of the portal's pages, below its address.
    pub portal_paths: PortalPaths,
    /// The portal's name in mails.
    pub portal_name: String,
    /// The mail server; a sandbox has a mailbox instead.
    pub relay: Option<Relay>,
    /// The keys that sign access tokens, newest first.
    pub signing_keys: Vec<PathBuf>,
    /// The list of breached passwords, if the operator has one.
    pub breached_passwords: Option<PathBuf>,
    /// The malware scanner of attachments, if the operator has one.
    pub scanner: Option<ScannerAddress>,
    /// Where security problems are reported: `mailto:` and `https:` URIs.
    pub security_contacts: Vec<String>,
    /// Who decides on filings.
    pub review: ReviewMode,
    /// Balancers whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The budgets.
    pub budgets: Budgets,
    /// The limits on requests and connections, and the port of the metrics.
    pub serving: Serving,
    /// What is logged: a filter in the syntax of `tracing`.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// Where a new sandbox's clock starts: the day of the letter of the ministry and the payment fund.
const SANDBOX_START: &str = "2023-02-03T09:00:00+09:00";

impl Settings {
    /// Reads the settings from the process's environment.
    ///
    /// # Errors
    /// Every problem of the settings.
    pub fn from_environment() -> Result<Self, Vec<SettingProblem>> {
        // A value that is not UTF-8 gets replacement characters, which `Reader::text` refuses.
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self::from_variables(&std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect())
    }

    /// Reads the settings from variables.
    ///
    /// # Errors
    /// Every problem of the settings: an unknown name, a value of the wrong form, a missing secret, or a
    /// setting of the sandbox in production.
    pub fn from_variables(variables: &BTreeMap<String, String>) -> Result<Self, Vec<SettingProblem>> {
        let mut read = Reader::new(variables);
        let settings = Self::read(&mut read);
        read.finish().map(|()| settings)
    }

    fn read(read: &mut Reader<'_>) -> Self {
        let profile = read.word("TODOKEDE_PROFILE", Profile::Sandbox, Profile::from_code);
        let sandbox = profile == Profile::Sandbox;
        let listen =
            read.parsed("TODOKEDE_LISTEN", "127.0.0.1:8080", "an address and port such as 127.0.0.1:8080");
        let connections = read.connections("TODOKEDE_DATABASE_POOL", 16);
        let pooler = read.word("TODOKEDE_PGBOUNCER", Pooler::None, Pooler::from_code);
        let database = read.database("DATABASE_URL", "sqlite:data/todokede.sqlite3", connections, pooler);
        let folder_of = |file: &Path| file.parent().unwrap_or(Path::new(".")).to_owned();
        let uploads = read.text("TODOKEDE_UPLOADS_DIR").map(PathBuf::from);
        let data = match (&database, &uploads) {
            (Source::Sqlite(file), _) => folder_of(file),
            (Source::Postgres(_), Some(uploads)) => folder_of(uploads),
            (Source::Postgres(_), None) => PathBuf::from("data"),
        };
        let uploads = uploads.unwrap_or_else(|| data.join("uploads"));
        let portal_name =
            read.text("TODOKEDE_PORTAL_NAME").unwrap_or_else(|| "医療機関等向けポータルサイト".to_owned());
        let public_url = read.url("TODOKEDE_PUBLIC_URL", sandbox);
        let public_url = public_url.unwrap_or_else(|| format!("http://{listen}"));
        let origins = read.origins("TODOKEDE_CORS_ORIGINS", sandbox);
        Self {
            profile,
            listen,
            uploads,
            clock: read.clock("TODOKEDE_CLOCK", SANDBOX_START, sandbox),
            portal_url: read.url("TODOKEDE_PORTAL_URL", sandbox),
            portal_paths: PortalPaths::read(read),
            relay: relay::read(read, sandbox, &portal_name, &public_url),
            origins: AllowedOrigins::new(origins, &public_url, sandbox),
            public_url,
            portal_name,
            signing_keys: read.files("TODOKEDE_SIGNING_KEY_FILES", sandbox),
            breached_passwords: read.text("TODOKEDE_BREACHED_PASSWORDS").map(PathBuf::from),
            scanner: read.scanner("TODOKEDE_SCANNER"),
            security_contacts: read.contacts("TODOKEDE_SECURITY_CONTACT"),
            review: read_review(read, sandbox),
            trusted_proxies: read.networks("TODOKEDE_TRUSTED_PROXIES"),
            budgets: read_budgets(read, sandbox),
            serving: Serving::read(read, sandbox),
            log: read.log("TODOKEDE_LOG"),
            log_format: read.word("TODOKEDE_LOG_FORMAT", LogFormat::Text, LogFormat::from_code),
            database,
            data,
        }
    }
}

/// Whether staff can review filings: whether the document for staff has operations for that. The change that adds them
/// sets this to `true`; nothing else has to be done.
const STAFF_CAN_REVIEW: bool = false;

fn read_review(read: &mut Reader<'_>, sandbox: bool) -> ReviewMode {
    let default = if sandbox { ReviewMode::Automatic } else { ReviewMode::Staff };
    let review = read.word("TODOKEDE_REVIEW", default, ReviewMode::from_code);
    // A sandbox may show what a filing under review looks like.
    if !sandbox && review == ReviewMode::Staff && !STAFF_CAN_REVIEW {
        read.nobody_reviews("TODOKEDE_REVIEW");
    }
    review
}

fn read_budgets(read: &mut Reader<'_>, sandbox: bool) -> Budgets {
    let mut budget = |name, generous, strict| read.budget(name, if sandbox { generous } else { strict });
    Budgets {
        mails_per_address: budget("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "100/3600", "5/3600"),
        mails_per_client: budget("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "5000/3600", "60/3600"),
        email_changes_per_account: budget("TODOKEDE_LIMIT_EMAIL_CHANGES_PER_ACCOUNT", "100/3600", "5/3600"),
        failed_logins_per_client: budget("TODOKEDE_LIMIT_FAILED_LOGINS_PER_CLIENT", "5000/900", "100/900"),
        wrong_passwords_per_session: budget(
            "TODOKEDE_LIMIT_WRONG_PASSWORDS_PER_SESSION",
            "100/900",
            "10/900",
        ),
        wrong_tokens_per_client: budget("TODOKEDE_LIMIT_WRONG_TOKENS_PER_CLIENT", "10000/600", "120/600"),
        writes_per_account: budget("TODOKEDE_LIMIT_WRITES_PER_ACCOUNT", "10000/3600", "300/3600"),
    }
}
