//! A malware scanner that speaks the protocol of clamd, and clamd itself.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;
use todokede::domain::filings::uploads::digest::to_hex;

use super::forms;

/// A text that the scanners of the tests find in a file.
const SIGNATURE: &str = "MALWARE-OF-A-TEST";

/// A text on which the stand-in closes the connection, as a scanner does that crashes.
const CRASH: &str = "CRASH-OF-A-TEST";

/// A PDF on which the stand-in crashes.
pub fn crashing_pdf() -> Vec<u8> {
    forms::pdf_with(&format!("({CRASH})"))
}

/// A PDF in which the scanners of the tests find malware.
pub fn infected_pdf() -> Vec<u8> {
    forms::pdf_with(&format!("({SIGNATURE})"))
}

/// How the stand-in answers.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// As clamd does.
    Honest,
    /// With this text, whatever file it gets.
    Text(&'static str),
    /// As clamd does without any signature.
    SeesNothing,
    /// Not at all. It closes the connection.
    Nothing,
}

/// A scanner that runs in the test. It stops when it is dropped.
pub struct StandInScanner {
    path: PathBuf,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    answer: Mutex<Answer>,
    scans: AtomicUsize,
    stopped: AtomicBool,
}

impl StandInScanner {
    /// Starts a scanner that listens on a socket in this folder.
    pub fn start(folder: &Path) -> Self {
        let path = folder.join("clamd.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let shared = Arc::new(Shared {
            answer: Mutex::new(Answer::Honest),
            scans: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let accepted = Arc::clone(&shared);
        let accepting = thread::spawn(move || {
            for connection in listener.incoming() {
                if accepted.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (connection, shared) = (connection.unwrap(), Arc::clone(&accepted));
                thread::spawn(move || serve(connection, &shared));
            }
        });
        Self { path, shared, accepting: Some(accepting) }
    }

    /// Changes how it answers.
    pub fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// How many files it has received completely.
    pub fn scans(&self) -> usize {
        self.shared.scans.load(Ordering::SeqCst)
    }
}

impl Drop for StandInScanner {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Ends the wait for the next connection.
        drop(UnixStream::connect(&self.path));
        self.accepting.take().unwrap().join().unwrap();
        std::fs::remove_file(&self.path).unwrap();
    }
}

fn serve(mut connection: UnixStream, shared: &Shared) {
    let answer = *shared.answer.lock().unwrap();
    let content = match read_command(&mut connection).as_str() {
        "zPING" => None,
        "zINSTREAM" => Some(read_stream(&mut connection)),
        other => panic!("an unknown command: {other}"),
    };
    let reply = match (answer, content) {
        (Answer::Nothing, _) => return,
        (_, None) => "PONG",
        (Answer::Text(text), Some(_)) => text,
        (Answer::SeesNothing, Some(_)) => "stream: OK",
        (Answer::Honest, Some(content)) => {
            shared.scans.fetch_add(1, Ordering::SeqCst);
            let finds = |text: &str| content.windows(text.len()).any(|window| window == text.as_bytes());
            if finds(CRASH) {
                return;
            }
            if finds(SIGNATURE) || finds("EICAR-STANDARD-ANTIVIRUS-TEST-FILE") {
                "stream: Stand-In-Signature FOUND"
            } else {
                "stream: OK"
            }
        }
    };
    connection.write_all(reply.as_bytes()).unwrap();
    connection.write_all(&[0]).unwrap();
}

fn read_command(connection: &mut UnixStream) -> String {
    let mut command = Vec::new();
    let mut byte = [0];
    while connection.read_exact(&mut byte).is_ok() && byte != [0] {
        command.extend(byte);
    }
    String::from_utf8(command).unwrap()
}

fn read_stream(connection: &mut UnixStream) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let mut length = [0; 4];
        connection.read_exact(&mut length).unwrap();
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap();
        if length == 0 {
            return content;
        }
        let begun = content.len();
        content.resize(begun + length, 0);
        connection.read_exact(&mut content[begun..]).unwrap();
    }
}

/// A clamd that knows only the signature of the tests. It is killed when it is dropped.
pub struct Clamd {
    process: Child,
    folder: TempDir,
}

impl Clamd {
    /// Starts clamd with a maximum length of files. Returns `None` if this machine has no clamd.
    pub fn start(max_length: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("signatures");
        std::fs::create_dir(&database).unwrap();
        let hexadecimal = to_hex(SIGNATURE.as_bytes());
        std::fs::write(database.join("tests.ndb"), format!("Todokede-Test:0:*:{hexadecimal}\n")).unwrap();
        let (socket, settings) = (folder.path().join("clamd.sock"), folder.path().join("clamd.conf"));
        let lines = [
            format!("LocalSocket {}", socket.display()),
            format!("DatabaseDirectory {}", database.display()),
            format!("StreamMaxLength {max_length}"),
            "Foreground true\n".to_owned(),
        ];
        std::fs::write(&settings, lines.join("\n")).unwrap();
        let mut command = Command::new("clamd");
        command.arg("--config-file").arg(&settings).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().ok()?;
        let started = std::time::Instant::now();
        while UnixStream::connect(&socket).is_err() {
            assert!(started.elapsed() < Duration::from_mins(1), "clamd does not start");
            thread::sleep(Duration::from_millis(50));
        }
        Some(Self { process, folder })
    }

    /// The value of `TODOKEDE_SCANNER`.
    pub fn address(&self) -> String {
        address_in(self.folder.path())
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The value of `TODOKEDE_SCANNER` for a scanner that listens on a socket in this folder.
pub fn address_in(folder: &Path) -> String {
    format!("unix:{}", folder.join("clamd.sock").display())
}
