//! The reference system: our provisioner and the stand-in for KaseyaOne, both started for one scenario.
//!
//! They run in this process and speak real HTTP on loopback ports of their own. Everything that differs from
//! run to run is fixed: one clock, seeded generators, a database of their own.

use std::sync::{Arc, LazyLock};

use anyhow::{Context as _, Result, bail};
use mock_idp::{MockIdp, RealmHandle};
use provisioner::{
    Config, Generator, Runtime, Server,
    config::{Directory, KaseyaOne, Passwords, Userinfo},
};
use reqwest::{Client, redirect};
use serde_json::Value;
use url::Url;

use super::{
    clock::ScenarioClock,
    database::{Database, ScenarioDatabase},
    jar::Jar,
    tape::Tape,
};

pub mod errands;
mod prepared;
mod verbs;

/// Fixes every id, code and nonce of the provider.
const SEED_OF_THE_PROVIDER: u64 = 7;

/// Fixes those of the provisioner. With the same seed both would make the same secrets, and a transcript could not tell
/// whose is whose.
const SEED: u64 = 13;

/// What was made beforehand has ids of its own.
const SEED_BEFOREHAND: u64 = 11;

/// What a scenario can choose before the programs start.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// Whether the provisioner may ask KaseyaOne's directory.
    pub directory: bool,
    /// A client of the provider that the provisioner trusts beside itself.
    pub trusted_audience: Option<String>,
    /// Whether user information is read at every sign-in, not only when something is missing.
    pub always_userinfo: bool,
    /// Whether Mona has put automatic user creation into effect.
    pub in_effect: bool,
}

impl Default for Preparation {
    fn default() -> Self {
        Self { directory: true, trusted_audience: None, always_userinfo: false, in_effect: false }
    }
}

/// The provisioner of one scenario, with the database it runs on.
pub struct Reference {
    config: Config,
    runtime: Runtime,
    servers: Vec<Server>,
    database: ScenarioDatabase,
}

/// One HTTP client for all browsers. It keeps no connection: a port may be another scenario's a moment later.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .http1_only()
        .tls_certs_only([])
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client without TLS has nothing to fail on")
});

/// The HTTP client for browsers.
pub fn client() -> Client {
    CLIENT.clone()
}

/// Starts the stand-in for KaseyaOne on the scenario's clock.
pub async fn start_provider(clock: &ScenarioClock) -> Result<MockIdp> {
    let idp = MockIdp::builder()
        .seed(SEED_OF_THE_PROVIDER)
        .clock(Arc::new(clock.clone()))
        .on_current_runtime()
        .start()
        .await;
    idp.context("the stand-in for KaseyaOne does not start")
}

/// A tape that knows how long the provider's journal is.
pub fn tape(idp: &RealmHandle) -> Tape {
    let journal = idp.journal();
    Tape::new(move || journal.len() as u64)
}

impl Reference {
    /// Starts a provisioner on a prepared database; Mona is signed in with the cookies that come with it.
    pub async fn start(
        idp: &RealmHandle,
        clock: &ScenarioClock,
        database: &Database,
        with: &Preparation,
    ) -> Result<(Self, Jar)> {
        let prepared = prepared::database(database, with.in_effect).await?;
        let mut reference = Self::on(idp, clock, prepared.database, with, SEED)?;
        reference.start_server(idp).await?;
        let cookies = prepared.cookies.moved(&prepared.base, &reference.base(0));
        Ok((reference, cookies))
    }

    /// A product that no server runs yet.
    fn on(
        idp: &RealmHandle,
        clock: &ScenarioClock,
        database: ScenarioDatabase,
        with: &Preparation,
        seed: u64,
    ) -> Result<Self> {
        let config = config(idp, &database, with)?;
        let runtime = Runtime { clock: Arc::new(clock.clone()), generator: Generator::seeded(seed) };
        Ok(Self { config, runtime, servers: Vec::new(), database })
    }

    /// Starts one more server process on the same database.
    pub async fn start_server(&mut self, idp: &RealmHandle) -> Result<()> {
        let server =
            provisioner::serve(self.config.clone(), self.runtime.clone()).await.context("no provisioner")?;
        self.register(idp, server.base_url())?;
        self.servers.push(server);
        Ok(())
    }

