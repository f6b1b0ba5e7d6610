//! A PostgreSQL server for this test run, started when the first test needs it. It is in a temporary folder,
//! is reached through a socket, loses its data in a crash, and ends with this process, however that ends.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// Creates the cluster, runs its server, and stops and removes both once the input of this script is closed.
/// PostgreSQL refuses to run as root, so root runs it as another user. The server replaces the shell that was
/// started for it, as a shell in the background would ignore SIGINT.
const SCRIPT: &str = r#"
set -eu
# An interrupt of the whole test ends whoever holds the input, and this script has to outlive that.
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
    /// Runs [`SCRIPT`]. Its input is open as long as this process runs.
    _script: Child,
}

/// The folder of the programs of a PostgreSQL server, if this machine has them.
pub fn programs() -> Option<PathBuf> {
    folder_of(&["initdb", "postgres"])
}

/// The folder that has all these programs.
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
        let programs = programs().expect("no PostgreSQL on this machine: Debian's package is `postgresql`");
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
        let up = (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            PgConnection::establish(&server.url("postgres")).is_ok()
        });
        assert!(up, "the PostgreSQL server did not start");
        server
    })
}

impl Server {
    fn url(&self, name: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://todokede@{folder}/{name}")
    }
}

/// The URL of a database of this name.
pub fn url(name: &str) -> String {
    server().url(name)
}

/// The folder in which the server of a URL has its socket.
pub fn socket_folder(url: &str) -> PathBuf {
    let (_, address) = url.split_once('@').unwrap();
    let (host, _) = address.split_once('/').unwrap();
    host.replace("%2F", "/").into()
}

/// Runs a statement that concerns whole databases.
pub fn administer(statement: &str) {
    PgConnection::establish(&url("postgres")).unwrap().batch_execute(statement).unwrap();
}
