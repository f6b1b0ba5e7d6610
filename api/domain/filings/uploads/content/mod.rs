//! Looks at the content of a file: whether it has the whole structure of its type, and of no other type.
//!
//! The structure is read, but no image is decoded and no page is drawn, so the work is bounded by the size of the file
//! and by the limits in this module.

mod archives;
mod image_size;
mod inflation;
mod jpeg;
mod pdf;
mod png;
mod samsung_trailer;

use memchr::memmem;

pub use self::image_size::{MAX_PIXELS, MAX_SIDE};
use super::{MediaType, UploadRefusal};

/// The part by which scanners know the test file of EICAR. The staff's scanners report it like a virus, so it is refused
/// wherever it is. The whole text is not here, because scanners would report this program, too.
const TEST_VIRUS: &[u8] = b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!";

/// Checks that the content is a complete file of this type, that it is not a file of another type as well, and that it
/// contains nothing that a viewer would run or unpack.
///
/// # Errors
/// [`UploadRefusal::ContentNotOfType`] if the structure is damaged, incomplete, or that of another type;
/// [`UploadRefusal::ImageTooLarge`] for an image of more than [`MAX_SIDE`] or [`MAX_PIXELS`];
/// [`UploadRefusal::ContentActive`] for a PDF with scripts, actions or files;
/// [`UploadRefusal::ContentNotCheckable`] for a PDF that is encrypted, or too complex.
pub fn examine(media_type: MediaType, content: &[u8]) -> Result<(), UploadRefusal> {
    if archives::contains_archive(content) || memmem::find(content, TEST_VIRUS).is_some() {
        return Err(UploadRefusal::ContentNotOfType);
    }
    match media_type {
        MediaType::Pdf => pdf::examine(content),
        MediaType::Jpeg | MediaType::Png if pdf::contains_header(content) => {
            Err(UploadRefusal::ContentNotOfType)
        }
        MediaType::Jpeg => jpeg::examine(content),
        MediaType::Png => png::examine(content),
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
