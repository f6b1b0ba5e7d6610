//! Checks the keys that sign access tokens.

use std::collections::BTreeSet;
use std::path::Path;
use std::slice;

use super::{DoctorReport, Verdict};
use crate::config::Settings;
use crate::security::signing_keys;

pub(super) fn examine(settings: &Settings, report: &mut DoctorReport) {
    if settings.signing_keys.is_empty() {
        let sandbox_key = settings.data.join(signing_keys::SANDBOX_FILE);
        if sandbox_key.exists() {
            examine_one(&sandbox_key, &mut BTreeSet::new(), report);
        } else {
            report.add(Verdict::Ok, "keys", "the sandbox generates a key when it starts");
        }
    }
    let mut seen = BTreeSet::new();
    for file in &settings.signing_keys {
        examine_one(file, &mut seen, report);
    }
}

fn examine_one(file: &Path, seen: &mut BTreeSet<String>, report: &mut DoctorReport) {
    let name = file.display();
    let key = signing_keys::read(slice::from_ref(&file.to_owned()));
    let Some(key) = key.ok().and_then(|mut keys| keys.pop()) else {
        let advice =
            "generate one with `openssl genpkey -algorithm ed25519` and let the service's user read it";
        return report.add(
            Verdict::Fail,
            "keys",
            format!("{name} cannot be read as an Ed25519 private key in PKCS#8 PEM: {advice}"),
        );
    };
    if signing_keys::is_exposed(file) {
        let message = format!(
            "every user of this machine can access {name}: run `chmod o= {name}`, and consider replacing the key"
        );
        report.add(Verdict::Fail, "keys", message);
    } else if seen.insert(key.id.clone()) {
        let role = if seen.len() == 1 { "signs" } else { "verifies" };
        report.add(Verdict::Ok, "keys", format!("{name} {role} as {}", key.id));
    } else {
        report.add(
            Verdict::Warn,
            "keys",
            format!("{name} has the same key as an earlier file in the list: remove one of them"),
        );
    }
}
