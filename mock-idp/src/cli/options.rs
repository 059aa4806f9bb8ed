//! The options that say how a provider is set up, for every command that starts one. A configuration file is read first;
//! options override it.

use std::net::ToSocketAddrs as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Context as _;
use mock_idp::{MockIdp, MockIdpBuilder};

use crate::cli::values::{Switch, whole};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Configuration file, TOML or YAML by its name; every option overrides it.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    config: Option<PathBuf>,
    /// Folder with companies/, people/, clients/ and keys/; the built-in one by default.
    #[arg(long, value_name = "DIR", env = "MOCK_IDP_FIXTURES")]
    fixtures: Option<PathBuf>,
    /// Fix every code, token and name that is made.
    #[arg(long, env = "MOCK_IDP_SEED", value_parser = whole(0..=u64::MAX))]
    seed: Option<u64>,
    #[command(flatten, next_help_heading = "Addresses")]
    addresses: Addresses,
    #[command(flatten, next_help_heading = "Control")]
    control: Control,
    #[command(flatten, next_help_heading = "TLS")]
    https: Https,
    #[command(flatten, next_help_heading = "Who signs in, and where")]
    taken: Taken,
    #[command(flatten, next_help_heading = "Tokens")]
    tokens: Tokens,
    #[command(flatten, next_help_heading = "The client kaseya-mdr")]
    client_uris: ClientUris,
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
        if self.seed.is_some() {
            builder = builder.seed(self.seed);
        }
        let allows_others = self.addresses.allow_other_machines;
        let builder = self.addresses.onto(builder)?;
        let builder = self.control.onto(builder)?;
        if !allows_others {
            builder.listens_on().try_for_each(only_this_machine)?;
        }
        let builder = self.https.onto(builder)?;
        let builder = self.tokens.onto(self.taken.onto(builder))?;
        self.client_uris.onto(builder)
    }
}

/// Where it listens, and what it is called there.
#[derive(clap::Args)]
struct Addresses {
    /// Address to listen on; port 0 is any free one. [default of serve: 127.0.0.1:9400, of others: 127.0.0.1:0]
    #[arg(long, value_name = "ADDRESS", env = "MOCK_IDP_LISTEN")]
    listen: Option<String>,
    /// Listen to other machines too. Everything here is public; control takes a key there.
    #[arg(long, env = "MOCK_IDP_ALLOW_OTHER_MACHINES", value_parser = Switch)]
    allow_other_machines: bool,
    /// Issuer, when it is not http://<listen>; on every address (0.0.0.0) it is where each request was sent to.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER")]
    issuer: Option<String>,
    /// Take the issuer from each request: from X-Forwarded-Proto, -Host, -Port and -Prefix, or from Host.
    #[arg(long, conflicts_with = "issuer")]
    derived_issuer: bool,
    /// End issuers with a slash, as some providers do.
    #[arg(long)]
    trailing_slash: bool,
    /// What servers call the provider, when that is not what browsers call it.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_BACK_CHANNEL")]
    back_channel: Option<String>,
    /// Endpoints and issuer like those of another product: auth0, entra, google, keycloak, navikt or okta.
    #[arg(long, value_name = "PRODUCT", env = "MOCK_IDP_LAYOUT")]
    layout: Option<String>,
    /// Put an endpoint elsewhere, as in token=/oauth/token; may be given several times.
    #[arg(long, value_name = "ENDPOINT=PATH")]
    endpoint: Vec<String>,
}

impl Addresses {
    fn onto(self, mut builder: MockIdpBuilder) -> anyhow::Result<MockIdpBuilder> {
        if let Some(listen) = self.listen {
            builder = builder.bind(listen);
        }
        if let Some(issuer) = self.issuer {
            builder = builder.issuer(issuer);
        }
        if self.derived_issuer {
            builder = builder.derived_issuer();
        }
        if self.trailing_slash {
            builder = builder.trailing_slash();
        }
        if let Some(address) = self.back_channel {
            builder = builder.back_channel(address);
        }
        if let Some(layout) = self.layout {
            builder = builder.layout(layout.parse().map_err(|error| anyhow::anyhow!("--layout: {error}"))?);
        }
        for assignment in &self.endpoint {
            let (endpoint, path) = assignment.split_once('=').with_context(|| {
                format!("--endpoint: {assignment:?} has no path; write it as in token=/oauth/token")
            })?;
            let endpoint = endpoint.parse().map_err(|error| anyhow::anyhow!("--endpoint: {error}"))?;
            builder = builder.endpoint(endpoint, path);
        }
        Ok(builder)
    }
}

