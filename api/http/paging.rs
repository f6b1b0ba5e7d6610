//! Pages of lists: `page_size`, an opaque `page_token`, and a `Link` to the next page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;
use uuid::Uuid;

use actix_web::http::header::LINK;

use super::answer::Answer;
use super::context::Context;
use crate::db::engine::paging::{After, Slice};
use crate::domain::values::calendar::Instant;
use crate::domain::values::fault::Fault;
use crate::error::Error;

/// The number of rows of a page, unless the caller asks for another number.
const DEFAULT_SIZE: i64 = 20;
/// The maximum number of rows of a page.
const MAX_SIZE: i64 = 100;

/// The maximum length of a page token.
const MAX_TOKEN: usize = 400;
/// The character NUL in a JSON document.
const NUL_IN_JSON: &[u8] = br"\u0000";
/// The times of rows, in microseconds since 1970: until the year 9999.
const TIMES_OF_ROWS: std::ops::Range<i64> = 0..253_402_300_800_000_000;

/// The query of every list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The maximum number of entries in the page.
    #[serde(default)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub page_size: Option<i64>,
    /// The `next_page_token` of the previous page, unchanged. Absent for the first page.
    #[serde(default)]
    #[param(max_length = 400)]
    pub page_token: Option<String>,
}

impl PageQuery {
    /// The part of the list that the caller asks for.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`] for a wrong size, or for a token that is not from this list.
    pub fn slice<A: DeserializeOwned>(&self) -> Result<Slice<A>, Error> {
        let limit = self.page_size.unwrap_or(DEFAULT_SIZE);
        if !(1..=MAX_SIZE).contains(&limit) {
            return Err(Error::parameter("page_size", Fault::OutOfRange { min: 1, max: MAX_SIZE }));
        }
        let after =
            self.page_token.as_deref().map(|token| decode(token).ok_or_else(unknown_token)).transpose()?;
        Ok(Slice { after, limit })
    }

    /// The same as [`Self::slice`], for a list that is ordered by time and id.
    ///
    /// # Errors
    /// The errors of [`Self::slice`].
    pub fn slice_by_time(&self) -> Result<Slice<After>, Error> {
        let Slice { after, limit } = self.slice::<TimeToken>()?;
        let after = after.map(|TimeToken(micros, id)| {
            // Neither database can compare with every instant that fits into the token.
            let at = Some(micros).filter(|micros| TIMES_OF_ROWS.contains(micros));
            let at = at.and_then(chrono::DateTime::from_timestamp_micros);
            Ok::<_, Error>(After { at: at.ok_or_else(unknown_token)?, id: Uuid::from_u128(id) })
        });
        Ok(Slice { after: after.transpose()?, limit })
    }
}

/// The content of a page token of a list ordered by time and id: microseconds since 1970, and the id.
#[derive(Serialize, Deserialize)]
struct TimeToken(i64, #[serde(serialize_with = "as_text", deserialize_with = "from_text")] u128);

/// Writes the id as 32 hexadecimal digits.
fn as_text<S: serde::Serializer>(id: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:032x}"))
}

fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
    u128::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(serde::de::Error::custom)
}

/// The page token that continues after the row with this time and id.
#[must_use]
pub fn time_token(at: Instant, id: Uuid) -> impl Serialize {
    TimeToken(at.timestamp_micros(), id.as_u128())
}

fn unknown_token() -> Error {
    Error::parameter("page_token", Fault::PageTokenUnknown)
}

/// The content of a page token; `None` if the service did not issue the token.
fn decode<A: DeserializeOwned>(token: &str) -> Option<A> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    // PostgreSQL cannot compare with a text that contains NUL. JSON writes NUL only in this way.
    if bytes.windows(NUL_IN_JSON.len()).any(|part| part == NUL_IN_JSON) {
        return None;
    }
    serde_json::from_slice(&bytes).ok()
}

