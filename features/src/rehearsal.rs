//! The rehearsal: the article done once, over HTTP, against programs that are already running. An MSP
//! Admin turns automatic user creation on, a newcomer signs in through KaseyaOne, the account is listed.
//!
//! It uses pages as people do and tells each step as it goes; whatever is not as it should be ends it.

use anyhow::{Context as _, Result, bail, ensure};
use url::Url;

use crate::driver::{
    Toggle,
    browser::Browser,
    clock::ScenarioClock,
    page::Page,
    provider::{Credentials, Until, sign_in},
    reference,
    tape::Tape,
};

/// Who plays in a rehearsal, and where.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The provisioner's address.
    pub app: Url,
    /// The MSP Admin's e-mail address for the local login.
    pub admin_email: String,
    /// The MSP Admin's local password.
    pub admin_password: String,
    /// How the MSP Admin signs in to KaseyaOne.
    pub admin_at_kaseyaone: Credentials,
    /// How the newcomer signs in to KaseyaOne.
    pub newcomer: Credentials,
    /// The newcomer's e-mail address.
    pub newcomer_email: String,
}

/// Why a rehearsal did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// A program does not answer: which address, and why.
    #[error("{address} ({why})")]
    Unreachable {
        /// What was said of the address.
        address: String,
        /// Why, in the words of the network.
        why: String,
    },
    /// Something is not as the article says.
    #[error("{0:#}")]
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for RehearsalError {
    fn from(error: anyhow::Error) -> Self {
        let from_network = |it: &reqwest::Error| it.is_connect() || it.is_timeout();
        if error.chain().filter_map(|it| it.downcast_ref()).any(from_network) {
            Self::Unreachable { address: error.to_string(), why: error.root_cause().to_string() }
        } else {
            Self::Failed(error)
        }
    }
}

impl Rehearsal {
    /// Mona turns it on, Dana signs in; both are in the fixtures.
    ///
    /// # Errors
    /// When the fixtures lack one of them.
    pub fn with_fixtures(app: Url, admin_email: String, admin_password: String) -> Result<Self> {
        let people = fixtures::embedded();
        let credentials =
            |key: &str| people.person(key).map(Credentials::of).context("a person of the fixtures");
        Ok(Self {
            app,
            admin_email,
            admin_password,
            admin_at_kaseyaone: credentials("mona")?,
            newcomer: credentials("dana")?,
            newcomer_email: "dana@northwind.example".to_owned(),
        })
    }

    /// Plays it and tells each step.
    ///
    /// # Errors
    /// When a program does not answer or something is not as the article says.
    pub async fn play(&self, tell: impl FnMut(&str)) -> Result<(), RehearsalError> {
        Ok(self.act(tell).await?)
    }

    async fn act(&self, mut tell: impl FnMut(&str)) -> Result<()> {
        let mut admin = browser("the MSP Admin");
        self.admin_signs_in(&mut admin).await?;
        tell("The MSP Admin signed in with the local password.");
        if self.turn_on(&mut admin, Toggle::Allow).await? {
            tell(
                "\"Allow Users to Log in with KaseyaOne\" was turned on: the MSP Admin authenticated through KaseyaOne and confirmed the company.",
            );
        }
        if self.turn_on(&mut admin, Toggle::Create).await? {
            tell("\"Enable Automatic User Creation\" was turned on.");
        }
        let before = self.row_of_newcomer(&mut admin).await?;
        self.newcomer_signs_in().await?;
        let row = self.row_of_newcomer(&mut admin).await?;
        let row = row.with_context(|| format!("{} signed in and is not listed", self.newcomer_email))?;
        match before {
            None => tell(&format!("{} signed in through KaseyaOne for the first time.", self.newcomer_email)),
            Some(_) => tell(&format!(
                "{} has an account from an earlier run and signed in again.",
                self.newcomer_email
            )),
        }
        tell(&format!("Settings > Users lists the account: {row}"));
        Ok(())
    }

    fn at(&self, path: &str) -> Result<Url> {
        Ok(self.app.join(path)?)
    }

    async fn admin_signs_in(&self, admin: &mut Browser) -> Result<()> {
        let address = self.at("/sign-in")?;
        let page = admin.open(address.clone()).await?;
        let form = page.form_with_field("Password");
        let form = form.with_context(|| {
            format!("{address} has no form with a field labelled Password, as the provisioner's page has; name its address with --app")
        })?;
        let form = form.fill("E-mail address", &self.admin_email).fill("Password", &self.admin_password);
        let page = admin.submit(&form, "Sign in").await?;
        if page.kind() == "sign-in" {
            let said = page.text_of("[role=alert]").unwrap_or_else(|| "it does not say why".to_owned());
            bail!("{} was not let in with this local password: {said}", self.admin_email);
        }
        let page = admin.open(self.at("/settings/users")?).await?;
        expect(page, "users")
    }

