//! Refusals: the reasons why a request is refused as a whole.

/// The trait of the refusal enums. Each area of the domain has one enum.
///
/// The HTTP status and the texts of each code are in `http::problems::catalogue`.
pub trait Refusal: Copy + 'static {
    /// Every refusal of the area.
    const ALL: &'static [Self];

    /// The code that callers get. Codes are never reused for another meaning.
    fn code(self) -> &'static str;
}
