//! What people and clients of the API do with the reference system: its pages and its API, and nothing else of it.

use anyhow::{Result, bail};
use provisioner::Server;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::{Reference, errands};
use crate::driver::{
    Act, Place, Reading, Refusal, SignedIn, Toggle, api,
    browser::Browser,
    errand::{Errand, Reply, Targets},
};

/// Items on one page of a listing of the API.
const PAGE_SIZE: usize = 50;

impl Reference {
    /// Opens the sign-in page, with a user name typed if there is a hint, and goes to the provider.
    pub async fn start_login(&self, browser: &mut Browser, hint: Option<&str>) -> Result<()> {
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
    }

    /// Who is signed in.
    pub async fn who_am_i(&self, browser: &mut Browser) -> Result<Option<SignedIn>> {
        let session = self.call(browser, Method::GET, "/api/v1/session", None).await?;
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(session
            .ok()
            .map(|it| SignedIn { account: text(&it["user"], "id"), email: text(&it["user"], "email") }))
    }

    /// Signs out, of the provider too if asked to.
    pub async fn logout(&self, browser: &mut Browser, of_the_provider_too: bool) -> Result<()> {
        browser.open(self.at(browser, "/")?).await?;
        let button = if of_the_provider_too { "Sign out of KaseyaOne too" } else { "Sign out" };
        browser.press(button).await?;
        Ok(())
    }

    /// Signs in with the system's own password.
    pub async fn sign_in_locally(&self, browser: &mut Browser, email: &str, password: &str) -> Result<()> {
        self.open(browser, Place::SignIn).await?;
        let page = browser.page()?;
        let Some(form) = page.form_with_field("Password") else {
            bail!("expected the form for a local sign-in, but the page shows: {}", page.text());
        };
        browser.submit(&form.fill("E-mail address", email).fill("Password", password), "Sign in").await?;
        Ok(())
    }

    /// Opens a page.
    pub async fn open(&self, browser: &mut Browser, place: Place) -> Result<()> {
        let path = match place {
            Place::Start => "/".to_owned(),
            Place::SignIn => "/sign-in".to_owned(),
            Place::Users { view, search } if search.is_empty() => format!("/settings/users?view={view}"),
            Place::Users { view, search } => format!("/settings/users?view={view}&q={search}"),
            Place::UserPrivileges(id) => format!("/settings/user-privileges/{id}"),
            Place::Organization(id) => format!("/organizations/{id}"),
            Place::SignInRecord(reference) => format!("/settings/users/sign-ins/{reference}"),
            Place::Bookmark => "/sso/start".to_owned(),
            Place::MadeUpReturn => "/sso/callback?code=made-up&state=made-up".to_owned(),
        };
        browser.open(self.at(browser, &path)?).await?;
        Ok(())
    }

    /// Reads something as whoever is signed in.
    pub async fn read(&self, browser: &mut Browser, what: Reading) -> Result<Value> {
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
                Err(refusal) => {
                    bail!("{} may not read {what:?}: {} ({})", browser.name(), refusal.sentence, refusal.code)
                }
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
    }

    /// Does something as whoever is signed in; `Err` in the answer is the system's refusal.
    pub async fn act(&self, browser: &mut Browser, act: Act) -> Result<Result<Value, Refusal>> {
        let (method, path, body) = api::request(act);
        self.call(browser, method, &format!("/api/v1/{path}"), body).await
    }

    /// Everything that can be seen or done only with access.
    pub fn errands(&self) -> &'static [Errand] {
        errands::ERRANDS
    }

    /// Goes for one errand in every way there is, and says what came of each.
    pub async fn attempt(
        &self,
        browser: &mut Browser,
        errand: &Errand,
        targets: &Targets,
    ) -> Result<Vec<Reply>> {
        errands::attempt(self, browser, errand, targets).await
    }

    /// Presses a toggle of the Single Sign-On section on its page.
    pub async fn toggle(&self, browser: &mut Browser, toggle: Toggle, on: bool) -> Result<()> {
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
    }
}

impl Reference {
    /// The server that a browser talks to: the one its page came from, else the first.
    pub(super) fn home(&self, browser: &Browser) -> Url {
        let at = browser.page().ok().map(|page| page.url.origin());
        let bases = self.servers.iter().map(Server::base_url);
        bases
            .clone()
            .find(|base| Some(base.origin()) == at)
            .or_else(|| bases.clone().next())
            .cloned()
            .unwrap_or_else(|| self.base(0))
    }

    pub(super) fn at(&self, browser: &Browser, path: &str) -> Result<Url> {
        Ok(self.home(browser).join(path)?)
    }

    pub(super) async fn call(
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