/// Makes a page from the rows of a query that asked for one row more than `limit`. `key` gives the content of the page
/// token that continues after a row.
///
/// # Errors
/// The errors of `view`.
pub fn page_of<P: Page, T, K: Serialize>(
    mut rows: Vec<T>,
    limit: i64,
    key: impl Fn(&T) -> K,
    view: impl FnMut(T) -> Result<P::Item, Error>,
) -> Result<P, Error> {
    let next_page_token = split_next_page_token(&mut rows, limit, key)?;
    Ok(P::of(rows.into_iter().map(view).collect::<Result<_, _>>()?, next_page_token))
}

/// Removes the row beyond `limit`, if there is one, and makes the token of the next page.
///
/// # Errors
/// An internal error if the token cannot be written.
pub fn split_next_page_token<T, K: Serialize>(
    rows: &mut Vec<T>,
    limit: i64,
    key: impl Fn(&T) -> K,
) -> Result<Option<String>, Error> {
    let limit = usize::try_from(limit).map_err(Error::internal)?;
    if rows.len() <= limit {
        return Ok(None);
    }
    rows.truncate(limit);
    let last = rows.last().map(|row| serde_json::to_vec(&key(row))).transpose().map_err(Error::internal)?;
    Ok(last.map(|key| URL_SAFE_NO_PAD.encode(key)))
}

/// A page of a list.
pub trait Page: Serialize {
    /// The type of its entries.
    type Item;

    /// Makes a page of these entries.
    fn of(items: Vec<Self::Item>, next_page_token: Option<String>) -> Self;

    /// The token of the next page, if there is one.
    fn next_page_token(&self) -> Option<&str>;
}

/// Declares the page type of a list from its name and the type of its entries, each with a doc comment.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident { $(#[$items:meta])* $item:ty }) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            $(#[$items])*
            #[schema(max_items = 100)]
            pub items: Vec<$item>,
            /// The token of the next page, if there is one.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, max_length = 400)]
            pub next_page_token: Option<String>,
        }

        impl $crate::http::paging::Page for $name {
            type Item = $item;

            fn of(items: Vec<$item>, next_page_token: Option<String>) -> Self {
                Self { items, next_page_token }
            }

            fn next_page_token(&self) -> Option<&str> {
                self.next_page_token.as_deref()
            }
        }
    };
}
pub(crate) use page;

impl<C> Context<C> {
    /// Answers with a page and its `Link` header.
    ///
    /// # Errors
    /// An internal error if the page cannot be written.
    pub fn answer_page<P: Page>(&self, page: &P) -> Result<Answer<P>, Error> {
        let answer = Answer::ok(page)?;
        let Some(next) = page.next_page_token() else { return Ok(answer) };
        let (path, query) = (self.request().path(), self.request().query_string());
        let other_parameters =
            query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page_token="));
        let query: String = other_parameters.flat_map(|pair| [pair, "&"]).collect();
        Ok(answer.with_header(LINK, format!("<{path}?{query}page_token={next}>; rel=\"next\"")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn query(size: Option<i64>, token: Option<&str>) -> PageQuery {
        PageQuery { page_size: size, page_token: token.map(str::to_owned) }
    }

    #[test]
    fn invalid_sizes_and_tokens_are_refused() {
        for size in [0, -1, 101, i64::MAX] {
            assert!(query(Some(size), None).slice::<String>().is_err(), "{size}");
        }
        for token in ["", "!", "e30", "bm90IGpzb24", "WzEsInoiXQ"] {
            assert!(query(None, Some(token)).slice_by_time().is_err(), "{token}");
        }
        assert_eq!(query(None, None).slice::<String>().unwrap().limit, 20);
    }

    proptest! {
        #[test]
        fn a_token_contains_the_key_of_its_row(micros in 0_i64..4_000_000_000_000_000, id in any::<u128>()) {
            let at = chrono::DateTime::from_timestamp_micros(micros).unwrap();
            let mut rows = vec![1, 2];
            let token = split_next_page_token(&mut rows, 1, |_| time_token(at, Uuid::from_u128(id))).unwrap().unwrap();
            prop_assert_eq!(rows, [1]);
            let after = query(None, Some(&token)).slice_by_time().unwrap().after.unwrap();
            prop_assert_eq!((after.at, after.id.as_u128()), (at, id));
        }
    }
}
