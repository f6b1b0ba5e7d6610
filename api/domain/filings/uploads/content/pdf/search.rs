//! Searches a PDF file for objects and trailers, and reads them.

use memchr::memmem;

use super::action::Action;
use super::dictionary::Dictionary;
use super::numbers::{Numbers, number_at_end};
use super::object::ObjectReader;
use super::object_streams::ObjectStreams;
use crate::domain::filings::uploads::UploadRefusal;

/// The word before an object, and the one before the trailer.
const OBJECT: &[u8] = b"obj";
const TRAILER: &[u8] = b"trailer";
/// How many bytes are read for one file, counting every repetition. Files need their own size, and a few times that for
/// their object streams. Reading as many takes about a second.
const MAX_WORK: usize = 128 * 1024 * 1024;
/// What it costs to begin an object, in bytes.
const COST_OF_OBJECT: usize = 256;

/// What was found in a file so far.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each thing was found or not")]
pub(super) struct Search {
    objects: usize,
    has_root: bool,
    is_active: bool,
    /// Whether an action is an object of its own that opens an address.
    has_address: bool,
    /// Whether an action begins without a click, and is, or leads to, an object of its own.
    has_automatic_action: bool,
    /// The numbers of the objects that links refer to, as their addresses.
    addresses: Numbers,
    /// The numbers of the objects that are not the plain address of a link.
    others: Numbers,
    is_image_too_large: bool,
    is_uncheckable: bool,
    work: usize,
}

impl Search {
    /// Reads all objects and trailers of a file.
    pub(super) fn of(content: &[u8]) -> Self {
        let mut search = Self::default();
        let mut streams = ObjectStreams::default();
        for keyword in [OBJECT, TRAILER] {
            for at in memmem::find_iter(content, keyword).filter(|at| begins_word(content, *at)) {
                search.objects += usize::from(*keyword == *OBJECT);
                search.read_object(content, at + keyword.len(), &mut streams);
                if search.is_uncheckable {
                    return search;
                }
            }
        }
        search
    }

    /// Reads an object or a trailer, and the objects in its stream if it is an object stream.
    fn read_object(&mut self, content: &[u8], at: usize, streams: &mut ObjectStreams) {
        let object = ObjectReader::at(content, at).read();
        self.spend(object.end.saturating_sub(at) + COST_OF_OBJECT);
        self.is_uncheckable |= !object.is_whole;
        if !object.is_address
            && let Some(before) = content.get(..at).and_then(|head| head.strip_suffix(OBJECT))
        {
            self.others.add(number_at_end(before));
        }
        self.add(&object.dictionary);
        // Only streams have a length.
        let is_stream = object.stream.is_some() || object.dictionary.length.is_some();
        self.is_active |= is_stream && object.dictionary.has_outside_data();
        let Some(data) = object.stream.filter(|_| object.dictionary.is_object_stream()) else { return };
        let data = content.get(data..).unwrap_or_default();
        match streams.read(&object.dictionary, data) {
            Some(found) => {
                self.spend(found.work);
                self.add_actions(found.is_active, &found.action);
                found.others.into_iter().for_each(|number| self.others.add(Some(number)));
            }
            None => self.is_uncheckable = true,
        }
    }

    fn add(&mut self, dictionary: &Dictionary) {
        self.has_root |= dictionary.has_root;
        self.add_actions(dictionary.is_active, &dictionary.action);
        self.is_image_too_large |= dictionary.is_image_too_large;
        self.is_uncheckable |= dictionary.has_encryption;
    }

    fn add_actions(&mut self, is_active: bool, action: &Action) {
        self.is_active |= is_active;
        self.has_address |= action.has_address || action.has_address_beside;
        action.addresses.iter().for_each(|number| self.addresses.add(Some(*number)));
        self.has_automatic_action |= action.leads_elsewhere();
    }

    fn spend(&mut self, bytes: usize) {
        self.work = self.work.saturating_add(bytes);
        self.is_uncheckable |= self.work > MAX_WORK;
    }

    /// The result.
    ///
    /// # Errors
    /// [`UploadRefusal::ContentActive`] if anything active was found. References are not followed, because viewers may
    /// find another object under the same number: an address that a click may open is refused in a file where something
    /// begins without a click. [`UploadRefusal::ContentNotCheckable`] if the file is encrypted, or not everything could
    /// be read; [`UploadRefusal::ImageTooLarge`] for an image in it; [`UploadRefusal::ContentNotOfType`] if there are no
    /// objects or they have no root.
    pub(super) fn verdict(&self) -> Result<(), UploadRefusal> {
        let is_automatic = self.has_address && self.has_automatic_action;
        // Viewers disagree about which object counts if a number has several, so all of them must be plain addresses.
        let leads_elsewhere = self.addresses.may_meet(&self.others);
        if self.is_active || is_automatic || leads_elsewhere {
            Err(UploadRefusal::ContentActive)
        } else if self.is_uncheckable {
            Err(UploadRefusal::ContentNotCheckable)
        } else if self.is_image_too_large {
            Err(UploadRefusal::ImageTooLarge)
        } else if self.objects > 0 && self.has_root {
            Ok(())
        } else {
            Err(UploadRefusal::ContentNotOfType)
        }
    }
}

/// Whether a word begins at this position, so that the `obj` of `endobj` does not count.
fn begins_word(content: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| content.get(before));
    !before.is_some_and(u8::is_ascii_alphabetic)
}
