//! Reads `DATABASE_URL`. Refuses URLs that libpq would interpret differently, and connections to other machines without
//! TLS, unless the URL says `sslmode=disable`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::db::engine::source::{Pooler, Server, Source};

/// Whether libpq was built with TLS.
const TLS: bool = cfg!(feature = "pg-tls");

/// The options for libpq that the URL does not set: they detect a lost server within seconds and accept only a server
/// that takes writes.
const OPTIONS: [(&str, &str); 8] = [
    ("application_name", "todokede"),
    ("connect_timeout", "2"),
    ("keepalives", "1"),
    ("keepalives_count", "3"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("target_session_attrs", "read-write"),
    ("tcp_user_timeout", "10000"),
];

/// Reads the URL of an embedded database's file or of a PostgreSQL server.
///
/// # Errors
/// The expected form. The URL itself is not repeated, because it may contain a password.
pub(super) fn parse(
    url: &str,
    connections: u32,
    pooler: Pooler,
    variables: &BTreeMap<String, String>,
) -> Result<Source, &'static str> {
    if let Some(file) = url.strip_prefix("sqlite:") {
        // Other programs read these forms as a URL with a host or as a database in memory.
        let misleading = file.is_empty() || file.starts_with("//") || file.starts_with(":memory:");
        return if misleading { Err("sqlite:PATH, a file") } else { Ok(Source::Sqlite(PathBuf::from(file))) };
    }
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    let rest = rest.ok_or("sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")?;
    check_form(rest)?;
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut options = BTreeMap::new();
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option
            .split_once('=')
            .filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
            .ok_or("options of the form name=value after the `?`, with names that are not percent-encoded")?;
        options.insert(name, value);
    }
    check_destination(address, &options, variables)?;
    check_tls(address, &mut options)?;
    for (name, value) in OPTIONS {
        options.entry(name).or_insert(value);
    }
    let options: Vec<String> = options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let url = SecretString::from(format!("postgresql://{address}?{}", options.join("&")));
    Ok(Source::Postgres(Server { url, connections, pooler }))
}

/// Refuses a URL with characters that are not percent-encoded. libpq would take a part of the password for a host, a
/// port or an option, and would show it in its messages.
fn check_form(url: &str) -> Result<(), &'static str> {
    let encoded = |rest: &str| {
        let mut digits = rest.bytes();
        [digits.next(), digits.next()]
            .iter()
            .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
    };
    let text_is_encoded = url.split('%').skip(1).all(encoded)
        && !url.contains(|sign: char| sign.is_whitespace() || sign.is_control());
    let authority = url.split(['/', '?']).next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    if !text_is_encoded || url.matches('@').count() != authority.matches('@').count().min(1) {
        return Err(
            "a URL whose user and password are percent-encoded: / is %2F, ? is %3F, @ is %40, % is %25",
        );
    }
    let ports = hosts
        .split(',')
        .filter_map(|host| host.rsplit_once(']').map_or(host, |(_, rest)| rest).split_once(':'));
    if ports.into_iter().any(|(_, port)| port.parse::<u16>().is_err()) {
        return Err(
            "a URL with a host, and with a number for its port: postgres://USER:PASSWORD@HOST:5432/DATABASE",
        );
    }
    Ok(())
}

/// Refuses a URL if libpq would take the host from another source, because the rules on TLS look only at the
/// URL. Libpq also reads service files and environment variables, and PGHOSTADDR overrides every host.
fn check_destination(
    address: &str,
    options: &BTreeMap<&str, &str>,
    variables: &BTreeMap<String, String>,
) -> Result<(), &'static str> {
    let is_set = |name: &str| variables.get(name).is_some_and(|value| !value.trim().is_empty());
    let has = |name: &str| options.get(name).is_some_and(|value| !value.is_empty());
    let host_before_path = hosts_of(address).split(',').any(|host| !without_port(host).is_empty());
    let names_host = host_before_path || has("host") || has("hostaddr");
    let may_be_redirected =
        !has("hostaddr") && (is_set("PGHOSTADDR") || is_set("PGSERVICE") || has("service"));
    // A URL with a remote host is not checked here, because the rules on TLS apply to it anyway.
    if is_local(address, options) && (may_be_redirected || (!names_host && is_set("PGHOST"))) {
        return Err(
            "a URL that names its host and has no option `service`, and PGHOST, PGHOSTADDR and PGSERVICE must \
             not be set: they could lead to another server",
        );
    }
    Ok(())
}

