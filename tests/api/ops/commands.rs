//! The command line. The tests run the real binary.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::binary::{assert_failure, assert_success, full_device, run, text, todokede};
use crate::support::facility_list::{self, csv, unlisted};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_names_every_command_and_invalid_arguments_are_refused() {
    let folder = folder();
    let output = run(folder.path(), &["--help"]);
    let help = assert_success(&output);
    for command in [
        "serve",
        "worker",
        "migrate",
        "backup",
        "restore",
        "doctor",
        "health",
        "openapi",
        "facilities",
        "rounds",
    ] {
        assert!(help.contains(command), "{command}: {help}");
        assert_success(&run(folder.path(), &[command, "--help"]));
    }
    assert!(
        assert_success(&run(folder.path(), &["facilities", "import", "--help"])).contains("--whole-edition")
    );
    assert!(assert_success(&run(folder.path(), &["--version"])).starts_with("todokede "));
    for arguments in
        [&["server"][..], &["--port", "1"], &["facilities"], &["facilities", "import"], &["rounds", "load"]]
    {
        assert!(assert_failure(&run(folder.path(), arguments), 2).contains("Usage"), "{arguments:?}");
    }
    assert!(!folder.path().join("data.sqlite3").exists(), "a refused command was started");
}

#[test]
fn all_invalid_settings_are_named_at_once_without_their_values() {
    let folder = folder();
    for command in ["serve", "worker", "migrate"] {
        let output = todokede(folder.path(), &[command])
            .env("TODOKEDE_PROFILE", "s3cret")
            .env("TODOKEDE_CLOCK", "s3cret")
            .env("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "s3cret")
            .env("TODOKEDE_LISTENN", "s3cret")
            .env("DATABASE_URL", "postgres://user:s3cret@host/db")
            .output()
            .unwrap();
        let message = assert_failure(&output, 1);
        for name in [
            "TODOKEDE_PROFILE",
            "TODOKEDE_CLOCK",
            "TODOKEDE_LIMIT_MAILS_PER_ADDRESS",
            "TODOKEDE_LISTENN",
            "DATABASE_URL",
        ] {
            assert!(message.contains(name), "{name}: {message}");
        }
        assert!(!message.contains("s3cret") && output.stdout.is_empty(), "{message}");
    }
}

#[test]
fn a_variable_that_is_not_utf_8_is_refused_only_if_it_is_a_setting() {
    let folder = folder();
    let not_utf_8 = OsStr::from_bytes(b"\xff\xfe");
    let output = todokede(folder.path(), &["migrate"]).env("UNRELATED", not_utf_8).output().unwrap();
    assert_success(&output);
    for name in ["TODOKEDE_PROFILE", "TODOKEDE_UPLOADS_DIR", "TODOKEDE_PORTAL_NAME", "DATABASE_URL"] {
        let output = todokede(folder.path(), &["migrate"]).env(name, not_utf_8).output().unwrap();
        assert!(assert_failure(&output, 1).contains(&format!("{name} must be text in UTF-8")), "{name}");
    }
}

#[test]
fn a_second_migration_does_nothing() {
    let folder = folder();
    assert!(assert_success(&run(folder.path(), &["migrate"])).contains("done: "));
    let file = folder.path().join("data.sqlite3");
    let rounds = facility_list::count(&file, "SELECT COUNT(*) FROM round_editions");
    assert!(rounds > 0);
    assert_eq!(assert_success(&run(folder.path(), &["migrate"])), "The schema is up to date.\n");
    assert_eq!(facility_list::count(&file, "SELECT COUNT(*) FROM round_editions"), rounds);
}

#[test]
fn a_file_that_is_not_a_database_is_reported() {
    let folder = folder();
    std::fs::write(folder.path().join("data.sqlite3"), "this is a letter and not a database".repeat(99))
        .unwrap();
    for command in ["migrate", "serve", "worker"] {
        assert!(assert_failure(&run(folder.path(), &[command]), 1).contains("not a database"), "{command}");
    }
}

#[test]
fn the_error_about_a_damaged_database_names_its_file_and_the_doctor() {
    let folder = folder();
    assert_success(&run(folder.path(), &["migrate"]));
    let file = folder.path().join("data.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[8192..].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    for command in ["migrate", "serve", "worker"] {
        let output = run(folder.path(), &[command]);
        let message = assert_failure(&output, 1);
        assert!(
            message.contains("data.sqlite3: ") && message.contains("`todokede doctor`"),
            "{command}: {message}"
        );
    }
}

#[test]
fn openapi_prints_the_documents_and_needs_no_database() {
    let folder = folder();
    let output = run(folder.path(), &["openapi"]);
    let document = assert_success(&output);
    assert!(document.starts_with("openapi: 3.1"), "{:?}", document.lines().next());
    for path in ["/v1/successions:", "/v1/declarations:", "/v1/accounts:", "/sandbox/clock:"] {
        assert!(document.contains(path), "{path}");
    }
    assert!(!folder.path().join("data.sqlite3").exists());
    assert_eq!(
        assert_success(&run(folder.path(), &["openapi"])),
        document,
        "the document is always the same"
    );
    assert!(
        assert_success(&run(folder.path(), &["openapi", "--staff"])).contains("title: todokede for staff")
    );

    let mut child =
        todokede(folder.path(), &["openapi"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_failure(&child.wait_with_output().unwrap(), 1);
}

#[test]
fn the_doctor_ends_with_the_result_of_its_checks_even_if_its_output_is_closed() {
    let folder = folder();
    let mut child =
        todokede(folder.path(), &["doctor"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(assert_failure(&child.wait_with_output().unwrap(), 1), "todokede: 1 check failed\n");
}

#[test]
fn a_command_ends_with_the_result_of_its_work_even_if_its_output_cannot_be_written() {
    let folder = folder();
    let list = folder.path().join("list.csv");
    std::fs::write(&list, csv(&[&unlisted(6, 1)])).unwrap();
    let round = folder.path().join("round.json");
    std::fs::write(&round, include_str!("../../../api/rounds/2023.json")).unwrap();
    for arguments in [
        &["migrate"][..],
        &["facilities", "import", "list.csv"],
        &["rounds", "load", "round.json"],
        &["backup", "night.backup"],
        &["doctor"],
    ] {
        let output = todokede(folder.path(), arguments).stdout(full_device()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }
    assert!(folder.path().join("night.backup").exists());
    assert_failure(&todokede(folder.path(), &["openapi"]).stdout(full_device()).output().unwrap(), 1);
    let unreported =
        todokede(folder.path(), &["rounds", "load", "missing.json"]).stderr(full_device()).output().unwrap();
    assert_eq!(unreported.status.code(), Some(1), "a full standard error does not change the exit code");
}

#[test]
fn an_import_prints_what_it_changed_and_refused() {
    let folder = folder();
    let file = folder.path().join("list.csv");
    let import = |list: &str, options: &[&str]| {
        std::fs::write(&file, list).unwrap();
        run(folder.path(), &[&["facilities", "import", file.to_str().unwrap()], options].concat())
    };
    let (one, two) = (unlisted(6, 1), unlisted(6, 2));
    let list = format!("{}1,x,1,x,,\n", csv(&[&one, &two]));
    let expected = "read        3\nadded       2\nchanged     0\nrefused     1\n\
                    carried on  0 waiting successions\nline 4: facility_code FACILITY_CODE_FORM\n";
    assert_eq!(assert_success(&import(&list, &[])), expected);
    let output = import(&csv(&[&one]), &["--whole-edition"]);
    let message = assert_success(&output);
    // One facility of the previous list, and the sandbox's visiting nursing station of Tokyo.
    assert!(message.contains("added       0\nchanged     0\nrefused     0\ndelisted    2\n"), "{message}");

    let message = assert_failure(&import("code,name\n", &[]), 1).to_owned();
    assert!(message.contains("no column facility_code"), "{message}");
    let output = run(folder.path(), &["facilities", "import", "missing.csv"]);
    assert!(assert_failure(&output, 1).contains("missing.csv"));
}

#[test]
fn a_valid_round_is_loaded_and_an_invalid_one_is_refused_with_file_and_reason() {
    let folder = folder();
    let file = folder.path().join("round.json");
    let load = |json: &str| {
        std::fs::write(&file, json).unwrap();
        run(folder.path(), &["rounds", "load", file.to_str().unwrap()])
    };
    let shipped = include_str!("../../../api/rounds/2023.json");
    let mut round: serde_json::Value = serde_json::from_str(shipped).unwrap();
    round["round"] = "2024-test".into();
    assert!(assert_success(&load(&round.to_string())).contains("loaded: 2024-test"));
    let database = folder.path().join("data.sqlite3");
    let editions = "SELECT COUNT(*) FROM round_editions WHERE round = '2024-test'";
    assert_eq!(facility_list::count(&database, editions), 2);

    let mut shorter = round.clone();
    shorter["editions"].as_array_mut().unwrap().pop();
    assert_success(&load(&shorter.to_string()));
    assert_eq!(facility_list::count(&database, editions), 1, "the editions of the round are replaced");
    let mut bad = round.clone();
    bad["editions"][0]["until"] = "2000-01-01".into();
    for (json, reason) in [(bad.to_string(), "until"), ("{".to_owned(), "form"), (String::new(), "form")] {
        let output = load(&json);
        let message = assert_failure(&output, 1);
        assert!(message.contains("round.json") && message.contains(reason), "{message}");
    }
    let output = run(folder.path(), &["rounds", "load", "missing.json"]);
    assert!(assert_failure(&output, 1).contains("missing.json"));
    assert_eq!(facility_list::count(&database, editions), 1);
}

#[test]
fn a_port_that_is_in_use_is_named() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = todokede(folder.path(), &["serve"]).env("TODOKEDE_LISTEN", &address).output().unwrap();
    assert!(assert_failure(&output, 1).contains(&address));
}

#[test]
fn health_fails_unless_the_service_answers_200() {
    let folder = folder();
    for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 2000 Well\r\n\r\n", "200\r\n", ""] {
        let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 256];
            let read = stream.read(&mut request).unwrap();
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            text(&request[..read]).to_owned()
        });
        let mut command = todokede(folder.path(), &["health", "--ready"]);
        let output = command.env("TODOKEDE_LISTEN", address).output().unwrap();
        assert!(assert_failure(&output, 1).contains("/readyz"), "{answer:?}");
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    }
}
