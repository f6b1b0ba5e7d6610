//! Checks for PostgreSQL only: version, role, durability, encryption, clock.

use chrono::{DateTime, Duration};

use super::{DoctorReport, Verdict};
use crate::clock::Clock;
use crate::db::engine::Conn;
use crate::db::store::diagnosis::{self, ServerReport};
use crate::domain::values::calendar::Instant;

/// The oldest version of PostgreSQL that the tests use, as in `server_version_num`.
const OLDEST_TESTED: i32 = 150_000;
/// A larger difference between the clocks causes a warning. Clocks that are set by NTP differ less.
const CLOCK_WARNING: Duration = Duration::seconds(1);
/// With a larger difference the check fails, because leases and expiry times would be wrong.
const CLOCK_FAILURE: Duration = Duration::seconds(5);

/// Returns whether the server answered, so that further checks make sense.
pub(super) fn examine(conn: &mut Conn, machine: &Clock, report: &mut DoctorReport) -> bool {
    let before = machine.now();
    match diagnosis::read_server_report(conn) {
        Ok(server) => {
            for (verdict, subject, message) in judge(&server, before, machine.now()) {
                report.add(verdict, subject, message);
            }
            true
        }
        Err(error) => {
            report.add(Verdict::Fail, "database", error.reason());
            false
        }
    }
}

