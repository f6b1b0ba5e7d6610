//! Reads the settings of the mail server.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use super::reader::Reader;
use crate::delivery::mail::relay::{Login, Relay, Security, Sender};
use crate::domain::values::email::EmailAddress;

/// The expected form of the mail server's URL.
const URL_FORM: &str = "smtps://USER:PASSWORD@HOST:465, or smtp://USER:PASSWORD@HOST:587 for STARTTLS; \
     without the password if it is in TODOKEDE_SMTP_PASSWORD_FILE";
/// The expected form of the sender.
const SENDER_FORM: &str = "ADDRESS or NAME <ADDRESS>";
/// The time limit of each of two steps, in seconds: from the connection until the mail server has accepted the sender,
/// and from there until it asks for the content.
const DEFAULT_ENVELOPE_TIMEOUT: u64 = 30;
/// How long the mail server may take to accept a mail's content, in seconds. RFC 5321, 4.5.3.2.6, demands ten
/// minutes: a client that gives up earlier may send a mail again that the server has accepted.
const DEFAULT_CONTENT_TIMEOUT: u64 = 600;

const URL: &str = "TODOKEDE_SMTP_URL";
const FROM: &str = "TODOKEDE_MAIL_FROM";
const REPLY_TO: &str = "TODOKEDE_MAIL_REPLY_TO";
const PASSWORD_FILE: &str = "TODOKEDE_SMTP_PASSWORD_FILE";
const CA_FILE: &str = "TODOKEDE_SMTP_CA_FILE";
const ENVELOPE_TIMEOUT: &str = "TODOKEDE_SMTP_TIMEOUT_SECONDS";
const CONTENT_TIMEOUT: &str = "TODOKEDE_SMTP_DOT_SECONDS";

/// Reads the settings of the mail server. Returns `None` for a sandbox, whose mails go to its mailbox, and if a setting
/// is missing or malformed, which the reader records.
pub(super) fn read(
    read: &mut Reader<'_>,
    sandbox: bool,
    portal_name: &str,
    public_url: &str,
) -> Option<Relay> {
    if sandbox {
        for name in [URL, PASSWORD_FILE, FROM, REPLY_TO, CA_FILE, ENVELOPE_TIMEOUT, CONTENT_TIMEOUT] {
            read.forbid_in_sandbox(name);
        }
        return None;
    }
    let password_file = read.text(PASSWORD_FILE).map(PathBuf::from);
    let password_in_file = password_file.is_some();
    let url =
        read.required(URL).and_then(|url| read.checked(URL, parse_url(&url, password_in_file), URL_FORM));
    let from = read.required(FROM);
    let from = from.and_then(|from| read.checked(FROM, parse_sender(&from, portal_name), SENDER_FORM));
    let reply_to = read.text(REPLY_TO);
    let reply_to =
        reply_to.and_then(|text| read.checked(REPLY_TO, EmailAddress::parse(&text).ok(), "a mail address"));
    let trusted = read.text(CA_FILE).map(PathBuf::from);
    let envelope_timeout =
        Duration::from_secs(read.number(ENVELOPE_TIMEOUT, DEFAULT_ENVELOPE_TIMEOUT, 1..=300));
    let content_timeout =
        Duration::from_secs(read.number(CONTENT_TIMEOUT, DEFAULT_CONTENT_TIMEOUT, 1..=3600));
    let Server { security, host, port, login } = url?;
    // The host of the public URL is a full name and the same for every replica, unlike a machine's own name.
    let our_name = Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let our_name = our_name.unwrap_or_else(|| "localhost".to_owned());
    Some(Relay {
        host,
        our_name,
        port,
        security,
        login,
        password_file,
        trusted,
        envelope_timeout,
        content_timeout,
        from: from?,
        reply_to,
    })
}

struct Server {
    security: Security,
    host: String,
    port: u16,
    login: Option<Login>,
}

fn parse_url(text: &str, password_in_file: bool) -> Option<Server> {
    let url = Url::parse(text).ok()?;
    let (security, default_port) = match url.scheme() {
        "smtps" => (Security::Implicit, 465),
        "smtp" => (Security::StartTls, 587),
        _ => return None,
    };
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().filter(|host| bare && !host.is_empty())?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let login = match (url.username(), url.password()) {
        ("", None) if !password_in_file => None,
        (user, None) if password_in_file && !user.is_empty() => {
            Some(Login { user: decoded(user)?, password: SecretString::default() })
        }
        (user, Some(password)) if !password_in_file && !user.is_empty() && !password.is_empty() => {
            Some(Login { user: decoded(user)?, password: SecretString::from(decoded(password)?) })
        }
        _ => return None,
    };
    Some(Server { security, host: host.to_owned(), port: url.port().unwrap_or(default_port), login })
}

