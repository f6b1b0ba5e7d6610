//! The refused values of a request. They are collected in a draft: the readable parts of a form with the faults found
//! so far.

use super::fault::Fault;

/// One refused value of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The place of the value in the body as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Why it was refused.
    pub fault: Fault,
}

impl FieldFault {
    /// A fault at a place of the body.
    pub fn new(pointer: impl Into<String>, fault: Fault) -> Self {
        Self { pointer: pointer.into(), fault }
    }
}

/// The maximum number of faults in one answer.
const MAX_FAULTS: usize = 50;

/// The faults found so far, at most one for each place in the body.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Notes a fault, unless its place or an enclosing place already has a fault or the list is full.
    pub fn add(&mut self, pointer: &str, fault: Fault) {
        let has_fault = self.0.iter().any(|known| {
            pointer
                .strip_prefix(known.pointer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !has_fault && self.0.len() < MAX_FAULTS {
            self.0.push(FieldFault::new(pointer, fault));
        }
    }

    /// Notes a fault, if a check has found one.
    pub fn add_found(&mut self, pointer: &str, found: Option<Fault>) {
        if let Some(fault) = found {
            self.add(pointer, fault);
        }
    }

    /// Whether no fault was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes several faults.
    pub fn extend(&mut self, more: Vec<FieldFault>) {
        for FieldFault { pointer, fault } in more {
            self.add(&pointer, fault);
        }
    }

    /// Returns the parsed value, or notes its fault.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, Fault>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(fault) => {
                self.add(pointer, fault);
                None
            }
        }
    }

    /// The same as [`Self::take`] for an optional member. Returns `None` if the member is faulty, and `Some(None)` if
    /// the member is absent.
    pub fn take_optional<T>(&mut self, pointer: &str, parsed: Option<Result<T, Fault>>) -> Option<Option<T>> {
        match parsed {
            None => Some(None),
            Some(parsed) => self.take(pointer, parsed).map(Some),
        }
    }

    /// The value, if no fault was noted.
    ///
    /// # Errors
    /// Every fault, sorted by place.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Refused> {
        // `validator` returns its faults in a hash map. Without sorting, their order could differ between two identical
        // requests.
        self.0.sort_by(|one, other| one.pointer.cmp(&other.pointer));
        value.filter(|_| self.0.is_empty()).ok_or(Refused(self.0))
    }
}

/// Every fault of a request. An empty list is a defect of the service: a value is missing, but no fault was noted.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub Vec<FieldFault>);

/// A draft: the readable parts of a form with the faults found so far. Further rules can be applied to the parts, so
/// that one answer names all faults. Only a draft without faults gives a value.
#[derive(Debug)]
pub struct Draft<D> {
    parts: D,
    faults: Faults,
}

impl<D> Draft<D> {
    /// A draft with these parts and faults.
    #[must_use]
    pub const fn new(parts: D, faults: Faults) -> Self {
        Self { parts, faults }
    }

    /// The readable parts.
    #[must_use]
    pub const fn parts(&self) -> &D {
        &self.parts
    }

    /// Whether no fault was found so far.
    #[must_use]
    pub const fn is_faultless(&self) -> bool {
        self.faults.is_empty()
    }

    /// Applies rules that cannot fail.
    pub fn note(&mut self, rules: impl FnOnce(&D, &mut Faults)) {
        rules(&self.parts, &mut self.faults);
    }

    /// Applies rules that can fail, for example because of the database.
    ///
    /// # Errors
    /// The error that `rules` returns.
    pub fn examine<E>(&mut self, rules: impl FnOnce(&D, &mut Faults) -> Result<(), E>) -> Result<(), E> {
        rules(&self.parts, &mut self.faults)
    }

    /// Builds the value from the parts, if no fault was found.
    ///
    /// # Errors
    /// Every fault, sorted by place.
    pub fn finish<T>(self, build: impl FnOnce(D) -> Option<T>) -> Result<T, Refused> {
        if self.faults.is_empty() { self.faults.finish(build(self.parts)) } else { self.faults.finish(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_at_most_one_fault_and_hides_the_faults_inside_it() {
        let mut faults = Faults::default();
        faults.add("/facility", Fault::Required);
        faults.add("/facility/code", Fault::FacilityCodeForm);
        faults.add("/facility", Fault::Blank);
        faults.add("/facility_code", Fault::Blank);
        let Err(Refused(list)) = faults.finish(Some(())) else { panic!("accepted") };
        let found: Vec<_> = list.iter().map(|fault| (fault.pointer.as_str(), fault.fault)).collect();
        assert_eq!(found, [("/facility", Fault::Required), ("/facility_code", Fault::Blank)]);
    }

    #[test]
    fn faults_are_sorted_by_their_places() {
        let mut faults = Faults::default();
        for place in ["/b", "/a/1", "/a/0"] {
            faults.add(place, Fault::Blank);
        }
        let Err(Refused(list)) = faults.finish(Some(())) else { panic!("accepted") };
        let found: Vec<_> = list.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(found, ["/a/0", "/a/1", "/b"]);
    }

    #[test]
    fn an_optional_member_may_be_absent_but_not_malformed() {
        let mut faults = Faults::default();
        assert_eq!(faults.take_optional::<u8>("/a", None), Some(None));
        assert_eq!(faults.take_optional("/b", Some(Ok(1))), Some(Some(1)));
        assert_eq!(faults.take_optional::<u8>("/c", Some(Err(Fault::DateForm))), None);
        assert!(faults.finish(Some(())).is_err());
    }

    #[test]
    fn a_draft_with_a_fault_cannot_be_finished() {
        let mut faults = Faults::default();
        faults.add("/a", Fault::Blank);
        let mut draft = Draft::new(Some(1), faults);
        draft
            .examine(|parts, faults| {
                if parts.is_some() {
                    faults.add("/b", Fault::Required);
                }
                Ok::<_, ()>(())
            })
            .unwrap();
        assert!(!draft.is_faultless());
        let Err(Refused(list)) = draft.finish(|parts| parts) else { panic!("accepted") };
        assert_eq!(list.len(), 2);
        assert_eq!(Draft::new(Some(1), Faults::default()).finish(|parts| parts), Ok(1));
        assert_eq!(Draft::new(None::<u8>, Faults::default()).finish(|parts| parts), Err(Refused(Vec::new())));
    }
}
