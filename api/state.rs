//! What every request and the worker share.

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
use crate::ops::metrics::Metrics;
use crate::ops::readiness::{Folder, Readiness};
use crate::ops::traffic::{PerKeyLimit, Traffic};
use crate::security::access_tokens::AccessTokens;
use crate::security::limits::{Budget, Limit};
use crate::security::passwords::Passwords;
use crate::security::signing_keys;
use crate::usecases::work::Policy;

/// Files that are received at once; each may take 10 MiB of memory.
const UPLOADS_AT_ONCE: usize = 16;
/// Files of one account that arrive at the same time: a slow line keeps nobody else's out.
const UPLOADS_OF_ONE_ACCOUNT: usize = 8;

/// Makes the budgets from one list, so that none can be left out anywhere.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $policy:literal,)*) => {
        /// The budgets on what a stranger can cause.
        pub struct Limits { $($(#[$doc])* pub $name: Limit,)* }

        impl Limits {
            fn new(budgets: &Budgets, clock: &Clock) -> Self {
                Self { $($name: limit($policy, budgets.$name, clock),)* }
            }

            /// Forgets keys whose budgets are whole again.
            pub fn forget_idle(&self) {
                $(self.$name.forget_idle();)*
            }
        }
    };
}

limits! {
    /// Mails to one address.
    mails_per_address: "mails-per-address",
    /// Mails caused by one client.
    mails_per_client: "mails-per-client",
    /// Logins to one account by clients new to it.
    logins_per_account: "logins-per-account",
    /// Logins to one account by one client known to it.
    logins_per_known_client: "logins-per-known-client",
    /// Logins by one client.
    logins_per_client: "logins-per-client",
    /// Tokens presented by one client.
    tokens_per_client: "tokens-per-client",
    /// Filings, changes and uploads of one account.
    writes_per_account: "writes-per-account",
}

fn limit(policy: &'static str, budget: Budget, clock: &Clock) -> Limit {
    let clock = clock.clone();
    let since_1970 =
        move || Duration::from_micros(u64::try_from(clock.now().timestamp_micros()).unwrap_or(0));
    Limit::new(policy, budget, since_1970)
}

/// The state.
pub struct State {
    /// The settings.
    pub settings: Settings,
    /// The settings that use cases look at.
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
    /// Access tokens.
    pub tokens: AccessTokens,
    /// Budgets.
    pub limits: Limits,
    /// Turns at receiving a file.
    pub upload_turns: Arc<Semaphore>,
    /// Files that arrive at the same time, by account.
    pub uploads_of_accounts: Arc<PerKeyLimit>,
    /// Requests under way.
    pub traffic: Arc<Traffic>,
    /// How the service's parts stand.
    pub readiness: Readiness,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Wakes the worker when mail was queued or the clock was moved.
    pub wake: Notify,
}

impl State {
    /// Puts the state together.
    ///
    /// # Errors
    /// An internal error if keys or folders cannot be read or made.
    pub fn new(settings: Settings, clock: Clock, database: Database) -> Result<Self, Error> {
        std::fs::create_dir_all(&settings.data).map_err(Error::internal)?;
        let keys = if settings.signing_keys.is_empty() {
            vec![signing_keys::read_or_generate(&settings.data.join(signing_keys::SANDBOX_FILE))?]
        } else {
            signing_keys::read(&settings.signing_keys)?
        };
        let traffic =
            Arc::new(Traffic::at_most(settings.serving.requests, settings.serving.requests_per_client));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            policy: policy(&settings),
            files: Files::open(&settings.uploads)?,
            smtp: settings.relay.as_ref().map(Smtp::new).transpose()?.map(Arc::new),
            passwords: Passwords::new(cores)?,
            tokens: AccessTokens::new(keys, &settings.public_url)?,
            limits: Limits::new(&settings.budgets, &clock),
            upload_turns: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            uploads_of_accounts: Arc::new(PerKeyLimit::at_most(UPLOADS_OF_ONE_ACCOUNT)),
            metrics: Arc::new(Metrics::new(Arc::clone(&traffic), database.load())),
            readiness: readiness(&settings, &clock, &database),
            traffic,
            wake: Notify::new(),
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

fn readiness(settings: &Settings, clock: &Clock, database: &Database) -> Readiness {
    let uploads = Folder { name: "uploads", place: settings.uploads.clone() };
    let folders = match &settings.database {
        Source::Sqlite(_) => vec![Folder { name: "database", place: settings.data.clone() }, uploads],
        Source::Postgres(_) => vec![uploads],
    };
    Readiness::new(database.clone(), clock.clone(), folders, settings.serving.disk_floor)
}

/// The settings that use cases look at.
#[must_use]
pub fn policy(settings: &Settings) -> Policy {
    let portal_url = settings.portal_url.clone().unwrap_or_else(|| format!("{}/docs/", settings.public_url));
    let links_url =
        settings.portal_url.clone().unwrap_or_else(|| format!("{}/sandbox/links", settings.public_url));
    Policy {
        portal: Portal { name: settings.portal_name.clone(), url: portal_url },
        links_url,
        review: settings.review,
    }
}
