//! Configuration: read from one TOML file, checked whole before anything starts.
//!
//! Every mistake is one sentence that names file, line and remedy. Nothing here opens a socket or a database.

mod faults;
mod read;

use std::net::SocketAddr;
use std::path::Path;

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::domain::freshness::FreshnessPolicy;

pub(crate) use faults::is_secure;
pub use read::ConfigError;

/// Everything the service needs to know before it starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// The address browsers use; without it, `http://` and the address listened on.
    #[serde(default)]
    pub base_url: Option<Url>,
    /// `sqlite://path` or `postgres://…`.
    #[serde(default = "default_database_url")]
    pub database_url: String,
    /// Most connections to PostgreSQL at the same time.
    #[serde(default = "default_database_connections")]
    pub database_connections: u32,
    /// Whether this MSP is active; people of one that is not are refused.
    #[serde(default = "yes")]
    pub tenant_active: bool,
    /// Whom people are told to ask for access, as in "Ask …".
    #[serde(default)]
    pub contact: Option<String>,
    /// How KaseyaOne is reached and what it calls things.
    pub kaseyaone: KaseyaOne,
    /// Bounds of a sign-in.
    #[serde(default)]
    pub sign_in: SignIn,
    /// What hashing a local password costs.
    #[serde(default)]
    pub passwords: Passwords,
}

/// KaseyaOne as OpenID provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KaseyaOne {
    /// The issuer, compared exactly; `https`, or `http` on the loopback interface.
    pub issuer: String,
    /// The client id this service has there.
    pub client_id: String,
    /// The client secret; without one the client is public.
    #[serde(default)]
    pub client_secret: Option<SecretString>,
    /// How the client proves itself at the token endpoint.
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    /// Scopes asked for besides `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Signature algorithms that are taken, whatever KaseyaOne advertises.
    #[serde(default = "default_algorithms")]
    pub algorithms: Vec<Algorithm>,
    /// Audiences that may stand beside ours in an ID token.
    #[serde(default)]
    pub trusted_audiences: Vec<String>,
    /// Origins besides the issuer's that may serve its endpoints.
    #[serde(default)]
    pub allowed_origins: Vec<Url>,
    /// Whether KaseyaOne says `auth_time`, as `max_age` obliges it to; if not, no account is created
    /// automatically, because nobody can prove a fresh sign-in.
    #[serde(default = "yes")]
    pub sends_auth_time: bool,
    /// When the userinfo endpoint is asked.
    #[serde(default)]
    pub userinfo: Userinfo,
    /// The module a person must have been assigned; not checked without it.
    #[serde(default)]
    pub module: Option<String>,
    /// KaseyaOne roles that may bind this MSP to their company.
    #[serde(default = "default_binding_roles")]
    pub binding_roles: Vec<String>,
    /// What KaseyaOne calls its own claims.
    #[serde(default)]
    pub claims: Claims,
    /// A read-only SCIM 2.0 directory to look up whether a person exists.
    #[serde(default)]
    pub directory: Option<Directory>,
}

/// How the client proves itself (OpenID Connect Core, 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum ClientAuthentication {
    /// HTTP Basic.
    #[default]
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// Form parameters.
    #[serde(rename = "client_secret_post")]
    Post,
}

/// Signature algorithms with a public key. There is no `none` and no shared secret among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

/// When the userinfo endpoint is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Userinfo {
    /// When the ID token has no e-mail address or no name.
    #[default]
    WhenMissing,
    /// At every sign-in.
    Always,
    /// Never.
    Never,
}

/// Names of claims.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Claims {
    /// The immutable id of the company.
    pub company_id: String,
    /// Its name.
    pub company_name: String,
    /// The user name.
    pub username: String,
    /// The role.
    pub role: String,
    /// The modules assigned to the person.
    pub modules: String,
}

/// A SCIM 2.0 directory (RFC 7644).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// The base URL, up to and including `/scim/v2`.
    pub url: Url,
    /// The bearer token.
    pub token: SecretString,
}

/// Bounds of a sign-in.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// How long a person may take in KaseyaOne.
    pub request_lifetime: SignedDuration,
    /// How old a KaseyaOne session may be that signs an existing account in.
    pub max_age: SignedDuration,
    /// How old a KaseyaOne session may be that creates an account; zero asks for a fresh sign-in.
    pub accept_sessions_up_to: SignedDuration,
    /// How far the clocks of KaseyaOne and this service may be apart.
    pub leeway: SignedDuration,
    /// How long a session of this service lasts.
    pub session_lifetime: SignedDuration,
}

impl SignIn {
    /// The bounds an authentication in KaseyaOne is held against.
    pub(crate) fn freshness_policy(&self) -> FreshnessPolicy {
        let Self { leeway, max_age, accept_sessions_up_to, .. } = *self;
        FreshnessPolicy { leeway, max_age, accept_sessions_up_to }
    }
}

/// The cost of argon2id (RFC 9106, 4). Stored hashes keep the cost they were made with.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Passwords {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2 }
    }
}

impl Default for Claims {
    fn default() -> Self {
        Self {
            company_id: "company_id".to_owned(),
            company_name: "company_name".to_owned(),
            username: "preferred_username".to_owned(),
            role: "role".to_owned(),
            modules: "modules".to_owned(),
        }
    }
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            request_lifetime: SignedDuration::from_mins(10),
            max_age: SignedDuration::from_hours(12),
            accept_sessions_up_to: SignedDuration::ZERO,
            leeway: SignedDuration::from_secs(60),
            session_lifetime: SignedDuration::from_hours(12),
        }
    }
}

impl KaseyaOne {
    /// KaseyaOne with everything at its default, for configurations made in code.
    pub fn new(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            client_id: client_id.into(),
            client_secret: None,
            client_authentication: ClientAuthentication::default(),
            scopes: default_scopes(),
            algorithms: default_algorithms(),
            trusted_audiences: Vec::new(),
            allowed_origins: Vec::new(),
            sends_auth_time: true,
            userinfo: Userinfo::default(),
            module: None,
            binding_roles: default_binding_roles(),
            claims: Claims::default(),
            directory: None,
        }
    }
}

impl Config {
    /// A configuration made in code: a free port of the loopback interface, everything else at its default.
    pub fn new(database_url: impl Into<String>, kaseyaone: KaseyaOne) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            base_url: None,
            database_url: database_url.into(),
            database_connections: default_database_connections(),
            tenant_active: true,
            contact: None,
            kaseyaone,
            sign_in: SignIn::default(),
            passwords: Passwords::default(),
        }
    }

    /// Reads and checks a file.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        read::from_file(path)
    }

    /// Where in a file a key is given, for a message about its value.
    pub fn place_of(path: &Path, key: &str) -> String {
        read::place_of(path, key)
    }

    /// Checks what no single value can show by itself; a configuration made in code is checked at start.
    pub fn check(&self) -> Result<(), ConfigError> {
        read::check(self)
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8400))
}

fn default_database_url() -> String {
    "sqlite://provisioner.db".to_owned()
}

fn default_database_connections() -> u32 {
    10
}

fn yes() -> bool {
    true
}

fn default_scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

fn default_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::Rs256]
}

fn default_binding_roles() -> Vec<String> {
    ["Master", "Root Master", "Admin", "Root Admin"].map(str::to_owned).to_vec()
}
