//! The options that say how a provider is set up, for every command that starts one. A configuration file is read first;
//! options override it.

use std::net::ToSocketAddrs as _;
use std::path::PathBuf;

use mock_idp::{MockIdp, MockIdpBuilder};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Configuration file, TOML or YAML by its name; every option overrides it.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    config: Option<PathBuf>,
    /// Address to listen on; port 0 is any free one. [default of serve: 127.0.0.1:9400, of exec: 127.0.0.1:0]
    #[arg(long, value_name = "ADDRESS", env = "MOCK_IDP_LISTEN")]
    listen: Option<String>,
    /// Issuer, when it is not http://<listen>; on every address (0.0.0.0) it is where each request was sent to.
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

/// The client that the options about a client are about.
const CLIENT: &str = "kaseya-mdr";

impl Options {
    /// A provider that is set up and not started. It listens on `usual` unless it is told otherwise.
    pub(crate) fn builder(self, usual: &str) -> anyhow::Result<MockIdpBuilder> {
        let mut builder = MockIdp::builder().bind(usual).fixtures(load(self.fixtures)?);
        if let Some(file) = self.config {
            builder = builder.config_file(file)?;
        }
        if let Some(listen) = self.listen {
            builder = builder.bind(listen);
        }
        if !self.allow_other_machines {
            only_this_machine(builder.listens_on())?;
        }
        if let Some(issuer) = self.issuer {
            builder = builder.issuer(issuer);
        }
        if self.seed.is_some() {
            builder = builder.seed(self.seed);
        }
        if self.without_auth_time {
            builder = builder.without_auth_time();
        }
        for assignment in &self.claim {
            builder = builder
                .rename_claim(assignment)
                .map_err(|sentence| anyhow::anyhow!("--claim: {sentence}"))?;
        }
        let further = !self.client_redirect_uri.is_empty()
            || !self.client_post_logout_redirect_uri.is_empty()
            || self.client_backchannel_logout_uri.is_some();
        if !further {
            return Ok(builder);
        }
        let changed = builder.change_client(CLIENT, |client| {
            client.redirect_uris.extend(self.client_redirect_uri);
            client.post_logout_redirect_uris.extend(self.client_post_logout_redirect_uri);
            if self.client_backchannel_logout_uri.is_some() {
                client.backchannel_logout_uri = self.client_backchannel_logout_uri;
            }
        });
        changed.map_err(|_| anyhow::anyhow!("there is no client {CLIENT} to give further URIs to"))
    }
}

pub(crate) fn load(dir: Option<PathBuf>) -> anyhow::Result<fixtures::Fixtures> {
    Ok(match dir {
        Some(dir) => fixtures::load_dir(&dir)?,
        None => fixtures::embedded(),
    })
}

fn only_this_machine(listen: &str) -> anyhow::Result<()> {
    // What does not resolve is refused later, with its own sentence.
    let Ok(addresses) = listen.to_socket_addrs() else { return Ok(()) };
    for address in addresses {
        anyhow::ensure!(
            address.ip().is_loopback(),
            "listening on {listen} answers other machines, and this provider trusts everyone; \
             add --allow-other-machines if you mean it"
        );
    }
    Ok(())
}
