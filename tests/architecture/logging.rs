//! Finds log lines with an error but without the causes of the error.
//!
//! `%error` writes only the outermost message, such as "internal error" for a defect of the service. `error::chain`
//! writes the messages of all causes too.

use syn::Macro;
use syn::visit::{self, Visit};

/// The macros of `tracing` that write a log line.
const LOG_MACROS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "event"];
/// The names of variables and fields that hold an error.
const ERROR_NAMES: [&str; 5] = ["error", "err", "e", "source", "cause"];

/// The fields of log lines that contain an error without its causes.
pub fn bare_errors(file: &str, source: &str) -> Vec<String> {
    let tree = syn::parse_file(source).unwrap_or_else(|error| panic!("api/{file} cannot be parsed: {error}"));
    let mut reader = Reader(Vec::new());
    reader.visit_file(&tree);
    let message = |field| format!("api/{file} logs `{field}`: write `error = %chain(&error)`");
    reader.0.into_iter().map(message).collect()
}

struct Reader(Vec<String>);

impl<'ast> Visit<'ast> for Reader {
    fn visit_macro(&mut self, item: &'ast Macro) {
        let path: Vec<String> = item.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let last = path.last().map_or("", String::as_str);
        let is_of_tracing = path.len() == 1 || path.first().is_some_and(|first| first == "tracing");
        if is_of_tracing && LOG_MACROS.contains(&last) {
            let tokens: Vec<String> =
                item.tokens.clone().into_iter().map(|token| token.to_string()).collect();
            let bare = tokens.split(|token| token == ",").filter(|field| is_bare(field));
            self.0.extend(bare.map(<[String]>::concat));
        }
        visit::visit_macro(self, item);
    }
}

/// Whether the tokens of a field write an error without its causes.
fn is_bare(field: &[String]) -> bool {
    let words: Vec<&str> = field.iter().map(String::as_str).collect();
    match words.as_slice() {
        [_, "=", "%", "chain", _] => false,
        [name, "=", ..] if ERROR_NAMES.contains(name) => true,
        ["%" | "?", .., last] if ERROR_NAMES.contains(last) => true,
        _ => words.contains(&"reason") && words.last().is_some_and(|last| *last == "()"),
    }
}

#[test]
fn every_field_with_an_error_without_its_causes_is_found() {
    for field in [
        "%error",
        "?error",
        "?self.error",
        "error = %error",
        "error = ?error",
        "error = %error.reason()",
        "why = %error.reason()",
        "source = %source.to_string()",
        "%err",
        "e = e",
    ] {
        let source = format!("fn f() {{ match g() {{ _ => tracing::warn!(id, {field}, \"it failed\") }} }}");
        assert_eq!(bare_errors("jobs/mod.rs", &source).len(), 1, "{field}");
    }
}

#[test]
fn errors_with_their_causes_and_other_fields_are_allowed() {
    for field in ["error = %chain(&error)", "failure = failure.code()", "%id", "errors = 3"] {
        let source = format!("fn f() {{ tracing::error!({field}, \"it failed: %error\"); }}");
        assert_eq!(bare_errors("jobs/mod.rs", &source), Vec::<String>::new(), "{field}");
    }
}
