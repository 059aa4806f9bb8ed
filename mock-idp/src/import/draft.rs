//! A configuration that is being written, with what could not be carried over. It knows no other provider.

use std::collections::BTreeSet;

use fixtures::{AuthMethod, Client, Company, Grant, Person};
use serde::Serialize;
use serde_json::json;

use crate::import::ImportFormat;

/// A configuration file.
#[derive(Debug, Default, Serialize)]
pub(super) struct Draft {
    #[serde(skip)]
    notes: BTreeSet<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) registration: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) headless: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clock: Option<Clock>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) companies: Vec<Company>,
    pub(super) people: Vec<Person>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) clients: Vec<Client>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) realms: Vec<Realm>,
}

/// How the clock starts.
#[derive(Debug, Serialize)]
pub(super) struct Clock {
    pub(super) frozen: bool,
    pub(super) at: String,
}

/// A further realm; it has the companies of the root.
#[derive(Debug, Serialize)]
pub(super) struct Realm {
    pub(super) path: String,
    pub(super) people: Vec<Person>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) clients: Vec<Client>,
}

/// Key of the company that everybody who is imported belongs to.
pub(super) const COMPANY: &str = "imported";
/// Secret of clients that came without one.
pub(super) const SECRET: &str = "secret";
/// Where clients that came without an address take codes.
const CALLBACK: &str = "http://127.0.0.1:8400/sso/callback";

impl Draft {
    /// An empty one, with the company.
    pub(super) fn new() -> Self {
        let company = Company {
            key: COMPANY.to_owned(),
            why: "everybody who was imported belongs to it".to_owned(),
            id: COMPANY.to_owned(),
            name: "Imported".to_owned(),
            directory_token: "imported-directory-token".to_owned(),
            roles: Vec::new(),
        };
        Self { companies: vec![company], ..Self::default() }
    }

    /// What could not be carried over; saying it twice says it once.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }

    /// The root is like the first realm: whoever asks for no realm finds the same people and clients.
    pub(super) fn root_like_the_first_realm(&mut self) {
        if let Some(first) = self.realms.first() {
            self.people.clone_from(&first.people);
            self.clients.clone_from(&first.clients);
        }
    }

    pub(super) fn render(&self, format: ImportFormat) -> String {
        let mut text = format!(
            "# Made by: mock-idp import {}. Serve it with: mock-idp serve --config FILE.toml\n",
            format.command()
        );
        text.push_str("# On the login page the company is \"Imported\" and the one-time code 123456.\n");
        if !self.notes.is_empty() {
            text.push_str("#\n# Not carried over, or not as it was:\n");
        }
        for note in &self.notes {
            // A note never ends its comment early.
            text.push_str(&format!("# - {note}").replace(['\n', '\r'], " "));
            text.push('\n');
        }
        text.push('\n');
        match toml::to_string(self) {
            Ok(body) => text + &body,
            Err(error) => format!("{text}# It cannot be written as TOML: {error}\n"),
        }
    }
}

/// A client with the ways of most: a code, and a refresh token.
pub(super) fn client(id: &str) -> Client {
    Client { secret: Some(SECRET.to_owned()), redirect_uris: vec![CALLBACK.to_owned()], ..public_client(id) }
        .with_secret_methods()
}

/// The same without secret and address.
pub(super) fn public_client(id: &str) -> Client {
    let bare = json!({"id": id, "why": "was imported", "name": id, "auth_methods": ["none"],
        "grants": ["authorization_code", "refresh_token"]});
    match serde_json::from_value(bare) {
        Ok(client) => client,
        Err(error) => unreachable!("a client has these members: {error}"),
    }
}

/// Clients that authenticate themselves.
pub(super) trait WithSecret {
    fn with_secret_methods(self) -> Self;
}

impl WithSecret for Client {
    fn with_secret_methods(mut self) -> Self {
        self.auth_methods = vec![AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];
        if !self.grants.contains(&Grant::ClientCredentials) {
            self.grants.push(Grant::ClientCredentials);
        }
        self
    }
}

/// A path for a realm of this name: what no path may have becomes a dash.
pub(super) fn realm_path(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/');
    let path: String = name.chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect();
    let path = path.trim_matches('/').to_owned();
    if crate::realms::is_path(&path) { path } else { format!("realm-{}", path.replace('/', "-")) }
}
