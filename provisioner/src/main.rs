//! The command line: serve, make the first MSP Admin, check the configuration.
//!
//! A mistake of the operator is one sentence on standard error and exit code 2; nothing is started then.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::builder::Resettable;
use clap::{Arg, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use provisioner::usecase::BootstrapError;
use provisioner::{Config, Generator, Runtime, StartError, SystemClock, bootstrap_admin, serve};
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

/// Signs people in through KaseyaOne and creates their MSP user account the first time.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted
    Serve(Source),
    /// Make an MSP Admin who signs in with a local password
    CreateAdmin {
        #[command(flatten)]
        source: Source,
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Name to show
        #[arg(long)]
        name: String,
        /// Password of at least 12 characters; in the environment others on this machine cannot see it
        #[arg(long, env = "PROVISIONER_ADMIN_PASSWORD", hide_env_values = true)]
        password: Option<SecretString>,
        /// An account that already has the address is no error; it stays as it is
        #[arg(long)]
        if_missing: bool,
    },
    /// Check the configuration and start nothing
    CheckConfig(Source),
}

/// Where the configuration comes from. An option wins over the environment, which wins over the file.
#[derive(Args)]
struct Source {
    /// Configuration file
    #[arg(long, env = "PROVISIONER_CONFIG", default_value = "provisioner.toml")]
    config: PathBuf,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, env = "PROVISIONER_LISTEN")]
    listen: Option<String>,
    /// sqlite://path or postgres://…
    #[arg(long, env = "PROVISIONER_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Address that browsers use
    #[arg(long, env = "PROVISIONER_BASE_URL")]
    base_url: Option<String>,
    /// Secret of the client at KaseyaOne
    #[arg(long, env = "PROVISIONER_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<SecretString>,
}

impl Source {
    /// Where the database was named, for a message about it.
    fn place_of_database(&self) -> String {
        match self.database_url {
            Some(_) => "--database-url or PROVISIONER_DATABASE_URL".to_owned(),
            None => Config::place_of(&self.config, "database_url"),
        }
    }

    fn load(self) -> anyhow::Result<Config> {
        let mut config = Config::from_file(&self.config)?;
        if let Some(listen) = self.listen {
            config.listen = listen.parse().with_context(|| {
                format!("`{listen}`, from --listen or PROVISIONER_LISTEN, is not an address and a port; write it as in 127.0.0.1:8400")
            })?;
        }
        if let Some(database_url) = self.database_url {
            config.database_url = database_url;
        }
        if let Some(base_url) = self.base_url {
            let parsed = base_url.parse().with_context(|| {
                format!("`{base_url}`, from --base-url or PROVISIONER_BASE_URL, is not an address; write it as in https://mdr.example")
            })?;
            config.base_url = Some(parsed);
        }
        if self.client_secret.is_some() {
            config.kaseyaone.client_secret = self.client_secret;
        }
        config.check()?;
        Ok(config)
    }
}

impl Cli {
    /// Reads the command line and the environment; leaves the program where help is asked for or the line is wrong.
    fn read() -> Self {
        let matches = Self::command().mut_subcommands(|verb| verb.mut_args(without_empty)).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// A variable that is empty is one that nobody has set, as in a file of Docker Compose.
fn without_empty(argument: Arg) -> Arg {
    let is_unset = argument.get_env().is_some_and(|name| !is_set(name));
    if is_unset { argument.env(Resettable::Reset) } else { argument }
}

fn is_set(name: impl AsRef<OsStr>) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::read();
    let chosen = is_set(EnvFilter::DEFAULT_ENV).then(EnvFilter::try_from_default_env).and_then(Result::ok);
    let filter = chosen.unwrap_or_else(|| EnvFilter::new("info"));
    // A log that goes to a file has no colours.
    let is_coloured = std::io::stderr().is_terminal() && !is_set("NO_COLOR");
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(is_coloured)
        .with_writer(std::io::stderr)
        .init();
    match run(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::CheckConfig(source) => {
            source.load()?;
            println!("the configuration is good");
            Ok(())
        }
        Command::CreateAdmin { source, email, name, password, if_missing } => {
            let password = password.context(
                "the password is missing; give it in PROVISIONER_ADMIN_PASSWORD, or with --password",
            )?;
            let place = source.place_of_database();
            match bootstrap_admin(&source.load()?, &runtime()?, &email, &name, &password).await {
                Ok(account) => println!("{} is an MSP Admin", account.email),
                Err(BootstrapError::EmailTaken) if if_missing => println!("{email} already has an account"),
                Err(error @ BootstrapError::Open(_)) => return Err(error).context(place),
                Err(error) => return Err(error.into()),
            }
            Ok(())
        }
        Command::Serve(source) => {
            let place = source.place_of_database();
            serve_until_interrupted(source.load()?, place).await
        }
    }
}

async fn serve_until_interrupted(config: Config, place_of_database: String) -> anyhow::Result<()> {
    let server = match serve(config, runtime()?).await {
        Ok(server) => server,
        Err(error @ StartError::Database(_)) => return Err(error).context(place_of_database),
        // What the system says is in the sentence already.
        Err(error) => anyhow::bail!("{error}"),
    };
    println!("listening on {}", server.base_url());
    interrupted().await?;
    server.stop().await;
    Ok(())
}

/// Ctrl-C, or what a service manager sends.
async fn interrupted() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

fn runtime() -> anyhow::Result<Runtime> {
    Ok(Runtime { clock: Arc::new(SystemClock), generator: Generator::from_os()? })
}
