//! Finds log lines that write an error without its causes.
//!
//! `%error` writes the outermost text only, which for the service's own error is "internal error":
//! the cause would be lost. `error::chain` writes it with all its causes.

use syn::Macro;
use syn::visit::{self, Visit};

/// The macros that write a line of the log.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "event"];
/// What a variable or a field that holds an error is called.
const ERRORS: [&str; 5] = ["error", "err", "e", "source", "cause"];

/// The fields of log lines that write an error without its causes.
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
        if is_of_tracing && LEVELS.contains(&last) {
            let tokens: Vec<String> =
                item.tokens.clone().into_iter().map(|token| token.to_string()).collect();
            let bare = tokens.split(|token| token == ",").filter(|field| is_bare(field));
            self.0.extend(bare.map(<[String]>::concat));
        }
        visit::visit_macro(self, item);
    }
}

fn is_bare(field: &[String]) -> bool {
    let words: Vec<&str> = field.iter().map(String::as_str).collect();
    match words.as_slice() {
        [_, "=", "%", "chain", _] => false,
        [name, "=", ..] if ERRORS.contains(name) => true,
        ["%" | "?", .., last] if ERRORS.contains(last) => true,
        _ => words.contains(&"reason") && words.last().is_some_and(|last| *last == "()"),
    }
}

#[test]
fn every_way_to_log_an_error_without_its_causes_is_found() {
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
