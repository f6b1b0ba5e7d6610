//! What every area's refusals have in common.

/// Why a request is refused for a reason that its caller can do something about.
///
/// Each area has an enum of its own. Status and texts of each code stand in `http::problems::catalogue`.
pub trait Refusal: Copy + 'static {
    /// Every refusal of the area.
    const ALL: &'static [Self];

    /// The code as callers see it. Codes are never reused for another meaning.
    fn code(self) -> &'static str;
}
