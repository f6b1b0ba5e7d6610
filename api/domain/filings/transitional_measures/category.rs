//! The six categories of reasons for a declaration, and the rules of an edition for a category.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ExcusedUntilRule, FieldRule};
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::facility_code::FacilityKind;
use crate::domain::values::lang::Text;

coded_enum! {
    /// A declaration category (猶予類型): the unavoidable reason why the duty cannot be met yet.
    ///
    /// Source: the portal's page on the transitional measure. An edition need not offer all categories.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Category {
        /// システム整備中: a system is ordered and not yet installed.
        SystemInProgress = "SYSTEM_IN_PROGRESS",
        /// ネットワーク環境事情: no optical line can be used.
        NoNetwork = "NO_NETWORK",
        /// 訪問診療のみ: the facility makes home visits only.
        HomeVisitsOnly = "HOME_VISITS_ONLY",
        /// 改築工事中・臨時施設: the facility is being rebuilt, or is on a temporary site.
        RebuildingOrTemporary = "REBUILDING_OR_TEMPORARY",
        /// 廃止・休止: the facility has decided to close or to suspend its work.
        ClosingOrSuspending = "CLOSING_OR_SUSPENDING",
        /// その他特に困難な事情: disaster, elderly doctors, or another special hardship.
        SpecialHardship = "SPECIAL_HARDSHIP",
    }
}

coded_enum! {
    /// Whether a declaration of a category has attachments (添付書類).
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum AttachmentRule {
        /// At least one attachment is required.
        Required = "REQUIRED",
        /// Attachments are allowed but not required.
        Optional = "OPTIONAL",
        /// No attachment is accepted.
        None = "NONE",
    }
}

/// The rules of one edition for one category (猶予類型ごとの要件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// The category.
    pub category: Category,
    /// Its official number, 1 to 6 (第1号 to 第6号). Unique within the edition.
    #[schema(minimum = 1, maximum = 6)]
    pub number: u8,
    /// Its official name.
    pub name: Text,
    /// Who may use it, as the portal explains it.
    pub condition: Text,
    /// The kinds of facility that may use it: some or all of the edition's.
    #[schema(max_items = 4)]
    pub eligible_kinds: Vec<FacilityKind>,
    /// The members of the reason, in the order of the form.
    #[schema(max_items = 20)]
    pub fields: Vec<FieldRule>,
    /// Whether documents are attached.
    pub attachment: AttachmentRule,
    /// Which documents to attach. Absent if no attachment is accepted, or if no explanation is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attachment_note: Option<Text>,
    /// Until when the category excuses from the duty.
    pub excused_until: ExcusedUntilRule,
}
