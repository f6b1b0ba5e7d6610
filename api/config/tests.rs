use super::*;
use crate::domain::values::coded_enum::tests::codes_round_trip_and_other_texts_are_refused;

/// Complete settings of a production service.
const PRODUCTION: &[(&str, &str)] = &[
    ("TODOKEDE_PROFILE", "production"),
    ("TODOKEDE_PUBLIC_URL", "https://api.example.jp/"),
    ("TODOKEDE_PORTAL_URL", "https://portal.example.jp"),
    ("TODOKEDE_SIGNING_KEY_FILES", "/run/secrets/new.pem, /run/secrets/old.pem"),
    ("TODOKEDE_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7"),
    ("TODOKEDE_SMTP_URL", "smtp://todokede:s3cret@mail.example.jp"),
    ("TODOKEDE_MAIL_FROM", "no-reply@portal.example.jp"),
    ("TODOKEDE_REVIEW", "automatic"),
];

fn read(variables: &[(&str, &str)]) -> Result<Settings, Vec<SettingProblem>> {
    Settings::from_variables(
        &variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    )
}

fn problems(variables: &[(&str, &str)]) -> Vec<&'static str> {
    let mut names: Vec<_> =
        read(variables).unwrap_err().into_iter().map(|problem| problem.name_or_unknown()).collect();
    names.sort_unstable();
    names
}

#[test]
fn without_settings_the_service_is_a_sandbox_on_the_day_of_the_ministrys_letter() {
    let settings = read(&[("HOME", "/home/somebody")]).unwrap();
    assert_eq!(settings.profile, Profile::Sandbox);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert!(matches!(&settings.database, Source::Sqlite(file) if file == Path::new("data/todokede.sqlite3")));
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
    codes_round_trip_and_other_texts_are_refused::<Profile>();
    codes_round_trip_and_other_texts_are_refused::<LogFormat>();
    codes_round_trip_and_other_texts_are_refused::<Pooler>();
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
            "TODOKEDE_REVIEW",
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
            ("TODOKEDE_REVIEW", "automatic"),
        ]),
        ["TODOKEDE_PUBLIC_URL"],
    );
}

#[test]
fn a_list_of_origins_with_one_that_no_browser_sends_is_refused_and_production_requires_https() {
    let with = |value| [PRODUCTION, &[("TODOKEDE_CORS_ORIGINS", value)]].concat();
    let settings = read(&with("https://portal.example.jp, https://staff.example.jp:8443")).unwrap();
    for (origin, is_allowed) in [
        ("https://portal.example.jp", true),
        ("https://staff.example.jp:8443", true),
        ("https://api.example.jp", true),
        ("https://staff.example.jp", false),
        ("http://localhost:5173", false),
    ] {
        assert_eq!(settings.origins.allow(origin), is_allowed, "{origin}");
    }
    for wrong in [
        "*",
        "null",
        "portal.example.jp",
        "https://portal.example.jp/",
        "https://portal.example.jp/app",
        "https://*.example.jp",
        "https://portal.example.jp:443",
        "https://PORTAL.example.jp",
        "https://portal.example.jp https://staff.example.jp",
        "https://portal.example.jp,https://staff.example.jp/",
    ] {
        assert_eq!(problems(&with(wrong)), ["TODOKEDE_CORS_ORIGINS"], "{wrong}");
        assert_eq!(problems(&[("TODOKEDE_CORS_ORIGINS", wrong)]), ["TODOKEDE_CORS_ORIGINS"], "{wrong}");
    }
    assert_eq!(problems(&with("http://portal.example.jp")), ["TODOKEDE_CORS_ORIGINS"]);
    let sandbox = read(&[("TODOKEDE_CORS_ORIGINS", "http://portal.example.jp:8081")]).unwrap();
    assert!(
        sandbox.origins.allow("http://portal.example.jp:8081") && sandbox.origins.allow("http://[::1]:5173")
    );
    let message = read(&with("https://portal.example.jp/")).unwrap_err()[0].to_string();
    assert!(message.contains("no slash at the end"), "{message}");
}