    /// Presses a toggle that is off; answers whether it was.
    async fn turn_on(&self, admin: &mut Browser, toggle: Toggle) -> Result<bool> {
        let page = admin.open(self.at("/settings/users")?).await?;
        if state(page, toggle)? {
            return Ok(false);
        }
        let form = page
            .forms()
            .into_iter()
            .find(|form| form.fields.iter().any(|it| it.name == "toggle" && it.value == toggle.key()))
            .with_context(|| format!("Settings > Users has nothing to turn {:?} on with", toggle.label()))?;
        admin.submit(&form, "").await?;
        sign_in(admin, &self.admin_at_kaseyaone, Until::Done).await?;
        if admin.page()?.kind() == "single-sign-on-confirm" {
            let form =
                admin.page()?.forms().into_iter().find(|form| form.action.path().ends_with("/confirm"));
            admin.submit(&form.context("there is nothing to confirm with")?, "").await?;
        }
        let last = admin.page()?;
        let stood = format!("the browser came to {}, and {}", last.url, shown(last));
        let page = admin.open(self.at("/settings/users")?).await?;
        ensure!(state(page, toggle)?, "{:?} is still off: {stood}", toggle.label());
        Ok(true)
    }

    async fn newcomer_signs_in(&self) -> Result<()> {
        let mut newcomer = browser("the newcomer");
        newcomer.open(self.at("/sign-in")?).await?;
        newcomer.follow("Log in with KaseyaOne").await?;
        sign_in(&mut newcomer, &self.newcomer, Until::Done).await?;
        let page = newcomer.page()?;
        ensure!(
            matches!(page.kind().as_str(), "no-access" | "home"),
            "the sign-in did not end at home; {}",
            shown(page)
        );
        Ok(())
    }

    async fn row_of_newcomer(&self, admin: &mut Browser) -> Result<Option<String>> {
        let page = admin.open(self.at("/settings/users")?).await?;
        expect(page, "users")?;
        let rows = page.table("users");
        let row = rows.into_iter().find(|row| row.iter().any(|(_, cell)| *cell == self.newcomer_email));
        let shown = |(column, cell): &(String, String)| (column != "Actions").then(|| cell.clone());
        Ok(row.map(|row| row.iter().filter_map(shown).collect::<Vec<_>>().join(" · ")))
    }
}

fn browser(name: &str) -> Browser {
    Browser::new(name, reference::client(), ScenarioClock::new(), Tape::new(|| 0))
}

fn state(page: &Page, toggle: Toggle) -> Result<bool> {
    let selector = format!("#toggle-{} [role=switch]", toggle.key());
    match page.text_of(&selector).as_deref() {
        Some("On") => Ok(true),
        Some("Off") => Ok(false),
        _ => bail!("Settings > Users does not show {:?}", toggle.label()),
    }
}

fn expect(page: &Page, kind: &str) -> Result<()> {
    ensure!(page.kind() == kind, "expected the page '{kind}'; {}", shown(page));
    Ok(())
}

/// What a page says where it says what is wrong, or how it begins.
fn shown(page: &Page) -> String {
    const BEGINNING: usize = 160;
    let kind = page.kind();
    let told = page.text_of("[role=alert]").or_else(|| page.text_of("main")).unwrap_or_else(|| page.text());
    match told.char_indices().nth(BEGINNING) {
        None => format!("the page '{kind}' says: {told}"),
        Some((end, _)) => format!("the page '{kind}' says: {}…", &told[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::{
        database::Database,
        reference::{Preparation, Reference, start_provider},
    };

    #[tokio::test]
    async fn it_is_played_to_its_end_and_a_wrong_password_is_told_as_one() {
        let clock = ScenarioClock::new();
        let idp = start_provider(&clock).await.unwrap();
        let (sut, _) =
            Reference::start(&idp, &clock, &Database::Sqlite, &Preparation::default()).await.unwrap();
        let rehearsal = |password: &str| {
            Rehearsal::with_fixtures(sut.base(0), "mona@northwind.example".into(), password.into()).unwrap()
        };
        let error = rehearsal("wrong").play(|_| {}).await.unwrap_err();
        let told = error.to_string();
        assert!(matches!(error, RehearsalError::Failed(_)), "{told}");
        assert!(
            told.starts_with("mona@northwind.example was not let in with this local password: "),
            "{told}"
        );
        assert!(told.len() < 300, "{told}");
        let elsewhere =
            |client: &mut mock_idp::Client| client.redirect_uris = vec!["http://127.0.0.1:1/".into()];
        let uris = idp.clients().get("kaseya-mdr").unwrap().redirect_uris;
        idp.clients().change("kaseya-mdr", elsewhere).unwrap();
        let told = rehearsal("local-mona-password").play(|_| {}).await.unwrap_err().to_string();
        let expected = "\"Allow Users to Log in with KaseyaOne\" is still off: the browser came to ";
        assert!(told.starts_with(expected) && told.contains("is not registered"), "{told}");
        idp.clients().change("kaseya-mdr", |client| client.redirect_uris = uris).unwrap();
        let mut last = String::new();
        rehearsal("local-mona-password").play(|told| told.clone_into(&mut last)).await.unwrap();
        assert!(last.starts_with("Settings > Users lists the account: "), "{last}");
        sut.stop().await.unwrap();
    }
}
