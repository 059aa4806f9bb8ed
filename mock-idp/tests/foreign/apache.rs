//! An Apache of our own: a free port, a temporary folder, gone with the value.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use mock_idp::MockIdp;
use tempfile::TempDir;

use crate::scenario::SCOPES;
use crate::support::{CLIENT, SECRET};

const CONFIGURATION: &str = include_str!("mod_auth_openidc/apache.conf");

pub(crate) struct Apache {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    child: Child,
}

impl Apache {
    /// Starts it as the relying party of a provider. When this returns, it answers.
    pub(crate) fn start(program: PathBuf, modules: &Path, idp: &MockIdp) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        lay_out(folder.path(), modules, port, idp);
        let mut command = command(&program, folder.path());
        let mut child = command.arg("-DFOREGROUND").stderr(Stdio::piped()).spawn().expect("Apache starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut said = String::new();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| {
            said.push_str(&line);
            said.push('\n');
            line.contains("resuming normal operations")
        });
        assert!(ready, "Apache ended before it was ready:\n{said}");
        // Read on, or Apache would wait for a reader some day.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { program, folder, port, child }
    }

    /// An address at this Apache.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it wrote about requests.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("requests.log")).expect("a log")
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        // By its own command: killed, it would leave its children. What does not stop this way is killed all the same.
        let stopped = command(&self.program, self.folder.path()).args(["-k", "stop"]).status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-f").arg(folder.join("apache.conf")).stdin(Stdio::null());
    command
}

/// Writes the configuration and the protected page. Whom Apache runs as has to read them.
fn lay_out(folder: &Path, modules: &Path, port: u16, idp: &MockIdp) {
    let (user, group) = run_as();
    let values = [
        ("{folder}", folder.display().to_string()),
        ("{modules}", modules.display().to_string()),
        ("{port}", port.to_string()),
        ("{user}", user),
        ("{group}", group),
        ("{issuer}", idp.issuer().to_owned()),
        ("{client}", CLIENT.to_owned()),
        ("{secret}", SECRET.to_owned()),
        ("{scopes}", SCOPES.join(" ")),
    ];
    let fill = |text: String, (name, value): &(&str, String)| text.replace(name, value);
    let configuration = values.iter().fold(CONFIGURATION.to_owned(), fill);
    fs::write(folder.join("apache.conf"), configuration).expect("a file");
    for page in ["app", "app/silent"] {
        let page = folder.join("site").join(page);
        fs::create_dir_all(&page).expect("a folder");
        fs::write(page.join("page"), "the protected page\n").expect("a file");
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("a folder of ours");
}

/// User and number of the group that web servers have on this system. Who is not the superuser stays who they are.
fn run_as() -> (String, String) {
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    let find = |name: &&str| {
        let fields: Vec<_> = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).collect();
        let found = fields.into_iter().find(|fields| fields.len() > 3 && fields[0] == *name)?;
        Some((found[0].to_owned(), found[3].to_owned()))
    };
    ["www-data", "apache", "http", "daemon", "nobody"].iter().find_map(find).expect("a user for web servers")
}
