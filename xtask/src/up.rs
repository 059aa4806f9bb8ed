//! `cargo xtask up`: the main job on one machine. A fake KaseyaOne, the provisioner on SQLite, a first
//! MSP Admin, one rehearsed first sign-in; then both stay up until Ctrl-C.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context as _, bail};

use crate::{
    cargo::{build_programs, root},
    process::{Running, run},
};

const IDP_PORT: u16 = 9400;
const APP_PORT: u16 = 8400;

const ADMIN_EMAIL: &str = "mona@northwind.example";
const ADMIN_NAME: &str = "Mona Okafor";
const ADMIN_PASSWORD: &str = "local-mona-password";

/// Start a fake KaseyaOne and the provisioner, rehearse a first sign-in, stay up until Ctrl-C.
#[derive(clap::Args)]
pub(crate) struct Up {
    /// Forget the accounts and settings of earlier runs with this fake KaseyaOne
    #[arg(long)]
    fresh: bool,
    /// Port of the fake KaseyaOne; each has accounts of its own
    #[arg(long, default_value_t = IDP_PORT)]
    idp_port: u16,
    /// Port of the provisioner
    #[arg(long, default_value_t = APP_PORT)]
    app_port: u16,
}

impl Up {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        if self.idp_port == self.app_port {
            bail!("--idp-port and --app-port are both {}; each needs a port of its own", self.app_port);
        }
        free(self.idp_port, "--idp-port")?;
        free(self.app_port, "--app-port")?;
        let binaries = build_programs()?;
        let data = self.data();
        if self.fresh && data.exists() {
            fs::remove_dir_all(&data).with_context(|| format!("cannot remove {}", data.display()))?;
        }
        let config = self.write_config(&data)?;
        let (stop, stopped) = mpsc::channel();
        ctrlc::set_handler(move || {
            // The receiver is gone only when we are stopping already.
            let _ = stop.send(());
        })
        .context("cannot listen for Ctrl-C")?;

