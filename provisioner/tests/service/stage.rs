//! A stage for tests: a provider that stands in for KaseyaOne, the service, one clock for both, and browsers.
//!
//! Browsers here call the use cases, not the pages; what they do at the provider is real HTTP.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use mock_idp::MockIdp;
use provisioner::config::{Directory, KaseyaOne, Passwords};
use provisioner::domain::settings::Change;
use provisioner::usecase::{
    Actor, BeginSignIn, BeginSignInError, Begun, BrowserToken, CompleteSignIn, CompleteSignInError,
    Completed, LocalSignIn, LocalSignInError, Refusal, SessionToken, SignedIn, begin_binding, begin_sign_in,
    change_single_sign_on, complete_sign_in, confirm_binding, local_sign_in,
};
use provisioner::{Clock, Config, Generator, Runtime, Server, SystemClock, bootstrap_admin, serve};
use secrecy::SecretString;
use url::Url;

use crate::database::Database;
use crate::gate::{Gate, OpenGate};

/// The password of the MSP Admin Mona.
pub(crate) const MONAS_PASSWORD: &str = "local-mona-password";

/// One time for provider and service.
#[derive(Clone)]
pub(crate) enum TestClock {
    /// It stands still and is moved by the test alone.
    Held(Arc<Mutex<Timestamp>>),
    /// The clock of the machine, for a service that is a process of its own.
    Running,
}

impl TestClock {
    /// A clock that stands still.
    pub(crate) fn held() -> Self {
        Self::Held(Arc::new(Mutex::new("2026-03-02T09:00:00Z".parse().expect("a timestamp"))))
    }

    /// Moves a clock that stands still.
    pub(crate) fn advance(&self, by: SignedDuration) {
        let Self::Held(now) = self else { panic!("a running clock is not moved") };
        *now.lock().expect("nobody panicked") += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        match self {
            Self::Held(now) => *now.lock().expect("nobody panicked"),
            Self::Running => SystemClock.now(),
        }
    }
}

impl mock_idp::Clock for TestClock {
    fn now(&self) -> Timestamp {
        Clock::now(self)
    }
}

/// Provider and service.
pub(crate) struct Stage {
    pub(crate) idp: MockIdp,
    pub(crate) server: Server,
    pub(crate) clock: TestClock,
    pub(crate) config: Config,
    pub(crate) runtime: Runtime,
    http: reqwest::Client,
}

/// The cookies of one browser, at the service and at the provider.
#[derive(Clone, Default)]
pub(crate) struct Browser {
    pub(crate) token: Option<BrowserToken>,
    pub(crate) session: Option<SessionToken>,
    provider: Option<String>,
}

impl Stage {
    /// A stage on which nothing is configured yet but the first MSP Admin.
    pub(crate) async fn set(database: &Database) -> Self {
        Self::set_with(database, TestClock::held(), |_| {}).await
    }

    /// A stage with another clock or a changed configuration.
    pub(crate) async fn set_with(
        database: &Database,
        clock: TestClock,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let idp =
            MockIdp::builder().seed(7).clock(Arc::new(clock.clone())).start().await.expect("a free port");
        Self::set_before(idp, database, clock, change).await
    }

    /// A stage on which automatic user creation is in effect, with a gate in front of the provider.
    pub(crate) async fn in_effect_behind_a_gate(database: &Database) -> (Self, OpenGate) {
        let gate = Gate::listen().await;
        let idp = MockIdp::builder().seed(7).issuer(gate.issuer.as_str()).start().await.expect("a free port");
        let gate = gate.open(idp.address());
        let stage = Self::set_before(idp, database, TestClock::Running, |_| {}).await;
        stage.bring_into_effect().await;
        (stage, gate)
    }

    async fn set_before(
        idp: MockIdp,
        database: &Database,
        clock: TestClock,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let client = idp.clients().get("kaseya-mdr").expect("the client of the fixtures");
        let mut kaseyaone = KaseyaOne::new(idp.issuer(), client.id);
        kaseyaone.client_secret = client.secret.map(SecretString::from);
        kaseyaone.module = Some("mdr".to_owned());
        kaseyaone.directory = Some(Directory {
            url: Url::parse(&idp.url("/scim/v2")).expect("a URL"),
            token: "northwind-directory-test-token".into(),
        });
        let mut config = Config::new(database.url.as_str(), kaseyaone);
        config.passwords = Passwords { memory_kib: 8, iterations: 1 };
        change(&mut config);
        let runtime = Runtime { clock: Arc::new(clock.clone()), generator: Generator::seeded(11) };
        let password = SecretString::from(MONAS_PASSWORD);
        bootstrap_admin(&config, &runtime, "mona@northwind.example", "Mona Okafor", &password)
            .await
            .expect("the first MSP Admin");
        let server = serve(config.clone(), runtime.clone()).await.expect("the service starts");
        register(&idp, server.base_url().as_str());
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self { idp, server, clock, config, runtime, http }
    }

    /// A stage on which automatic user creation is in effect for Northwind.
    pub(crate) async fn in_effect(database: &Database) -> Self {
        Self::in_effect_at(database, TestClock::held()).await
    }

    /// The same by another clock.
    pub(crate) async fn in_effect_at(database: &Database, clock: TestClock) -> Self {
        let stage = Self::set_with(database, clock, |_| {}).await;
        stage.bring_into_effect().await;
        stage
    }

    /// Tells the provider of one more address of the service.
    pub(crate) fn register(&self, base_url: &str) {
        register(&self.idp, base_url);
    }

