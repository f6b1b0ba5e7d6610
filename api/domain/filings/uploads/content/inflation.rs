//! Inflates compressed data (zlib, RFC 1950) only to count them. They are never held in memory as a whole.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_PARSE_ZLIB_HEADER};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// The size of the buffer, which is written round and round. Deflate refers back to the last 32 KiB.
const BUFFER: usize = 64 * 1024;

/// Counts the bytes of a stream whose compressed parts come one after another.
pub(super) struct Inflation {
    state: Box<DecompressorOxide>,
    buffer: Vec<u8>,
    at: usize,
    /// How many bytes the stream may have. No more are inflated than these and a buffer.
    limit: u64,
    count: u64,
    is_complete: bool,
}

impl Inflation {
    /// Begins a stream that may have this many bytes.
    pub(super) fn up_to(limit: u64) -> Self {
        Self { state: Box::default(), buffer: vec![0; BUFFER], at: 0, limit, count: 0, is_complete: false }
    }

    /// Begins another stream with the same memory.
    pub(super) fn begin_again(&mut self, limit: u64) {
        self.state.init();
        self.at = 0;
        self.limit = limit;
        self.count = 0;
        self.is_complete = false;
    }

    /// Inflates the next part. `None` if it is damaged, has too many bytes, or goes on behind the end of the stream.
    pub(super) fn add(&mut self, mut compressed: &[u8]) -> Option<()> {
        while !compressed.is_empty() {
            if self.is_complete {
                return None;
            }
            let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_HAS_MORE_INPUT;
            let (status, taken, written) =
                decompress(&mut self.state, compressed, &mut self.buffer, self.at, flags);
            compressed = compressed.get(taken..)?;
            self.at = (self.at + written) % BUFFER;
            self.count += u64::try_from(written).ok()?;
            match status {
                TINFLStatus::Done => self.is_complete = true,
                TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput if taken + written > 0 => {}
                _ => return None,
            }
            if self.count > self.limit {
                return None;
            }
        }
        Some(())
    }

    /// How many bytes the stream has; `None` if it is cut off.
    pub(super) fn count(&self) -> Option<u64> {
        self.is_complete.then_some(self.count)
    }
}
