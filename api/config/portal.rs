//! The paths of the portal's pages to which mails lead.

use super::reader::Reader;

/// The form of a path, for messages.
const EXPECTED: &str = "a path such as /login: it begins with a slash, and has no white space, `?` or `#`";
/// The maximum number of characters of a path, so that a link with its token stays short enough for mail programs.
const MAX_LENGTH: usize = 200;

/// The paths below the portal's address. The token of a mailed link follows in the fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalPaths {
    /// Where to log in.
    pub login: String,
    /// Where to ask for a new password.
    pub recovery: String,
    /// The registration form, for mailed links.
    pub registration: String,
    /// The form for a new password, for mailed links.
    pub password_reset: String,
    /// The page that confirms a new mail address, for mailed links.
    pub email_change: String,
}

impl PortalPaths {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        Self {
            login: read.path("TODOKEDE_PORTAL_LOGIN_PATH", "/login"),
            recovery: read.path("TODOKEDE_PORTAL_RECOVERY_PATH", "/password-recovery"),
            registration: read.path("TODOKEDE_PORTAL_REGISTRATION_PATH", "/registration"),
            password_reset: read.path("TODOKEDE_PORTAL_PASSWORD_RESET_PATH", "/password-reset"),
            email_change: read.path("TODOKEDE_PORTAL_EMAIL_CHANGE_PATH", "/email-change"),
        }
    }
}

impl Reader<'_> {
    /// A path below the portal's address.
    fn path(&mut self, name: &'static str, default: &str) -> String {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        self.checked(name, parse_path(&text), EXPECTED).unwrap_or_default()
    }
}

/// A path as it is written in a URL. `//` at the start would name another host.
fn parse_path(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '?' | '"' | '<' | '>' | '\\');
    let is_path = text.starts_with('/') && !text.starts_with("//") && text.len() <= MAX_LENGTH;
    let has_dots = text.split('/').any(|part| matches!(part, "." | ".."));
    (is_path && !has_dots && text.chars().all(is_plain)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_with_one_slash_and_has_neither_query_nor_fragment() {
        for path in ["/", "/login", "/ja/auth/login", "/login/", "/%E3%83%AD", "/a.b~c_d-e", "/s/x;v=1"] {
            assert_eq!(parse_path(path).as_deref(), Some(path));
        }
        for wrong in [
            "",
            "login",
            "//evil.example",
            "https://evil.example/login",
            "/log in",
            "/login#x",
            "/login?a=b",
            "/ログイン",
            "/../admin",
            "/a/./b",
            "/a\\b",
            "/a\"b",
            "/<a>",
            "/a\n",
            &"/a".repeat(101),
        ] {
            assert_eq!(parse_path(wrong), None, "{wrong}");
        }
    }
}
