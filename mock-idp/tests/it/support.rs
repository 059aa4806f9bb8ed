//! A browser and a relying party, as small as these tests need them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::{ArmedFault, Params, RealmHandle};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:8400/sso/callback";
pub(crate) const CLIENT: &str = "kaseya-mdr";
pub(crate) const SECRET: &str = "kaseya-mdr-test-secret-not-a-secret";
pub(crate) const VERIFIER: &str = "verifier-verifier-verifier-verifier-verifier-1";
pub(crate) const NORTHWIND: &str = "Northwind MSP";

/// An answer, read.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

/// How long it is worth to wait for an answer that this fault struck.
pub(crate) fn patience(fault: &str) -> Duration {
    let never = ["hang", "timeout", "trickle"].iter().any(|word| fault.contains(word));
    if never { Duration::from_millis(250) } else { Duration::from_mins(1) }
}

/// The status of what is no answer.
pub(crate) const NO_ANSWER: u16 = 599;
/// Most that is read of an answer, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// The innermost reason: "connection reset" and not "error sending request".
fn innermost(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

impl Answer {
    /// Parameters in the query of the redirect.
    pub(crate) fn params(&self) -> Params {
        let location = self.location.as_deref().unwrap_or_else(|| panic!("no redirect: {self:?}"));
        Params::parse(location.split_once(['?', '#']).map_or("", |(_, query)| query))
    }

    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.params().first(name).map(str::to_owned)
    }

    pub(crate) fn is_json(&self) -> bool {
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.split(';').next() == Some("application/json"))
    }

    /// The `data-page` of the page.
    pub(crate) fn page(&self) -> &str {
        let after = self.body.split_once("data-page=\"").map_or("", |(_, after)| after);
        after.split('"').next().unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The hidden fields of the page, as a browser sends them.
    pub(crate) fn hidden(&self) -> Vec<(String, String)> {
        let fields = self.body.split("<input type=\"hidden\" name=\"").skip(1);
        let plain = |text: &str| {
            let known = [("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
            known.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        };
        let field = |text: &str| {
            let (name, rest) = text.split_once("\" value=\"").expect("a name and a value");
            (plain(name), plain(rest.split('"').next().unwrap_or_default()))
        };
        fields.map(field).collect()
    }

    /// The hidden field that carries the sign-in from page to page.
    pub(crate) fn interaction(&self) -> String {
        let after = self.body.split_once("name=\"interaction\" value=\"").map_or("", |(_, after)| after);
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

/// A browser that does not follow redirects out of the provider.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { http: http.expect("a client"), cookies: Mutex::default() }
    }

    pub(crate) async fn get(&self, url: &str) -> Answer {
        self.send(self.http.get(url)).await
    }

    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Answer {
        let body = form.iter().copied().collect();
        self.send(
            self.http
                .post(url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(encode(&body)),
        )
        .await
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    /// As `send`, where the answer may not come, not wholly, or without end: whoever asks loses patience after the fault
    /// struck the request. What is no answer has the status 599 and says why; of an endless one there are
    /// some megabytes.
    pub(crate) async fn reach(&self, request: reqwest::RequestBuilder, armed: &ArmedFault) -> Answer {
        let before = armed.fired();
        let struck = async {
            while armed.fired() == before {
                tokio::task::yield_now().await;
            }
        };
        let mut answer = std::pin::pin!(self.try_send(request));
        let answer = tokio::select! {
            answer = &mut answer => Ok(answer),
            () = struck => tokio::time::timeout(patience(armed.fault()), answer).await,
        };
        let reason = match answer {
            Ok(Ok(answer)) => return answer,
            Ok(Err(error)) => innermost(&error),
            Err(_) => "no patience left".to_owned(),
        };
        let status = StatusCode::from_u16(NO_ANSWER).expect("a status");
        Answer {
            status,
            location: None,
            headers: reqwest::header::HeaderMap::new(),
            body: reason,
            bytes: Vec::new(),
        }
    }

    async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let cookies: Vec<_> = self
            .cookies
            .lock()
            .expect("no panic")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let mut response = request.send().await?;
        let headers = response.headers().clone();
        for cookie in headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("ASCII");
            let (name, value) =
                text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            let mut jar = self.cookies.lock().expect("no panic");
            if text.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = headers.get(LOCATION).map(|value| value.to_str().expect("ASCII").to_owned());
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MOST {
                break;
            }
        }
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status: response.status(), location, headers, body, bytes })
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Opens the authorization endpoint; an answer for the client, or the first page.
    pub(crate) async fn authorize(&self, idp: &RealmHandle, more: &[(&str, &str)]) -> Answer {
        let answer = self.get(&authorize_url(idp, more)).await;
        match answer.location.as_deref() {
            Some(location) if location.starts_with('/') => self.get(&idp.url(location)).await,
            _ => answer,
        }
    }

    /// Signs in by one click; the answer for the client.
    pub(crate) async fn sign_in(&self, idp: &RealmHandle, person: &str, more: &[(&str, &str)]) -> Answer {
        let page = self.authorize(idp, more).await;
        let interaction = page.interaction();
        assert!(!interaction.is_empty(), "nobody was asked: {page:?}");
        self.post(&idp.url("/account/people"), &[("interaction", &interaction), ("person", person)]).await
    }

    /// Signs in by one click in a realm below the one whose addresses pages name; the answer for the client.
    pub(crate) async fn sign_in_at(&self, root: &RealmHandle, realm: &RealmHandle, person: &str) -> Answer {
        let answer = self.get(&authorize_url(realm, &[])).await;
        let page = self.get(&root.url(answer.location.as_deref().expect("a page"))).await;
        let interaction = page.interaction();
        self.post(&realm.url("/account/people"), &[("interaction", &interaction), ("person", person)]).await
    }

    /// Opens the logout endpoint with this query, and says yes where the provider asks.
    pub(crate) async fn sign_out(&self, idp: &RealmHandle, query: &str) -> Answer {
        let answer = self.get(&idp.url(&format!("/connect/endsession?{query}"))).await;
        if answer.page() == "kaseyaone-logout" { self.answer_logout(idp, &answer, &[]).await } else { answer }
    }

    /// Sends the form of the page that asks whether to sign out, with these fields more.
    pub(crate) async fn answer_logout(
        &self,
        idp: &RealmHandle,
        page: &Answer,
        more: &[(&str, &str)],
    ) -> Answer {
        let hidden = page.hidden();
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let form: Vec<_> = hidden.chain(more.iter().copied()).collect();
        self.post(&idp.url("/account/logout"), &form).await
    }

    /// Redeems a code as the main client does.
    pub(crate) async fn redeem(&self, idp: &RealmHandle, code: &str) -> Answer {
        self.send(self.redemption(idp, code)).await
    }

    /// The request that redeems a code.
    pub(crate) fn redemption(&self, idp: &RealmHandle, code: &str) -> reqwest::RequestBuilder {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token_request(idp, &form)
    }

    /// A token request with the credentials of the main client.
    pub(crate) async fn token(&self, idp: &RealmHandle, form: &[(&str, &str)]) -> Answer {
        self.send(self.token_request(idp, form)).await
    }

    pub(crate) fn token_request(&self, idp: &RealmHandle, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let body = form.iter().copied().collect();
        self.http
            .post(idp.url("/connect/token"))
            .basic_auth(CLIENT, Some(SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode(&body))
    }

    pub(crate) async fn userinfo(&self, idp: &RealmHandle, access_token: &str) -> Answer {
        self.send(self.userinfo_request(idp, access_token)).await
    }

    pub(crate) fn userinfo_request(&self, idp: &RealmHandle, access_token: &str) -> reqwest::RequestBuilder {
        self.http.get(idp.url("/connect/userinfo")).bearer_auth(access_token)
    }
}

pub(crate) fn authorize_url(idp: &RealmHandle, more: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut params = BTreeMap::from([
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    params.extend(more.iter().copied());
    format!("{}?{}", idp.url("/connect/authorize"), encode(&params.into_iter().collect()))
}

pub(crate) fn encode(params: &Params) -> String {
    params.encode()
}

/// Header and claims of a token, unverified.
pub(crate) fn decode(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"));
    let mut part = || serde_json::from_slice(&parts.next().expect("a part")).expect("JSON");
    (part(), part())
}
