//! Child processes that end with their test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long a process may take to end after SIGTERM.
const END_TIMEOUT: Duration = Duration::from_mins(1);

/// The path of a program in a folder of `PATH` or in `/usr/sbin`, where Debian has daemons.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.find_map(|folder| Some(folder.join(program)).filter(|file| file.is_file()))
}

/// A command whose process the kernel kills as soon as the thread that started the process ends, even if the whole
/// test is killed. On a machine without `setpriv`, the process is killed only when its [`Process`] is dropped.
pub fn command(program: impl AsRef<Path>) -> Command {
    killed_with_parent(&[], program.as_ref())
}

/// A command as from [`command`], but run as the database user, because PostgreSQL refuses to run as root.
pub fn database_command(program: impl AsRef<Path>) -> Command {
    let Some(user) = database_user() else { return command(program) };
    let user_options =
        [format!("--reuid={user}"), format!("--regid={}", id(&["-g", user])), "--clear-groups".into()];
    killed_with_parent(&user_options, program.as_ref())
}

/// The user as whom databases run if the test runs as root; otherwise `None`: the user of the test.
pub fn database_user() -> Option<&'static str> {
    static USER: OnceLock<Option<&'static str>> = OnceLock::new();
    *USER.get_or_init(|| {
        let exists = |user: &&str| !id(&["-u", user]).is_empty();
        (id(&["-u"]) == "0").then(|| ["postgres", "nobody"].into_iter().find(exists)).flatten()
    })
}

/// The output of the program `id`.
fn id(arguments: &[&str]) -> String {
    let printed = Command::new("id").args(arguments).output().unwrap().stdout;
    String::from_utf8_lossy(&printed).trim().to_owned()
}

/// A command that runs `setpriv` with these options and the option for the kernel's kill.
fn killed_with_parent(setpriv_options: &[String], program: &Path) -> Command {
    static SUPPORTED: OnceLock<bool> = OnceLock::new();
    let is_supported = || {
        let outcome =
            Command::new("setpriv").args(["--pdeathsig", "KILL", "true"]).stderr(Stdio::null()).status();
        outcome.is_ok_and(|status| status.success())
    };
    if !SUPPORTED.get_or_init(is_supported) {
        return Command::new(program);
    }
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--pdeathsig", "KILL"]).args(setpriv_options).arg(program);
    setpriv
}

/// Sends a signal to these processes at almost the same time. Ignores processes that have ended.
pub fn signal(name: &str, processes: &[u32]) {
    let numbers = processes.iter().map(u32::to_string);
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$@\"", "sh", name]).args(numbers).stderr(Stdio::null());
    kill.status().unwrap();
}

/// A process that is killed when this value is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Whether the process has not ended.
    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Sends SIGTERM, as an orchestrator does, and waits until the process has ended.
    pub async fn end(&mut self) -> ExitStatus {
        let asked = Instant::now();
        signal("TERM", &[self.0.id()]);
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(asked.elapsed() < END_TIMEOUT, "the process did not end after SIGTERM");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Kills the process with SIGKILL.
    pub fn kill(&mut self) {
        // This fails if the process has already ended.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
