//! How many wrong passwords in a row an account accepts (NIST SP 800-63B, 3.2.2; OWASP ASVS 5.0, 6.3.1).
//!
//! Only devices that have logged in before may go on after [`MAX_IN_A_ROW`] wrong passwords. So a stranger who guesses
//! cannot lock the owner out, and the owner of a new device sets a new password with a mailed link. The answer is the same
//! as for a wrong password: a special one would show strangers whether the owner has logged in meanwhile.

use chrono::Duration;

/// After this many wrong passwords in a row, no password is accepted from unknown devices, or within sessions.
pub const MAX_IN_A_ROW: i64 = 100;
/// After this many wrong passwords in a row, the owner is notified, once.
pub const NOTICE_AFTER: i64 = 10;
/// After this many wrong passwords in a row, a device is no longer known.
pub const MAX_OF_DEVICE: i64 = 20;
/// How many devices of an account are known, so that callers who never send their device's token do not fill the database.
pub const MAX_DEVICES: i64 = 20;
/// How many mails about new devices an account gets in an hour, so that a client that never sends its device's token does
/// not fill the mailbox.
pub const NEW_DEVICE_MAILS_PER_HOUR: i64 = 5;
/// How long a device is known after its last login.
pub const DEVICE_RETENTION: Duration = Duration::days(365);
/// How long wrong passwords are counted after the last one.
pub const COUNT_RETENTION: Duration = Duration::days(30);

/// Whether a password is accepted after `in_a_row` wrong ones.
#[must_use]
pub const fn accepts(in_a_row: i64, is_known_device: bool) -> bool {
    is_known_device || in_a_row < MAX_IN_A_ROW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_hundred_wrong_passwords_in_a_row_only_known_devices_may_try_again() {
        for in_a_row in 0..=MAX_IN_A_ROW + 5 {
            assert_eq!(accepts(in_a_row, false), in_a_row < 100, "{in_a_row}");
            assert!(accepts(in_a_row, true), "{in_a_row}");
        }
    }
}
