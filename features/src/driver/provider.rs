//! How a person gets through KaseyaOne: user name and company, password, one-time code.
//!
//! It presses what is on the page and stops where there is nothing left to press.

use anyhow::{Result, bail};

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

/// Whether the page asks who somebody is.
pub fn asks(page_kind: &str) -> bool {
    matches!(page_kind, LOGIN | PASSWORD | CODE)
}

/// Whether the page is one of the provider's.
pub fn is_provider(page_kind: &str) -> bool {
    page_kind.starts_with("kaseyaone-")
}

/// Fills what the provider asks for, once each; a question that comes again means that it was not content.
pub async fn sign_in(browser: &mut Browser, with: &Credentials, until: Until) -> Result<()> {
    let mut answered = Vec::new();
    loop {
        let kind = browser.page()?.kind();
        let stops = match until {
            Until::Password => kind == PASSWORD,
            Until::Code => kind == CODE,
            Until::Done => false,
        };
        if stops || !asks(&kind) || answered.contains(&kind) {
            return Ok(());
        }
        answer(browser, &kind, with).await?;
        answered.push(kind);
    }
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
    let Some(mut form) = page.forms().into_iter().find(|form| form.fields.iter().any(|field| field.name == asked)) else {
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
