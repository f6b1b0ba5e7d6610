//! The command line: the real binary, as an operator starts it.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::binary::{done, failed, full, run, text, todokede};
use crate::support::list::{self, csv, unlisted};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_names_every_command_and_unknown_ones_are_refused() {
    let folder = folder();
    let output = run(folder.path(), &["--help"]);
    let help = done(&output);
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
        done(&run(folder.path(), &[command, "--help"]));
    }
    assert!(done(&run(folder.path(), &["facilities", "import", "--help"])).contains("--whole-edition"));
    assert!(done(&run(folder.path(), &["--version"])).starts_with("todokede "));
    for arguments in
        [&["server"][..], &["--port", "1"], &["facilities"], &["facilities", "import"], &["rounds", "load"]]
    {
        assert!(failed(&run(folder.path(), arguments), 2).contains("Usage"), "{arguments:?}");
    }
    assert!(!folder.path().join("data.sqlite3").exists(), "nothing was begun");
}

#[test]
fn every_wrong_setting_is_told_at_once_and_no_value_is_shown() {
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
        let told = failed(&output, 1);
        for name in [
            "TODOKEDE_PROFILE",
            "TODOKEDE_CLOCK",
            "TODOKEDE_LIMIT_MAILS_PER_ADDRESS",
            "TODOKEDE_LISTENN",
            "DATABASE_URL",
        ] {
            assert!(told.contains(name), "{name}: {told}");
        }
        assert!(!told.contains("s3cret") && output.stdout.is_empty(), "{told}");
    }
}

#[test]
fn a_variable_that_is_no_text_is_nobodys_business_unless_it_is_a_setting() {
    let folder = folder();
    let strange = OsStr::from_bytes(b"\xff\xfe");
    let output = todokede(folder.path(), &["migrate"]).env("SOMEBODYS", strange).output().unwrap();
    done(&output);
    let output = todokede(folder.path(), &["migrate"]).env("TODOKEDE_PROFILE", strange).output().unwrap();
    assert!(failed(&output, 1).contains("TODOKEDE_PROFILE"));
}

#[test]
fn migrating_twice_does_nothing_the_second_time() {
    let folder = folder();
    assert!(done(&run(folder.path(), &["migrate"])).contains("done: "));
    let file = folder.path().join("data.sqlite3");
    let rounds = list::count(&file, "SELECT COUNT(*) FROM round_editions");
    assert!(rounds > 0);
    assert_eq!(done(&run(folder.path(), &["migrate"])), "The schema is up to date.\n");
    assert_eq!(list::count(&file, "SELECT COUNT(*) FROM round_editions"), rounds);
}

#[test]
fn a_database_that_cannot_be_opened_is_told() {
    let folder = folder();
    std::fs::write(folder.path().join("data.sqlite3"), "this is no database, it is a letter".repeat(99))
        .unwrap();
    for command in ["migrate", "serve", "worker"] {
        assert!(failed(&run(folder.path(), &[command]), 1).contains("not a database"), "{command}");
    }
}

#[test]
fn a_damaged_database_is_named_with_who_knows_more() {
    let folder = folder();
    done(&run(folder.path(), &["migrate"]));
    let file = folder.path().join("data.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[8192..].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    for command in ["migrate", "serve", "worker"] {
        let output = run(folder.path(), &[command]);
        let told = failed(&output, 1);
        assert!(told.contains("data.sqlite3: ") && told.contains("`todokede doctor`"), "{command}: {told}");
    }
}

