//! Examples of problem documents, made from the same table as the real ones.

use super::slug;
use crate::domain::accounts::AccountRefusal;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::uploads::UploadRefusal;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::fault::Fault;
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;
use crate::http::problems::catalogue::{Entry, entry};
use crate::http::problems::fault_texts::detail;
use crate::http::problems::refusals::RequestRefusal;

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
    if code == RequestRefusal::InvalidContent {
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
fn instance(code: ProblemCode) -> &'static str {
    let code = code.as_str();
    if let Some(refusal) = IdentityRefusal::from_code(code) {
        return match refusal {
            IdentityRefusal::LoginFailed => "/v1/sessions",
            IdentityRefusal::RefreshTokenInvalid => "/v1/sessions/refresh",
            IdentityRefusal::LinkUnknown | IdentityRefusal::LinkExpired | IdentityRefusal::LinkUsed => {
                "/v1/registrations"
            }
            IdentityRefusal::TokenMissing
            | IdentityRefusal::TokenInvalid
            | IdentityRefusal::TokenExpired
            | IdentityRefusal::SessionEnded => "/v1/declarations",
        };
    }
    match (AccountRefusal::from_code(code), FilingRefusal::from_code(code)) {
        (
            Some(
                AccountRefusal::EmailTaken
                | AccountRefusal::FacilityHasAccount
                | AccountRefusal::FacilitySucceeded
                | AccountRefusal::SuccessionRequired,
            ),
            _,
        ) => "/v1/registrations",
        (
            _,
            Some(
                FilingRefusal::SuccessionExists
                | FilingRefusal::SuccessorTaken
                | FilingRefusal::SuccessorHasAccount
                | FilingRefusal::SuccessorIsPredecessor,
            ),
        ) => "/v1/successions",
        _ if UploadRefusal::from_code(code).is_some() => "/v1/uploads",
        _ if RequestRefusal::from_code(code) == Some(RequestRefusal::InvalidContent) => "/v1/successions",
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
    use crate::http::problems::catalogue::problems;

    #[test]
    fn examples_are_json_and_agree_with_the_catalogue() {
        for (code, _) in problems() {
            for lang in [Lang::Ja, Lang::En] {
                let problem: serde_json::Value = serde_json::from_str(&document(code, lang)).unwrap();
                let entry = entry(code);
                assert_eq!(problem["status"], entry.status);
                assert_eq!(problem["title"], entry.title.get(lang));
                assert_eq!(problem["detail"], entry.cause.get(lang));
                assert_eq!(problem["code"], code.as_str());
                assert_eq!(problem["retryable"], entry.retryable);
                assert_eq!(problem.get("errors").is_some(), code == RequestRefusal::InvalidContent);
            }
        }
    }

    #[test]
    fn quotes_and_backslashes_survive_in_json() {
        let text = r#"a "quoted" \ text"#;
        assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
    }
}
