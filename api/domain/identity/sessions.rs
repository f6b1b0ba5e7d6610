//! Sessions and the lifetimes of their tokens. Each refresh replaces the refresh token (RFC 9700, refresh token
//! rotation).

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::domain::values::calendar::Instant;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::ids::{AccountId, SessionId};

/// How long an access token is valid.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::minutes(10);
/// A session ends if it is not refreshed within this time.
pub const IDLE_TIMEOUT: Duration = Duration::days(14);
/// A session ends this long after the login, even if it is refreshed.
pub const MAX_SESSION_LIFETIME: Duration = Duration::days(90);
/// How long a client that did not receive the successor of its refresh token can ask for it again.
pub const REUSE_GRACE_PERIOD: Duration = Duration::seconds(30);

/// How long after its password was verified a session may change what moves the account or its rights.
pub const RECENT_AUTHENTICATION: Duration = Duration::minutes(15);

coded_enum! {
    /// Where a client keeps its refresh token: `BODY`, where the client chooses, as the body of the answer has it;
    /// `COOKIE`, in a cookie of the browser, which no script can read.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum RefreshTokenPlace {
        /// The body of the answer has it.
        Body = "BODY",
        /// A cookie of the browser has it.
        Cookie = "COOKIE",
    }
}

/// A login of one client.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The client's IPv4 address, or the /64 network of its IPv6 address.
    pub client: String,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// When it began.
    pub created_at: Instant,
    /// When it last got an access token.
    pub last_used_at: Instant,
    /// When it ends if it is not refreshed.
    pub expires_at: Instant,
    /// When it was ended.
    pub ended_at: Option<Instant>,
    /// When its password was last verified.
    pub authenticated_at: Instant,
    /// The hash of the token of the device that opened it.
    pub device_hash: Option<Vec<u8>>,
}

impl Session {
    /// Whether requests are still accepted in the session.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// Until when the session may change what moves the account or its rights, without another look at the password.
    #[must_use]
    pub fn authenticated_until(&self) -> Instant {
        self.authenticated_at + RECENT_AUTHENTICATION
    }

    /// When the session ends if it is refreshed now.
    #[must_use]
    pub fn expiry_after(&self, now: Instant) -> Instant {
        (now + IDLE_TIMEOUT).min(self.created_at + MAX_SESSION_LIFETIME)
    }
}

/// What to do with a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Replace it by a successor.
    Rotate,
    /// Answer with the same successor again.
    Repeat,
    /// End the session: the token may be a stolen copy.
    Revoke,
    /// Refuse the token: the session has ended.
    Refuse,
}

/// The replacement of a refresh token by its successor.
#[derive(Debug, Clone, Copy)]
pub struct Replacement {
    /// When the token was replaced.
    pub at: Instant,
    /// Whether nobody has used the successor for a refresh.
    pub successor_is_unused: bool,
}

/// Decides on a presented refresh token.
#[must_use]
pub fn decide_refresh(session: &Session, replaced: Option<Replacement>, now: Instant) -> RefreshDecision {
    if !session.is_live(now) {
        return RefreshDecision::Refuse;
    }
    match replaced {
        None => RefreshDecision::Rotate,
        Some(replaced) if replaced.successor_is_unused && now - replaced.at <= REUSE_GRACE_PERIOD => {
            RefreshDecision::Repeat
        }
        Some(_) => RefreshDecision::Revoke,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn at(seconds: i64) -> Instant {
        DateTime::from_timestamp(1_675_382_400 + seconds, 0).unwrap()
    }

    fn session(ended_at: Option<Instant>) -> Session {
        Session {
            id: SessionId::from_uuid(Uuid::nil()),
            account_id: AccountId::from_uuid(Uuid::nil()),
            client: "192.0.2.1".to_owned(),
            user_agent: None,
            created_at: at(0),
            last_used_at: at(0),
            expires_at: at(0) + IDLE_TIMEOUT,
            ended_at,
            authenticated_at: at(0),
            device_hash: None,
        }
    }

    #[test]
    fn a_replaced_token_gets_its_unused_successor_for_thirty_seconds_and_otherwise_ends_the_session() {
        for (now, successor_is_unused, decision) in [
            (0, true, RefreshDecision::Repeat),
            (30, true, RefreshDecision::Repeat),
            (31, true, RefreshDecision::Revoke),
            (86_400, true, RefreshDecision::Revoke),
            (0, false, RefreshDecision::Revoke),
            (30, false, RefreshDecision::Revoke),
            (31, false, RefreshDecision::Revoke),
        ] {
            let replaced = Replacement { at: at(0), successor_is_unused };
            let decided = decide_refresh(&session(None), Some(replaced), at(now));
            assert_eq!(decided, decision, "{now} s, {successor_is_unused}");
        }
    }

    #[test]
    fn a_session_that_has_ended_cannot_be_refreshed_even_with_its_newest_token() {
        assert_eq!(decide_refresh(&session(Some(at(5))), None, at(6)), RefreshDecision::Refuse);
        let expiry = session(None).expires_at;
        assert_eq!(
            decide_refresh(&session(None), None, expiry - Duration::microseconds(1)),
            RefreshDecision::Rotate
        );
        assert_eq!(decide_refresh(&session(None), None, expiry), RefreshDecision::Refuse);
    }

    #[test]
    fn a_password_counts_for_fifteen_minutes() {
        assert_eq!(session(None).authenticated_until(), at(900));
    }

    #[test]
    fn refreshing_extends_a_session_up_to_its_maximum_life() {
        let late = at(0) + MAX_SESSION_LIFETIME - Duration::days(1);
        assert_eq!(session(None).expiry_after(late), at(0) + MAX_SESSION_LIFETIME);
        assert_eq!(session(None).expiry_after(at(60)), at(60) + IDLE_TIMEOUT);
    }
}
