//! Examples of problem documents for the pages. They use the same type and the same catalogue as real answers.

use super::slug;
use crate::domain::accounts::AccountRefusal;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::uploads::UploadRefusal;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::FieldFault;
use crate::domain::values::lang::Lang;
use crate::error::{ParameterFault, Place, ProblemCode};
use crate::http::problems::catalogue::{Entry, entry};
use crate::http::problems::refusals::RequestRefusal;
use crate::http::problems::{FieldError, ProblemDocument};

/// An example of a problem document.
#[must_use]
pub fn example_of(code: ProblemCode, lang: Lang) -> ProblemDocument {
    let entry = entry(code);
    let Entry { status, title, advice, retryable, .. } = entry;
    ProblemDocument {
        kind: format!("/problems/{}", slug(code)),
        title: title.get(lang).to_owned(),
        status,
        detail: entry.detail(lang),
        advice: advice.map(|advice| advice.get(lang).to_owned()),
        instance: instance(code).to_owned(),
        code: code.as_str().to_owned(),
        request_id: "7f0c2b1a-5d1e-4c55-9a3b-0d2f6e8a4b10".to_owned(),
        retryable,
        errors: errors(code, lang),
    }
}

fn errors(code: ProblemCode, lang: Lang) -> Vec<FieldError> {
    if code == RequestRefusal::InvalidContent {
        let faults = [
            FieldFault::new("/successor/facility_code", Fault::FacilityCodeForm),
            FieldFault::new("/contact/phone", Fault::PhoneForm),
        ];
        faults.map(|fault| FieldError::in_body(&fault, lang)).into()
    } else if code == RequestRefusal::InvalidParameter {
        let fault = Fault::OutOfRange { min: 1, max: 100 };
        let fault = ParameterFault { place: Place::Query, name: "page_size".into(), fault };
        vec![FieldError::outside_body(&fault, lang)]
    } else {
        Vec::new()
    }
}

/// The path of an operation that can answer with the code.
fn instance(code: ProblemCode) -> &'static str {
    let code = code.as_str();
    if let Some(refusal) = IdentityRefusal::from_code(code) {
        return match refusal {
            IdentityRefusal::LoginFailed => "/v1/sessions",
            IdentityRefusal::RefreshTokenInvalid
            | IdentityRefusal::RefreshTokenMissing
            | IdentityRefusal::OriginNotAllowed => "/v1/sessions/refresh",
            IdentityRefusal::ReauthenticationRequired => "/v1/account",
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
                | FilingRefusal::SuccessionLapsed
                | FilingRefusal::SuccessorHasAccount
                | FilingRefusal::SuccessorIsPredecessor,
            ),
        ) => "/v1/successions",
        _ if UploadRefusal::from_code(code).is_some() => "/v1/uploads",
        _ if RequestRefusal::from_code(code) == Some(RequestRefusal::InvalidContent) => "/v1/successions",
        _ => "/v1/declarations",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::problems::catalogue::problems;

    #[test]
    fn examples_are_json_and_agree_with_the_catalogue() {
        for (code, _) in problems() {
            for lang in [Lang::Ja, Lang::En] {
                let problem = serde_json::to_value(example_of(code, lang)).unwrap();
                let entry = entry(code);
                assert_eq!(problem["status"], entry.status);
                assert_eq!(problem["title"], entry.title.get(lang));
                assert_eq!(problem["detail"], entry.detail(lang));
                assert_eq!(problem["code"], code.as_str());
                assert_eq!(problem["retryable"], entry.retryable);
                let lists_values =
                    code == RequestRefusal::InvalidContent || code == RequestRefusal::InvalidParameter;
                assert_eq!(problem.get("errors").is_some(), lists_values);
            }
        }
    }
}
