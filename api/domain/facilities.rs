//! The facility list (地方厚生局の一覧): the facilities that the regional bureaus of health and welfare publish. Facility
//! codes and postal codes of forms are checked against it.

use super::values::calendar::Instant;
use super::values::facility_code::FacilityCode;
use super::values::fault::Fault;
use super::values::phone::PhoneNumber;
use super::values::postal_code::PostalCode;
use super::values::search_key::search_key;
use super::values::text::{Address, FacilityName, PersonName};

/// How much a facility seems to be another one under a new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resemblance {
    /// Nothing suggests that.
    None,
    /// The other one is no longer listed, and has the same name or the same address. A newcomer in a building of doctors
    /// has this, too, and so has a facility with a frequent name.
    Hint,
    /// Kind, prefecture, name and address are the same.
    Same,
}

/// A facility in the facility list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFacility {
    /// Facility code.
    pub code: FacilityCode,
    /// Name.
    pub name: FacilityName,
    /// Postal code.
    pub postal_code: PostalCode,
    /// Address.
    pub address: Address,
    /// Telephone number, if the list has one.
    pub phone: Option<PhoneNumber>,
    /// Name of the founder (開設者), if the list has one.
    pub founder_name: Option<PersonName>,
    /// When an import of a complete edition did not contain the facility; `None` while the facility is listed.
    pub delisted_at: Option<Instant>,
}

impl ListedFacility {
    /// Compares the postal code of a form with the listed one.
    ///
    /// # Errors
    /// [`Fault::PostalCodeMismatch`].
    pub fn check_postal_code(&self, stated: &PostalCode) -> Result<(), Fault> {
        if self.postal_code == *stated { Ok(()) } else { Err(Fault::PostalCodeMismatch) }
    }

    /// Whether this facility has the name, the address or the founder of `other`, by the facility list. A succession
    /// between facilities that have none of these in common is probably a mistyped code.
    #[must_use]
    pub fn shares_data_with(&self, other: &Self) -> bool {
        let same = |one: &str, other: &str| search_key(one) == search_key(other);
        let founders = self.founder_name.as_ref().zip(other.founder_name.as_ref());
        same(self.name.as_str(), other.name.as_str())
            || same(self.address.as_str(), other.address.as_str())
            || founders.is_some_and(|(one, other)| same(one.as_str(), other.as_str()))
    }

    /// How much this facility seems to be `other` under a new code.
    #[must_use]
    pub fn resemblance(&self, other: &Self) -> Resemblance {
        let same_name = search_key(self.name.as_str()) == search_key(other.name.as_str());
        let same_address = search_key(self.address.as_str()) == search_key(other.address.as_str());
        let may_be_same = self.code != other.code
            && self.code.kind() == other.code.kind()
            && self.code.prefecture() == other.code.prefecture();
        match (same_name, same_address) {
            (true, true) if may_be_same => Resemblance::Same,
            (true, false) | (false, true) if may_be_same && other.delisted_at.is_some() => Resemblance::Hint,
            _ => Resemblance::None,
        }
    }
}
