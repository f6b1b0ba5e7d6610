//! The settings: each is named, typed and explained here. They are read from the environment, and all problems are
//! reported at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use ipnet::IpNet;

mod database;
mod reader;
mod relay;
mod serving;

use reader::Reader;
pub use reader::SettingProblem;
pub use serving::Serving;

use crate::db::engine::source::{Pooler, Source};
use crate::delivery::mail::relay::Relay;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::values::words::words;
use crate::security::limits::Budget;

words! {
    /// What kind of installation this is.
    pub enum Profile {
        /// For trying out and testing: a mailbox instead of a mail server, a clock that can be moved, invented
        /// facilities.
        Sandbox = "sandbox",
        /// For real facilities.
        Production = "production",
    }
}

words! {
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
    /// Logins to one account by clients that never logged in to it.
    pub logins_per_account: Budget,
    /// Logins to one account by one client that logged in to it before.
    pub logins_per_known_client: Budget,
    /// Logins by one client to any accounts.
    pub logins_per_client: Budget,
    /// Tokens of mailed links and refresh tokens that one client may present.
    pub tokens_per_client: Budget,
    /// Filings, changes and uploads of one account.
    pub writes_per_account: Budget,
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What kind of installation this is.
    pub profile: Profile,
    /// Where the service listens.
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
    /// The portal's name in mails.
    pub portal_name: String,
    /// The mail server; a sandbox has a mailbox instead.
    pub relay: Option<Relay>,
    /// The keys that sign access tokens, newest first.
    pub signing_keys: Vec<PathBuf>,
    /// Who decides on filings.
    pub review: ReviewMode,
    /// Balancers whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The budgets.
    pub budgets: Budgets,
    /// The limits of the API's port.
    pub serving: Serving,
    /// What is logged: a filter in the syntax of `tracing`.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// Where a new sandbox's clock starts: the day of the ministry's letter.
const SANDBOX_START: &str = "2023-02-03T09:00:00+09:00";

impl Settings {
    /// Reads the settings from the process's environment.
    ///
    /// # Errors
    /// Every problem of the settings.
    pub fn from_environment() -> Result<Self, Vec<SettingProblem>> {
        // A value that is not UTF-8 is read with replacement characters, which no setting accepts.
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
        Self {
            profile,
            listen,
            uploads,
            clock: read.clock("TODOKEDE_CLOCK", SANDBOX_START, sandbox),
            portal_url: read.url("TODOKEDE_PORTAL_URL", sandbox),
            relay: relay::read(read, sandbox, &portal_name, &public_url),
            public_url,
            portal_name,
            signing_keys: read.files("TODOKEDE_SIGNING_KEY_FILES", sandbox),
            review: read.word(
                "TODOKEDE_REVIEW",
                if sandbox { ReviewMode::Automatic } else { ReviewMode::Staff },
                ReviewMode::from_code,
            ),
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

fn read_budgets(read: &mut Reader<'_>, sandbox: bool) -> Budgets {
    let mut budget = |name, generous, strict| read.budget(name, if sandbox { generous } else { strict });
    Budgets {
        mails_per_address: budget("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "100/3600", "5/3600"),
        mails_per_client: budget("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "5000/3600", "60/3600"),
        logins_per_account: budget("TODOKEDE_LIMIT_LOGINS_PER_ACCOUNT", "100/900", "10/900"),
        logins_per_known_client: budget("TODOKEDE_LIMIT_LOGINS_PER_KNOWN_CLIENT", "100/900", "10/900"),
        logins_per_client: budget("TODOKEDE_LIMIT_LOGINS_PER_CLIENT", "5000/900", "100/900"),
        tokens_per_client: budget("TODOKEDE_LIMIT_TOKENS_PER_CLIENT", "10000/600", "120/600"),
        writes_per_account: budget("TODOKEDE_LIMIT_WRITES_PER_ACCOUNT", "10000/3600", "300/3600"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::values::words::tests::codes_lead_back_and_near_misses_nowhere;

    /// Complete settings of a production service.
    const PRODUCTION: &[(&str, &str)] = &[
        ("TODOKEDE_PROFILE", "production"),
        ("TODOKEDE_PUBLIC_URL", "https://api.example.jp/"),
        ("TODOKEDE_PORTAL_URL", "https://portal.example.jp"),
        ("TODOKEDE_SIGNING_KEY_FILES", "/run/secrets/new.pem, /run/secrets/old.pem"),
        ("TODOKEDE_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7"),
        ("TODOKEDE_SMTP_URL", "smtp://todokede:s3cret@mail.example.jp"),
        ("TODOKEDE_MAIL_FROM", "no-reply@portal.example.jp"),
    ];

    fn read(variables: &[(&str, &str)]) -> Result<Settings, Vec<SettingProblem>> {
        Settings::from_variables(
            &variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        )
    }

    fn problems(variables: &[(&str, &str)]) -> Vec<&'static str> {
        let mut names: Vec<_> =
            read(variables).unwrap_err().into_iter().map(|problem| problem.name_or_rule()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn without_settings_the_service_is_a_sandbox_on_the_day_of_the_letter() {
        let settings = read(&[("HOME", "/home/somebody")]).unwrap();
        assert_eq!(settings.profile, Profile::Sandbox);
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert!(
            matches!(&settings.database, Source::Sqlite(file) if file == Path::new("data/todokede.sqlite3"))
        );
        assert_eq!(settings.uploads, PathBuf::from("data/uploads"));
        assert_eq!(settings.public_url, "http://127.0.0.1:8080");
        assert_eq!(settings.clock.unwrap().to_rfc3339(), "2023-02-03T00:00:00+00:00");
        assert_eq!(settings.review, ReviewMode::Automatic);
    }

    #[test]
    fn all_problems_are_reported_together_and_without_values() {
        let wrong = [
            ("TODOKEDE_PROFILE", "s3cret"),
            ("TODOKEDE_LISTEN", "s3cret"),
            ("DATABASE_URL", "mysql://s3cret"),
            ("TODOKEDE_CLOCK", "s3cret"),
            ("TODOKEDE_LOG", "s3cret=qq"),
            ("TODOKEDE_PUBLIC_URL", "s3cret"),
            ("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "0/60"),
            ("TODOKEDE_LISTENN", "s3cret"),
        ];
        let problems = read(&wrong).unwrap_err();
        assert_eq!(problems.len(), wrong.len());
        for problem in problems {
            assert!(!problem.to_string().contains("s3cret"), "{problem}");
        }
    }

    #[test]
    fn words_of_settings_must_match_exactly() {
        codes_lead_back_and_near_misses_nowhere::<Profile>();
        codes_lead_back_and_near_misses_nowhere::<LogFormat>();
        codes_lead_back_and_near_misses_nowhere::<Pooler>();
    }

    #[test]
    fn the_page_of_settings_lists_all_settings_and_no_others() {
        let page = include_str!("../../docs/settings.md");
        let listed: std::collections::BTreeSet<&str> =
            page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let mut names_read = std::collections::BTreeSet::new();
        for profile in Profile::ALL {
            let variables = BTreeMap::from([("TODOKEDE_PROFILE".to_owned(), profile.code().to_owned())]);
            let mut read = Reader::new(&variables);
            Settings::read(&mut read);
            names_read.extend(read.names());
        }
        assert_eq!(listed, names_read);
    }

    #[test]
    fn production_requires_its_settings_and_refuses_those_of_the_sandbox() {
        assert_eq!(
            problems(&[("TODOKEDE_PROFILE", "production"), ("TODOKEDE_CLOCK", "2023-02-03T09:00:00+09:00")]),
            [
                "TODOKEDE_CLOCK",
                "TODOKEDE_MAIL_FROM",
                "TODOKEDE_PORTAL_URL",
                "TODOKEDE_PUBLIC_URL",
                "TODOKEDE_SIGNING_KEY_FILES",
                "TODOKEDE_SMTP_URL",
            ],
        );
        assert_eq!(
            problems(&[
                ("TODOKEDE_PROFILE", "production"),
                ("TODOKEDE_PUBLIC_URL", "http://api.example.jp"),
                ("TODOKEDE_PORTAL_URL", "https://portal.example.jp"),
                ("TODOKEDE_SIGNING_KEY_FILES", "/run/secrets/signing.pem"),
                ("TODOKEDE_SMTP_URL", "smtps://todokede:s3cret@mail.example.jp"),
                ("TODOKEDE_MAIL_FROM", "no-reply@portal.example.jp"),
            ]),
            ["TODOKEDE_PUBLIC_URL"],
        );
    }

    #[test]
    fn a_key_instead_of_the_name_of_its_file_is_refused_and_not_repeated() {
        let key = "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----";
        let problems = read(&[("TODOKEDE_SIGNING_KEY_FILES", key)]).unwrap_err();
        assert_eq!(
            problems.iter().map(SettingProblem::name_or_rule).collect::<Vec<_>>(),
            ["TODOKEDE_SIGNING_KEY_FILES"]
        );
        assert!(!problems[0].to_string().contains("s3cret"));
    }

    #[test]
    fn budgets_are_generous_in_the_sandbox_and_strict_in_production() {
        let [sandbox, production] = [&[], PRODUCTION].map(|variables| read(variables).unwrap().budgets);
        let both = |budget: fn(&Budgets) -> Budget| {
            [&sandbox, &production]
                .map(|budgets| (budget(budgets).quota.get(), budget(budgets).window.as_secs()))
        };
        assert_eq!(both(|budgets| budgets.mails_per_address), [(100, 3_600), (5, 3_600)]);
        assert_eq!(both(|budgets| budgets.mails_per_client), [(5_000, 3_600), (60, 3_600)]);
        assert_eq!(both(|budgets| budgets.logins_per_account), [(100, 900), (10, 900)]);
        assert_eq!(both(|budgets| budgets.logins_per_known_client), [(100, 900), (10, 900)]);
        assert_eq!(both(|budgets| budgets.logins_per_client), [(5_000, 900), (100, 900)]);
        assert_eq!(both(|budgets| budgets.tokens_per_client), [(10_000, 600), (120, 600)]);
        assert_eq!(both(|budgets| budgets.writes_per_account), [(10_000, 3_600), (300, 3_600)]);
    }

    #[test]
    fn complete_production_settings_are_read_with_production_defaults() {
        let settings = read(PRODUCTION).unwrap();
        assert_eq!(settings.public_url, "https://api.example.jp");
        assert_eq!(
            (settings.clock, settings.review, settings.signing_keys.len()),
            (None, ReviewMode::Staff, 2)
        );
        assert_eq!(settings.trusted_proxies.len(), 2);
        let relay = settings.relay.clone().unwrap();
        let timeouts = [relay.ready_timeout, relay.dot_timeout].map(|timeout| timeout.as_secs());
        assert_eq!((relay.port, timeouts), (587, [30, 600]));
        assert_eq!(relay.from.name, settings.portal_name);
        assert!(!format!("{settings:?}").contains("s3cret"));
    }
}
