//! The application state, which all requests and the worker share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::clock::Clock;
use crate::config::{Budgets, Profile, Settings};
use crate::db::engine::pool::Database;
use crate::db::engine::source::Source;
use crate::delivery::mail::message::Portal;
use crate::delivery::mail::smtp::Smtp;
use crate::error::Error;
use crate::files::Files;
use crate::folders;
use crate::ops::metrics::Metrics;
use crate::ops::readiness::{Folder, Readiness};
use crate::ops::traffic::{PerKeyLimit, Traffic};
use crate::security::access_tokens::AccessTokens;
use crate::security::breached_passwords::BreachedPasswords;
use crate::security::limits::{Budget, Limit};
use crate::security::link_tokens::LinkTokens;
use crate::security::passwords::Passwords;
use crate::security::pseudonyms::Pseudonyms;
use crate::security::scanner::Scanner;
use crate::security::signing_keys::{self, NamedKey};
use crate::usecases::work::{Policy, PortalPages};

/// The maximum number of files that are received at once. Each may take 10 MiB of memory, and a PDF 8 MiB more
/// while it is checked.
const UPLOADS_AT_ONCE: usize = 16;
/// The maximum number of files of one account that are received at once, so that slow uploads of one account leave room
/// for others.
const UPLOADS_OF_ONE_ACCOUNT: usize = 8;

/// Declares the budgets, so that construction and cleanup cover all of them.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $policy:literal,)*) => {
        /// The budgets that limit callers.
        pub struct Limits { $($(#[$doc])* pub $name: Arc<Limit>,)* }

        impl Limits {
            fn new(budgets: &Budgets, clock: &Clock) -> Self {
                Self { $($name: Arc::new(limit($policy, budgets.$name, clock)),)* }
            }

            /// Removes keys whose budgets are full again.
            pub fn remove_idle(&self) {
                $(self.$name.remove_idle();)*
            }
        }
    };
}

limits! {
    /// Mails to one address that strangers cause, for each purpose.
    mails_per_address: "mails-per-address",
    /// Mails caused by one client, for each operation.
    mails_per_client: "mails-per-client",
    /// Changes of the mail address that one account requests.
    email_changes_per_account: "email-changes-per-account",
    /// Wrong passwords that one client sends without a session.
    failed_logins_per_client: "failed-logins-per-client",
    /// Wrong passwords that one session sends.
    wrong_passwords_per_session: "wrong-passwords-per-session",
    /// Wrong tokens that one client sends.
    wrong_tokens_per_client: "wrong-tokens-per-client",
    /// Filings, changes and uploads of one account.
    writes_per_account: "writes-per-account",
}

fn limit(policy: &'static str, budget: Budget, clock: &Clock) -> Limit {
    let clock = clock.clone();
    let time_since_1970 =
        move || Duration::from_micros(u64::try_from(clock.now().timestamp_micros()).unwrap_or(0));
    Limit::new(policy, budget, time_since_1970)
}

/// The application state.
pub struct State {
    /// The settings.
    pub settings: Settings,
    /// The settings that use cases read.
    pub policy: Policy,
    /// The clock.
    pub clock: Clock,
    /// The database.
    pub database: Database,
    /// The bytes of attachments.
    pub files: Files,
    /// The mail server; a sandbox has none.
    pub smtp: Option<Arc<Smtp>>,
    /// Password hashes.
    pub passwords: Passwords,
    /// The list of breached passwords, if the settings name one.
    pub breached_passwords: Option<Arc<BreachedPasswords>>,
    /// The malware scanner, if the settings name one.
    pub scanner: Option<Scanner>,
    /// Access tokens.
    pub tokens: AccessTokens,
    /// Budgets.
    pub limits: Limits,
    /// Permits to receive a file, for all accounts together.
    pub upload_permits: Arc<Semaphore>,
    /// Permits to receive a file, for each account.
    pub uploads_of_accounts: Arc<PerKeyLimit>,
    /// The requests in progress.
    pub traffic: Arc<Traffic>,
    /// Checks whether the service can serve.
    pub readiness: Readiness,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// Wakes the worker that sends mails, after a mail was queued or the clock was moved.
    pub wake: Arc<Notify>,
    /// Wakes the worker that lets contents be scanned, after one arrived.
    pub wake_scans: Notify,
}

impl State {
    /// Builds the state.
    ///
    /// # Errors
    /// An internal error if keys cannot be read or generated, or if folders cannot be created.
    pub fn new(settings: Settings, clock: Clock, database: Database) -> Result<Self, Error> {
        folders::create_private(&settings.data).map_err(Error::internal)?;
        let keys = if settings.signing_keys.is_empty() {
            vec![signing_keys::read_or_generate(&settings.data.join(signing_keys::SANDBOX_FILE))?]
        } else {
            signing_keys::ensure_protected(&settings.signing_keys)?;
            signing_keys::read(&settings.signing_keys)?
        };
        let traffic =
            Arc::new(Traffic::at_most(settings.serving.requests, settings.serving.requests_per_client));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            policy: policy(&settings, &keys)?,
            files: Files::open(&settings.uploads)?,
            smtp: settings.relay.as_ref().map(Smtp::new).transpose()?.map(Arc::new),
            passwords: Passwords::new(cores)?,
            breached_passwords: open_breached_passwords(&settings)?,
            scanner: settings.scanner.clone().map(Scanner::new),
            tokens: AccessTokens::new(keys, &settings.public_url)?,
            limits: Limits::new(&settings.budgets, &clock),
            upload_permits: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            uploads_of_accounts: Arc::new(PerKeyLimit::at_most(UPLOADS_OF_ONE_ACCOUNT)),
            metrics: Arc::new(Metrics::new(Arc::clone(&traffic), database.load())),
            readiness: readiness(&settings, &clock, &database),
            traffic,
            wake: Arc::default(),
            wake_scans: Notify::new(),
            settings,
            clock,
            database,
        })
    }

    /// Whether this is a sandbox.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.settings.profile == Profile::Sandbox
    }
}

