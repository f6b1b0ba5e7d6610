//! A service that is asked to stop: the real binary, by a real signal.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const BODY: &str = r#"{"email":"slow@clinic.example"}"#;
const PATIENCE: Duration = Duration::from_secs(20);

struct Service {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Service {
    fn start(drain_seconds: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_todokede"));
        command.arg("serve").current_dir(folder.path()).env_clear().stdout(Stdio::piped());
        command.env("DATABASE_URL", format!("sqlite:{}", folder.path().join("data.sqlite3").display()));
        command.env("TODOKEDE_LISTEN", "127.0.0.1:0").env("TODOKEDE_DRAIN_SECONDS", drain_seconds);
        command.env("TODOKEDE_LOG", "off");
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split_once("http://").unwrap().1.to_owned();
        Self { child, address, _folder: folder }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Connects and sends a registration but for its last byte.
    fn begin(&self) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = "POST /v1/registrations HTTP/1.1\r\nHost: todokede.test\r\nContent-Type: application/json";
        let length = BODY.len();
        write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{}", BODY.split_at(length - 1).0).unwrap();
        stream
    }

    /// The whole answer to a read, which the service or the wish of the caller ends.
    fn get(&self, path: &str, wish: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: todokede.test\r\n{wish}\r\n").unwrap();
        read(stream)
    }

    /// Asserts that it ends well, and says how long that took.
    fn ends(&mut self) -> Duration {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return began.elapsed();
            }
            assert!(began.elapsed() < PATIENCE, "it did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.to_lowercase()
}

#[test]
fn a_stopping_service_says_so_serves_on_and_finishes_what_is_under_way() {
    for signal in ["TERM", "INT"] {
        let mut service = Service::start("3");
        assert!(service.get("/readyz", "Connection: close\r\n").starts_with("http/1.1 200"));
        let mut slow = service.begin();
        service.signal(signal);
        let patience = Instant::now() + PATIENCE;
        loop {
            let answer = service.get("/readyz", "Connection: close\r\n");
            if answer.starts_with("http/1.1 503") {
                break;
            }
            assert!(Instant::now() < patience, "{answer}");
        }
        // The caller would like to keep the connection; that it ends is the service's doing.
        let answer = service.get("/sandbox/facilities?page_size=1", "");
        assert!(answer.starts_with("http/1.1 200"), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        slow.write_all(&BODY.as_bytes()[BODY.len() - 1..]).unwrap();
        let answer = read(slow);
        assert!(answer.starts_with("http/1.1 202"), "{answer}");
        service.ends();
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut service = Service::start("300");
    let _slow = service.begin();
    service.signal("TERM");
    while !service.get("/readyz", "Connection: close\r\n").starts_with("http/1.1 503") {}
    service.signal("TERM");
    service.ends();
}
