//! The rules for passwords (NIST SP 800-63B). A password must be long, must take many guesses and must not contain the
//! account's own data. It need not contain particular kinds of characters.

use unicode_normalization::UnicodeNormalization;

use crate::domain::values::characters;
use crate::domain::values::fault::Fault;

mod estimate;
mod japanese;
mod notations;
mod own_data;
#[cfg(test)]
mod tests;

pub use own_data::OwnData;

/// The minimum number of characters. NIST SP 800-63B requires 15 if the password is the only factor.
pub const MIN_CHARACTERS: u64 = 15;
/// The maximum number of characters.
pub const MAX_CHARACTERS: u64 = 128;

/// The form of a password that is hashed: NFKC, so that full-width and half-width typing give the same hash.
#[must_use]
pub fn normal_form(password: &str) -> String {
    password.nfkc().collect()
}

/// The fault of a password, if it has one. It takes up to some milliseconds, so it must not run on a thread that serves
/// requests.
///
/// The checks are, in this order: the length; that no word of the account's own data occurs as a whole word; the number
/// of guesses that the password takes from somebody who knows common passwords and the account's own data.
#[must_use]
pub fn examine(password: &str, own_data: &OwnData) -> Option<Fault> {
    let normal = normal_form(password);
    let length = characters::count(&normal);
    if length < MIN_CHARACTERS {
        return Some(Fault::TooShort { min: MIN_CHARACTERS });
    }
    if length > MAX_CHARACTERS {
        return Some(Fault::TooLong { max: MAX_CHARACTERS });
    }
    if own_data.is_in(&normal) {
        return Some(Fault::PasswordHoldsIdentity);
    }
    if !estimate::is_guessable(&normal, &own_data.parts()) {
        return None;
    }
    // The caller learns whether the own data is the reason.
    let fault = if estimate::is_guessable(&normal, &[]) {
        Fault::PasswordCommon
    } else {
        Fault::PasswordHoldsIdentity
    };
    Some(fault)
}
