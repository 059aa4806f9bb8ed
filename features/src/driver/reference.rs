//! The reference system: our provisioner and the stand-in for KaseyaOne, both started for one scenario.
//!
//! They run in this process and speak real HTTP on loopback ports of their own. Everything that differs from
//! run to run is fixed: one clock, seeded generators, a database of their own.

use std::sync::{Arc, LazyLock};

use anyhow::{Context as _, Result, bail};
use mock_idp::MockIdp;
use provisioner::{
    Config, Generator, Runtime, Server,
    config::{Directory, KaseyaOne, Passwords, Userinfo},
};
use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};
use url::Url;

use super::{
    Act, Place, Reading, Refusal, SignedIn, SystemUnderTest, Toggle, Turn,
    browser::{Browser, Tape},
    clock::ScenarioClock,
    database::{Database, ScenarioDatabase},
};

/// Items on one page of a listing of the API.
const PAGE_SIZE: usize = 50;

/// Fixes every id, code and nonce of both programs.
const SEED: u64 = 7;

/// What a scenario can choose before the programs start.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// Whether the provisioner may ask KaseyaOne's directory.
    pub directory: bool,
    /// A client of the provider that the provisioner trusts beside itself.
    pub trusted_audience: Option<String>,
    /// Whether user information is read at every sign-in, not only when something is missing.
    pub always_userinfo: bool,
}

impl Default for Preparation {
    fn default() -> Self {
        Self { directory: true, trusted_audience: None, always_userinfo: false }
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
    let idp = MockIdp::builder().seed(SEED).clock(Arc::new(clock.clone())).on_current_runtime().start().await;
    idp.context("the stand-in for KaseyaOne does not start")
}

/// A tape that knows how long the provider's journal is.
pub fn tape(idp: &MockIdp) -> Tape {
    let journal = idp.journal();
    Tape::new(move || journal.len() as u64)
}

impl Reference {
    /// Starts a provisioner on an empty database, with Mona as its first MSP Admin.
    pub async fn start(
        idp: &MockIdp,
        clock: &ScenarioClock,
        database: &Database,
        with: &Preparation,
    ) -> Result<Self> {
        let database = ScenarioDatabase::create(database).await?;
        let config = config(idp, &database, with)?;
        let runtime = Runtime { clock: Arc::new(clock.clone()), generator: Generator::seeded(SEED) };
        let mut reference = Self { config, runtime, servers: Vec::new(), database };
        reference.bootstrap_admin(idp, "mona").await?;
        reference.start_server(idp).await?;
        Ok(reference)
    }

    /// Starts one more server process on the same database.
    pub async fn start_server(&mut self, idp: &MockIdp) -> Result<()> {
        let server =
            provisioner::serve(self.config.clone(), self.runtime.clone()).await.context("no provisioner")?;
        self.register(idp, server.base_url())?;
        self.servers.push(server);
        Ok(())
    }

