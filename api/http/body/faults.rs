//! The list of refused values that a request collects on its way.

use crate::domain::values::fault::Fault;
use crate::error::{Error, FieldFault};

/// Faults beyond this number are not told any more.
const MOST: usize = 50;

/// Faults found so far; each place is blamed once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Notes a fault, unless the place or one around it is blamed already.
    pub fn add(&mut self, pointer: &str, fault: Fault) {
        let blamed = self.0.iter().any(|known| {
            pointer
                .strip_prefix(known.pointer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !blamed && self.0.len() < MOST {
            self.0.push(FieldFault::new(pointer, fault));
        }
    }

    /// Whether nothing is blamed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes faults that were found elsewhere.
    pub fn extend(&mut self, more: Vec<FieldFault>) {
        for FieldFault { pointer, fault } in more {
            self.add(&pointer, fault);
        }
    }

    /// Takes a parsed value, or notes why there is none.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, Fault>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(fault) => {
                self.add(pointer, fault);
                None
            }
        }
    }

    /// The same for a member that may be absent: outside `None` it is faulty, inside it is absent.
    pub fn take_optional<T>(&mut self, pointer: &str, parsed: Option<Result<T, Fault>>) -> Option<Option<T>> {
        match parsed {
            None => Some(None),
            Some(parsed) => self.take(pointer, parsed).map(Some),
        }
    }

    /// The value, if nothing at all is blamed.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Error> {
        // `validator` keeps its findings in a hash map: unsorted, the same request would be answered
        // in another order each time.
        self.0.sort_by(|one, other| one.pointer.cmp(&other.pointer));
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ if self.0.is_empty() => Err(Error::internal("a value is missing and nothing is blamed")),
            _ => Err(Error::Invalid(self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_blamed_once_and_covers_what_lies_inside() {
        let mut faults = Faults::default();
        faults.add("/facility", Fault::Required);
        faults.add("/facility/code", Fault::FacilityCodeForm);
        faults.add("/facility", Fault::Blank);
        faults.add("/facility_code", Fault::Blank);
        let Err(Error::Invalid(list)) = faults.finish(Some(())) else { panic!("accepted") };
        let told: Vec<_> = list.iter().map(|fault| (fault.pointer.as_str(), fault.fault)).collect();
        assert_eq!(told, [("/facility", Fault::Required), ("/facility_code", Fault::Blank)]);
    }

    #[test]
    fn faults_are_told_in_the_order_of_their_places() {
        let mut faults = Faults::default();
        for place in ["/b", "/a/1", "/a/0"] {
            faults.add(place, Fault::Blank);
        }
        let Err(Error::Invalid(list)) = faults.finish(Some(())) else { panic!("accepted") };
        let told: Vec<_> = list.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(told, ["/a/0", "/a/1", "/b"]);
    }

    #[test]
    fn an_absent_optional_member_is_no_fault_and_a_bad_one_is() {
        let mut faults = Faults::default();
        assert_eq!(faults.take_optional::<u8>("/a", None), Some(None));
        assert_eq!(faults.take_optional("/b", Some(Ok(1))), Some(Some(1)));
        assert_eq!(faults.take_optional::<u8>("/c", Some(Err(Fault::DateForm))), None);
        assert!(faults.finish(Some(())).is_err());
    }
}
