//! The facility list (地方厚生局の一覧): the facilities that the regional bureaus of health and welfare publish. Facility
//! codes and postal codes of forms are checked against it.

use super::values::calendar::Instant;
use super::values::facility_code::FacilityCode;
use super::values::fault::Fault;
use super::values::phone::PhoneNumber;
use super::values::postal_code::PostalCode;
use super::values::search_key::search_key;
use super::values::text::{Address, FacilityName, PersonName};

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

    /// Whether this facility seems to be `other` under a new code. Both must have the same kind and prefecture, and the
    /// same name and address. If `other` is no longer listed, the same name or the same address is enough.
    #[must_use]
    pub fn may_succeed(&self, other: &Self) -> bool {
        let same_name = search_key(self.name.as_str()) == search_key(other.name.as_str());
        let same_address = search_key(self.address.as_str()) == search_key(other.address.as_str());
        self.code != other.code
            && self.code.kind() == other.code.kind()
            && self.code.prefecture() == other.code.prefecture()
            && ((same_name && same_address) || (other.delisted_at.is_some() && (same_name || same_address)))
    }
}
