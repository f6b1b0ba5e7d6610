//! The commands and replies of clamd (clamd(8), "COMMANDS").

use super::{ScanError, ScanResult};

/// Asks whether the scanner is alive. The letter `z` says that the command and the reply end with a NUL.
pub(super) const PING: &[u8] = b"zPING\0";
/// Begins the transfer of a file in chunks.
pub(super) const SCAN_STREAM: &[u8] = b"zINSTREAM\0";
/// The length of a chunk in bytes.
pub(super) const CHUNK: usize = 64 * 1024;
/// How many bytes of a reply are read.
pub(super) const MAX_REPLY: usize = 4096;
/// The maximum number of characters of the name of a signature.
const MAX_NAME: usize = 100;

/// The length that precedes a chunk. A chunk without bytes ends the file.
pub(super) fn length_of(chunk: &[u8]) -> [u8; 4] {
    u32::try_from(chunk.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// A reply up to its first NUL, with a question mark for each byte that is not printable ASCII, because it is logged.
pub(super) fn text_of(reply: &[u8]) -> String {
    let text = reply.split(|byte| *byte == 0).next().unwrap_or_default();
    let printable = |byte: &u8| if matches!(byte, 0x20..=0x7e) { char::from(*byte) } else { '?' };
    text.trim_ascii().iter().map(printable).collect()
}

/// What clamd says with `AlertExceedsMax` about a file that it cannot examine completely, for example because it ran out
/// of time. That is no malware, and nothing is known about the file.
const LIMIT_EXCEEDED: &str = "Heuristics.Limits.Exceeded";

/// The result in the reply to a file: `stream: OK`, `stream: NAME FOUND`, or an error.
pub(super) fn result_of(reply: &str) -> Result<ScanResult, ScanError> {
    let result = reply.strip_prefix("stream: ");
    match result.map(|result| (result, result.strip_suffix(" FOUND"))) {
        Some(("OK", _)) => Ok(ScanResult::Clean),
        Some((_, Some(name))) if !name.starts_with(LIMIT_EXCEEDED) => {
            Ok(ScanResult::Malware(name.chars().take(MAX_NAME).collect()))
        }
        _ => Err(ScanError::Refused(reply.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exact_ok_is_clean_and_every_name_that_was_found_is_malware() {
        assert_eq!(result_of("stream: OK").unwrap(), ScanResult::Clean);
        for name in ["Eicar-Test-Signature", "Win.Test.EICAR_HDB-1", "OK", "a b", "OK FOUND", ""] {
            let found = result_of(&format!("stream: {name} FOUND")).unwrap();
            assert_eq!(found, ScanResult::Malware(name.to_owned()));
        }
        for unclear in [
            "",
            "OK",
            "stream:",
            "stream: ",
            "stream: ok",
            "stream: OK ",
            "stream: OK OK",
            "stream: FOUND",
            "STREAM: OK",
            "other: OK",
            "UNKNOWN COMMAND",
            "INSTREAM size limit exceeded. ERROR",
            "stream: Can't allocate memory ERROR",
            "stream: Heuristics.Limits.Exceeded FOUND",
            "stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND",
            "stream: Heuristics.Limits.Exceeded.MaxFiles.UNOFFICIAL FOUND",
        ] {
            assert!(matches!(result_of(unclear), Err(ScanError::Refused(_))), "{unclear}");
        }
    }

    #[test]
    fn a_reply_is_read_to_its_nul_and_cannot_break_a_log() {
        assert_eq!(text_of(b"stream: OK\0stream: X FOUND\0"), "stream: OK");
        assert_eq!(text_of(b"stream: OK\n"), "stream: OK");
        assert_eq!(text_of("stream: \u{1b}[2J\r\n雪 FOUND".as_bytes()), "stream: ?[2J????? FOUND");
    }

    #[test]
    fn a_long_name_is_cut_off() {
        let found = result_of(&format!("stream: {} FOUND", "n".repeat(1_000))).unwrap();
        assert_eq!(found, ScanResult::Malware("n".repeat(100)));
    }
}
