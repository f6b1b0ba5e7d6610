//! Checks the list of breached passwords.

use super::{DoctorReport, Verdict};
use crate::config::Settings;
use crate::security::breached_passwords::BreachedPasswords;

pub(super) fn examine(settings: &Settings, report: &mut DoctorReport) {
    let subject = "passwords";
    let Some(path) = &settings.breached_passwords else {
        let message =
            "they are compared with no list of breached passwords: TODOKEDE_BREACHED_PASSWORDS is not set";
        return report.add(Verdict::Ok, subject, message);
    };
    let name = path.display();
    match BreachedPasswords::open(path.clone()) {
        Ok(_) => report.add(Verdict::Ok, subject, format!("they are compared with the list {name}")),
        Err(problem) => {
            let advice = "download the SHA-1 list of Have I Been Pwned, ordered by hash, or remove the setting \
                          TODOKEDE_BREACHED_PASSWORDS";
            report.add(Verdict::Fail, subject, format!("{name} cannot be used: {problem}: {advice}"));
        }
    }
}
