//! Why a declaration or a succession is refused as a whole.

use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::refusal::Refusal;

coded_enum! {
    /// Why a filing is refused as a whole, not for one of its values.
    pub enum FilingRefusal {
        /// The round has not opened.
        WindowNotOpen = "WINDOW_NOT_OPEN",
        /// The round no longer accepts declarations.
        WindowClosed = "WINDOW_CLOSED",
        /// The round is not for facilities of this kind.
        RoundNotForKind = "ROUND_NOT_FOR_KIND",
        /// The facility has a live declaration in this round.
        DeclarationExists = "DECLARATION_EXISTS",
        /// The filing's status does not allow the change.
        StatusForbids = "STATUS_FORBIDS",
        /// The facility has a live succession.
        SuccessionExists = "SUCCESSION_EXISTS",
        /// The succession was returned and not corrected by its due date.
        SuccessionLapsed = "SUCCESSION_LAPSED",
        /// The successor has an account of its own.
        SuccessorHasAccount = "SUCCESSOR_HAS_ACCOUNT",
        /// The successor is a predecessor of another succession.
        SuccessorIsPredecessor = "SUCCESSOR_IS_PREDECESSOR",
    }
}

impl Refusal for FilingRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}