        let mut idp = self.start_idp(&binaries)?;
        create_admin(&binaries, &config).with_context(|| {
            format!(
                "the first MSP Admin could not be made; if the data of an earlier version is in the way, \
                 `{}` begins anew",
                self.anew()
            )
        })?;
        let mut app = start_app(&binaries, &config)?;
        self.rehearse_once(&binaries, &data)?;
        self.say_how_to_sign_in();
        while let Err(mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_secs(1)) {
            if let Some(words) = idp.ended().or_else(|| app.ended()) {
                bail!("{words}");
            }
        }
        println!("\nStopped. The accounts are kept; `{}` begins anew.", self.anew());
        Ok(ExitCode::SUCCESS)
    }

    /// Accounts belong to the issuer that they came from, so each has a folder of its own; and whoever has its port is alone
    /// there.
    fn data(&self) -> PathBuf {
        root().join(".run").join(self.idp_port.to_string())
    }

    /// The command that forgets the accounts of this fake KaseyaOne and no others.
    fn anew(&self) -> String {
        let Self { idp_port, app_port, .. } = self;
        let idp = if *idp_port == IDP_PORT { String::new() } else { format!(" --idp-port {idp_port}") };
        let app = if *app_port == APP_PORT { String::new() } else { format!(" --app-port {app_port}") };
        format!("cargo xtask up --fresh{idp}{app}")
    }

    fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.idp_port)
    }

    fn app(&self) -> String {
        format!("http://127.0.0.1:{}", self.app_port)
    }

    fn write_config(&self, data: &Path) -> anyhow::Result<PathBuf> {
        fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
        let database = data.join("provisioner.sqlite");
        let config = data.join("provisioner.toml");
        let text = format!(
            r#"# Written by `cargo xtask up`; change the ports with its options.
listen = "127.0.0.1:{port}"
base_url = "{app}"
database_url = "sqlite://{database}"

[kaseyaone]
issuer = "{issuer}"
client_id = "kaseya-mdr"
client_secret = "kaseya-mdr-test-secret-not-a-secret"

[kaseyaone.directory]
url = "{issuer}/scim/v2"
token = "northwind-directory-test-token"
"#,
            port = self.app_port,
            app = self.app(),
            database = database.display(),
            issuer = self.issuer(),
        );
        fs::write(&config, text).with_context(|| format!("cannot write {}", config.display()))?;
        Ok(config)
    }

    fn start_idp(&self, binaries: &Path) -> anyhow::Result<Running> {
        let mut command = Command::new(binaries.join("mock-idp"));
        command.arg("serve").args(["--listen", &format!("127.0.0.1:{}", self.idp_port)]);
        command.args(["--client-redirect-uri", &format!("{}/sso/callback", self.app())]);
        command.args(["--client-post-logout-redirect-uri", &format!("{}/sign-in", self.app())]);
        command.args(["--client-backchannel-logout-uri", &format!("{}/sso/backchannel-logout", self.app())]);
        command.args(["--client-initiate-login-uri", &format!("{}/sso/start", self.app())]);
        Running::start("mock-idp", &mut command, "issuer http")
    }

    /// Accounts and settings that are kept may be anything by now, and are left as they are.
    fn rehearse_once(&self, binaries: &Path, data: &Path) -> anyhow::Result<()> {
        let done = data.join("rehearsed");
        if done.exists() {
            println!("\nAccounts and settings of earlier runs are kept in {}.", data.display());
            return Ok(());
        }
        self.rehearse(binaries)?;
        fs::write(&done, "").with_context(|| format!("cannot write {}", done.display()))
    }

    fn rehearse(&self, binaries: &Path) -> anyhow::Result<()> {
        println!("\nRehearsing one first sign-in:");
        let mut command = Command::new(binaries.join("harness"));
        command.arg("rehearse").args(["--app", &self.app(), "--admin-email", ADMIN_EMAIL]);
        run(command.env("REHEARSAL_ADMIN_PASSWORD", ADMIN_PASSWORD))
            .with_context(|| format!("the rehearsal failed; `{}` begins anew", self.anew()))
    }

    fn say_how_to_sign_in(&self) {
        println!(
            "\nUp. Sign in at {app}/sign-in\n\
             \n  as the MSP Admin, locally:  {ADMIN_EMAIL}  {ADMIN_PASSWORD}\
             \n  as anyone, by KaseyaOne:    user name dana, company Northwind MSP, password kaseya-dana, code 123456\
             \n                              (or choose a person with one click; fixtures/README.md says who is who)\
             \n  from KaseyaOne's portal:    {issuer}/portal\
             \n\n  Fake KaseyaOne: {issuer}   people, faults, clock, journal: {issuer}/_control/console\
             \n  its control API: {issuer}/_control/openapi.json\
             \n  Settings > Users: {app}/settings/users   API: {app}/api/v1/openapi.json\
             \n\nCtrl-C stops both.",
            app = self.app(),
            issuer = self.issuer(),
        );
    }
}

fn free(port: u16, option: &str) -> anyhow::Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).with_context(|| {
        format!(
            "port {port} of 127.0.0.1 cannot be used; stop what listens there or choose another with {option}"
        )
    })
}

fn create_admin(binaries: &Path, config: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(binaries.join("provisioner"));
    command.arg("create-admin").arg("--config").arg(config);
    command.args(["--email", ADMIN_EMAIL, "--name", ADMIN_NAME, "--if-missing"]);
    run(command.env("PROVISIONER_ADMIN_PASSWORD", ADMIN_PASSWORD))
}

fn start_app(binaries: &Path, config: &Path) -> anyhow::Result<Running> {
    let mut command = Command::new(binaries.join("provisioner"));
    command.arg("serve").arg("--config").arg(config);
    Running::start("provisioner", &mut command, "listening on")
}
