//! Rules for the source files: which module may import which, which module may name which crate, how long a file may
//! be, that errors are logged with their causes, and that a resource has the same name everywhere.
//!
//! The tests parse every file below `api/` and compare its imports with the tables in `rules`. Rust allows every
//! module of a crate to import every other module, so these tests forbid what separate crates would forbid.

#![cfg(test)]

mod imports;
mod logging;
mod names;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use imports::imports;
use rules::violations;

/// How many lines a file may have. A longer file must be split by topic, unless it is in [`DATA`].
const MAX_LINES: usize = 350;

/// Files that contain only data.
const DATA: &[&str] = &["api/db/store/schema.rs"];

/// Every Rust file of the service, by its path below `api/`.
fn sources() -> Vec<(String, String)> {
    sources_below("api")
}

/// Every Rust file of a top folder, by its path below this folder.
fn sources_below(folder: &str) -> Vec<(String, String)> {
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    walk(&folder, &mut found);
    found.sort();
    let named = found.into_iter().map(|path| {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    named.collect()
}

#[test]
fn every_file_imports_only_what_its_module_may_import() {
    let sources = sources();
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    let found: Vec<String> =
        sources.iter().flat_map(|(file, source)| violations(file, &imports(file, source))).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let named = |folder| sources_below(folder).into_iter().map(move |(file, source)| (folder, file, source));
    let long: Vec<String> = named("api")
        .chain(named("tests"))
        .map(|(folder, file, source)| (source.lines().count(), format!("{folder}/{file}")))
        .filter(|(lines, file)| *lines > MAX_LINES && !DATA.contains(&file.as_str()))
        .map(|(lines, file)| format!("{file} has {lines} lines, but may have {MAX_LINES}: split it by topic"))
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
            "api/{file}: the module `{module}` is missing in the table of tests/architecture/rules.rs"
        );
    }
}
