//! The command line of the provider: serve, list faults, show keys. It wires; it decides nothing.

use std::net::ToSocketAddrs as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mock_idp::{ClaimNames, MockIdp};

/// A fake KaseyaOne: an OpenID Provider for tests, strict by default, wrong on request.
#[derive(Parser)]
#[command(name = "mock-idp", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted.
    Serve(Serve),
    /// List every fault.
    Faults {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the public keys of the fixtures as a JSON Web Key Set.
    Keys {
        /// Folder with companies/, people/, clients/ and keys/; the built-in one by default.
        #[arg(long, value_name = "DIR")]
        fixtures: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct Serve {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:9400", env = "MOCK_IDP_LISTEN")]
    listen: String,
    /// Issuer, when it is not http://<listen>.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER")]
    issuer: Option<String>,
    /// Folder with companies/, people/, clients/ and keys/; the built-in one by default.
    #[arg(long, value_name = "DIR", env = "MOCK_IDP_FIXTURES")]
    fixtures: Option<PathBuf>,
    /// Fix every code, token and name that is made.
    #[arg(long)]
    seed: Option<u64>,
    /// A further redirect URI of the client kaseya-mdr; may be given several times.
    #[arg(long, value_name = "URI")]
    client_redirect_uri: Vec<String>,
    /// A further URI the client kaseya-mdr may return to after logout; may be given several times.
    #[arg(long, value_name = "URI")]
    client_post_logout_redirect_uri: Vec<String>,
    /// Where the client kaseya-mdr takes logout tokens, when it is not at its usual address.
    #[arg(long, value_name = "URI")]
    client_backchannel_logout_uri: Option<String>,
    /// Listen to other machines too. Everything here is public and everyone may control it.
    #[arg(long)]
    allow_other_machines: bool,
    /// Never send auth_time, as some providers do.
    #[arg(long)]
    without_auth_time: bool,
    /// Another name for one of KaseyaOne's claims: company_id, company_name, username, role or modules.
    #[arg(long, value_name = "NAME=CLAIM")]
    claim: Vec<String>,
}

/// Wrong usage or configuration: nothing was started.
const NOTHING_STARTED: u8 = 2;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "mock_idp=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let done = match Arguments::parse().command {
        Command::Serve(serve) => run(serve),
        Command::Faults { json } => faults(json),
        Command::Keys { fixtures } => keys(fixtures),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mock-idp: {error:#}");
            ExitCode::from(NOTHING_STARTED)
        }
    }
}

fn load(dir: Option<PathBuf>) -> anyhow::Result<fixtures::Fixtures> {
    Ok(match dir {
        Some(dir) => fixtures::load_dir(&dir)?,
        None => fixtures::embedded(),
    })
}

fn run(serve: Serve) -> anyhow::Result<()> {
    let mut fixtures = load(serve.fixtures)?;
    let further = !serve.client_redirect_uri.is_empty()
        || !serve.client_post_logout_redirect_uri.is_empty()
        || serve.client_backchannel_logout_uri.is_some();
    match fixtures.clients.iter_mut().find(|client| client.id == "kaseya-mdr") {
        Some(client) => {
            client.redirect_uris.extend(serve.client_redirect_uri);
            client.post_logout_redirect_uris.extend(serve.client_post_logout_redirect_uri);
            if serve.client_backchannel_logout_uri.is_some() {
                client.backchannel_logout_uri = serve.client_backchannel_logout_uri;
            }
        }
        None if further => anyhow::bail!("the fixtures have no client kaseya-mdr to give further URIs to"),
        None => {}
    }
    if !serve.allow_other_machines {
        only_this_machine(&serve.listen)?;
    }
    let mut names = ClaimNames::default();
    for assignment in &serve.claim {
        names.rename(assignment).map_err(|sentence| anyhow::anyhow!("--claim: {sentence}"))?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let builder =
            MockIdp::builder().bind(serve.listen).seed(serve.seed).fixtures(fixtures).claim_names(names);
        let builder = match serve.issuer {
            Some(issuer) => builder.issuer(issuer),
            None => builder,
        };
        let builder = if serve.without_auth_time { builder.without_auth_time() } else { builder };
        let idp = builder.on_current_runtime().start().await?;
        println!("mock-idp: issuer {} on {} (testing only; stop with Ctrl-C)", idp.issuer(), idp.address());
        tokio::signal::ctrl_c().await?;
        Ok(())
    })
}

fn only_this_machine(listen: &str) -> anyhow::Result<()> {
    // What does not resolve is refused later, with its own sentence.
    let Ok(addresses) = listen.to_socket_addrs() else { return Ok(()) };
    for address in addresses {
        anyhow::ensure!(
            address.ip().is_loopback(),
            "--listen {listen} answers other machines, and this provider trusts everyone; \
             add --allow-other-machines if you mean it"
        );
    }
    Ok(())
}

fn faults(json: bool) -> anyhow::Result<()> {
    let entries: Vec<_> = mock_idp::catalogue().collect();
    if json {
        println!("{}", serde_json::to_string_pretty(&entries)?);
        return Ok(());
    }
    for entry in entries {
        println!("{:<34} {:<14} {}", entry.id, entry.staged_by.as_str(), entry.sentence);
    }
    Ok(())
}

fn keys(dir: Option<PathBuf>) -> anyhow::Result<()> {
    let set = mock_idp::public_keys(&load(dir)?)?;
    println!("{}", serde_json::to_string_pretty(&set)?);
    Ok(())
}
