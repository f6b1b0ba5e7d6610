//! pgbouncer in transaction mode runs between the service and PostgreSQL: each transaction may get another
//! session of the server, and there are far fewer sessions than the service has connections.

use std::time::Duration;

use diesel::{Connection as _, PgConnection};

use crate::ledger::{Book, Ledger};
use crate::process::{self, Process};
use crate::service::{Service, free_port};
use crate::workplace::Workplace;
use crate::{knobs, postgres};

const WRITERS: usize = 16;
/// Sessions of the server that the service's 16 connections share.
const SESSIONS: usize = 4;
/// The database's name in PostgreSQL. For clients of pgbouncer it is [`BEFORE_POOLER`], so that a service
/// that does not go through pgbouncer finds no database.
const DATABASE: &str = "pooled_ledger";
const BEFORE_POOLER: &str = "todokede";

/// A pgbouncer that belongs to the test and ends when this is dropped.
struct Pooler {
    port: u16,
    process: Process,
    _workplace: Workplace,
}

impl Pooler {
    /// Starts pgbouncer for the tests' PostgreSQL server, as the same user: pgbouncer refuses to run as root.
    fn start() -> Self {
        let (port, server) = (free_port(), postgres::socket_folder(&postgres::url(DATABASE)));
        let workplace = Workplace::new("pgbouncer");
        let settings = workplace.folder().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n\
             {BEFORE_POOLER} = host={} dbname={DATABASE} user=todokede\n\
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
        let mut pooler = Self { port, process: Process::start(&mut command), _workplace: workplace };
        let answers = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            PgConnection::establish(&pooler.url()).is_ok()
        });
        assert!(answers && pooler.process.lives(), "pgbouncer did not start");
        pooler
    }

    fn url(&self) -> String {
        format!("postgres://todokede@127.0.0.1:{}/{BEFORE_POOLER}", self.port)
    }
}

#[actix_web::test]
async fn pgbouncer_in_transaction_mode_loses_doubles_and_mixes_up_nothing() {
    if !knobs::has_postgres() || !knobs::has_programs(&["pgbouncer"]) {
        return;
    }
    let _alone = knobs::alone().await;
    postgres::administer(&format!("CREATE DATABASE {DATABASE} TEMPLATE template0"));
    let folder = tempfile::tempdir().unwrap();
    let url = postgres::url(DATABASE);
    // Migrations do not go through pgbouncer, as docs/operations.md says.
    Service::new(&url, folder.path()).run(&["migrate"]);
    let pooler = Pooler::start();
    let mut service = Service::new(&pooler.url(), folder.path()).with("TODOKEDE_PGBOUNCER", "transaction");
    service.serve().await;
    let ledger = Ledger::open(vec![service.url()], WRITERS).await;
    tokio::time::sleep(Duration::from_secs(knobs::number("LASTS", 5))).await;
    ledger.goes_on(100).await;
    let book = Book::Postgres(url);
    let sessions = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                    AND backend_type = 'client backend'";
    let sessions = book.rows(sessions);
    assert!((2..=SESSIONS).contains(&sessions), "{sessions} sessions");
    ledger.close(&book).await.must_be_clean("pgbouncer in transaction mode");
}
