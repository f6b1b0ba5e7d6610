//! Sessions and the lifetimes of their tokens. Each refresh replaces the refresh token (RFC 9700, refresh token
//! rotation).

use chrono::Duration;

use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, SessionId};

/// How long an access token is valid.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::minutes(10);
/// A session ends if it is not refreshed within this time.
pub const IDLE_TIMEOUT: Duration = Duration::days(14);
/// A session ends this long after the login, even if it is refreshed.
pub const MAX_SESSION_LIFETIME: Duration = Duration::days(90);
/// How long a replaced refresh token still works, because a client may not have received the new token.
pub const REUSE_GRACE_PERIOD: Duration = Duration::seconds(30);

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
}

impl Session {
    /// Whether requests are still accepted in the session.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.ended_at.is_none() && now < self.expires_at
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
    /// Replace it and continue the session.
    Rotate,
    /// End the session: the token was replaced before the grace period, so it may be a copy.
    Revoke,
    /// Refuse the token: the session has ended.
    Refuse,
}

/// Decides on a presented refresh token. `replaced_at` is `None` if the token was not replaced.
#[must_use]
pub fn decide_refresh(session: &Session, replaced_at: Option<Instant>, now: Instant) -> RefreshDecision {
    if !session.is_live(now) {
        return RefreshDecision::Refuse;
    }
    match replaced_at {
        Some(at) if now - at > REUSE_GRACE_PERIOD => RefreshDecision::Revoke,
        _ => RefreshDecision::Rotate,
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
        }
    }

    #[test]
    fn a_replaced_token_works_for_thirty_seconds_and_then_ends_the_session() {
        for (now, decision) in [
            (0, RefreshDecision::Rotate),
            (30, RefreshDecision::Rotate),
            (31, RefreshDecision::Revoke),
            (86_400, RefreshDecision::Revoke),
        ] {
            assert_eq!(decide_refresh(&session(None), Some(at(0)), at(now)), decision, "{now} s");
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
    fn refreshing_extends_a_session_up_to_its_maximum_life() {
        let late = at(0) + MAX_SESSION_LIFETIME - Duration::days(1);
        assert_eq!(session(None).expiry_after(late), at(0) + MAX_SESSION_LIFETIME);
        assert_eq!(session(None).expiry_after(at(60)), at(60) + IDLE_TIMEOUT);
    }
}
