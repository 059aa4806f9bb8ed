//! One provider, one service, one database: the stage of a test, and the people on it.

use std::sync::Arc;

use jiff::Timestamp;
use mock_idp::MockIdp;
use provisioner::config::{KaseyaOne, Passwords};
use provisioner::{Clock, Config, Generator, Runtime, Server};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, Shown};

/// The password of the first MSP Admin.
const MONA: (&str, &str) = ("mona@northwind.example", "local-mona-password");
/// Password of the user without access.
const PLAIN: (&str, &str) = ("plain@northwind.example", "local-plain-password");

pub(crate) struct Stage {
    pub(crate) idp: MockIdp,
    pub(crate) server: Server,
    config: Config,
    folder: TempDir,
}

/// Time stands still, so that nothing expires while a test is slow.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl mock_idp::Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn still() -> Arc<Still> {
    Arc::new(Still("2026-11-23T09:00:00Z".parse().unwrap()))
}

impl Stage {
    pub(crate) async fn start() -> Self {
        let idp = MockIdp::builder().seed(7).clock(still()).start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let client = idp.clients().get("kaseya-mdr").unwrap();
        let mut kaseyaone = KaseyaOne::new(idp.issuer(), client.id);
        kaseyaone.client_secret = client.secret.map(Into::into);
        let database = format!("sqlite://{}/test.db", folder.path().display());
        let config = Config {
            passwords: Passwords { memory_kib: 8, iterations: 1 },
            ..Config::new(database, kaseyaone)
        };
        let runtime = Runtime { clock: still(), generator: Generator::seeded(7) };
        let (email, password) = MONA;
        provisioner::bootstrap_admin(&config, &runtime, email, "Mona Okafor", &password.into())
            .await
            .unwrap();
        let server = provisioner::serve(config.clone(), runtime).await.unwrap();
        let base = server.base_url().clone();
        idp.clients()
            .change("kaseya-mdr", |client| {
                client.redirect_uris.push(base.join("/sso/callback").unwrap().to_string());
                client.post_logout_redirect_uris.push(base.join("/sign-in").unwrap().to_string());
                client.initiate_login_uri = Some(base.join("/sso/start").unwrap().to_string());
            })
            .unwrap();
        Self { idp, server, config, folder }
    }

    /// A stage on which logging in with KaseyaOne and automatic user creation are on.
    pub(crate) async fn open_to_everybody() -> Self {
        let stage = Self::start().await;
        let mut admin = stage.admin().await;
        stage.allow(&mut admin).await;
        stage.toggle(&mut admin, "create").await;
        stage
    }

    /// KaseyaOne goes away, and the service starts again without having seen it.
    pub(crate) async fn restart_without_kaseyaone(self) -> (Server, TempDir) {
        let Self { idp, server, config, folder } = self;
        server.stop().await;
        drop(idp);
        let runtime = Runtime { clock: still(), generator: Generator::seeded(8) };
        (provisioner::serve(config, runtime).await.unwrap(), folder)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.server.base_url().join(path).unwrap().to_string()
    }

    /// The browser of the first MSP Admin, signed in locally.
    pub(crate) async fn admin(&self) -> Browser {
        self.signed_in_locally(MONA).await
    }

    /// The browser of a user who has a password and no access.
    pub(crate) async fn user_without_access(&self) -> Browser {
        let mut admin = self.admin().await;
        let new = json!({ "email": PLAIN.0, "name": "Plain", "password": PLAIN.1 });
        admin.json(Method::POST, &self.url("/api/v1/users"), Some(&new)).await;
        self.signed_in_locally(PLAIN).await
    }

    async fn signed_in_locally(&self, (email, password): (&str, &str)) -> Browser {
        let mut browser = Browser::new();
        let page = browser.open(self.url("/sign-in")).await;
        let fields = [("email", email), ("password", password)];
        let home = browser.submit(&page, "form[action='/sign-in'][method=post]", &fields).await;
        assert!(["home", "no-access"].contains(&home.name().as_str()), "{}", home.body);
        browser
    }

    /// Turns Allow on: authentication in KaseyaOne as Mona, then the company confirmed.
    pub(crate) async fn allow(&self, admin: &mut Browser) -> Shown {
        let company = self.authenticate_for_allow(admin, "mona").await;
        assert_eq!(company.name(), "single-sign-on-confirm", "{}", company.body);
        admin.submit(&company, "form[action$=confirm]", &[("decision", "confirm")]).await
    }

    pub(crate) async fn authenticate_for_allow(&self, admin: &mut Browser, person: &str) -> Shown {
        let login = self.toggle(admin, "allow").await;
        choose(admin, &login, person).await
    }

    /// Presses a toggle on Settings > Users.
    pub(crate) async fn toggle(&self, admin: &mut Browser, key: &str) -> Shown {
        let users = admin.open(self.url("/settings/users")).await;
        admin.submit(&users, &format!("#toggle-{key}"), &[]).await
    }

    /// Signs somebody in from the sign-in page through KaseyaOne.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, person: &str) -> Shown {
        let page = browser.open(self.url("/sign-in")).await;
        let login = browser.click(&page, "a[href^='/sso/start']").await;
        if login.name().starts_with("kaseyaone") { choose(browser, &login, person).await } else { login }
    }

    /// Mona comes from KaseyaOne, is refused and signs in with her password: what she is asked then.
    pub(crate) async fn ask_about_link(&self, mona: &mut Browser) -> Shown {
        let page = self.sign_in(mona, "mona").await;
        assert_eq!((page.status.as_u16(), page.name().as_str()), (403, "refused"));
        assert!(page.text("main").contains("Log in with your Kaseya MDR password"), "{}", page.text("main"));
        let page = mona.open(self.url("/sign-in")).await;
        let fields = [("email", MONA.0), ("password", MONA.1)];
        let asked = mona.submit(&page, "form[action='/sign-in'][method=post]", &fields).await;
        assert_eq!(asked.name(), "kaseyaone-link-confirm", "{}", asked.body);
        asked
    }

    /// What the API says to a browser.
    pub(crate) async fn read(&self, browser: &mut Browser, path: &str) -> Value {
        browser.json(Method::GET, &self.url(path), None).await.json()
    }
}

/// Chooses a person on KaseyaOne's page of one-click people.
async fn choose(browser: &mut Browser, login: &Shown, person: &str) -> Shown {
    let people = browser.click(login, "a[href*='/account/people']").await;
    assert_eq!(people.name(), "kaseyaone-people", "{}", people.body);
    browser.submit(&people, "form[method=post]", &[("person", person)]).await
}
