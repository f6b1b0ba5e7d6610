//! The trait of the refusals of every area.

/// A refusal of a request whose cause the caller may be able to remove.
///
/// Each area has an enum of its own. The status and the texts of each code are in
/// `http::problems::catalogue`.
pub trait Refusal: Copy + 'static {
    /// Every refusal of the area.
    const ALL: &'static [Self];

    /// The code as callers see it. Codes are never reused for another meaning.
    fn code(self) -> &'static str;
}