/// Decodes a percent-encoded part of a URL.
fn decoded(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// An address, or a name and an address in angle brackets.
fn parse_sender(text: &str, portal_name: &str) -> Option<Sender> {
    let (name, address) = match text.split_once('<') {
        Some((name, address)) => (name.trim().trim_matches('"'), address.strip_suffix('>')?),
        None => ("", text),
    };
    let name = if name.is_empty() { portal_name } else { name };
    let printable = !name.chars().any(char::is_control);
    Some(Sender { name: name.to_owned(), address: EmailAddress::parse(address).ok()? }).filter(|_| printable)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::config::Settings;

    fn problems(variables: &[(&str, &str)]) -> Vec<&'static str> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let problems = Settings::from_variables(&variables.collect()).unwrap_err();
        problems.iter().map(crate::config::SettingProblem::name_or_unknown).collect()
    }

    #[test]
    fn a_sandbox_refuses_all_mail_settings_and_production_refuses_malformed_ones() {
        let mail = [
            ("TODOKEDE_SMTP_URL", "smtp://s3cret"),
            ("TODOKEDE_SMTP_PASSWORD_FILE", "/run/secrets/mail-password"),
            ("TODOKEDE_MAIL_FROM", "nobody"),
            ("TODOKEDE_MAIL_REPLY_TO", "nobody"),
            ("TODOKEDE_SMTP_CA_FILE", "/run/secrets/ca.pem"),
            ("TODOKEDE_SMTP_TIMEOUT_SECONDS", "0"),
            ("TODOKEDE_SMTP_DOT_SECONDS", "0"),
        ];
        assert_eq!(problems(&mail), mail.map(|(name, _)| name));
        let production = [
            ("TODOKEDE_PROFILE", "production"),
            ("TODOKEDE_PUBLIC_URL", "https://api.example.jp"),
            ("TODOKEDE_PORTAL_URL", "https://portal.example.jp"),
            ("TODOKEDE_SIGNING_KEY_FILES", "/run/secrets/signing.pem"),
            ("TODOKEDE_REVIEW", "automatic"),
        ];
        let malformed = [
            "TODOKEDE_SMTP_URL",
            "TODOKEDE_MAIL_FROM",
            "TODOKEDE_MAIL_REPLY_TO",
            "TODOKEDE_SMTP_TIMEOUT_SECONDS",
            "TODOKEDE_SMTP_DOT_SECONDS",
        ];
        assert_eq!(problems(&[&production[..], &mail[..]].concat()), malformed);
    }

    #[test]
    fn both_schemes_are_read_with_their_default_ports() {
        for (text, security, port) in [
            ("smtps://u:p@mail.example.jp", Security::Implicit, 465),
            ("smtp://u:p@mail.example.jp/", Security::StartTls, 587),
            ("smtp://u:p@mail.example.jp:2525", Security::StartTls, 2525),
        ] {
            let server = parse_url(text, false).unwrap();
            assert_eq!((server.security, server.port), (security, port), "{text}");
            assert_eq!(server.host, "mail.example.jp");
        }
        assert_eq!(parse_url("smtps://[::1]:465", false).unwrap().host, "::1");
    }

    #[test]
    fn user_and_password_are_percent_decoded_and_debug_output_hides_the_password() {
        let login = parse_url("smtps://no-reply%40example.jp:a%2Fb%3A%2B%25+&@mail.example.jp", false)
            .unwrap()
            .login
            .unwrap();
        assert_eq!(login.user, "no-reply@example.jp");
        assert_eq!(login.password.expose_secret(), "a/b:+%+&");
        assert!(!format!("{login:?}").contains("a/b"), "{login:?}");
        assert!(parse_url("smtps://mail.example.jp", false).unwrap().login.is_none());
    }

    #[test]
    fn an_incomplete_login_another_scheme_and_a_path_or_query_are_refused() {
        for wrong in [
            "",
            "mail.example.jp",
            "http://mail.example.jp",
            "smtp://",
            "smtps://user@mail.example.jp",
            "smtps://:password@mail.example.jp",
            "smtps://user:@mail.example.jp",
            "smtp://u:p@mail.example.jp?tls=none",
            "smtp://u:p@mail.example.jp/name",
            "smtp://u:p@mail.example.jp#x",
            "smtp://u:%ff@mail.example.jp",
            "smtp://u:p@mail.example.jp:99999",
        ] {
            assert!(parse_url(wrong, false).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_either_in_the_url_or_in_a_file() {
        let login = parse_url("smtps://no-reply%40example.jp@mail.example.jp", true).unwrap().login.unwrap();
        assert_eq!(login.user, "no-reply@example.jp");
        for wrong in ["smtps://user:password@mail.example.jp", "smtps://mail.example.jp"] {
            assert!(parse_url(wrong, true).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_sender_without_a_name_gets_the_name_of_the_portal() {
        for (text, name) in [
            ("no-reply@portal.example.jp", "ポータル"),
            ("<no-reply@portal.example.jp>", "ポータル"),
            ("届出窓口 <no-reply@portal.example.jp>", "届出窓口"),
            ("\"届出窓口\" <no-reply@portal.example.jp>", "届出窓口"),
        ] {
            let sender = parse_sender(text, "ポータル").unwrap();
            assert_eq!((sender.name.as_str(), sender.address.as_str()), (name, "no-reply@portal.example.jp"));
        }
        for wrong in [
            "",
            "届出窓口",
            "a@b@c.jp",
            "x <a@example.jp",
            "x <a@example.jp> y",
            "x\r\nBcc: y <a@example.jp>",
        ] {
            assert!(parse_sender(wrong, "ポータル").is_none(), "{wrong}");
        }
    }
}
