//! The limits on the size of an image.

use super::UploadRefusal;

/// The maximum width and the maximum height of an image, in pixels.
pub const MAX_SIDE: u32 = 20_000;
/// The maximum number of pixels of an image. A scan of A3 at 600 dpi has 9,921 × 7,016, which is half of this; a
/// telephone with 108 megapixels is below it, too. A viewer needs four bytes for each pixel.
pub const MAX_PIXELS: u64 = 150_000_000;

/// Checks the width and the height of an image.
///
/// # Errors
/// [`UploadRefusal::ContentNotOfType`] for an image without pixels, [`UploadRefusal::ImageTooLarge`] beyond the limits.
pub(super) fn check(width: u32, height: u32) -> Result<(), UploadRefusal> {
    if width == 0 || height == 0 {
        return Err(UploadRefusal::ContentNotOfType);
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(UploadRefusal::ImageTooLarge);
    }
    Ok(())
}