    fn register(&self, idp: &MockIdp, base: &Url) -> Result<()> {
        idp.clients().change(self.client_id(), |client| {
            client.redirect_uris.extend(base.join("/sso/callback").map(String::from));
            client.post_logout_redirect_uris.extend(base.join("/sign-in").map(String::from));
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
    pub async fn point_to(&mut self, idp: &MockIdp) -> Result<()> {
        idp.issuer().clone_into(&mut self.config.kaseyaone.issuer);
        self.register(idp, &self.base(0))?;
        self.restart().await
    }

    /// How many servers run.
    pub fn server_count(&self) -> usize {
        self.servers.len()
    }

    /// Makes an MSP Admin with a local password, as the command line does.
    pub async fn bootstrap_admin(&self, idp: &MockIdp, key: &str) -> Result<()> {
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
        for server in self.servers {
            server.stop().await;
        }
        self.database.remove().await
    }

    /// The server that a browser talks to: the one its page came from, else the first.
    fn home(&self, browser: &Browser) -> Url {
        let at = browser.page().ok().map(|page| page.url.origin());
        let bases = self.servers.iter().map(Server::base_url);
        bases
            .clone()
            .find(|base| Some(base.origin()) == at)
            .or_else(|| bases.clone().next())
            .cloned()
            .unwrap_or_else(|| self.base(0))
    }

    fn at(&self, browser: &Browser, path: &str) -> Result<Url> {
        Ok(self.home(browser).join(path)?)
    }

    async fn call(
        &self,
        browser: &mut Browser,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Result<Value, Refusal>> {
        let url = self.at(browser, path)?;
        let reads = method == Method::GET;
        let (status, answer) = if reads {
            browser.read_json(url).await?
        } else {
            browser.send_json(method, url, body.as_ref()).await?
        };
        if status < 400 {
            return Ok(Ok(answer));
        }
        let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if status >= 500 {
            bail!("the service broke at {path}: {status} {answer}");
        }
        Ok(Err(Refusal { code: text("code"), sentence: text("detail") }))
    }
}

impl SystemUnderTest for Reference {
    fn start_login<'a>(&'a self, browser: &'a mut Browser, hint: Option<&'a str>) -> Turn<'a, ()> {
        Box::pin(async move {
            self.open(browser, Place::SignIn).await?;
            if let Some(hint) = hint {
                let page = browser.page()?;
                let Some(form) = page.form_with_field("KaseyaOne user name") else {
                    bail!("expected a field \"KaseyaOne user name\", but the page shows: {}", page.text());
                };
                browser.submit(&form.fill("KaseyaOne user name", hint), "Use this name").await?;
            }
            browser.follow("Log in with KaseyaOne").await?;
            Ok(())
        })
    }

    fn who_am_i<'a>(&'a self, browser: &'a mut Browser) -> Turn<'a, Option<SignedIn>> {
        Box::pin(async move {
            let session = self.call(browser, Method::GET, "/api/v1/session", None).await?;
            let text = |value: &Value, key: &str| {
                value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            Ok(session
                .ok()
                .map(|it| SignedIn { account: text(&it["user"], "id"), email: text(&it["user"], "email") }))
        })
    }

    fn logout<'a>(&'a self, browser: &'a mut Browser, of_the_provider_too: bool) -> Turn<'a, ()> {
        Box::pin(async move {
            browser.open(self.at(browser, "/")?).await?;
            let button = if of_the_provider_too { "Sign out of KaseyaOne too" } else { "Sign out" };
            browser.press(button).await?;
            Ok(())
        })
    }

    fn sign_in_locally<'a>(
        &'a self,
        browser: &'a mut Browser,
        email: &'a str,
        password: &'a str,
    ) -> Turn<'a, ()> {
        Box::pin(async move {
            self.open(browser, Place::SignIn).await?;
            let page = browser.page()?;
            let Some(form) = page.form_with_field("Password") else {
                bail!("expected the form for a local sign-in, but the page shows: {}", page.text());
            };
            browser.submit(&form.fill("E-mail address", email).fill("Password", password), "Sign in").await?;
            Ok(())
        })
    }

    fn open<'a>(&'a self, browser: &'a mut Browser, place: Place) -> Turn<'a, ()> {
        Box::pin(async move {
            let path = match place {
                Place::SignIn => "/sign-in".to_owned(),
                Place::Users { view, search } if search.is_empty() => format!("/settings/users?view={view}"),
                Place::Users { view, search } => format!("/settings/users?view={view}&q={search}"),
                Place::Organization(id) => format!("/organizations/{id}"),
                Place::SignInRecord(reference) => format!("/settings/users/sign-ins/{reference}"),
                Place::Bookmark => "/sso/start".to_owned(),
                Place::MadeUpReturn => "/sso/callback?code=made-up&state=made-up".to_owned(),
            };
            browser.open(self.at(browser, &path)?).await?;
            Ok(())
        })
    }

    fn read<'a>(&'a self, browser: &'a mut Browser, what: Reading) -> Turn<'a, Value> {
        Box::pin(async move {
            let path = match what {
                Reading::Users => "/api/v1/users",
                Reading::SingleSignOn => "/api/v1/single-sign-on",
                Reading::SignIns => "/api/v1/sign-ins",
                Reading::Audit => "/api/v1/audit",
                Reading::Organizations => "/api/v1/organizations",
                Reading::Groups => "/api/v1/groups",
                Reading::SecurityOperations => "/api/v1/soc/report",
            };
            let mut items = Vec::new();
            for page in 1.. {
                let asked = if page == 1 { path.to_owned() } else { format!("{path}?page={page}") };
                let answer = match self.call(browser, Method::GET, &asked, None).await? {
                    Ok(answer) => answer,
                    Err(refusal) => bail!(
                        "{} may not read {what:?}: {} ({})",
                        browser.name(),
                        refusal.sentence,
                        refusal.code
                    ),
                };
                let Some(listed) = answer
                    .as_object()
                    .and_then(|it| it.values().find_map(Value::as_array))
                    .filter(|_| what.is_paged())
                else {
                    return Ok(answer);
                };
                items.extend(listed.iter().cloned());
                if listed.len() < PAGE_SIZE {
                    break;
                }
            }
            Ok(Value::Array(items))
        })
    }

    fn act<'a>(&'a self, browser: &'a mut Browser, act: Act) -> Turn<'a, Result<Value, Refusal>> {
        Box::pin(async move {
            let (method, path, body) = request(act);
            self.call(browser, method, &path, body).await
        })
    }

    fn toggle<'a>(&'a self, browser: &'a mut Browser, toggle: Toggle, on: bool) -> Turn<'a, ()> {
        Box::pin(async move {
            self.open(browser, Place::Users { view: "all", search: String::new() }).await?;
            let page = browser.page()?;
            let Some(form) = page.form_with_button(toggle.label()) else {
                bail!("expected the toggle {:?}, but the page shows: {}", toggle.label(), page.text());
            };
            let state = form.buttons.first().and_then(|button| button.checked);
            if state == Some(on) {
                bail!(
                    "expected {:?} to be {} before it is pressed, but it is not",
                    toggle.label(),
                    if on { "off" } else { "on" }
                );
            }
            browser.submit(&form, toggle.label()).await?;
            Ok(())
        })
    }
}

fn request(act: Act) -> (Method, String, Option<Value>) {
    match act {
        Act::AddUser { name, email } => {
            (Method::POST, "/api/v1/users".into(), Some(json!({ "name": name, "email": email })))
        }
        Act::Account { id, verb } => (Method::POST, format!("/api/v1/users/{id}/{verb}"), None),
        Act::MspAdmin { id, admin } => {
            (Method::PUT, format!("/api/v1/users/{id}/msp-admin"), Some(json!({ "msp_admin": admin })))
        }
        Act::Assign { id, what, assigned } => {
            (Method::PUT, format!("/api/v1/users/{id}/{}", what.key()), Some(json!({ "assigned": assigned })))
        }
        Act::Set { toggle, on } => {
            (Method::PATCH, "/api/v1/single-sign-on".into(), Some(json!({ toggle.key(): on })))
        }
        Act::Exceptions(ids) => {
            (Method::PUT, "/api/v1/single-sign-on/exceptions".into(), Some(json!({ "account_ids": ids })))
        }
        Act::AddOrganization(name) => {
            (Method::POST, "/api/v1/organizations".into(), Some(json!({ "name": name })))
        }
        Act::AddGroup(name) => (Method::POST, "/api/v1/groups".into(), Some(json!({ "name": name }))),
    }
}

/// The cheapest password hash there is: scenarios are about who may sign in, not about how hard it is to guess.
const CHEAP_PASSWORDS: Passwords = Passwords { memory_kib: 8, iterations: 1 };

fn config(idp: &MockIdp, database: &ScenarioDatabase, with: &Preparation) -> Result<Config> {
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