/// Requires TLS to other machines unless the URL says `sslmode=disable`, because libpq's default, `prefer`, silently
/// connects without TLS if it has to.
fn check_tls<'a>(address: &str, options: &mut BTreeMap<&'a str, &'a str>) -> Result<(), &'static str> {
    let sslmode = options.get("sslmode").copied();
    let tls_demanded = matches!(sslmode, Some("require" | "verify-ca" | "verify-full"));
    let remote = !is_local(address, options);
    if (tls_demanded || remote) && !TLS {
        return Err(
            "the URL of a database on this machine: this build has no TLS to PostgreSQL (feature `pg-tls`)",
        );
    }
    match sslmode {
        None if remote => {
            options.insert("sslmode", "require");
            Ok(())
        }
        None | Some("require" | "verify-ca" | "verify-full" | "disable") => Ok(()),
        Some(_) if !remote => Ok(()),
        Some(_) => {
            Err("a URL with sslmode require, verify-ca or verify-full; use disable only on a trusted network")
        }
    }
}

/// Whether every host is this machine: a socket, `localhost`, a loopback address.
fn is_local(address: &str, options: &BTreeMap<&str, &str>) -> bool {
    let named = ["host", "hostaddr"].iter().filter_map(|name| options.get(name).copied());
    named.chain([hosts_of(address)]).flat_map(|hosts| hosts.split(',')).all(is_local_host)
}

/// The hosts of the URL, which precede its path.
fn hosts_of(address: &str) -> &str {
    let authority = address.split_once('/').map_or(address, |(authority, _)| authority);
    authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts)
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((bare, _)) => bare,
        None => host.split_once(':').filter(|(_, port)| !port.contains(':')).map_or(host, |(bare, _)| bare),
    }
}

