//! The six categories of reasons for a declaration, and the rules of an edition for a category.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ExcusedUntilRule, FieldRule};
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::facility_code::FacilityKind;
use crate::domain::values::lang::Text;

coded_enum! {
    /// A category of declarations (猶予類型): the kind of unavoidable reason why a facility cannot meet the duty yet. A
    /// round may offer only some of them. `SYSTEM_IN_PROGRESS`: a system is ordered and not installed yet (システム整備中).
    /// `NO_NETWORK`: no optical line is available (ネットワーク環境事情). `HOME_VISITS_ONLY`: the facility makes home visits
    /// only (訪問診療のみ). `REBUILDING_OR_TEMPORARY`: the facility is being rebuilt or is on a temporary site
    /// (改築工事中・臨時施設). `CLOSING_OR_SUSPENDING`: the facility has a fixed plan to close or to suspend (廃止・休止).
    /// `SPECIAL_HARDSHIP`: another special hardship (その他特に困難な事情).
    ///
    /// Source: the page of the portal on the transitional measure.
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
    /// Whether a declaration of a category has attachments (添付書類). `REQUIRED`: at least one. `OPTIONAL`: any number, or
    /// none. `NONE`: none is accepted.
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

/// The rules of a round for one category (猶予類型ごとの要件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryRule {
    /// The category.
    pub category: Category,
    /// The printed number of the category, 1 to 6 (第1号 to 第6号). It is unique within a round.
    #[schema(minimum = 1, maximum = 6)]
    pub number: u8,
    /// The printed name of the category.
    pub name: Text,
    /// Which facilities may use the category, as the portal explains it.
    pub condition: Text,
    /// The kinds of facility that may use the category: all kinds of the round, or some of them.
    #[schema(max_items = 4)]
    pub eligible_kinds: Vec<FacilityKind>,
    /// The members of the reason, in the order of the form.
    #[schema(max_items = 20)]
    pub fields: Vec<FieldRule>,
    /// Whether a declaration has attachments.
    pub attachment: AttachmentRule,
    /// Which documents to attach. Absent if there is nothing to explain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attachment_note: Option<Text>,
    /// Until when a declaration of the category excuses.
    pub excused_until: ExcusedUntilRule,
}
