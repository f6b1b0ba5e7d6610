//! A PostgreSQL server for this test run, started when the first test needs it. Its data is in a temporary folder
//! and is not safe in a crash (`fsync` is off). It is reached through a Unix socket. It ends with this process,
//! even if the process is killed.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// Creates a data directory and runs a server on it. Stops the server and removes the data once the standard input
/// of this script is closed. PostgreSQL refuses to run as root, so for root the script runs it as another user.
/// `exec` replaces the shell by the server, because a background shell would ignore SIGINT.
const SCRIPT: &str = r#"
set -eu
# These signals end the test process, which closes the input. This script must survive them to clean up.
trap '' INT TERM HUP
bin=$1 folder=$2
as() { exec "$@"; }
if [ "$(id -u)" = 0 ]; then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  chown "$user" "$folder"
  as() { exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"; }
fi
cd "$folder"
(as "$bin/initdb" --pgdata=data --username=todokede --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >&2)
as "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=300 \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c log_min_messages=fatal &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server" || true
rm -rf "$folder"
"#;

struct Server {
    folder: PathBuf,
    /// Runs [`SCRIPT`]. Its standard input stays open as long as this process runs.
    _script: Child,
}

/// The folder with PostgreSQL's `initdb` and `postgres`, if this machine has them.
pub fn programs() -> Option<PathBuf> {
    folder_of(&["initdb", "postgres"])
}

/// The first folder with all these programs, among those of `PATH` and of Debian's PostgreSQL packages.
pub fn folder_of(programs: &[&str]) -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&path).chain(folders);
    all.find(|folder| programs.iter().all(|program| folder.join(program).exists()))
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let programs =
            programs().expect("this machine has no PostgreSQL: install Debian's package `postgresql`");
        let folder = tempfile::Builder::new().prefix("todokede-postgres").tempdir().unwrap().keep();
        let script = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .args([&programs, &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server { folder, _script: script };
        let accepts_connections = (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            PgConnection::establish(&server.url("postgres")).is_ok()
        });
        assert!(accepts_connections, "the PostgreSQL server did not start");
        server
    })
}

impl Server {
    fn url(&self, name: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://todokede@{folder}/{name}")
    }
}

/// The URL of the database with this name.
pub fn url(name: &str) -> String {
    server().url(name)
}

/// The folder with the Unix socket of a URL's server.
pub fn socket_folder(url: &str) -> PathBuf {
    let (_, address) = url.split_once('@').unwrap();
    let (host, _) = address.split_once('/').unwrap();
    host.replace("%2F", "/").into()
}

/// Runs statements on the database `postgres`, as the superuser.
pub fn administer(statement: &str) {
    PgConnection::establish(&url("postgres")).unwrap().batch_execute(statement).unwrap();
}
