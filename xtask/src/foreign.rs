//! What the clients that nobody here wrote need, for the tests of mock-idp: their packages under `target/foreign`, in
//! the versions of their lock files, fetched again only when those change.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{
    cargo::{root, target_folder},
    process::run,
    tools::Tools,
};

/// Fetches what is missing, and answers the environment variables that tell the tests where everything is.
pub(crate) fn prepare(tools: &Tools) -> anyhow::Result<[(&'static str, PathBuf); 5]> {
    let openid_client = openid_client(tools).context("openid-client cannot be fetched")?;
    let authlib = authlib(tools).context("Authlib cannot be fetched")?;
    Ok([
        ("FOREIGN_CLIENT_NODE", tools.node.clone()),
        ("FOREIGN_CLIENT_OPENID_CLIENT_FOLDER", openid_client),
        ("FOREIGN_CLIENT_AUTHLIB_PYTHON", authlib.join("bin/python")),
        ("FOREIGN_CLIENT_APACHE", tools.apache.clone()),
        ("FOREIGN_CLIENT_APACHE_MODULES", tools.apache_modules.clone()),
    ])
}

/// A folder with the packages of `package-lock.json` in `node_modules`.
fn openid_client(tools: &Tools) -> anyhow::Result<PathBuf> {
    let files = ["package.json", "package-lock.json"];
    once("openid-client", &files, &tools.node, |folder, source| {
        for file in files {
            fs::copy(source.join(file), folder.join(file))?;
        }
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new(&tools.npm).current_dir(folder).args(arguments))
    })
}

/// A virtual environment with the packages of `requirements.txt`.
fn authlib(tools: &Tools) -> anyhow::Result<PathBuf> {
    once("authlib", &["requirements.txt"], &tools.python, |folder, source| {
        run(Command::new(&tools.python).args(["-m", "venv", "--clear"]).arg(folder))?;
        let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        run(Command::new(folder.join("bin/python")).args(arguments).arg(source.join("requirements.txt")))
    })
}

/// Makes `target/foreign/<client>`, unless it was made of the same files and by the same version of a program before.
fn once(
    client: &str,
    files: &[&str],
    program: &Path,
    make: impl FnOnce(&Path, &Path) -> anyhow::Result<()>,
) -> anyhow::Result<PathBuf> {
    let source = root().join("mock-idp/tests/foreign").join(client);
    let folder = std::path::absolute(target_folder().join("foreign").join(client))?;
    let version = Command::new(program).arg("--version").output();
    let version = version.with_context(|| format!("cannot start {}", program.display()))?;
    let mut made_of = String::from_utf8_lossy(&version.stdout).into_owned();
    for file in files {
        let file = source.join(file);
        made_of += &fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let note = folder.join("made-of.txt");
    if fs::read_to_string(&note).is_ok_and(|noted| noted == made_of) {
        return Ok(folder);
    }
    println!("Fetching {client}");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    make(&folder, &source)?;
    fs::write(&note, made_of)?;
    Ok(folder)
}
