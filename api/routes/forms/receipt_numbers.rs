//! Receipt numbers in queries of lists.

use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;

/// Reads the parameter `receipt_number`.
///
/// # Errors
/// [`Error::InvalidParameters`] if the text is no receipt number.
pub fn receipt_number_in_query(text: Option<String>) -> Result<Option<ReceiptNumber>, Error> {
    let parsed = text.map(|text| ReceiptNumber::parse(&text)).transpose();
    parsed.map_err(|fault| Error::parameter("receipt_number", fault))
}
