//! Imports of the facility list: which rows are accepted, which are refused, which facilities are delisted.

use encoding_rs::SHIFT_JIS;
use todokede::ops::facility_list::RefusedRow;
use todokede::usecases::facilities::import::ImportReport;

use crate::support::facility_list::{HEADER, code, csv, unlisted};
use crate::support::{TestApp, forms};

/// A refused row of an import.
fn row(line: u64, column: &'static str, reason: &'static str) -> RefusedRow {
    RefusedRow { line, column, reason }
}

/// Whether the list has this value in a column of a facility.
fn list_has(app: &TestApp, code: &str, column: &str, value: &str) -> bool {
    app.rows("facilities").with("code", code).with(column, value).count() == 1
}

/// How many facilities are in the list and not delisted.
fn count_listed(app: &TestApp) -> i64 {
    app.rows("facilities").with_null("delisted_at").count()
}

#[apply(on_both_databases)]
async fn invalid_rows_are_reported_by_line_column_and_reason_and_valid_ones_are_imported() {
    let app = TestApp::start().await;
    let before = count_listed(&app);
    let codes: Vec<String> = (1..=9).map(|number| code(&format!("13199{number:04}"))).collect();
    let typo = code("131990011").replace("131990011", "131990012");
    let long = "架".repeat(101);
    let lines = [
        HEADER.to_owned(),
        format!("{},架空一診療所,100-0000,東京都架空区１,0300000001,架空 一", codes[0]),
        format!("{typo},架空二診療所,100-0000,東京都架空区２,,"),
        "123,架空三診療所,100-0000,東京都架空区３,,".to_owned(),
        format!("{},,100-0000,東京都架空区４,,", codes[1]),
        format!("{},架空五診療所,00-0000,東京都架空区５,,", codes[2]),
        format!("{},架空六診療所,100-0000,　,,", codes[3]),
        format!("{},架空七診療所,100-0000,東京都架空区７,110,", codes[4]),
        format!("{},{long},100-0000,東京都架空区８,,", codes[5]),
        format!("{},架空九診療所", codes[6]),
        format!("{},架空十診療所,〒１００－００００,東京都架空区１０,03(0000)0010,", codes[7]),
        String::new(),
    ];
    let expected = || {
        vec![
            row(3, "facility_code", "FACILITY_CODE_CHECK_DIGIT"),
            row(4, "facility_code", "FACILITY_CODE_FORM"),
            row(5, "name", "BLANK"),
            row(6, "postal_code", "POSTAL_CODE_FORM"),
            row(7, "address", "BLANK"),
            row(8, "phone", "PHONE_FORM"),
            row(9, "name", "TOO_LONG"),
            row(10, "postal_code", "POSTAL_CODE_FORM"),
        ]
    };
    for ending in ["\n", "\r\n"] {
        let (_, refused) = app.import(lines[..lines.len() - 2].join(ending), false).await;
        assert_eq!(refused, expected(), "{ending:?}");
        let (_, refused) = app.import(format!("{HEADER}{ending}{ending}{ending}1,,,,"), false).await;
        assert_eq!(
            refused,
            [row(4, "facility_code", "FACILITY_CODE_FORM")],
            "{ending:?}: empty lines are counted"
        );
    }
    app.rows("facilities").like("code", "13199%").delete();
    let (report, refused) = app.import(lines.join("\r\n"), false).await;
    assert_eq!(refused, expected());
    assert_eq!(report, ImportReport { read: 10, added: 2, refused: 8, ..ImportReport::default() });
    assert_eq!(count_listed(&app), before + 2);
    assert!(list_has(&app, &codes[7], "phone", "0300000010"));
    assert!(list_has(&app, &codes[7], "postal_code", "1000000"));
}

