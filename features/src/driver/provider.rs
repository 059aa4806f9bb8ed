//! How a person gets through KaseyaOne: user name and company, password, one-time code.
//!
//! It presses what is on the page and stops where there is nothing left to press.

use anyhow::{Result, bail};
use fixtures::Person;
use mock_idp::RealmHandle;

use super::browser::Browser;

/// What a person types at KaseyaOne.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The company name.
    pub company: String,
    /// The password.
    pub password: String,
    /// The one-time code.
    pub code: String,
}

impl Credentials {
    /// What a person who is in KaseyaOne types.
    pub fn of(person: &Person) -> Self {
        Self {
            username: person.username.clone(),
            company: company_name(&person.company),
            password: person.password.clone(),
            code: person.one_time_code.clone(),
        }
    }

    /// What somebody of Northwind types who is not there.
    pub fn of_nobody(username: String) -> Self {
        Self {
            username,
            company: company_name("northwind"),
            password: "nothing".into(),
            code: "000000".into(),
        }
    }
}

fn company_name(key: &str) -> String {
    fixtures::embedded().company(key).map_or_else(String::new, |company| company.name.clone())
}

/// How far a person goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Until {
    /// Stops when asked for the password.
    Password,
    /// Stops when asked for the one-time code.
    Code,
    /// Goes through.
    Done,
}

const LOGIN: &str = "kaseyaone-login";
const PASSWORD: &str = "kaseyaone-password";
const CODE: &str = "kaseyaone-code";

/// A person who is asked more often than this walks away.
const MOST_ROUNDS: usize = 3;

impl Until {
    fn stops_at(self, kind: &str) -> bool {
        match self {
            Self::Password => kind == PASSWORD,
            Self::Code => kind == CODE,
            Self::Done => false,
        }
    }
}

/// Whether the page asks who somebody is.
pub fn asks(page_kind: &str) -> bool {
    matches!(page_kind, LOGIN | PASSWORD | CODE)
}

/// Whether the page is one of the provider's.
pub fn is_provider(page_kind: &str) -> bool {
    page_kind.starts_with("kaseyaone-")
}

/// Fills what the provider asks for and says how many times it began to ask. A question that comes again
/// right away means that it was not content; one that comes after the last question is a new round.
pub async fn sign_in(browser: &mut Browser, with: &Credentials, until: Until) -> Result<usize> {
    let mut answered: Vec<String> = Vec::new();
    let mut rounds = 0;
    loop {
        let kind = browser.page()?.kind();
        if until.stops_at(&kind) || !asks(&kind) {
            return Ok(rounds);
        }
        if answered.contains(&kind) {
            let finished = answered.last().is_some_and(|last| last == CODE) && kind != CODE;
            if !finished || rounds == MOST_ROUNDS {
                return Ok(rounds);
            }
            answered.clear();
        }
        rounds += usize::from(answered.is_empty());
        answer(browser, &kind, with).await?;
        answered.push(kind);
    }
}

/// What the provider refused last, as the end of a sentence; nothing if it refused nothing.
pub fn last_refusal(idp: &RealmHandle) -> String {
    let entries = idp.journal().entries();
    let last = entries.iter().rev().find_map(|entry| entry.refusal.as_ref().map(|refusal| (entry, refusal)));
    last.map_or_else(String::new, |(entry, refusal)| {
        format!("; KaseyaOne refused {} {} last: {}", entry.method, entry.path, refusal.reason)
    })
}

/// Presses Cancel.
pub async fn cancel(browser: &mut Browser) -> Result<()> {
    browser.press("Cancel").await?;
    Ok(())
}

async fn answer(browser: &mut Browser, kind: &str, with: &Credentials) -> Result<()> {
    let page = browser.page()?;
    let fields: &[(&str, &str)] = match kind {
        LOGIN => &[("username", &with.username), ("company", &with.company)],
        PASSWORD => &[("password", &with.password)],
        _ => &[("code", &with.code)],
    };
    let asked = fields[0].0;
    let Some(mut form) =
        page.forms().into_iter().find(|form| form.fields.iter().any(|field| field.name == asked))
    else {
        bail!("KaseyaOne's page {kind} has no field {asked}: {}", page.text());
    };
    for field in &mut form.fields {
        if let Some((_, value)) = fields.iter().find(|(name, _)| *name == field.name) {
            (*value).clone_into(&mut field.value);
        }
    }
    let button = form.buttons.iter().find(|button| button.name.as_deref() != Some("cancel"));
    let text = button.map(|button| button.text.clone()).unwrap_or_default();
    browser.submit(&form, &text).await?;
    Ok(())
}
