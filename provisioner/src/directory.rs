//! A read-only look into the directory of KaseyaOne (SCIM 2.0, RFC 7644, 3.4.2): does a person exist there?
//!
//! It never writes (S-28), and its answer fills one check of the record; no account comes of it.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use crate::config;
use crate::domain::checks::Finding;
use crate::oidc::HttpClient;

/// Asks the directory.
#[derive(Debug)]
pub struct Directory {
    http: HttpClient,
    url: Url,
    token: SecretString,
}

#[derive(Deserialize)]
struct ListResponse {
    #[serde(rename = "Resources", default)]
    resources: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    #[serde(default = "active")]
    active: bool,
}

fn active() -> bool {
    true
}

impl Directory {
    pub(crate) fn new(config: &config::Directory, http: HttpClient) -> Self {
        Self { http, url: config.url.clone(), token: config.token.clone() }
    }

    /// Whether a user name exists and is active. A look-up that fails is "not knowable", never "no".
    pub(crate) async fn find_user(&self, username: &str) -> Finding {
        match self.ask(username).await {
            Some(answer) => answer.resources.iter().any(|user| user.active).into(),
            None => Finding::NotKnowable,
        }
    }

    async fn ask(&self, username: &str) -> Option<ListResponse> {
        let mut url = self.url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().push("Users");
        let quoted = username.replace('\\', "\\\\").replace('"', "\\\"");
        url.query_pairs_mut().append_pair("filter", &format!("userName eq \"{quoted}\""));
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token.expose_secret())).ok()?;
        bearer.set_sensitive(true);
        let answer = self.http.get(&url, HeaderMap::from_iter([(AUTHORIZATION, bearer)])).await;
        let answer =
            answer.inspect_err(|error| tracing::warn!(%error, "the directory does not answer")).ok()?;
        if answer.status != 200 {
            tracing::warn!(status = answer.status, "the directory refuses the look-up");
            return None;
        }
        serde_json::from_slice(&answer.body).ok()
    }
}
