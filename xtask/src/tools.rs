//! What the tests need beyond Rust: found, installed where we may, or named with the exact command.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

use crate::process::run;

/// Programs the tests start.
pub(crate) struct Tools {
    /// Folder that holds `initdb` and `pg_ctl`.
    pub(crate) postgres: PathBuf,
    /// The browser.
    pub(crate) chromium: PathBuf,
    /// Its WebDriver server.
    pub(crate) chromedriver: PathBuf,
    /// Runs JavaScript.
    pub(crate) node: PathBuf,
    /// Fetches JavaScript packages.
    pub(crate) npm: PathBuf,
    /// Runs Python and makes virtual environments.
    pub(crate) python: PathBuf,
    /// The web server.
    pub(crate) apache: PathBuf,
    /// Folder that holds its modules, `mod_auth_openidc` among them.
    pub(crate) apache_modules: PathBuf,
}

/// Something the tests need: what people call it, whether it is there, and its packages by package manager.
struct Tool {
    name: &'static str,
    is_there: fn() -> bool,
    packages: &'static [(&'static str, &'static str)],
}

const TOOLS: [Tool; 5] = [
    Tool {
        name: "PostgreSQL (initdb, pg_ctl)",
        is_there: || postgres().is_some(),
        packages: &[
            ("apt-get", "postgresql"),
            ("dnf", "postgresql-server"),
            ("pacman", "postgresql"),
            ("brew", "postgresql@17"),
        ],
    },
    Tool {
        name: "Chromium with ChromeDriver",
        is_there: || chromium().is_some() && on_path("chromedriver").is_some(),
        packages: &[
            ("apt-get", "chromium chromium-driver"),
            ("dnf", "chromium chromedriver"),
            ("pacman", "chromium"),
            ("brew", "chromium chromedriver"),
        ],
    },
    Tool {
        name: "Node.js with npm",
        is_there: || on_path("node").is_some() && on_path("npm").is_some(),
        packages: &[
            ("apt-get", "nodejs npm"),
            ("dnf", "nodejs npm"),
            ("pacman", "nodejs npm"),
            ("brew", "node"),
        ],
    },
    Tool {
        name: "Python with venv and pip",
        is_there: || python().is_some(),
        packages: &[
            ("apt-get", "python3 python3-venv"),
            ("dnf", "python3"),
            ("pacman", "python"),
            ("brew", "python3"),
        ],
    },
    Tool {
        name: "Apache with mod_auth_openidc",
        is_there: || apache().is_some() && apache_modules().is_some(),
        // Not Debian's `apache2`, which would start a server for everybody. Arch and Homebrew have no such module.
        packages: &[
            ("apt-get", "apache2-bin libapache2-mod-auth-openidc"),
            ("dnf", "httpd mod_auth_openidc"),
        ],
    },
];

/// A package manager: its program, and how it installs without questions.
struct PackageManager {
    program: &'static str,
    prepare: Option<&'static str>,
    install: &'static str,
}

const PACKAGE_MANAGERS: [PackageManager; 4] = [
    PackageManager {
        program: "apt-get",
        prepare: Some("apt-get update"),
        install: "apt-get install --yes --no-install-recommends",
    },
    PackageManager { program: "dnf", prepare: None, install: "dnf install --assumeyes" },
    PackageManager { program: "pacman", prepare: None, install: "pacman --sync --noconfirm" },
    PackageManager { program: "brew", prepare: None, install: "brew install" },
];

impl Tools {
    /// Finds the tools; installs what is missing where that is allowed.
    pub(crate) fn find_or_install(install: bool) -> anyhow::Result<Self> {
        if let Some(tools) = Self::find() {
            return Ok(tools);
        }
        let missing = missing();
        let names = names(&missing);
        let manager = PACKAGE_MANAGERS.iter().find(|it| on_path(it.program).is_some()).with_context(|| {
            format!(
                "the tests need {names}, and no package manager known here was found; install them by hand \
                 and put them on the PATH"
            )
        })?;
        let commands = manager.commands(&missing)?;
        if !(install || is_root()) {
            let commands = commands.iter().map(|it| format!("  sudo {it}")).collect::<Vec<_>>().join("\n");
            bail!("the tests need {names}. Install with:\n{commands}\nor run `cargo xtask test --install`");
        }
        println!("Installing {names} with {}", manager.program);
        for command in commands {
            let mut words = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
            if !is_root() && manager.program != "brew" {
                words.insert(0, "sudo".into());
            }
            run(Command::new(&words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive"))?;
        }
        Self::find().with_context(|| format!("{names} is still not all there after the installation"))
    }

    fn find() -> Option<Self> {
        Some(Self {
            postgres: postgres()?,
            chromium: chromium()?,
            chromedriver: on_path("chromedriver")?,
            node: on_path("node")?,
            npm: on_path("npm")?,
            python: python()?,
            apache: apache()?,
            apache_modules: apache_modules()?,
        })
    }
}

impl PackageManager {
    /// What installs these tools. A tool that this manager does not have is an error that names it.
    fn commands(&self, missing: &[&Tool]) -> anyhow::Result<Vec<String>> {
        let packages_of = |tool: &Tool| tool.packages.iter().find(|(manager, _)| *manager == self.program);
        let absent: Vec<&Tool> = missing.iter().copied().filter(|it| packages_of(it).is_none()).collect();
        if !absent.is_empty() {
            bail!(
                "the tests need {}, for which {} has no package; install it by hand and run this again, or test \
                 on a system that has one (Debian, Fedora)",
                names(&absent),
                self.program
            );
        }
        let packages: Vec<&str> =
            missing.iter().filter_map(|it| packages_of(it)).map(|(_, packages)| *packages).collect();
        let install = format!("{} {}", self.install, packages.join(" "));
        Ok(self.prepare.map(str::to_owned).into_iter().chain([install]).collect())
    }
}

fn missing() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| !(tool.is_there)()).collect()
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")
}

/// The newest PostgreSQL: Debian keeps `initdb` off the PATH.
fn postgres() -> Option<PathBuf> {
    if let Some(initdb) = on_path("initdb") {
        return initdb.parent().map(Path::to_owned);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter_map(Result::ok).map(|it| it.path()).max_by_key(version)?;
    Some(newest.join("bin")).filter(|bin| bin.join("initdb").is_file())
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)
}

/// A Python that can make virtual environments: Debian keeps what that takes in a package of its own.
fn python() -> Option<PathBuf> {
    let python = on_path("python3")?;
    let asked = Command::new(&python).args(["-c", "import ensurepip, venv"]).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success()).then_some(python)
}

/// Debian calls it apache2, everybody else httpd; it may be off the PATH of whoever is not the superuser.
fn apache() -> Option<PathBuf> {
    let off_the_path = || ["/usr/sbin/apache2", "/usr/sbin/httpd"].into_iter().map(PathBuf::from);
    let found = ["apache2", "httpd"].into_iter().find_map(on_path);
    found.or_else(|| off_the_path().find(|file| file.is_file()))
}

fn apache_modules() -> Option<PathBuf> {
    let folders = [
        "/usr/lib/apache2/modules",
        "/usr/lib64/httpd/modules",
        "/usr/lib/httpd/modules",
        "/opt/homebrew/lib/httpd/modules",
        "/usr/local/lib/httpd/modules",
    ];
    let has_the_module = |folder: &PathBuf| folder.join("mod_auth_openidc.so").is_file();
    folders.into_iter().map(PathBuf::from).find(has_the_module)
}

/// The file that the PATH finds for a program.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether we are the superuser, asked of `id` because the standard library does not know.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
