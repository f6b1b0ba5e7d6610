//! What every request and the worker share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use crate::clock::Clock;
use crate::config::{Budgets, Profile, Settings};
use crate::db::pool::Database;
use crate::error::Error;
use crate::files::Files;
use crate::mail::message::Portal;
use crate::mail::smtp::Smtp;
use crate::security::access_tokens::AccessTokens;
use crate::security::limits::{Budget, Limit};
use crate::security::passwords::Passwords;
use crate::security::signing_keys;
use crate::traffic::Traffic;
use crate::usecases::work::Policy;

/// Files that are received at once; each may take 10 MiB of memory.
const UPLOADS_AT_ONCE: usize = 16;

/// The budgets on what a stranger can cause.
pub struct Limits {
    /// Mails to one address.
    pub mails_per_address: Limit,
    /// Mails caused by one client.
    pub mails_per_client: Limit,
    /// Logins to one account by clients new to it.
    pub logins_per_account: Limit,
    /// Logins to one account by one client known to it.
    pub logins_per_known_client: Limit,
    /// Logins by one client.
    pub logins_per_client: Limit,
    /// Tokens presented by one client.
    pub tokens_per_client: Limit,
    /// Filings, changes and uploads of one account.
    pub writes_per_account: Limit,
}

impl Limits {
    fn new(budgets: &Budgets, clock: &Clock) -> Self {
        let limit = |policy: &'static str, budget: Budget| {
            let clock = clock.clone();
            let since_1970 =
                move || Duration::from_micros(u64::try_from(clock.now().timestamp_micros()).unwrap_or(0));
            Limit::new(policy, budget, since_1970)
        };
        Self {
            mails_per_address: limit("mails-per-address", budgets.mails_per_address),
            mails_per_client: limit("mails-per-client", budgets.mails_per_client),
            logins_per_account: limit("logins-per-account", budgets.logins_per_account),
            logins_per_known_client: limit("logins-per-known-client", budgets.logins_per_known_client),
            logins_per_client: limit("logins-per-client", budgets.logins_per_client),
            tokens_per_client: limit("tokens-per-client", budgets.tokens_per_client),
            writes_per_account: limit("writes-per-account", budgets.writes_per_account),
        }
    }

    /// Forgets keys whose budgets are whole again.
    pub fn forget_idle(&self) {
        for limit in [
            &self.mails_per_address,
            &self.mails_per_client,
            &self.logins_per_account,
            &self.logins_per_known_client,
            &self.logins_per_client,
            &self.tokens_per_client,
            &self.writes_per_account,
        ] {
            limit.forget_idle();
        }
    }
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
    /// Requests under way.
    pub traffic: Traffic,
    /// Turns at receiving a file.
    pub upload_turns: Arc<Semaphore>,
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
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            policy: policy(&settings),
            files: Files::open(&settings.uploads)?,
            smtp: settings.relay.as_ref().map(Smtp::new).transpose()?.map(Arc::new),
            passwords: Passwords::new(cores)?,
            tokens: AccessTokens::new(keys, &settings.public_url)?,
            limits: Limits::new(&settings.budgets, &clock),
            traffic: Traffic::new(settings.max_requests),
            upload_turns: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
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
