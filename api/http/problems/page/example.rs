//! Examples of problem documents, made from the same table as the real ones.

use super::slug;
use crate::domain::values::fault::Fault;
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;
use crate::http::problems::catalogue::{Entry, entry};
use crate::http::problems::fault_texts::detail;

/// A problem document as the service would answer it, pretty-printed.
pub(super) fn document(code: ProblemCode, lang: Lang) -> String {
    let Entry { status, title, cause, retryable, .. } = entry(code);
    let mut members = vec![
        ("type", quoted(&format!("/problems/{}", slug(code)))),
        ("title", quoted(title.get(lang))),
        ("status", status.to_string()),
        ("detail", quoted(cause.get(lang))),
        ("instance", quoted(instance(code))),
        ("code", quoted(code.as_str())),
        ("request_id", quoted("req_5f0c2b9a7d314e68")),
        ("retryable", retryable.to_string()),
    ];
    if code == ProblemCode::InvalidContent {
        members.push(("errors", errors(lang)));
    }
    let lines: Vec<_> = members.iter().map(|(name, value)| format!("  {}: {value}", quoted(name))).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

fn errors(lang: Lang) -> String {
    let faults = [
        ("/successor/facility_code", Fault::FacilityCodeForm),
        ("/successor_founder/name", Fault::CorporationNameExpected),
    ];
    let items = faults.map(|(pointer, fault)| {
        format!(
            "    {{\n      \"code\": {},\n      \"pointer\": {},\n      \"detail\": {}\n    }}",
            quoted(fault.code()),
            quoted(pointer),
            quoted(&detail(fault, lang))
        )
    });
    format!("[\n{}\n  ]", items.join(",\n"))
}

/// A path on which the code can really be met.
const fn instance(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::LoginFailed => "/v1/sessions",
        ProblemCode::RefreshTokenInvalid => "/v1/sessions/refresh",
        ProblemCode::LinkUnknown
        | ProblemCode::LinkExpired
        | ProblemCode::LinkUsed
        | ProblemCode::EmailTaken
        | ProblemCode::FacilityHasAccount
        | ProblemCode::FacilitySucceeded
        | ProblemCode::SuccessionRequired => "/v1/registrations",
        ProblemCode::SuccessionExists
        | ProblemCode::SuccessorTaken
        | ProblemCode::SuccessorHasAccount
        | ProblemCode::SuccessorIsPredecessor
        | ProblemCode::InvalidContent => "/v1/successions",
        ProblemCode::UploadIncomplete
        | ProblemCode::UploadQuota
        | ProblemCode::ContentMismatch
        | ProblemCode::ContentNotOfType => "/v1/uploads",
        _ => "/v1/declarations",
    }
}

/// A JSON string. The catalogue holds no control characters, so quotes and backslashes are all there is.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_json_and_agree_with_the_catalogue() {
        for &code in ProblemCode::ALL {
            for lang in [Lang::Ja, Lang::En] {
                let problem: serde_json::Value = serde_json::from_str(&document(code, lang)).unwrap();
                let entry = entry(code);
                assert_eq!(problem["status"], entry.status);
                assert_eq!(problem["title"], entry.title.get(lang));
                assert_eq!(problem["detail"], entry.cause.get(lang));
                assert_eq!(problem["code"], code.as_str());
                assert_eq!(problem["retryable"], entry.retryable);
                assert_eq!(problem.get("errors").is_some(), code == ProblemCode::InvalidContent);
            }
        }
    }

    #[test]
    fn quotes_and_backslashes_survive_in_json() {
        let text = r#"a "quoted" \ text"#;
        assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
    }
}