#[test]
fn production_does_not_start_with_a_review_that_nobody_can_make() {
    let with_review = |review: &[(&'static str, &'static str)]| {
        let others = PRODUCTION.iter().filter(|(name, _)| *name != "TODOKEDE_REVIEW").copied();
        read(&others.chain(review.iter().copied()).collect::<Vec<_>>())
    };
    // `staff` is also the default.
    for review in [&[][..], &[("TODOKEDE_REVIEW", "staff")]] {
        let problems = with_review(review).unwrap_err();
        assert_eq!(problems, [SettingProblem::NobodyReviews("TODOKEDE_REVIEW")]);
        assert!(problems[0].to_string().contains("Set TODOKEDE_REVIEW=automatic"), "{}", problems[0]);
    }
    assert_eq!(with_review(&[("TODOKEDE_REVIEW", "automatic")]).unwrap().review, ReviewMode::Automatic);
    assert_eq!(read(&[("TODOKEDE_REVIEW", "staff")]).unwrap().review, ReviewMode::Staff, "a sandbox");
}

#[test]
fn the_document_for_staff_has_operations_if_staff_can_review() {
    let document = include_str!("../../openapi-staff.yaml");
    assert_eq!(document.contains("operationId:"), STAFF_CAN_REVIEW);
}

#[test]
fn a_key_instead_of_the_name_of_its_file_is_refused_and_not_shown_in_the_message() {
    let key = "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----";
    let problems = read(&[("TODOKEDE_SIGNING_KEY_FILES", key)]).unwrap_err();
    assert_eq!(
        problems.iter().map(SettingProblem::name_or_unknown).collect::<Vec<_>>(),
        ["TODOKEDE_SIGNING_KEY_FILES"]
    );
    assert!(!problems[0].to_string().contains("s3cret"));
}

#[test]
fn budgets_are_generous_in_the_sandbox_and_strict_in_production() {
    let [sandbox, production] = [&[], PRODUCTION].map(|variables| read(variables).unwrap().budgets);
    let both = |budget: fn(&Budgets) -> Budget| {
        [&sandbox, &production].map(|budgets| (budget(budgets).quota.get(), budget(budgets).window.as_secs()))
    };
    assert_eq!(both(|budgets| budgets.mails_per_address), [(100, 3_600), (5, 3_600)]);
    assert_eq!(both(|budgets| budgets.mails_per_client), [(5_000, 3_600), (60, 3_600)]);
    assert_eq!(both(|budgets| budgets.email_changes_per_account), [(100, 3_600), (5, 3_600)]);
    assert_eq!(both(|budgets| budgets.failed_logins_per_client), [(5_000, 900), (100, 900)]);
    assert_eq!(both(|budgets| budgets.wrong_passwords_per_session), [(100, 900), (10, 900)]);
    assert_eq!(both(|budgets| budgets.wrong_tokens_per_client), [(10_000, 600), (120, 600)]);
    assert_eq!(both(|budgets| budgets.writes_per_account), [(10_000, 3_600), (300, 3_600)]);
}

#[test]
fn complete_production_settings_are_read_with_production_defaults() {
    let settings = read(PRODUCTION).unwrap();
    assert_eq!(settings.public_url, "https://api.example.jp");
    assert_eq!(
        (settings.clock, settings.review, settings.signing_keys.len()),
        (None, ReviewMode::Automatic, 2)
    );
    assert_eq!(settings.trusted_proxies.len(), 2);
    let relay = settings.relay.clone().unwrap();
    let timeouts = [relay.envelope_timeout, relay.content_timeout].map(|timeout| timeout.as_secs());
    assert_eq!((relay.port, timeouts), (587, [30, 600]));
    assert_eq!(relay.from.name, settings.portal_name);
    assert!(!format!("{settings:?}").contains("s3cret"));
}
