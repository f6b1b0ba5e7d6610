//! Child processes that never outlive their test.

use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A command whose process the kernel kills as soon as the thread that started it ends, even by a kill
/// of the whole test. Where there is no `setpriv`, the guard of [`Process`] is all there is.
pub fn command(program: &str) -> Command {
    static TETHER: OnceLock<bool> = OnceLock::new();
    let try_it = || {
        let tried =
            Command::new("setpriv").args(["--pdeathsig", "KILL", "true"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    if !TETHER.get_or_init(try_it) {
        return Command::new(program);
    }
    let mut tethered = Command::new("setpriv");
    tethered.args(["--pdeathsig", "KILL", program]);
    tethered
}

/// A process that is killed when this is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Whether it has not ended by itself.
    pub fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Kills it where it stands, as a crash or an impatient orchestrator does.
    pub fn kill(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