    fn register(&self, idp: &RealmHandle, base: &Url) -> Result<()> {
        idp.clients().change(self.client_id(), |client| {
            client.redirect_uris.extend(base.join("/sso/callback").map(String::from));
            client.post_logout_redirect_uris.extend(base.join("/sign-in").map(String::from));
            client.initiate_login_uri = base.join("/sso/start").map(String::from).ok();
            client.backchannel_logout_uri = base.join("/sso/backchannel-logout").map(String::from).ok();
        })?;
        Ok(())
    }

    /// Stops the last server and starts it again where it was, with nothing in its memory.
    pub async fn restart(&mut self) -> Result<()> {
        let server = self.servers.pop().context("no server runs")?;
        let config = Config { listen: server.local_addr(), ..self.config.clone() };
        server.stop().await;
        self.servers.push(provisioner::serve(config, self.runtime.clone()).await.context("no provisioner")?);
        Ok(())
    }

    /// The contract of the MSP ends.
    pub async fn end_the_contract(&mut self) -> Result<()> {
        self.config.tenant_active = false;
        self.restart().await
    }

    /// Points the product to another provider.
    pub async fn point_to(&mut self, idp: &RealmHandle) -> Result<()> {
        idp.issuer().clone_into(&mut self.config.kaseyaone.issuer);
        self.register(idp, &self.base(0))?;
        self.restart().await
    }

    /// How many servers run.
    pub fn server_count(&self) -> usize {
        self.servers.len()
    }

    /// Makes an MSP Admin with a local password, as the command line does.
    pub async fn bootstrap_admin(&self, idp: &RealmHandle, key: &str) -> Result<()> {
        let person = idp.people().get(key).with_context(|| format!("nobody is called {key}"))?;
        let (Some(email), Some(password)) = (&person.email, &person.local_password) else {
            bail!("{key} has no local password in the fixtures");
        };
        provisioner::bootstrap_admin(
            &self.config,
            &self.runtime,
            email,
            &person.full_name(),
            &password.clone().into(),
        )
        .await?;
        Ok(())
    }

    /// The address of a server; the first is 0.
    pub fn base(&self, server: usize) -> Url {
        self.servers[server.min(self.servers.len() - 1)].base_url().clone()
    }

    /// The client that this product is registered as.
    pub fn client_id(&self) -> &str {
        &self.config.kaseyaone.client_id
    }

    /// The database, for staging a failure.
    pub fn database(&self) -> &ScenarioDatabase {
        &self.database
    }

    /// Every stored entity, for the transcript only.
    pub async fn census(&self) -> Result<Value> {
        Ok(serde_json::to_value(self.servers[0].census().await?)?)
    }

    /// Stops the servers and removes the database.
    pub async fn stop(self) -> Result<()> {
        self.leave().await.remove().await
    }

    /// Stops the servers and leaves the database.
    async fn leave(self) -> ScenarioDatabase {
        for server in self.servers {
            server.stop().await;
        }
        self.database
    }
}

/// The cheapest password hash there is: scenarios are about who may sign in, not about how hard it is to guess.
const CHEAP_PASSWORDS: Passwords = Passwords { memory_kib: 8, iterations: 1 };

fn config(idp: &RealmHandle, database: &ScenarioDatabase, with: &Preparation) -> Result<Config> {
    let client = idp.clients().get("kaseya-mdr").context("the product is not registered at the provider")?;
    let company = fixtures::embedded()
        .company("northwind")
        .cloned()
        .context("the fixtures have no company northwind")?;
    let mut kaseyaone = KaseyaOne::new(idp.issuer(), client.id);
    kaseyaone.client_secret = client.secret.map(Into::into);
    kaseyaone.module = Some("mdr".into());
    kaseyaone.trusted_audiences.extend(with.trusted_audience.clone());
    if with.always_userinfo {
        kaseyaone.userinfo = Userinfo::Always;
    }
    if with.directory {
        kaseyaone.directory =
            Some(Directory { url: idp.url("/scim/v2").parse()?, token: company.directory_token.into() });
    }
    Ok(Config {
        passwords: CHEAP_PASSWORDS,
        database_connections: 4,
        ..Config::new(database.url(), kaseyaone)
    })
}
