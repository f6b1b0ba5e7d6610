//! The filter of the log (`TODOKEDE_LOG`).

use std::str::FromStr as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::reader::Reader;

impl Reader<'_> {
    /// The log's filter, in the syntax of `tracing`.
    pub(super) fn log(&mut self, name: &'static str) -> String {
        let filter = self.text(name).unwrap_or_else(|| "info".to_owned());
        if !is_filter(&filter) {
            self.malformed(name, "a level such as info, or levels by target such as warn,access=info");
        }
        filter
    }
}

/// Whether every part is a level, or a directive of `tracing` with `=`. `EnvFilter` alone takes a misspelt level for
/// the name of a target, and then nothing is logged.
fn is_filter(text: &str) -> bool {
    let is_known = |part: &str| part.contains('=') || LevelFilter::from_str(part.trim()).is_ok();
    EnvFilter::try_new(text).is_ok() && text.split(',').all(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_level_is_refused_because_it_would_turn_the_log_off() {
        for filter in ["info", "OFF", "warn,access=info", "debug,todokede::jobs=trace", "access=info"] {
            assert!(is_filter(filter), "{filter}");
        }
        for filter in ["inof", "warn,acces", "todokede", "info;warn", "access=inof"] {
            assert!(!is_filter(filter), "{filter}");
        }
    }
}
