//! Checks the malware scanner: whether it answers, accepts files of the maximum size, and knows malware.

use super::{DoctorReport, Verdict};
use crate::config::{Profile, Settings};
use crate::domain::filings::uploads::MAX_BYTES;
use crate::error::{Error, chain};
use crate::security::scanner::{ScanError, ScanResult, Scanner};

/// The test file of EICAR, in two parts so that scanners do not find it in this program. Every scanner reports it as
/// malware, although it is harmless (EICAR, "Anti-Malware Testfile").
const TEST_FILE: [&str; 2] = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];

pub(super) fn examine(settings: &Settings, report: &mut DoctorReport) {
    let subject = "scanner";
    let Some(address) = &settings.scanner else {
        let (verdict, message) = match settings.profile {
            Profile::Sandbox => (Verdict::Ok, "attachments are not scanned for malware"),
            Profile::Production => (
                Verdict::Warn,
                "attachments are not scanned for malware: install clamd and set TODOKEDE_SCANNER",
            ),
        };
        return report.add(verdict, subject, message);
    };
    let (verdict, message) = match try_scanner(&Scanner::new(address.clone())) {
        Err(error) => (Verdict::Fail, error.reason()),
        Ok(Err(error)) => (Verdict::Fail, format!("{}: {}", chain(&error), advice(&error))),
        Ok(Ok([ScanResult::Malware(signature), _])) => (
            Verdict::Fail,
            format!("it takes a file of zeros for malware ({signature}): look at its settings"),
        ),
        Ok(Ok([ScanResult::Clean, ScanResult::Clean])) => (
            Verdict::Fail,
            "it does not recognise the test file of EICAR: update its signatures with freshclam".to_owned(),
        ),
        Ok(Ok([ScanResult::Clean, ScanResult::Malware(_)])) => (
            Verdict::Ok,
            format!("it accepts files of {} MiB and recognises the test file of EICAR", MAX_BYTES >> 20),
        ),
    };
    report.add(verdict, subject, format!("{address}: {message}"));
}

/// The results for a file of zeros of the maximum size, and for the test file.
fn try_scanner(scanner: &Scanner) -> Result<Result<[ScanResult; 2], ScanError>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let largest = vec![0; usize::try_from(MAX_BYTES).map_err(Error::internal)?];
    Ok(runtime.map_err(Error::internal)?.block_on(async {
        scanner.ping().await?;
        Ok([scanner.scan(&largest).await?, scanner.scan(TEST_FILE.concat().as_bytes()).await?])
    }))
}

const fn advice(error: &ScanError) -> &'static str {
    match error {
        ScanError::Unreachable(_) | ScanError::Broken(_) => {
            "start clamd, check TODOKEDE_SCANNER, and let the service's user open the socket; attachments wait until then"
        }
        ScanError::TimedOut => "clamd is slow or hangs: give it more memory and threads",
        ScanError::Refused(_) => {
            "set StreamMaxLength of clamd to 25M, and look at its other limits and its log"
        }
    }
}
