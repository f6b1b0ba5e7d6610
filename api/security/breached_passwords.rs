//! The list of breached passwords that the operator provides, a file of SHA-1 digests.
//!
//! The form is that of the download of "Have I Been Pwned", ordered by hash: one line for each password with its digest
//! in 40 hexadecimal digits and, optionally, a colon and a count. The file may have 40 GB, so it is never loaded: a
//! search reads about 40 lines of it. It is opened for each search, so that the operator can replace it by renaming.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sha1::{Digest as _, Sha1};

use crate::domain::identity::passwords::known_forms;

type Hash = [u8; 20];

/// The maximum length of a line in bytes. The longest one has a digest, a colon, a count and a line break.
const MAX_LINE: usize = 80;
/// How many places of the file are compared at the start.
const SAMPLES: u64 = 64;
/// How often the failure of a search may be reported.
const REPORT_INTERVAL: Duration = Duration::from_mins(1);

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListProblem {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The path does not name a file.
    #[error("it is not a file")]
    NotAFile,
    /// The file has no lines.
    #[error("the file is empty")]
    Empty,
    /// A line has another form.
    #[error(
        "the line at byte {0} is not a SHA-1 digest in 40 hexadecimal digits, which a colon and a count may follow"
    )]
    Malformed(u64),
    /// The lines are not in the order of their digests.
    #[error("the lines are not ordered by digest: the one at byte {0} is not greater than one before it")]
    Unordered(u64),
}

/// The list of breached passwords.
pub struct BreachedPasswords {
    path: PathBuf,
    last_report: Mutex<Option<Instant>>,
}

impl BreachedPasswords {
    /// A list in a file.
    ///
    /// # Errors
    /// The first problem that the beginning, the end and samples of the file show.
    pub fn open(path: PathBuf) -> Result<Self, ListProblem> {
        let list = Lines::open(&path)?;
        let mut last: Option<Line> = None;
        let first_lines = (0..2).try_fold((0, Vec::new()), |(offset, mut lines), _| {
            let Some(line) = list.line_from(offset)? else { return Ok((offset, lines)) };
            let end = line.end;
            lines.push(line);
            Ok::<_, ListProblem>((end, lines))
        })?;
        let places = (1..=SAMPLES).map(|sample| list.length / (SAMPLES + 1) * sample);
        let end = list.length.saturating_sub(2 * MAX_LINE as u64);
        let samples = places.chain([end]).map(|place| list.line_from(place));
        for line in first_lines.1.into_iter().map(|line| Ok(Some(line))).chain(samples) {
            let Some(line) = line? else { continue };
            // The samples of a short file are the same lines, and may be before the second one.
            let is_new = last.as_ref().is_none_or(|last| line.start > last.start);
            if is_new && last.as_ref().is_some_and(|last| line.hash <= last.hash) {
                return Err(ListProblem::Unordered(line.start));
            }
            if is_new {
                last = Some(line);
            }
        }
        if last.is_none() {
            return Err(ListProblem::Empty);
        }
        Ok(Self { path, last_report: Mutex::new(None) })
    }

    /// Whether the list contains a password in one of its known forms. It reads the disk, so it must not
    /// run on a thread that serves requests.
    ///
    /// # Errors
    /// The problem of the file, which was usable at the start.
    pub fn contains(&self, password: &str) -> Result<bool, ListProblem> {
        let list = Lines::open(&self.path)?;
        for form in known_forms(password) {
            if list.contains(&Sha1::digest(form.as_bytes()).into())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a failed search is to be reported: at most once a minute.
    pub fn may_report(&self) -> bool {
        let Ok(mut last) = self.last_report.lock() else { return true };
        let is_due = last.is_none_or(|last| last.elapsed() >= REPORT_INTERVAL);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

impl fmt::Debug for BreachedPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BreachedPasswords(..)")
    }
}

/// The lines of an open file.
struct Lines {
    file: File,
    length: u64,
}

struct Line {
    start: u64,
    /// Where the next line starts.
    end: u64,
    hash: Hash,
}

impl Lines {
    fn open(path: &std::path::Path) -> Result<Self, ListProblem> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(ListProblem::NotAFile);
        }
        Ok(Self { file, length: metadata.len() })
    }

    /// A binary search over the bytes: all lines that start before `low` have smaller hashes, and all that start at
    /// `high` or after it have greater ones.
    fn contains(&self, hash: &Hash) -> Result<bool, ListProblem> {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_from(middle)?.filter(|line| line.start < high) {
                Some(line) if line.hash == *hash => return Ok(true),
                Some(line) if line.hash < *hash => low = line.end,
                Some(_) | None => high = middle,
            }
        }
        Ok(false)
    }

    /// The first line that starts at `offset` or after it. An empty line at the end of the file is none.
    fn line_from(&self, offset: u64) -> Result<Option<Line>, ListProblem> {
        // The byte before shows whether a line starts at the offset.
        let from = offset.saturating_sub(1);
        let mut buffer = [0; 2 * MAX_LINE];
        let bytes = self.read(from, &mut buffer)?;
        let skipped = if offset == 0 { 0 } else { line_break(bytes).map_or(bytes.len(), |at| at + 1) };
        let start = from + skipped as u64;
        let rest = bytes.get(skipped..).unwrap_or_default();
        if rest.trim_ascii().is_empty() && start + rest.len() as u64 >= self.length {
            return Ok(None);
        }
        let length = line_break(rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let hash = parse(line).ok_or(ListProblem::Malformed(start))?;
        Ok(Some(Line { start, end: start + length as u64 + 1, hash }))
    }

    fn read<'a>(&self, offset: u64, buffer: &'a mut [u8]) -> Result<&'a [u8], ListProblem> {
        let mut read = 0;
        while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + read as u64) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(buffer.get(..read).unwrap_or_default())
    }
}

