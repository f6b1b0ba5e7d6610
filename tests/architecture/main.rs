//! The rules between the modules: which may import which, which crate may be named where, and that one
//! thing has one name.
//!
//! Every file under `api/` is parsed and its imports are compared with the tables in `rules`. In one
//! package any module can import any other; these tests forbid the imports that separate crates would forbid.

#![cfg(test)]

mod imports;
mod logging;
mod names;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use imports::imports;
use rules::violations;

/// The most lines that a file may have. A longer one is split by topic, unless it is in [`DATA`].
const MOST_LINES: usize = 350;

/// Files that only contain data.
const DATA: &[&str] = &["db/store/schema.rs"];

fn api() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("api")
}

/// Every Rust file of the service, by its path below `api/`.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&api(), &mut found);
    found.sort();
    let named = found.into_iter().map(|path| {
        let name = path.strip_prefix(api()).unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    named.collect()
}

#[test]
fn every_file_imports_only_what_its_module_may() {
    let sources = sources();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    let found: Vec<String> =
        sources.iter().flat_map(|(file, source)| violations(file, &imports(file, source))).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(file, source)| (source.lines().count(), file))
        .filter(|(lines, file)| *lines > MOST_LINES && !DATA.contains(&file.as_str()))
        .map(|(lines, file)| {
            format!("api/{file} has {lines} lines; {MOST_LINES} are the most: split it by topic")
        })
        .collect();
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}

#[test]
fn every_error_is_logged_with_its_causes() {
    let found: Vec<String> =
        sources().iter().flat_map(|(file, source)| logging::bare_errors(file, source)).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_module_has_a_row_in_the_table() {
    for (file, _) in sources() {
        let module = rules::module_of(&file);
        assert!(
            rules::row_of(&module).is_some(),
            "api/{file}: the table of tests/architecture/rules.rs lacks `{module}`"
        );
    }
}
