//! A mail before it is written out: the same parts become its plain text and its HTML, so the two
//! cannot say different things. Every text in it is one line.

/// A part of the body.
pub(super) enum Block {
    /// Lines that stand together, under a heading or without one.
    Paragraph {
        /// The heading.
        heading: Option<String>,
        /// The lines.
        lines: Vec<String>,
    },
    /// Facts with their labels.
    Facts(Vec<(String, String)>),
    /// A link under its label.
    Link {
        /// What it leads to.
        label: String,
        /// The address.
        url: String,
        /// Until when it works, as a line.
        validity: Option<String>,
    },
}

/// The whole mail but its subject.
pub(super) struct Page {
    pub(super) addressee: String,
    pub(super) portal_name: String,
    pub(super) portal_url: String,
    pub(super) body: Vec<Block>,
    pub(super) english: Vec<String>,
}

impl Page {
    pub(super) fn greeting(&self) -> String {
        format!("「{}」をご利用いただき、ありがとうございます。", self.portal_name)
    }
}

/// Stands before a heading.
pub(super) const HEADING_MARK: &str = "■ ";
pub(super) const CALL_CENTRE: &[&str] = &[
    "お問い合わせ先：オンライン資格確認等コールセンター",
    "電話：0800-080-4583（通話無料）",
    "受付時間：月曜日～金曜日 8：00～18：00、土曜日 8：00～16：00",
    "（いずれも祝日を除く）",
];
pub(super) const SENDING_ONLY: &[&str] = &[
    "このメールは、送信専用のメールアドレスからお送りしています。",
    "ご返信いただいてもお答えできませんので、あらかじめご了承ください。",
];
pub(super) const SENDERS: &str = "（厚生労働省・社会保険診療報酬支払基金）";
pub(super) const ENGLISH_HEADING: &str = "English summary";
pub(super) const CALL_CENTRE_IN_ENGLISH: &str =
    "Call centre: 0800-080-4583 (toll-free). Please do not reply to this mail.";
