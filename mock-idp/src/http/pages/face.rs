//! What a client registered for people to see: its name, its logo, and where its policy and its terms are
//! (OIDC Registration 2). It shows what was registered and judges none of it.

use crate::realm::State;

/// How a client presents itself on the pages on which a person decides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face<'a> {
    pub(super) name: &'a str,
    pub(super) logo: Option<&'a str>,
    home: Option<&'a str>,
    policy: Option<&'a str>,
    terms: Option<&'a str>,
}

impl<'a> Face<'a> {
    /// Of the client with this id; one that is gone meanwhile has only that.
    pub(super) fn of(state: &'a State, id: &'a str) -> Self {
        let client = state.clients.get(id);
        Self {
            name: client.map_or(id, |client| &client.name),
            logo: client.and_then(|client| client.logo_uri.as_deref()),
            home: client.and_then(|client| client.client_uri.as_deref()),
            policy: client.and_then(|client| client.policy_uri.as_deref()),
            terms: client.and_then(|client| client.tos_uri.as_deref()),
        }
    }

    /// What there is to read about the client: a title and an address each.
    pub(super) fn links(&self) -> Vec<(&'static str, &'a str)> {
        let all = [
            ("About this application", self.home),
            ("Privacy policy", self.policy),
            ("Terms of service", self.terms),
        ];
        let shown = all.into_iter().filter_map(|(title, uri)| Some((title, uri.filter(|uri| is_web(uri))?)));
        shown.collect()
    }

    /// The content security policy of a page, with leave to load the logo from where it lies.
    pub(super) fn shown_under(&self, mut policy: String) -> String {
        if let Some(source) = self.logo.filter(|logo| is_web(logo)).and_then(super::source_of) {
            policy.push_str("; img-src ");
            policy.push_str(&source);
        }
        policy
    }
}

/// Whether a link may lead there.
fn is_web(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