#[test]
fn openapi_prints_the_document_and_needs_no_settings() {
    let folder = folder();
    let output = run(folder.path(), &["openapi"]);
    let document = done(&output);
    assert!(document.starts_with("openapi: 3.1"), "{:?}", document.lines().next());
    for path in ["/v1/successions:", "/v1/declarations:", "/v1/accounts:", "/sandbox/clock:"] {
        assert!(document.contains(path), "{path}");
    }
    assert!(!folder.path().join("data.sqlite3").exists());
    assert_eq!(done(&run(folder.path(), &["openapi"])), document, "always the same");
    assert!(done(&run(folder.path(), &["openapi", "--staff"])).contains("title: todokede for staff"));

    let mut child =
        todokede(folder.path(), &["openapi"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    failed(&child.wait_with_output().unwrap(), 1);
}

#[test]
fn a_doctor_whose_reader_has_read_enough_still_ends_as_its_checks_did() {
    let folder = folder();
    let mut child =
        todokede(folder.path(), &["doctor"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(failed(&child.wait_with_output().unwrap(), 1), "todokede: 1 check failed\n");
}

#[test]
fn a_command_whose_output_has_no_room_still_ends_as_its_work_did() {
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
        let output = todokede(folder.path(), arguments).stdout(full()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    }
    assert!(folder.path().join("night.backup").exists());
    failed(&todokede(folder.path(), &["openapi"]).stdout(full()).output().unwrap(), 1);
    let silent =
        todokede(folder.path(), &["rounds", "load", "nowhere.json"]).stderr(full()).output().unwrap();
    assert_eq!(silent.status.code(), Some(1), "nor does the error's room matter");
}

#[test]
fn an_import_says_what_it_did() {
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
    assert_eq!(done(&import(&list, &[])), expected);
    let output = import(&csv(&[&one]), &["--whole-edition"]);
    let told = done(&output);
    // One of the list before and the invented station of Tokyo.
    assert!(told.contains("added       0\nchanged     0\nrefused     0\ndelisted    2\n"), "{told}");

    let told = failed(&import("code,name\n", &[]), 1).to_owned();
    assert!(told.contains("no column facility_code"), "{told}");
    let output = run(folder.path(), &["facilities", "import", "nowhere.csv"]);
    assert!(failed(&output, 1).contains("nowhere.csv"));
}

#[test]
fn a_round_is_loaded_from_a_good_file_and_a_bad_one_is_told_where() {
    let folder = folder();
    let file = folder.path().join("round.json");
    let load = |json: &str| {
        std::fs::write(&file, json).unwrap();
        run(folder.path(), &["rounds", "load", file.to_str().unwrap()])
    };
    let shipped = include_str!("../../../api/rounds/2023.json");
    let mut round: serde_json::Value = serde_json::from_str(shipped).unwrap();
    round["round"] = "2024-test".into();
    assert!(done(&load(&round.to_string())).contains("loaded: 2024-test"));
    let database = folder.path().join("data.sqlite3");
    let editions = "SELECT COUNT(*) FROM round_editions WHERE round = '2024-test'";
    assert_eq!(list::count(&database, editions), 2);

    let mut shorter = round.clone();
    shorter["editions"].as_array_mut().unwrap().pop();
    done(&load(&shorter.to_string()));
    assert_eq!(list::count(&database, editions), 1, "what is known of it is replaced");
    let mut bad = round.clone();
    bad["editions"][0]["until"] = "2000-01-01".into();
    for (json, reason) in [(bad.to_string(), "until"), ("{".to_owned(), "form"), (String::new(), "form")] {
        let output = load(&json);
        let told = failed(&output, 1);
        assert!(told.contains("round.json") && told.contains(reason), "{told}");
    }
    let output = run(folder.path(), &["rounds", "load", "nowhere.json"]);
    assert!(failed(&output, 1).contains("nowhere.json"));
    assert_eq!(list::count(&database, editions), 1);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = todokede(folder.path(), &["serve"]).env("TODOKEDE_LISTEN", &address).output().unwrap();
    assert!(failed(&output, 1).contains(&address));
}

#[test]
fn a_service_that_does_not_say_it_is_well_is_not_healthy() {
    let folder = folder();
    for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 2000 Well\r\n\r\n", "200\r\n", ""] {
        let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
        let everywhere = listener.local_addr().unwrap().to_string();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 256];
            let read = stream.read(&mut asked).unwrap();
            std::io::Write::write_all(&mut stream, answer.as_bytes()).unwrap();
            text(&asked[..read]).to_owned()
        });
        let mut asking = todokede(folder.path(), &["health", "--ready"]);
        let output = asking.env("TODOKEDE_LISTEN", everywhere).output().unwrap();
        assert!(failed(&output, 1).contains("/readyz"), "{answer:?}");
        assert!(answering.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    }
}