fn judge(server: &ServerReport, before: Instant, after: Instant) -> [(Verdict, &'static str, String); 4] {
    let (role, message) = judge_role(server);
    let (durable, durability) = judge_durability(server);
    let (encrypted, encryption) = judge_encryption(server);
    let (clock, skew) = judge_clock(server, before, after);
    [
        (role, "database", message),
        (durable, "database", durability),
        (encrypted, "database", encryption.to_owned()),
        (clock, "clock", skew),
    ]
}

fn judge_role(server: &ServerReport) -> (Verdict, String) {
    let version = &server.version;
    if server.is_standby {
        let advice =
            "do not set target_session_attrs in DATABASE_URL, or configure the balancer to use the primary";
        (Verdict::Fail, format!("PostgreSQL {version} is a standby and accepts no writes: {advice}"))
    } else if server.encoding != "UTF8" {
        let advice = "create the database again with ENCODING 'UTF8'";
        (
            Verdict::Fail,
            format!("its encoding is {}, which cannot store every name: {advice}", server.encoding),
        )
    } else if server.version_number < OLDEST_TESTED {
        (
            Verdict::Warn,
            format!("PostgreSQL {version} is older than 15, the oldest tested version: upgrade it"),
        )
    } else {
        (Verdict::Ok, format!("PostgreSQL {version}, and it accepts writes"))
    }
}

fn judge_durability(server: &ServerReport) -> (Verdict, String) {
    if !server.fsync || !server.full_page_writes {
        let advice = "set fsync and full_page_writes to on";
        return (Verdict::Fail, format!("a power cut can destroy the database: {advice}"));
    }
    let alone = server.synchronous_standby_names.is_empty();
    match server.synchronous_commit.as_str() {
        "on" | "remote_apply" | "remote_write" | "local" if alone => {
            let message = "commits are synced to the disk of one machine and do not wait for a standby";
            (Verdict::Ok, message.to_owned())
        }
        "on" | "remote_apply" => {
            (Verdict::Ok, "commits are synced to the disks of the server and of a standby".to_owned())
        }
        weak => {
            let advice = "set synchronous_commit to on";
            (
                Verdict::Fail,
                format!("synchronous_commit is {weak}, so acknowledged filings can be lost: {advice}"),
            )
        }
    }
}

const fn judge_encryption(server: &ServerReport) -> (Verdict, &'static str) {
    if server.tls {
        (Verdict::Ok, "the connection uses TLS")
    } else if server.local {
        (Verdict::Ok, "the connection stays on this machine, without TLS")
    } else {
        (
            Verdict::Warn,
            "the connection crosses a network without TLS: set sslmode=verify-full in DATABASE_URL",
        )
    }
}

/// Compares the server's clock with this machine's clock, which was read before and after the query.
fn judge_clock(server: &ServerReport, before: Instant, after: Instant) -> (Verdict, String) {
    let server_time = DateTime::from_timestamp_micros(server.clock_micros).unwrap_or(DateTime::UNIX_EPOCH);
    let difference = (server_time - after).max(before - server_time).max(Duration::zero());
    let message =
        format!("the database server's clock is {} ms from this machine's", difference.num_milliseconds());
    let advice = "set the clocks of all machines by NTP";
    if difference > CLOCK_FAILURE {
        (Verdict::Fail, format!("{message}: {advice}"))
    } else if difference > CLOCK_WARNING {
        (Verdict::Warn, format!("{message}: {advice}"))
    } else {
        (Verdict::Ok, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy() -> ServerReport {
        ServerReport {
            version: "15.14".to_owned(),
            version_number: 150_014,
            encoding: "UTF8".to_owned(),
            is_standby: false,
            synchronous_commit: "on".to_owned(),
            synchronous_standby_names: String::new(),
            fsync: true,
            full_page_writes: true,
            tls: true,
            local: false,
            clock_micros: 1_000_000_000,
        }
    }

    fn verdicts(server: &ServerReport) -> [Verdict; 4] {
        let now = DateTime::from_timestamp_micros(1_000_000_000).unwrap();
        judge(server, now, now + Duration::milliseconds(10)).map(|(verdict, ..)| verdict)
    }

    #[test]
    fn each_problem_of_a_server_changes_only_its_own_verdict() {
        use Verdict::{Fail, Ok, Warn};
        let synchronous = |commit: &str, standbys: &str| ServerReport {
            synchronous_commit: commit.to_owned(),
            synchronous_standby_names: standbys.to_owned(),
            ..healthy()
        };
        for (server, expected) in [
            (healthy(), [Ok, Ok, Ok, Ok]),
            (ServerReport { is_standby: true, ..healthy() }, [Fail, Ok, Ok, Ok]),
            (ServerReport { encoding: "EUC_JP".to_owned(), ..healthy() }, [Fail, Ok, Ok, Ok]),
            (ServerReport { version_number: 140_019, ..healthy() }, [Warn, Ok, Ok, Ok]),
            (ServerReport { fsync: false, ..healthy() }, [Ok, Fail, Ok, Ok]),
            (ServerReport { full_page_writes: false, ..healthy() }, [Ok, Fail, Ok, Ok]),
            (synchronous("off", ""), [Ok, Fail, Ok, Ok]),
            (synchronous("off", "*"), [Ok, Fail, Ok, Ok]),
            (synchronous("local", ""), [Ok, Ok, Ok, Ok]),
            (synchronous("local", "*"), [Ok, Fail, Ok, Ok]),
            (synchronous("remote_write", "*"), [Ok, Fail, Ok, Ok]),
            (synchronous("remote_apply", "*"), [Ok, Ok, Ok, Ok]),
            (ServerReport { tls: false, ..healthy() }, [Ok, Ok, Warn, Ok]),
            (ServerReport { tls: false, local: true, ..healthy() }, [Ok, Ok, Ok, Ok]),
        ] {
            assert_eq!(verdicts(&server), expected, "{server:?}");
        }
    }

    #[test]
    fn a_difference_between_the_clocks_warns_first_and_then_fails() {
        for (micros, verdict) in [
            (0, Verdict::Ok),
            (1_009_000, Verdict::Ok),
            (1_011_000, Verdict::Warn),
            (5_009_000, Verdict::Warn),
            (5_011_000, Verdict::Fail),
            (-1_000_000, Verdict::Ok),
            (-1_001_000, Verdict::Warn),
            (-5_001_000, Verdict::Fail),
        ] {
            let server = ServerReport { clock_micros: 1_000_000_000 + micros, ..healthy() };
            assert_eq!(verdicts(&server)[3], verdict, "{micros}");
        }
    }
}