#[apply(on_both_databases)]
async fn a_second_import_of_the_same_file_changes_nothing() {
    let app = TestApp::start().await;
    let (one, two) = (unlisted(1, 1), unlisted(1, 2));
    let mut other = one.clone();
    other["name"] = "別の診療所".into();
    // A repeated row is skipped. A second, different row with the same code is refused, so the first row always counts.
    let list = csv(&[&one, &two, &one, &other]);
    for added in [2, 0] {
        let (report, refused) = app.import(list.clone(), false).await;
        assert_eq!(report, ImportReport { read: 4, added, refused: 1, ..ImportReport::default() });
        assert_eq!(refused, [row(5, "facility_code", "REPEATED_ENTRY")]);
    }
    let (report, _) = app.import(csv(&[&other]), false).await;
    assert_eq!((report.added, report.changed), (0, 1));
    assert!(list_has(&app, other["facility_code"].as_str().unwrap(), "name", "別の診療所"));
}

#[apply(on_both_databases)]
async fn values_whose_columns_an_edition_lacks_are_kept() {
    let app = TestApp::start().await;
    let code = code("131990001");
    let full = format!("{HEADER}\n{code},架空診療所,1000000,東京都架空区１,0300000001,架空 花子\n");
    app.import(full, false).await;
    let short = format!("address,name,facility_code,postal_code\n東京都架空区１,架空診療所,{code},1000000\n");
    let (report, _) = app.import(short, false).await;
    assert_eq!((report.added, report.changed), (0, 0), "columns may be in any order");
    assert!(
        list_has(&app, &code, "phone", "0300000001") && list_has(&app, &code, "founder_name", "架空 花子")
    );
}

#[apply(on_both_databases)]
async fn lists_are_read_in_utf_8_with_or_without_a_byte_order_mark_and_in_shift_jis() {
    let app = TestApp::start().await;
    for (number, name) in [(1, "架空髙﨑診療所"), (2, "架空ｸﾘﾆｯｸ①"), (3, "架空～医院")]
    {
        let code = code(&format!("13199{number:04}"));
        let text = format!("{HEADER}\n{code},{name},1000000,東京都架空区１,,\n");
        let (shift_jis, _, lost) = SHIFT_JIS.encode(&text);
        assert!(!lost);
        let (report, refused) = app.import(shift_jis.into_owned(), false).await;
        assert_eq!((report.added, refused.len()), (1, 0), "{name}");
        assert!(list_has(&app, &code, "name", name));
        let with_mark = format!("\u{feff}{text}");
        for bytes in [text.into_bytes(), with_mark.into_bytes()] {
            let (report, _) = app.import(bytes, false).await;
            assert_eq!((report.read, report.added, report.changed), (1, 0, 0), "{name}");
        }
    }
}

#[apply(on_both_databases)]
async fn quoted_fields_may_have_commas_and_quotes_but_no_line_breaks() {
    let app = TestApp::start().await;
    let (good, bad) = (code("131990001"), code("131990002"));
    let list = format!(
        "\"facility_code\",\"name\",\"postal_code\",\"address\"\n\
         \"{good}\",\"架空, \"\"第一\"\"診療所\",\"1000000\",\"東京都架空区１\"\n\
         \"{bad}\",\"架空\n診療所\",\"1000000\",\"東京都架空区１\"\n"
    );
    let (report, refused) = app.import(list, false).await;
    assert_eq!((report.read, report.added), (2, 1));
    assert_eq!(refused, [row(3, "name", "CONTROL_CHARACTER")]);
    assert!(list_has(&app, &good, "name", "架空, \"第一\"診療所"));
}