    /// Mona binds the company and turns automatic user creation on.
    pub(crate) async fn bring_into_effect(&self) {
        let (actor, mut browser) = self.mona().await;
        let begun = begin_binding(self.server.app(), &actor, browser.token.as_ref()).await.expect("Mona may");
        browser.token = Some(begun.browser);
        let callback = self.log_in(&mut browser, begun.to, "mona").await;
        let completed = self.complete(&browser, &callback).await.expect("Mona authenticates");
        assert!(matches!(completed, Completed::ConfirmBinding));
        confirm_binding(self.server.app(), &actor).await.expect("Mona confirms");
        change_single_sign_on(self.server.app(), &actor, Change::Create(true)).await.expect("Mona may");
    }

    /// Mona, signed in locally.
    pub(crate) async fn mona(&self) -> (Actor, Browser) {
        let mut browser = Browser::default();
        let signed = self.sign_in_locally(&mut browser, "mona@northwind.example", MONAS_PASSWORD).await;
        (Actor::Account(signed.expect("Mona's password is right").account.id), browser)
    }

    /// A local sign-in.
    pub(crate) async fn sign_in_locally(
        &self,
        browser: &mut Browser,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, Refusal> {
        let password = SecretString::from(password);
        let input = LocalSignIn {
            email,
            password: &password,
            browser: browser.token.as_ref(),
            session: browser.session.as_ref(),
        };
        match local_sign_in(self.server.app(), input).await {
            Ok(signed) => {
                browser.session = Some(signed.session.clone());
                browser.token.clone_from(&signed.browser);
                Ok(signed)
            }
            Err(LocalSignInError::Refused(refusal)) => Err(refusal),
            Err(LocalSignInError::Unavailable(error)) => panic!("the store does not answer: {error}"),
        }
    }

    /// A whole sign-in through KaseyaOne by one click, with the fresh sign-in that may be asked for.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, person: &str) -> Result<SignedIn, Refusal> {
        let mut to = self.begin(browser, None).await?;
        for _ in 0..2 {
            let callback = self.log_in(browser, to, person).await;
            match self.complete(browser, &callback).await {
                Ok(Completed::SignedIn(signed)) => {
                    browser.session = Some(signed.session.clone());
                    return Ok(signed);
                }
                Ok(Completed::Reauthenticate { to: again, .. }) => to = again,
                Ok(other) => panic!("neither signed in nor asked again: {other:?}"),
                Err(CompleteSignInError::Refused(refusal)) => return Err(refusal),
                Err(error) => panic!("not completed: {error}"),
            }
        }
        panic!("asked for a fresh sign-in twice")
    }

    /// The first half: where the browser is sent.
    pub(crate) async fn begin(&self, browser: &mut Browser, hint: Option<&str>) -> Result<Url, Refusal> {
        let input = BeginSignIn { browser: browser.token.as_ref(), session: browser.session.as_ref(), hint };
        match begin_sign_in(self.server.app(), input).await {
            Ok(Begun::Redirect { to, browser: token }) => {
                browser.token = Some(token);
                Ok(to)
            }
            Ok(Begun::AlreadySignedIn { .. }) => panic!("somebody is signed in already"),
            Err(BeginSignInError::Refused(refusal)) => Err(refusal),
            Err(BeginSignInError::Unavailable(error)) => panic!("the store does not answer: {error}"),
        }
    }

    /// The second half: what follows from a callback.
    pub(crate) async fn complete(
        &self,
        browser: &Browser,
        callback: &Url,
    ) -> Result<Completed, CompleteSignInError> {
        self.complete_at(&self.server, browser, callback).await
    }

    /// The same at another server.
    pub(crate) async fn complete_at(
        &self,
        server: &Server,
        browser: &Browser,
        callback: &Url,
    ) -> Result<Completed, CompleteSignInError> {
        let query = callback.query().unwrap_or_default();
        let input =
            CompleteSignIn { query, browser: browser.token.as_ref(), session: browser.session.as_ref() };
        complete_sign_in(server.app(), input).await
    }

    /// What the person does at KaseyaOne: the callback it sends the browser to.
    pub(crate) async fn log_in(&self, browser: &mut Browser, to: Url, person: &str) -> Url {
        let answer = self.visit(browser, self.http.get(to)).await;
        if answer.path() == "/sso/callback" {
            return answer;
        }
        let (_, interaction) =
            answer.query_pairs().find(|(name, _)| name == "interaction").expect("a login page");
        let form = format!("interaction={interaction}&person={person}");
        let request = self
            .http
            .post(self.idp.url("/account/people"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        self.visit(browser, request).await
    }

    async fn visit(&self, browser: &mut Browser, request: reqwest::RequestBuilder) -> Url {
        let request = match &browser.provider {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let answer = request.send().await.expect("the provider answers");
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().expect("a readable cookie");
            browser.provider = cookie.split(';').next().map(str::to_owned);
        }
        let status = answer.status();
        let location =
            answer.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        match location {
            Some(location) => answer.url().join(&location).expect("a redirect to a URL"),
            None => panic!("no redirect: {status} {}", answer.text().await.unwrap_or_default()),
        }
    }
}

/// Tells the provider where the service listens.
fn register(idp: &MockIdp, base_url: &str) {
    let callback = format!("{base_url}sso/callback");
    let sign_in = format!("{base_url}sign-in");
    idp.clients()
        .change("kaseya-mdr", |client| {
            client.redirect_uris.push(callback);
            client.post_logout_redirect_uris.push(sign_in);
        })
        .expect("the client of the fixtures");
}
