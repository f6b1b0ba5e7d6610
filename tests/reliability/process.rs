//! Child processes that never outlive their test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long a process may take to end after it was asked to.
const ENDING: Duration = Duration::from_mins(1);

/// Where a program is. Debian has daemons in a folder that is not in every `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()))
}

/// A command whose process the kernel kills as soon as the thread that started it ends, even by a kill
/// of the whole test. Without `setpriv`, only dropping [`Process`] kills it.
pub fn command(program: impl AsRef<Path>) -> Command {
    tethered(&[], program.as_ref())
}

/// The same, but run by the user who runs databases, as PostgreSQL refuses to run as root.
pub fn database_command(program: impl AsRef<Path>) -> Command {
    let Some(user) = database_user() else { return command(program) };
    let own = [format!("--reuid={user}"), format!("--regid={}", id(&["-g", user])), "--clear-groups".into()];
    tethered(&own, program.as_ref())
}

/// The user who runs databases, if it is not the one who runs the test.
pub fn database_user() -> Option<&'static str> {
    static USER: OnceLock<Option<&'static str>> = OnceLock::new();
    *USER.get_or_init(|| {
        let exists = |user: &&str| !id(&["-u", user]).is_empty();
        (id(&["-u"]) == "0").then(|| ["postgres", "nobody"].into_iter().find(exists)).flatten()
    })
}

fn id(arguments: &[&str]) -> String {
    let printed = Command::new("id").args(arguments).output().unwrap().stdout;
    String::from_utf8_lossy(&printed).trim().to_owned()
}

fn tethered(privileges: &[String], program: &Path) -> Command {
    static TETHER: OnceLock<bool> = OnceLock::new();
    let try_it = || {
        let outcome =
            Command::new("setpriv").args(["--pdeathsig", "KILL", "true"]).stderr(Stdio::null()).status();
        outcome.is_ok_and(|status| status.success())
    };
    if !TETHER.get_or_init(try_it) {
        return Command::new(program);
    }
    let mut tethered = Command::new("setpriv");
    tethered.args(["--pdeathsig", "KILL"]).args(privileges).arg(program);
    tethered
}

/// Sends a signal to all these processes at almost the same time. Some may have ended before.
pub fn signal(name: &str, processes: &[u32]) {
    let numbers = processes.iter().map(u32::to_string);
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$@\"", "sh", name]).args(numbers).stderr(Stdio::null());
    kill.status().unwrap();
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

    /// Asks it to end, as an orchestrator does, and waits until it has.
    pub async fn end(&mut self) -> ExitStatus {
        let asked = Instant::now();
        signal("TERM", &[self.0.id()]);
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(asked.elapsed() < ENDING, "the process was asked to end and did not");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills it at once, as a crash or an orchestrator does.
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