#[apply(on_both_databases)]
async fn a_file_that_is_not_a_list_is_refused_as_a_whole_with_the_reason() {
    let app = TestApp::start().await;
    let before = count_listed(&app);
    let facility = unlisted(1, 1);
    for missing in ["facility_code", "name", "postal_code", "address"] {
        let list = csv(&[&facility]).replacen(missing, "another", 1);
        let error = app.try_import(list, true).await.unwrap_err();
        assert!(error.contains(&format!("no column {missing}")), "{error}");
    }
    for (bytes, reason) in [(Vec::new(), "no column"), (b"\x89PNG\r\n\xff\xff\xff".to_vec(), "Shift JIS")] {
        let error = app.try_import(bytes, true).await.unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    // The import must not read a file in another encoding because of some invalid bytes.
    let mut broken = csv(&[&facility]).into_bytes();
    broken.extend(b"\xff\xff\n");
    assert!(app.try_import(broken, true).await.is_err());
    assert_eq!(count_listed(&app), before);
}

#[apply(on_both_databases)]
async fn a_whole_edition_delists_absent_facilities_of_its_prefectures_and_kinds_only() {
    let app = TestApp::start().await;
    let count_of = |part: &str| {
        app.rows("facilities").with_null("delisted_at").like("code", &format!("{part}%")).count()
    };
    let parts = ["011", "131", "133", "134", "136", "141"];
    let before = parts.map(count_of);
    assert!(before.iter().all(|count| *count > 0));
    let kept = app.unused_facility("MEDICAL").await;
    assert!(kept["facility_code"].as_str().unwrap().starts_with("011"));
    let tokyo = unlisted(1, 1);
    let (report, _) = app.import(csv(&[&tokyo]), false).await;
    assert_eq!(report.delisted, 0, "an import without `whole_edition` delists no facility");
    let (report, _) = app.import(csv(&[&tokyo]), true).await;
    assert_eq!(report.delisted, usize::try_from(before[1]).unwrap());
    assert_eq!(parts.map(count_of), [before[0], 1, before[2], before[3], before[4], before[5]]);
    let (report, _) = app.import(csv(&[&tokyo]), true).await;
    assert_eq!(report.delisted, 0, "no facility is delisted twice");
    let (report, _) = app.import(csv(&[]), true).await;
    assert_eq!(report.delisted, 0, "an empty edition covers no prefecture");
}

#[apply(on_both_databases)]
async fn a_facility_whose_row_is_refused_is_not_delisted() {
    let app = TestApp::start().await;
    let (one, two) = (unlisted(6, 1), unlisted(6, 2));
    app.import(csv(&[&one, &two]), true).await;
    let mut invalid = two.clone();
    invalid["postal_code"] = "?".into();
    let (report, refused) = app.import(csv(&[&one, &invalid]), true).await;
    assert_eq!((refused.len(), report.delisted), (1, 0));
    // A row with an invalid code does not add a prefecture and kind to those that the edition covers.
    let mut unknown = unlisted(1, 1);
    unknown["facility_code"] = "0110100010".into();
    let (report, refused) = app.import(csv(&[&one, &two, &unknown]), true).await;
    assert_eq!((refused.len(), report.delisted), (1, 0));
}

#[apply(on_both_databases)]
async fn a_delisted_facility_can_return_to_the_list() {
    let app = TestApp::start().await;
    let (one, two) = (unlisted(1, 1), unlisted(1, 2));
    app.import(csv(&[&one, &two]), true).await;
    let clinic = crate::support::FacilityClient::register(&app, &two).await;
    app.import(csv(&[&one]), true).await;
    let token = app.registration_token("late@clinic.example").await;
    let mut form = forms::account(&token, &two);
    let late = app.anonymous().post("/v1/accounts", &form).await;
    late.assert_faults(&[("/facility/code", "FACILITY_DELISTED")]);
    clinic.get("/v1/account").await.assert_status(200);
    let (report, _) = app.import(csv(&[&one, &two]), true).await;
    assert_eq!((report.added, report.changed, report.delisted), (0, 1, 0));
    form["facility"]["code"] = two["facility_code"].clone();
    app.anonymous().post("/v1/accounts", &form).await.assert_problem(409, "FACILITY_HAS_ACCOUNT");
}

#[apply(on_both_databases)]
async fn requests_are_served_while_a_large_list_is_imported() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let facilities: Vec<_> = (0..3000).map(|number| unlisted(1, number)).collect();
    let list = csv(&facilities.iter().collect::<Vec<_>>());
    let requests = async {
        let filed = clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
        for _ in 0..20 {
            clinic.get(filed.header("location")).await.assert_status(200);
        }
        let successor = forms::succession(&app.unused_facility("MEDICAL").await);
        clinic.file("/v1/successions", &successor).await.assert_status(201);
    };
    let ((report, refused), ()) = futures_util::future::join(app.import(list, true), requests).await;
    assert_eq!((report.read, report.added, refused.len()), (3000, 3000, 0));
    assert_eq!(app.rows("audit_log").with("action", "facilities.imported").count(), 2);
}