/// Where it is controlled, and by whom.
#[derive(clap::Args)]
struct Control {
    /// Serve the control API at an address of its own.
    #[arg(long, value_name = "ADDRESS", env = "MOCK_IDP_CONTROL_LISTEN")]
    control_listen: Option<String>,
    /// What whoever controls the provider has to show; made and printed when other machines reach it.
    #[arg(long, value_name = "KEY", env = "MOCK_IDP_CONTROL_KEY", hide_env_values = true)]
    control_key: Option<String>,
}

impl Control {
    fn onto(self, mut builder: MockIdpBuilder) -> anyhow::Result<MockIdpBuilder> {
        if let Some(address) = self.control_listen {
            builder = builder.control_bind(address);
        }
        let Some(key) = self.control_key else { return Ok(builder) };
        let sentence = "--control-key is empty; give a key, or leave it out to have one made";
        anyhow::ensure!(!key.is_empty(), sentence);
        Ok(builder.control_key(key))
    }
}

/// Its certificate.
#[derive(clap::Args)]
struct Https {
    /// Serve by TLS, with a certificate of an authority that is made at start: /_control/tls/authority.pem.
    #[arg(long, env = "MOCK_IDP_TLS", value_parser = Switch)]
    tls: bool,
    /// A further name for that certificate; may be given several times.
    #[arg(long, value_name = "NAME", requires = "tls")]
    tls_name: Vec<String>,
    /// Serve by TLS, with this certificate chain (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls")]
    tls_certificate: Option<PathBuf>,
    /// The private key of that certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

impl Https {
    fn onto(self, mut builder: MockIdpBuilder) -> anyhow::Result<MockIdpBuilder> {
        if self.tls {
            builder = builder.tls(self.tls_name);
        }
        if let (Some(certificate), Some(key)) = (&self.tls_certificate, &self.tls_key) {
            builder = builder.tls_files(certificate, key)?;
        }
        Ok(builder)
    }
}

/// Who is taken, beside those who are written down.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
struct Taken {
    /// Sign in whoever login_hint names without showing a page, for tests without a browser.
    #[arg(long, env = "MOCK_IDP_HEADLESS", value_parser = Switch)]
    headless: bool,
    /// The same, and sign in this person where nobody is hinted at (key, user name, e-mail address or subject).
    #[arg(long, value_name = "PERSON", env = "MOCK_IDP_HEADLESS_AS")]
    headless_as: Option<String>,
    /// Take people whom nobody wrote down, with the claims that they say they have.
    #[arg(long, env = "MOCK_IDP_ANY_PERSON", value_parser = Switch)]
    any_person: bool,
    /// Take clients that nobody registered, with whatever secret and redirect URI they send.
    #[arg(long, env = "MOCK_IDP_ANY_CLIENT", value_parser = Switch)]
    any_client: bool,
    /// Let clients register themselves (RFC 7591). Addresses that they register are fetched.
    #[arg(long)]
    registration: bool,
}

impl Taken {
    fn onto(self, mut builder: MockIdpBuilder) -> MockIdpBuilder {
        if self.headless {
            builder = builder.headless();
        }
        if let Some(person) = self.headless_as {
            builder = builder.headless_as(person);
        }
        if self.any_person {
            builder = builder.any_person();
        }
        if self.any_client {
            builder = builder.any_client();
        }
        if self.registration {
            builder = builder.with_registration();
        }
        builder
    }
}

/// What tokens say.
#[derive(clap::Args)]
struct Tokens {
    /// Never send auth_time, as some providers do.
    #[arg(long)]
    without_auth_time: bool,
    /// Say nothing about company, role and modules of a person: claims that only KaseyaOne has.
    #[arg(long, env = "MOCK_IDP_WITHOUT_KASEYA_CLAIMS", value_parser = Switch)]
    without_kaseya_claims: bool,
    /// Another name for one of KaseyaOne's claims: company_id, company_name, username, role or modules.
    #[arg(long, value_name = "NAME=CLAIM")]
    claim: Vec<String>,
}

impl Tokens {
    fn onto(self, mut builder: MockIdpBuilder) -> anyhow::Result<MockIdpBuilder> {
        if self.without_auth_time {
            builder = builder.without_auth_time();
        }
        if self.without_kaseya_claims {
            builder = builder.without_kaseya_claims();
        }
        for assignment in &self.claim {
            builder = builder
                .rename_claim(assignment)
                .map_err(|sentence| anyhow::anyhow!("--claim: {sentence}"))?;
        }
        Ok(builder)
    }
}

/// Further URIs of the main client.
#[derive(clap::Args)]
struct ClientUris {
    /// A further redirect URI of the client kaseya-mdr; may be given several times, and several with blanks between.
    #[arg(
        long = "client-redirect-uri",
        value_name = "URI",
        env = "MOCK_IDP_CLIENT_REDIRECT_URI",
        value_delimiter = ' '
    )]
    redirect: Vec<String>,
    /// A further URI the client kaseya-mdr may return to after logout; may be given several times.
    #[arg(
        long = "client-post-logout-redirect-uri",
        value_name = "URI",
        env = "MOCK_IDP_CLIENT_POST_LOGOUT_REDIRECT_URI",
        value_delimiter = ' '
    )]
    post_logout: Vec<String>,
    /// Where the client kaseya-mdr takes logout tokens, when it is not at its usual address.
    #[arg(
        long = "client-backchannel-logout-uri",
        value_name = "URI",
        env = "MOCK_IDP_CLIENT_BACKCHANNEL_LOGOUT_URI"
    )]
    backchannel_logout: Option<String>,
    /// Where the client kaseya-mdr takes a launch from the portal, when it is not at its usual address.
    #[arg(
        long = "client-initiate-login-uri",
        value_name = "URI",
        env = "MOCK_IDP_CLIENT_INITIATE_LOGIN_URI"
    )]
    initiate_login: Option<String>,
}

