//! Actions (ISO 32000-1, 12.6): what a viewer does when a file is opened, a page is shown, or the reader clicks.

/// The kinds of actions that stay in the file, and the link (ISO 32000-1, table 198; ISO 32000-2, table 201).
const KINDS: &[&[u8]] =
    &[b"GoTo", b"GoToDp", b"Named", b"Thread", b"Hide", b"ResetForm", b"SetOCGState", b"Trans", b"URI"];
/// The commands of a viewer that a `Named` action may give: those of table 211, and similar ones that programs write.
/// Other commands open, save or send files.
const COMMANDS: &[&[u8]] = &[
    b"NextPage",
    b"PrevPage",
    b"FirstPage",
    b"LastPage",
    b"GoBack",
    b"GoForward",
    b"GoToPage",
    b"Find",
    b"FullScreen",
    b"Print",
];

/// The kind of an action, as far as it matters.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The key `S` is absent.
    #[default]
    Absent,
    /// It is there, and its value is not known.
    Unknown,
    /// A command of the viewer.
    Named,
    /// The beginning of an article, which may be in another file.
    Thread,
    /// Another one of [`KINDS`].
    Allowed,
}

/// What is noted about a dictionary as an action. Most dictionaries are none.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each key is there or not")]
pub(super) struct Action {
    kind: Kind,
    has_unknown_command: bool,
    /// Whether its type says that it is an action.
    pub(super) is_typed: bool,
    /// `F`
    pub(super) has_file: bool,
    /// `URI`, with an address or a reference to one.
    pub(super) has_address: bool,
    /// Whether another object, which was read with this one, opens an address.
    pub(super) has_address_beside: bool,
    /// The numbers of the objects that are addresses, also those of the dictionaries in it.
    pub(super) addresses: Vec<usize>,
    /// `OpenAction`, with a reference to an action; or actions of a page or a field.
    pub(super) begins_elsewhere: bool,
    /// `Next`, with a reference to an action or a bookmark.
    pub(super) has_successor: bool,
    /// Whether a dictionary in it leads to another object without a click.
    inner_leads_elsewhere: bool,
}

impl Action {
    /// Reads a key.
    pub(super) fn add_key(&mut self, name: &[u8]) {
        match name {
            b"S" => self.kind = Kind::Unknown,
            b"F" => self.has_file = true,
            b"AA" => self.begins_elsewhere = true,
            _ => {}
        }
    }

    /// Reads the value of `S`.
    pub(super) fn add_kind(&mut self, name: &[u8]) {
        self.kind = match name {
            b"Named" => Kind::Named,
            b"Thread" => Kind::Thread,
            _ if KINDS.contains(&name) => Kind::Allowed,
            _ => Kind::Unknown,
        };
    }

    /// Reads the value of `N`.
    pub(super) fn add_command(&mut self, name: &[u8]) {
        self.has_unknown_command |= !COMMANDS.contains(&name);
    }

    /// Notes what the action of a dictionary in this one has.
    pub(super) fn add_inner(&mut self, mut inner: Self) {
        self.inner_leads_elsewhere |= inner.leads_elsewhere();
        self.addresses.append(&mut inner.addresses);
    }

    /// Notes what an action has that is an object of its own.
    pub(super) fn add_object(&mut self, object: Self) {
        self.has_address_beside |= object.has_address;
        self.add_inner(object);
    }

    /// Whether it, or a dictionary in it, leads to another object without a click. Bookmarks have successors, too, but no
    /// kind.
    pub(super) fn leads_elsewhere(&self) -> bool {
        self.begins_elsewhere || self.inner_leads_elsewhere || self.has_successor && self.kind != Kind::Absent
    }

    /// Whether the action leaves the file, or cannot be told.
    pub(super) fn is_refused(&self) -> bool {
        match self.kind {
            Kind::Absent | Kind::Allowed => false,
            Kind::Unknown => self.is_typed,
            Kind::Named => self.has_unknown_command,
            Kind::Thread => self.has_file,
        }
    }
}
