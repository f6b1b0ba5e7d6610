//! Ids in paths.

use crate::domain::values::fault::Fault;
use crate::error::Error;

/// Reads the id in a path. A text that is not an id gets the same answer as the id of an unknown resource.
///
/// # Errors
/// [`Error::NotFound`] for a text that `parse` refuses.
pub fn id_in_path<Id>(text: &str, parse: fn(&str) -> Result<Id, Fault>) -> Result<Id, Error> {
    parse(text).map_err(|_| Error::NotFound)
}
