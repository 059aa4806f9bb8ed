//! A read-only look into the directory of KaseyaOne (SCIM 2.0, RFC 7644, 3.4.2): does a person exist there?
//!
//! It never writes (S-28), and its answer fills one check of the record; no account comes of it. It is asked with the
//! service's own token for names that anybody can type, so it is asked seldom, whoever would have it asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Semaphore;
use url::Url;

use crate::config;
use crate::detached::to_the_end;
use crate::domain::checks::Finding;
use crate::oidc::HttpClient;

/// How long an answer is good for everybody who asks for the same name.
const ANSWER_LIFETIME: SignedDuration = SignedDuration::from_mins(1);
/// Most names that are asked for within that time.
const MOST_NAMES: usize = 30;
/// Most questions that are under way at the same time.
const AT_ONCE: usize = 2;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the directory.
#[derive(Debug)]
pub struct Directory {
    http: HttpClient,
    url: Url,
    token: SecretString,
    /// Questions of the last minute by name, with their answers; none for one that was too long in coming.
    asked: Mutex<BTreeMap<String, (Timestamp, Answer)>>,
    free: Semaphore,
}

/// Whoever comes first asks; the others wait for the same answer, though the first has hung up.
type Answer = Shared<BoxFuture<'static, Option<Finding>>>;

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
        Self {
            http,
            url: config.url.clone(),
            token: config.token.clone(),
            asked: Mutex::default(),
            free: Semaphore::new(AT_ONCE),
        }
    }

    /// Whether a user name exists and is active. A look-up that fails is "not knowable", never "no". None if too much
    /// was asked in the last minute, or the answer is too long in coming.
    pub(crate) async fn find_user(self: &Arc<Self>, username: &str, now: Timestamp) -> Option<Finding> {
        self.admit(username, now)?.await
    }

    /// The answer of the last minute, or the place for one; none if there were too many.
    fn admit(self: &Arc<Self>, username: &str, now: Timestamp) -> Option<Answer> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, (at, _)| now.duration_since(*at) < ANSWER_LIFETIME);
        if let Some((_, answer)) = asked.get(username) {
            return Some(answer.clone());
        }
        if asked.len() >= MOST_NAMES {
            return None;
        }
        let (directory, name) = (Arc::clone(self), username.to_owned());
        let in_time = async move { tokio::time::timeout(PATIENCE, directory.look_up(&name)).await.ok() };
        let answer = to_the_end(in_time).boxed().shared();
        asked.insert(username.to_owned(), (now, answer.clone()));
        Some(answer)
    }

    async fn look_up(&self, username: &str) -> Finding {
        let _permit = self.free.acquire().await;
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
