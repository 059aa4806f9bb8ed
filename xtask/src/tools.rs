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
}

/// A package manager: its program, how it installs without questions, and its names for our packages.
struct PackageManager {
    program: &'static str,
    prepare: Option<&'static str>,
    install: &'static str,
    postgres: &'static str,
    chromium: &'static str,
}

const PACKAGE_MANAGERS: [PackageManager; 4] = [
    PackageManager {
        program: "apt-get",
        prepare: Some("apt-get update"),
        install: "apt-get install --yes --no-install-recommends",
        postgres: "postgresql",
        chromium: "chromium chromium-driver",
    },
    PackageManager {
        program: "dnf",
        prepare: None,
        install: "dnf install --assumeyes",
        postgres: "postgresql-server",
        chromium: "chromium chromedriver",
    },
    PackageManager {
        program: "pacman",
        prepare: None,
        install: "pacman --sync --noconfirm",
        postgres: "postgresql",
        chromium: "chromium",
    },
    PackageManager {
        program: "brew",
        prepare: None,
        install: "brew install",
        postgres: "postgresql@17",
        chromium: "chromium chromedriver",
    },
];

impl Tools {
    /// Finds the tools; installs what is missing where that is allowed.
    pub(crate) fn find_or_install(install: bool) -> anyhow::Result<Self> {
        if let Some(tools) = Self::find() {
            return Ok(tools);
        }
        let manager = PACKAGE_MANAGERS.iter().find(|it| on_path(it.program).is_some()).context(
            "the tests need PostgreSQL (initdb, pg_ctl), Chromium and ChromeDriver, and no package manager \
             known here was found; install them by hand and put them on the PATH",
        )?;
        let commands = manager.commands();
        if !(install || is_root()) {
            let commands = commands.iter().map(|it| format!("  sudo {it}")).collect::<Vec<_>>().join("\n");
            bail!(
                "the tests need {}. Install with:\n{commands}\nor run `cargo xtask test --install`",
                missing().join(" and ")
            );
        }
        println!("Installing {} with {}", missing().join(" and "), manager.program);
        for command in commands {
            let mut words = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
            if !is_root() && manager.program != "brew" {
                words.insert(0, "sudo".into());
            }
            run(Command::new(&words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive"))?;
        }
        Self::find()
            .with_context(|| format!("{} is still missing after the installation", missing().join(" and ")))
    }

    fn find() -> Option<Self> {
        Some(Self { postgres: postgres()?, chromium: chromium()?, chromedriver: on_path("chromedriver")? })
    }
}

impl PackageManager {
    fn commands(&self) -> Vec<String> {
        let mut packages = Vec::new();
        if postgres().is_none() {
            packages.push(self.postgres);
        }
        if chromium().is_none() || on_path("chromedriver").is_none() {
            packages.push(self.chromium);
        }
        let install = format!("{} {}", self.install, packages.join(" "));
        self.prepare.map(str::to_owned).into_iter().chain([install]).collect()
    }
}

fn missing() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if postgres().is_none() {
        missing.push("PostgreSQL");
    }
    if chromium().is_none() || on_path("chromedriver").is_none() {
        missing.push("Chromium with its driver");
    }
    missing
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

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether we are the superuser, asked of `id` because the standard library does not know.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
