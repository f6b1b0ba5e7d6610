//! pgbouncer in transaction mode between the service and PostgreSQL: each transaction may run in another session of
//! the server, and there are fewer sessions than the service has connections.

use std::time::Duration;

use diesel::{Connection as _, PgConnection};

use crate::ledger::{Database, Ledger};
use crate::process::{self, Process};
use crate::server_folder::ServerFolder;
use crate::service::{Service, free_port};
use crate::{environment, postgres};

/// How many facilities file at the same time.
const WRITERS: usize = 16;
/// The number of the server's sessions, which the service's 16 connections share.
const SESSIONS: usize = 4;
/// The database's name in PostgreSQL. In pgbouncer its name is [`POOLED_NAME`], so that a service that connects to
/// PostgreSQL directly finds no database.
const DATABASE: &str = "pooled_ledger";
const POOLED_NAME: &str = "todokede";

/// A pgbouncer process that ends when this value is dropped.
struct Pgbouncer {
    port: u16,
    process: Process,
    _server_folder: ServerFolder,
}

impl Pgbouncer {
    /// Starts pgbouncer in front of the tests' PostgreSQL server. pgbouncer refuses to run as root, so it runs as the
    /// database user.
    fn start() -> Self {
        let (port, server) = (free_port(), postgres::socket_folder(&postgres::url(DATABASE)));
        let server_folder = ServerFolder::new("pgbouncer");
        let settings = server_folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n\
             {POOLED_NAME} = host={} dbname={DATABASE} user=todokede\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             auth_type = any\n\
             pool_mode = transaction\n\
             default_pool_size = {SESSIONS}\n",
            server.display()
        );
        std::fs::write(&settings, text).unwrap();
        let mut command = process::database_command(process::find("pgbouncer").unwrap());
        command.arg("--quiet").arg(&settings);
        let mut pgbouncer =
            Self { port, process: Process::start(&mut command), _server_folder: server_folder };
        let accepts_connections = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            PgConnection::establish(&pgbouncer.url()).is_ok()
        });
        assert!(accepts_connections && pgbouncer.process.is_running(), "pgbouncer did not start");
        pgbouncer
    }

    fn url(&self) -> String {
        format!("postgres://todokede@127.0.0.1:{}/{POOLED_NAME}", self.port)
    }
}

#[actix_web::test]
async fn pgbouncer_in_transaction_mode_loses_and_duplicates_nothing() {
    if !environment::has_postgres() || !environment::has_programs(&["pgbouncer"]) {
        return;
    }
    let _exclusive = environment::exclusive().await;
    postgres::administer(&format!("CREATE DATABASE {DATABASE} TEMPLATE template0"));
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::url(DATABASE);
    // Migrations do not go through pgbouncer, as docs/operations.md says.
    Service::new(&url, folder.path()).run(&["migrate"]);
    let pgbouncer = Pgbouncer::start();
    let mut service = Service::new(&pgbouncer.url(), folder.path()).with("TODOKEDE_PGBOUNCER", "transaction");
    service.start_and_wait().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    tokio::time::sleep(Duration::from_secs(environment::number("LASTS", 5))).await;
    ledger.wait_for_progress(100).await;
    let database = Database::Postgres(url);
    let sessions = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                    AND backend_type = 'client backend'";
    let sessions = database.count_rows(sessions);
    assert!((2..=SESSIONS).contains(&sessions), "{sessions} sessions");
    ledger.close(&database).await.assert_clean("pgbouncer in transaction mode");
}
