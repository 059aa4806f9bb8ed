//! The hooks of a product: what its team adds for tests, under one address. Requests and answers are JSON in the shapes of
//! this project's own API.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, Result, anyhow, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::{ConnectError, Offer};
use crate::{driver::Refusal, runner::did_you_mean};

/// What is shown to the hooks, if they want to see something.
const TOKEN: &str = "HARNESS_HOOKS_TOKEN";

/// Where a product's hooks are.
pub(super) struct Hooks {
    base: Url,
    client: Client,
    token: Option<String>,
    /// What was asked last and not answered in time.
    late: Mutex<Option<String>>,
}

impl Hooks {
    pub(super) fn new(base: Url, client: Client) -> Self {
        let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        Self { base, client, token, late: Mutex::default() }
    }

    /// What they can do.
    pub(super) async fn offers(&self) -> Result<BTreeSet<Offer>, ConnectError> {
        let request = self.request(Method::GET, "").map_err(ConnectError::Wrong)?;
        let response = request.send().await;
        let response = response.map_err(|error| {
            let cause = anyhow!(error).root_cause().to_string();
            ConnectError::Unreachable(anyhow!(
                "the product's hooks do not answer at {}: {cause}; start the product, or change `hooks` in its description",
                self.base
            ))
        })?;
        let (status, text) = (response.status(), response.text().await.unwrap_or_default());
        self.offered(status, &text).map_err(ConnectError::Wrong)
    }

    fn offered(&self, status: StatusCode, text: &str) -> Result<BTreeSet<Offer>> {
        let shape = "{\"offers\": [\"users\", …]}";
        let json: Value = serde_json::from_str(text).unwrap_or_default();
        let Some(names) = json["offers"].as_array().filter(|_| status.is_success()) else {
            bail!(
                "GET {} has to answer with what the product's hooks offer, as {shape}, but it answers {status} {text:?}",
                self.base
            );
        };
        let offer = |name: &Value| {
            let name = name.as_str().unwrap_or_default();
            let keys = || Offer::BY_HOOKS.iter().map(|offer| offer.key());
            let found = Offer::BY_HOOKS.into_iter().find(|offer| offer.key() == name);
            found.with_context(|| {
                let near = did_you_mean(name, keys());
                let all: Vec<&str> = keys().collect();
                format!(
                    "the hooks at {} offer {name:?}, which is nothing{near}; there are {}",
                    self.base,
                    all.join(", ")
                )
            })
        };
        names.iter().map(offer).collect()
    }

    /// Reads something.
    pub(super) async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None)
            .await?
            .map_err(|refusal| self.refused(&Method::GET, path, &refusal))
    }

    /// Has something done that nobody may be refused.
    pub(super) async fn done(&self, method: Method, path: &str, body: Option<&Value>) -> Result<()> {
        let answer = self.call(method.clone(), path, body).await?;
        answer.map(|_| ()).map_err(|refusal| self.refused(&method, path, &refusal))
    }

    /// What was asked last and not answered in time, once.
    pub(super) fn take_late(&self) -> Option<String> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Asks for something; `Err` in the answer is the product's refusal: a status
    /// from 400 to 499, but for those that say that there is no such hook or that nobody may use it.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Result<Value, Refusal>> {
        let mut request = self.request(method.clone(), path)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        let asked = || format!("{method} {}{path}", self.base);
        let (status, text) = answer(request).await.map_err(|error| {
            if error.is_timeout() {
                *self.late.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked());
            }
            anyhow!(error).context(format!("the hook {} does not answer", asked()))
        })?;
        if status.is_success() {
            if text.trim().is_empty() {
                return Ok(Ok(Value::Null));
            }
            let json = serde_json::from_str(&text);
            return json
                .map(Ok)
                .with_context(|| format!("the hook {} answers with no JSON: {text:?}", asked()));
        }
        let is_refusal = status.is_client_error()
            && !matches!(
                status,
                StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
            );
        if !is_refusal {
            bail!("the hook {} answers {status}: {text}", asked());
        }
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let said = |key: &str| json[key].as_str().map(str::to_owned);
        Ok(Err(Refusal {
            code: said("code").unwrap_or_else(|| status.to_string()),
            sentence: said("detail").unwrap_or(text),
        }))
    }

    fn request(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder> {
        let request = self.client.request(method, self.base.join(path)?);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    fn refused(&self, method: &Method, path: &str, refusal: &Refusal) -> anyhow::Error {
        anyhow!("the hook {method} {}{path} refuses: {} {}", self.base, refusal.code, refusal.sentence)
    }
}

/// A whole answer.
async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<(StatusCode, String)> {
    let response = request.send().await?;
    Ok((response.status(), response.text().await?))
}
