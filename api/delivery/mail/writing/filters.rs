//! The filters of the templates.
//!
//! `trimmed` and `line_breaks` get text that a template has rendered and whose values are escaped already. Only these
//! two filters return text that is not escaped again.
#![expect(
    clippy::inline_always,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the template engine's attribute gives every filter this form"
)]

use std::fmt::Display;

use askama::filters::Safe;
use askama::{Result, Values, filter_fn};
use chrono::NaiveDate;

use crate::domain::values::calendar::{Instant, in_japan};
use crate::domain::values::wareki as japanese;

/// The block without empty lines at its start and end.
#[filter_fn]
pub fn trimmed(block: impl Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(block.to_string().trim_matches('\n').to_owned()))
}

/// The block without empty lines at its start and end, and with `<br>` after every line except the last.
#[filter_fn]
pub fn line_breaks(block: impl Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(block.to_string().trim_matches('\n').replace('\n', "<br>\n")))
}

/// The day in the Japanese calendar: 令和5年3月10日（金）.
#[filter_fn]
pub fn wareki(day: &NaiveDate, _: &dyn Values) -> Result<String> {
    Ok(japanese::wareki(*day))
}

/// The instant in the Japanese calendar, in Japan time.
#[filter_fn]
pub fn wareki_moment(at: &Instant, _: &dyn Values) -> Result<String> {
    Ok(japanese::wareki_moment(*at))
}

/// The day in English.
#[filter_fn]
pub fn english_day(day: &NaiveDate, _: &dyn Values) -> Result<String> {
    Ok(day.format("%-d %B %Y").to_string())
}

/// The instant in English, in Japan time.
#[filter_fn]
pub fn english_moment(at: &Instant, _: &dyn Values) -> Result<String> {
    Ok(in_japan(*at).format("%-d %B %Y, %H:%M (Japan time)").to_string())
}