impl ClientUris {
    fn onto(self, builder: MockIdpBuilder) -> anyhow::Result<MockIdpBuilder> {
        let further = !self.redirect.is_empty()
            || !self.post_logout.is_empty()
            || self.backchannel_logout.is_some()
            || self.initiate_login.is_some();
        if !further {
            return Ok(builder);
        }
        let changed = builder.change_client(CLIENT, |client| {
            add(&mut client.redirect_uris, self.redirect);
            add(&mut client.post_logout_redirect_uris, self.post_logout);
            if self.backchannel_logout.is_some() {
                client.backchannel_logout_uri = self.backchannel_logout;
            }
            if self.initiate_login.is_some() {
                client.initiate_login_uri = self.initiate_login;
            }
        });
        let changed =
            changed.map_err(|_| anyhow::anyhow!("there is no client {CLIENT} to give further URIs to"))?;
        let checked = changed.client(CLIENT).map_or(Ok(()), fixtures::check_client);
        checked.map_err(|wrong| anyhow::anyhow!("{}: {wrong}", option_of(wrong.field)))?;
        Ok(changed)
    }
}

/// Adds addresses that are not there yet.
fn add(addresses: &mut Vec<String>, more: Vec<String>) {
    for uri in more {
        if !addresses.contains(&uri) {
            addresses.push(uri);
        }
    }
}

/// The option that says this member of the client. A client that was right without it is wrong by its redirect URIs.
fn option_of(member: &str) -> &'static str {
    match member {
        "post_logout_redirect_uris" => "--client-post-logout-redirect-uri",
        "backchannel_logout_uri" => "--client-backchannel-logout-uri",
        "initiate_login_uri" => "--client-initiate-login-uri",
        _ => "--client-redirect-uri",
    }
}

/// A thread for each processor.
pub(crate) fn every_processor() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
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
            "listening on {listen} answers other machines, and everything here is public; \
             add --allow-other-machines if you mean it"
        );
    }
    Ok(())
}
