//! A configuration that is being written, with what could not be carried over. It knows no other provider.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fixtures::{AccessTokenFormat, Client, Company, Grant, Person};
use serde::Serialize;

use crate::import::ImportFormat;
use crate::protocol::endpoints::{Endpoints, Layout};
use crate::visible::visible;

/// A configuration file.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Draft {
    #[serde(skip)]
    notes: BTreeSet<String>,
    /// Where the endpoints of the other provider are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layout: Option<Layout>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) any_client: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) any_person: bool,
    /// What is imported has no claims of KaseyaOne.
    kaseya_claims: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) headless: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) headless_as: Option<String>,
    /// Clients may register themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) registration: bool,
    /// Endpoints of another provider that has no layout of its own here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) endpoints: BTreeMap<&'static str, &'static str>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) headless_as: Option<String>,
    pub(super) people: Vec<Person>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) clients: Vec<Client>,
}

/// Key of the company that everybody who is imported belongs to.
pub(super) const COMPANY: &str = "imported";
/// Secret of clients that came without one.
pub(super) const SECRET: &str = "secret";
/// Where clients that came without an address take codes.
pub(super) const CALLBACK: &str = "http://127.0.0.1:8400/sso/callback";

impl Draft {
    /// An empty one, with the company.
    pub(super) fn new() -> Self {
        let company = Company {
            why: "everybody who was imported belongs to it".to_owned(),
            name: "Imported".to_owned(),
            ..Company::new(COMPANY)
        };
        Self { companies: vec![company], ..Self::default() }
    }

    /// What could not be carried over; saying it twice says it once.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }

    /// A path for a further realm: the one that is wished for, unless no realm can be there.
    pub(super) fn path_for(&mut self, called: &str, wished: &str) -> String {
        let plain = plain(wished);
        let other: String = plain.replace('/', "-").chars().take(100).collect();
        let numbered = (2..).map(|number| format!("realm-{other}-{number}"));
        let mut paths = [plain, format!("realm-{other}")].into_iter().chain(numbered);
        let path = paths.find(|path| self.is_free(path)).unwrap_or_default();
        if path != wished {
            self.note(format!(
                "{called} is the realm {path}: its own name is no path here, is another one's, or is in the way of an endpoint"
            ));
        }
        path
    }

    /// Whether a realm can be there beside those there are, and the root.
    fn is_free(&self, path: &str) -> bool {
        let endpoints = self.layout.map(Endpoints::like).unwrap_or_default();
        let hides = |above: &str, below: &str| endpoints.hidden_between(above, below).is_some();
        let others = self.realms.iter().map(|realm| realm.path.as_str());
        crate::realm::error::is_path(path)
            && others.chain([""]).all(|other| other != path && !hides(other, path) && !hides(path, other))
    }

    /// The root is like the first realm: whoever asks for no realm finds the same people and clients.
    pub(super) fn root_like_the_first_realm(&mut self) {
        if let Some(first) = self.realms.first() {
            self.people.clone_from(&first.people);
            self.clients.clone_from(&first.clients);
            self.headless_as.clone_from(&first.headless_as);
        }
    }

    pub(super) fn render(&self, format: ImportFormat) -> String {
        let mut text = format!(
            "# Made by: mock-idp import {}. Serve it with: mock-idp serve --config FILE.toml\n",
            format.command()
        );
        text.push_str("# On the login page the one-time code is 123456.\n");
        if !self.notes.is_empty() {
            text.push_str("#\n# Not carried over, or not as it was:\n");
        }
        for note in &self.notes {
            // A note never ends its comment early, and has no letter that a comment may not have.
            let _ = writeln!(text, "# - {}", visible(note));
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
    Client { redirect_uris: vec![CALLBACK.to_owned()], ..confidential(public_client(id), SECRET) }
}

/// The same without secret and address. Access tokens are JWTs, as those of the other providers are.
pub(super) fn public_client(id: &str) -> Client {
    let access_token_format = AccessTokenFormat::Jwt;
    Client { why: "was imported".to_owned(), access_token_format, ..Client::new(id) }
}

/// The same with a secret, by which it may have tokens for itself too.
pub(super) fn confidential(client: Client, secret: &str) -> Client {
    let mut client = client.with_secret(secret);
    client.grants.push(Grant::ClientCredentials);
    client
}

/// What no path may have becomes a dash.
fn plain(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/');
    let path: String = name.chars().map(|letter| if allowed(letter) { letter } else { '-' }).collect();
    path.trim_matches('/').to_owned()
}
