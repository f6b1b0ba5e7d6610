//! Published codes, where they are at hand beside the project; none of them is kept in it.

use std::fs;
use std::path::Path;

use todokede::domain::values::facility_code::FacilityCode;

#[test]
fn every_published_code_is_read_and_tells_its_kind() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/facility-codes.csv");
    let Ok(codes) = fs::read_to_string(&file) else {
        eprintln!("SKIPPED: no list of published codes lies beside the project");
        return;
    };
    let rows: Vec<&str> = codes.lines().skip(1).collect();
    assert!(rows.len() > 200);
    for row in rows {
        let (code, kind) = row.split_once(',').unwrap();
        let read = FacilityCode::parse(code).unwrap_or_else(|fault| panic!("{code}: {fault:?}"));
        assert_eq!(read.kind().code(), kind.trim().to_uppercase(), "{code}");
    }
}