fn open_breached_passwords(settings: &Settings) -> Result<Option<Arc<BreachedPasswords>>, Error> {
    let Some(path) = &settings.breached_passwords else { return Ok(None) };
    let list = BreachedPasswords::open(path.clone()).map_err(|problem| {
        Error::internal(format!("TODOKEDE_BREACHED_PASSWORDS: {}: {problem}", path.display()))
    })?;
    Ok(Some(Arc::new(list)))
}

fn readiness(settings: &Settings, clock: &Clock, database: &Database) -> Readiness {
    let uploads = Folder { name: "uploads", path: settings.uploads.clone() };
    let folders = match &settings.database {
        Source::Sqlite(_) => vec![Folder { name: "database", path: settings.data.clone() }, uploads],
        Source::Postgres(_) => vec![uploads],
    };
    Readiness::new(database.clone(), clock.clone(), folders, settings.serving.disk_floor)
}

/// Returns the settings that use cases read. A command that mails no links has no keys.
///
/// # Errors
/// An internal error if a key cannot be derived.
pub fn policy(settings: &Settings, keys: &[NamedKey]) -> Result<Policy, Error> {
    let portal_url = settings.portal_url.clone().unwrap_or_else(|| format!("{}/docs/", settings.public_url));
    Ok(Policy {
        portal: Portal { name: settings.portal_name.clone(), url: portal_url },
        pages: portal_pages(settings),
        review: settings.review,
        link_tokens: LinkTokens::new(keys)?,
        pseudonyms: Pseudonyms::new(keys)?,
        scans_uploads: settings.scanner.is_some(),
    })
}

/// The pages to which mails lead: the portal's, or those of a sandbox without a portal. Such a sandbox has no page to log
/// in, so its mails lead to the operations in the document.
fn portal_pages(settings: &Settings) -> PortalPages {
    let paths = &settings.portal_paths;
    if let Some(portal) = &settings.portal_url {
        let page = |path: &str| format!("{portal}{path}");
        return PortalPages {
            login: page(&paths.login),
            recovery: page(&paths.recovery),
            registration: page(&paths.registration),
            password_reset: page(&paths.password_reset),
            email_change: page(&paths.email_change),
        };
    }
    let (links, docs) =
        (format!("{}/sandbox/links", settings.public_url), format!("{}/docs/", settings.public_url));
    PortalPages {
        login: format!("{docs}#/login/logIn"),
        recovery: format!("{docs}#/login/requestPasswordReset"),
        registration: format!("{links}/registration"),
        password_reset: format!("{links}/password-reset"),
        email_change: format!("{links}/email-change"),
    }
}