fn line_break(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// The digest of a line.
fn parse(line: &[u8]) -> Option<Hash> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digest, count) = line.split_at_checked(40)?;
    let is_count = |count: &[u8]| !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    if !count.is_empty() && !count.strip_prefix(b":").is_some_and(is_count) {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, pair) in hash.iter_mut().zip(digest.chunks_exact(2)) {
        let mut digits = pair.iter().map(|digit| char::from(*digit).to_digit(16));
        let value = digits.next()?? * 16 + digits.next()??;
        *byte = u8::try_from(value).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn hex(password: &str) -> String {
        Sha1::digest(password.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02X}").unwrap();
            text
        })
    }

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, content).unwrap();
        file
    }

    fn list_of(passwords: &[String], line: impl Fn(&str) -> String) -> tempfile::NamedTempFile {
        let mut hashes: Vec<String> = passwords.iter().map(|password| hex(password)).collect();
        hashes.sort();
        file(&hashes.iter().map(|hash| line(hash)).collect::<String>())
    }

    fn problem(content: &str) -> String {
        BreachedPasswords::open(file(content).path().to_owned()).unwrap_err().to_string()
    }

    #[test]
    fn exactly_the_listed_passwords_are_found_in_every_form_of_the_file() {
        let forms: [fn(&str) -> String; 4] = [
            |hash| format!("{hash}:{}\r\n", hash.len() * 7),
            |hash| format!("{hash}:1\n"),
            |hash| format!("{hash}\n"),
            |hash| format!("{}:123456789012\n", hash.to_lowercase()),
        ];
        for count in [1, 2, 3, 10, 1_000] {
            let listed: Vec<String> = (0..count).map(|number| format!("password number {number}")).collect();
            for form in forms {
                let file = list_of(&listed, form);
                let list = BreachedPasswords::open(file.path().to_owned()).unwrap();
                assert!(listed.iter().all(|password| list.contains(password).unwrap()));
                assert!((0..500).all(|number| !list.contains(&format!("unlisted {number}")).unwrap()));
            }
        }
    }

    #[test]
    fn a_password_is_found_as_it_was_typed_and_in_its_normal_form() {
        let file =
            list_of(&["ｐａｓｓ１２３".to_owned(), "abc ABC".to_owned()], |hash| format!("{hash}\n"));
        let list = BreachedPasswords::open(file.path().to_owned()).unwrap();
        assert!(list.contains("ｐａｓｓ１２３").unwrap(), "as typed");
        assert!(list.contains("ａｂｃ　ＡＢＣ").unwrap(), "in normal form");
        assert!(!list.contains("pass123").unwrap());
    }

    #[test]
    fn a_file_of_another_form_is_refused_with_the_place_of_the_first_wrong_line() {
        let [one, two] = ["0".repeat(40), "1".repeat(40)];
        assert_eq!(problem(""), "the file is empty");
        assert_eq!(problem("\n"), "the file is empty");
        for wrong in [
            "password\n".to_owned(),
            format!("{}\n", "0".repeat(32)),
            format!("{one}1\n"),
            format!("{one}:\n"),
            format!("{one}:many\n"),
            format!("{one} 5\n"),
            format!("{}\n", "g".repeat(40)),
            "0".repeat(1_000),
        ] {
            assert!(problem(&wrong).starts_with("the line at byte 0 is not a SHA-1 digest"), "{wrong}");
        }
        assert!(problem(&format!("{one}\n\n{two}\n")).starts_with("the line at byte 41 "));
        assert!(problem(&format!("{two}\n{one}\n")).contains("byte 41 is not greater"));
        assert!(problem(&format!("{one}\n{one}\n")).contains("byte 41 is not greater"));
    }

    #[test]
    fn a_file_ordered_by_count_is_refused() {
        let listed: Vec<String> = (0..300).map(|number| hex(&number.to_string()) + "\n").collect();
        assert!(problem(&listed.concat()).contains("not ordered by digest"));
    }

    #[test]
    fn a_missing_file_and_a_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let problem = |path: PathBuf| BreachedPasswords::open(path).unwrap_err().to_string();
        assert!(problem(folder.path().join("none")).starts_with("the file cannot be read: No such file"));
        assert_eq!(problem(folder.path().to_owned()), "it is not a file");
    }

    #[test]
    fn a_file_that_vanishes_is_an_error_and_is_reported_once_a_minute() {
        let file = list_of(&["a".to_owned()], |hash| format!("{hash}\n"));
        let list = BreachedPasswords::open(file.path().to_owned()).unwrap();
        drop(file);
        assert!(matches!(list.contains("a"), Err(ListProblem::Unreadable(_))));
        assert!(list.may_report());
        assert!(!list.may_report());
    }
}
