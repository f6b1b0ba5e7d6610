//! The facility list (地方厚生局の一覧): the master data that stated codes are held against.

use super::values::calendar::Instant;
use super::values::facility_code::FacilityCode;
use super::values::fault::Fault;
use super::values::phone::PhoneNumber;
use super::values::postal_code::PostalCode;
use super::values::search_key::search_key;
use super::values::text::{Address, FacilityName, PersonName};

/// What the facility list (地方厚生局の一覧) says of a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFacility {
    /// Code.
    pub code: FacilityCode,
    /// Name.
    pub name: FacilityName,
    /// Postal code.
    pub postal_code: PostalCode,
    /// Address.
    pub address: Address,
    /// Telephone, where the list has one.
    pub phone: Option<PhoneNumber>,
    /// Founder, where the list has one.
    pub founder_name: Option<PersonName>,
    /// When a whole edition of the list first lacked it.
    pub delisted_at: Option<Instant>,
}

impl ListedFacility {
    /// Holds a stated postal code against the list's.
    ///
    /// # Errors
    /// [`Fault::PostalCodeMismatch`].
    pub fn check_postal_code(&self, stated: &PostalCode) -> Result<(), Fault> {
        if self.postal_code == *stated { Ok(()) } else { Err(Fault::PostalCodeMismatch) }
    }

    /// Whether this facility looks like the same one as another of the same kind under another
    /// code: same name at the same address; or, once the other has left the list, either of them.
    #[must_use]
    pub fn continues(&self, other: &Self) -> bool {
        let same_name = search_key(self.name.as_str()) == search_key(other.name.as_str());
        let same_address = search_key(self.address.as_str()) == search_key(other.address.as_str());
        self.code != other.code
            && self.code.kind() == other.code.kind()
            && self.code.prefecture() == other.code.prefecture()
            && ((same_name && same_address) || (other.delisted_at.is_some() && (same_name || same_address)))
    }
}
