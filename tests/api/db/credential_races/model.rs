//! The model of the races: which credentials of an account are valid after which operations.

use super::Operation::{self, *};
use crate::support::PASSWORD;

/// The passwords that the first and the second request set.
pub(super) const NEW_PASSWORDS: [&str; 2] =
    ["雪の朝に隣の犬と川岸まで歩いた", "霧の夜に古い橋で笛の音を聞いた"];

/// What is valid for an account. At first it has two sessions, a reset link and a link that changes the address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credentials {
    pub(super) password: &'static str,
    /// Whether the account has its first address. Otherwise, it has that of the first link.
    pub(super) has_first_address: bool,
    /// Whether the session that sends the requests is open, and that of another device.
    pub(super) sessions: [bool; 2],
    /// Whether the session that the first or the second request opened is open.
    pub(super) opened: [bool; 2],
    pub(super) reset_links: i64,
    /// Whether the first link that changes the address is usable, and those that the requests cause.
    pub(super) email_link: bool,
    pub(super) requested_email_links: [bool; 2],
}

impl Credentials {
    pub(super) const FIRST: Self = Self {
        password: PASSWORD,
        has_first_address: true,
        sessions: [true; 2],
        opened: [false; 2],
        reset_links: 1,
        email_link: true,
        requested_email_links: [false; 2],
    };

    /// Applies an operation, and returns the status of its answer. `side` is 0 for the first request, 1 for the second.
    pub(super) fn apply(&mut self, operation: Operation, side: usize) -> u16 {
        let logged_in = self.sessions[0];
        match operation {
            LogOut | LogOutEverywhere | EndSession | ConfirmPassword | ChangeAccount | ChangePassword
            | RequestEmailChange | CompleteEmailChange
                if !logged_in =>
            {
                401
            }
            LogIn if self.password != PASSWORD || !self.has_first_address => 401,
            Refresh => {
                if logged_in {
                    201
                } else {
                    401
                }
            }
            LogIn => {
                self.opened[side] = true;
                201
            }
            LogOut => {
                self.sessions[0] = false;
                204
            }
            LogOutEverywhere => {
                self.end_sessions();
                204
            }
            EndSession => {
                self.sessions[1] = false;
                204
            }
            ConfirmPassword | ChangeAccount => 200,
            ChangePassword => {
                self.replace_password(side);
                self.opened[side] = true;
                200
            }
            RequestReset => {
                self.reset_links += i64::from(self.has_first_address);
                202
            }
            CompleteReset if self.reset_links == 0 => 410,
            CompleteReset => {
                self.replace_password(side);
                204
            }
            RequestEmailChange => {
                (self.email_link, self.requested_email_links) = (false, [false; 2]);
                self.requested_email_links[side] = true;
                202
            }
            CompleteEmailChange if !self.email_link => 410,
            CompleteEmailChange => {
                self.has_first_address = false;
                self.end_links();
                200
            }
        }
    }

    fn replace_password(&mut self, side: usize) {
        self.password = NEW_PASSWORDS[side];
        self.end_sessions();
        self.end_links();
    }

    fn end_sessions(&mut self) {
        (self.sessions, self.opened) = ([false; 2], [false; 2]);
    }

    fn end_links(&mut self) {
        (self.reset_links, self.email_link, self.requested_email_links) = (0, false, [false; 2]);
    }
}