fn is_local_host(host: &str) -> bool {
    let bare = without_port(host);
    let socket = bare.starts_with('/') || bare.to_ascii_lowercase().starts_with("%2f");
    let loopback = bare.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    bare.is_empty() || socket || bare == "localhost" || loopback
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn url(text: &str) -> Result<String, &'static str> {
        url_beside(text, &[])
    }

    /// The same as [`url`] with environment variables that libpq would read.
    fn url_beside(text: &str, variables: &[(&str, &str)]) -> Result<String, &'static str> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        match parse(text, 8, Pooler::None, &variables.collect())? {
            Source::Postgres(server) => Ok(server.url.expose_secret().to_owned()),
            Source::Sqlite(file) => Ok(file.display().to_string()),
        }
    }

    #[test]
    fn databases_of_this_machine_need_no_tls() {
        for local in [
            "postgres:///todokede",
            "postgres://localhost/todokede",
            "postgres://todokede:s3cret@127.0.0.1:5433/todokede",
            "postgres://u@[::1]:5432/todokede",
            "postgresql://u@%2Frun%2Fpostgresql/todokede",
            "postgres:///todokede?host=/run/postgresql&port=5433",
            "postgres://127.0.0.1:1,127.0.0.2:2/todokede",
        ] {
            let options = url(local).unwrap();
            assert!(options.contains("target_session_attrs=read-write"), "{options}");
            assert!(!options.contains("sslmode"), "{options}");
        }
    }

    #[test]
    fn tls_is_required_for_other_machines_and_where_the_url_demands_it() {
        for remote in [
            "postgres://db.example.jp/todokede",
            "postgres://127.0.0.1,db.example.jp/todokede",
            "postgres:///todokede?host=10.0.0.7",
            "postgres://localhost@db.example.jp/todokede",
            "postgres://127.0.0.1/todokede?sslmode=verify-full",
        ] {
            assert_eq!(url(remote).is_ok(), TLS, "{remote}");
            assert!(!TLS || url(remote).unwrap().contains("sslmode="), "{remote}");
        }
        // Libpq decodes the last two to `prefer` and to the option `sslmode`.
        for weak in ["prefer", "allow", "", "pr%65fer", "disable&ssl%6dode=prefer"] {
            url(&format!("postgres://db.example.jp/todokede?sslmode={weak}")).unwrap_err();
        }
    }

    #[test]
    fn a_url_is_refused_if_libpq_would_take_the_host_from_elsewhere() {
        const VARIABLES: [&str; 3] = ["PGHOST", "PGHOSTADDR", "PGSERVICE"];
        const SOCKET: &str = "postgres:///todokede?host=/run/postgresql";
        const ADDRESS: &str = "postgres://localhost/todokede?hostaddr=127.0.0.1";
        for (text, refused) in [
            ("postgres:///todokede", &VARIABLES[..]),
            ("postgres://u:s3cret@/todokede", &VARIABLES),
            ("postgres:///todokede?host=", &VARIABLES),
            ("postgres://:5433/todokede", &VARIABLES),
            ("postgres://", &VARIABLES),
            ("postgres:///todokede?service=elsewhere", &["PGHOST", "PGHOSTADDR", "PGSERVICE", "UNRELATED"]),
            // The URL names a host, but an address from a variable or a service would override it.
            ("postgres://localhost/todokede", &["PGHOSTADDR", "PGSERVICE"]),
            ("postgres://u@%2Frun%2Fpostgresql/todokede", &["PGHOSTADDR", "PGSERVICE"]),
            (SOCKET, &["PGHOSTADDR", "PGSERVICE"]),
            (ADDRESS, &[]),
            ("postgres:///todokede?hostaddr=127.0.0.1", &[]),
        ] {
            for name in VARIABLES.into_iter().chain(["UNRELATED"]) {
                let seen = url_beside(text, &[(name, "db.example.jp")]);
                assert_eq!(seen.is_err(), refused.contains(&name), "{text} {name}");
                assert!(seen.err().is_none_or(|error| error.contains("host") && error.contains("PGHOST")));
                let empty = url_beside(text, &[(name, " ")]);
                assert_eq!(empty.is_err(), text.contains("service"), "{text} {name} is empty");
            }
        }
        // A server on another machine needs TLS, whatever variables are set.
        let elsewhere = url_beside("postgres://db.example.jp/todokede", &[("PGHOST", "db.example.jp")]);
        assert_eq!(elsewhere.is_ok(), TLS);
    }

    #[test]
    fn options_of_the_url_override_the_defaults() {
        let options = url("postgres://localhost/todokede?connect_timeout=9").unwrap();
        assert!(options.contains("connect_timeout=9") && !options.contains("connect_timeout=2"), "{options}");
    }

    #[test]
    fn other_databases_and_broken_urls_are_refused() {
        for wrong in [
            "",
            "sqlite:",
            "mysql://localhost/x",
            "postgres://localhost/x?sslmode",
            "postgres://localhost/x?h%6fst=db.example.jp",
            "postgres://todokede:s3@cret@localhost/x",
            "postgres://todokede:s3cr%et@localhost/x",
            "postgres://todokede:s3cr%e",
            "postgres://todokede:s3 cret@localhost/x",
            "postgres://todokede:s3/cret@localhost/x",
            "postgres://todokede:s3?a=cret@localhost/x",
            "postgres://todokede:s3cret/x",
            "postgres://todokede:s3cret@localhost:cret/x",
            "postgres://u@[::1]:s3cret/x",
            "sqlite://data/todokede.sqlite3",
            "sqlite::memory:",
            "todokede.sqlite3",
        ] {
            url(wrong).unwrap_err();
        }
    }
}
