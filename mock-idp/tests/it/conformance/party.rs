//! A relying party as the OpenID Foundation's tests play one: it registers itself for one response type, sends no PKCE, and
//! checks what comes back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use mock_idp::{MockIdp, Params};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::assertions::{Signer, client_assertion};
use crate::support::{Answer, Browser, CALLBACK, encode};

pub(crate) const RESPONSE_TYPES: [&str; 6] =
    ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// How answers travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As is usual for the response type.
    Usual,
    FormPost,
}

pub(crate) const MODES: [Mode; 2] = [Mode::Usual, Mode::FormPost];

/// A provider where clients register themselves, whose clock stands still.
pub(crate) async fn provider() -> MockIdp {
    let idp = MockIdp::builder().with_registration().start().await.expect("a free port");
    idp.clock().freeze();
    idp
}

/// Asks for a registration.
pub(crate) async fn register(idp: &MockIdp, metadata: &Value) -> Answer {
    let browser = Browser::new();
    let request = browser.http().post(idp.url("/connect/register"));
    browser.send(request.header("content-type", "application/json").body(metadata.to_string())).await
}

/// The metadata that a client of this response type registers, and further members.
pub(crate) fn metadata(response_type: &str, more: &Value) -> Value {
    let has = |name: &str| response_type.split(' ').any(|part| part == name);
    let mut grants = Vec::new();
    if has("code") {
        grants.push("authorization_code");
    }
    if has("token") || has("id_token") {
        grants.push("implicit");
    }
    let mut metadata = json!({
        "client_name": "conformance", "grant_types": grants, "response_types": [response_type],
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "client_secret_basic",
        "contacts": ["certification@example.test"], "jwks": Signer::of("RS256").jwks(),
    });
    let members = metadata.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    metadata
}

pub(crate) struct Party<'a> {
    pub(crate) idp: &'a MockIdp,
    pub(crate) browser: Browser,
    /// The client information response.
    pub(crate) client: Value,
    pub(crate) response_type: String,
    mode: Mode,
    /// The key set of the provider, as discovery names it.
    keys: JwkSet,
    /// Signs assertions, where the client authenticates by them.
    pub(crate) signer: Signer,
}

/// What a sign-in gave.
#[derive(Debug)]
pub(crate) struct Got {
    /// Claims of the ID token that came through the browser.
    pub(crate) front: Option<Value>,
    /// Claims of the ID token of the token endpoint.
    pub(crate) back: Option<Value>,
    /// The token answer.
    pub(crate) tokens: Value,
    /// The newest access token.
    pub(crate) access_token: Option<String>,
    /// The newest ID token.
    pub(crate) id_token: String,
}

impl Got {
    /// Claims of the newest ID token.
    pub(crate) fn claims(&self) -> &Value {
        self.back.as_ref().or(self.front.as_ref()).expect("an ID token")
    }
}

impl<'a> Party<'a> {
    pub(crate) async fn new(idp: &'a MockIdp, response_type: &str) -> Self {
        Self::with(idp, response_type, Mode::Usual, &json!({})).await
    }

    pub(crate) async fn with(idp: &'a MockIdp, response_type: &str, mode: Mode, further: &Value) -> Self {
        let answer = register(idp, &metadata(response_type, further)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert!(answer.is_json(), "{answer:?}");
        let client = answer.json();
        for needed in ["client_id", "registration_client_uri", "registration_access_token"] {
            assert!(client[needed].as_str().is_some_and(|value| !value.is_empty()), "{needed}: {client}");
        }
        assert_eq!(client.get("client_secret").is_some(), client.get("client_secret_expires_at").is_some());
        let (browser, response_type) = (Browser::new(), response_type.to_owned());
        let document = browser.get(&idp.url("/.well-known/openid-configuration")).await.json();
        assert_eq!(document["issuer"], idp.issuer());
        let keys = browser.get(document["jwks_uri"].as_str().expect("jwks_uri")).await;
        let keys = serde_json::from_str(&keys.body).expect("a key set");
        Self { idp, browser, client, response_type, mode, keys, signer: Signer::of("RS256") }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.client[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.client))
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.response_type.split(' ').any(|word| word == part)
    }

    /// Parameters of a request, in order; an empty value leaves one out.
    pub(crate) fn params(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let redirect_uri = self.client["redirect_uris"][0].as_str().expect("a redirect URI");
        let mut params = vec![
            ("client_id", self.text("client_id")),
            ("redirect_uri", redirect_uri),
            ("scope", "openid"),
            ("state", "state-1"),
            ("nonce", "nonce-1"),
            ("response_type", &self.response_type),
        ];
        if self.mode == Mode::FormPost {
            params.push(("response_mode", "form_post"));
        }
        for (name, value) in more {
            match params.iter_mut().find(|(other, _)| other == name) {
                Some(pair) => pair.1 = value,
                None => params.push((name, value)),
            }
        }
        let sent = params.into_iter().filter(|(_, value)| !value.is_empty());
        sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Opens the authorization endpoint with exactly these parameters: a page, or an answer for the client.
    pub(crate) async fn open(&self, params: Vec<(String, String)>) -> Answer {
        let url = format!("{}?{}", self.idp.url("/connect/authorize"), encode(&params.into_iter().collect()));
        self.follow(self.browser.get(&url).await).await
    }

    pub(crate) async fn follow(&self, answer: Answer) -> Answer {
        match answer.location.as_deref() {
            Some(location) if location.starts_with('/') => self.browser.get(&self.idp.url(location)).await,
            _ => answer,
        }
    }

    /// Dana logs in on this page, and agrees where she is asked to; the answer for the client.
    pub(crate) async fn log_in(&self, page: &Answer) -> Answer {
        let interaction = page.interaction();
        assert!(!interaction.is_empty(), "nobody was asked: {page:?}");
        let form = [("interaction", interaction.as_str()), ("person", "dana")];
        let next = self.follow(self.browser.post(&self.idp.url("/account/people"), &form).await).await;
        if next.page() != "kaseyaone-consent" {
            return next;
        }
        let form = [("interaction", interaction.as_str()), ("allow", "allow")];
        self.browser.post(&self.idp.url("/account/consent"), &form).await
    }

    /// Asks, logs in and takes what comes.
    pub(crate) async fn sign_in(&self, more: &[(&str, &str)]) -> Got {
        let page = self.open(self.params(more)).await;
        let answer = self.log_in(&page).await;
        self.take(&self.response(&answer)).await
    }

    /// Asks while a session lives, and takes what comes without a page.
    pub(crate) async fn silently(&self, more: &[(&str, &str)]) -> Got {
        let answer = self.open(self.params(more)).await;
        self.take(&self.response(&answer)).await
    }

    /// The parameters of an answer, which came the way it has to come.
    pub(crate) fn response(&self, answer: &Answer) -> Params {
        let separator = if self.response_type == "code" { '?' } else { '#' };
        self.response_behind(answer, separator)
    }

    pub(crate) fn response_behind(&self, answer: &Answer, separator: char) -> Params {
        let redirect_uri = self.client["redirect_uris"][0].as_str().expect("a redirect URI");
        let params = if self.mode == Mode::FormPost {
            let action = format!("<form method=\"post\" action=\"{}\">", redirect_uri.replace('&', "&#38;"));
            assert!(answer.status == 200 && answer.location.is_none(), "{answer:?}");
            assert!(answer.page() == "kaseyaone-continue" && answer.body.contains(&action), "{answer:?}");
            hidden_fields(&answer.body)
        } else {
            let location = answer.location.as_deref().unwrap_or_else(|| panic!("no redirect: {answer:?}"));
            let separator = if separator == '?' && redirect_uri.contains('?') { '&' } else { separator };
            let rest = location.strip_prefix(redirect_uri).and_then(|rest| rest.strip_prefix(separator));
            Params::parse(rest.unwrap_or_else(|| panic!("{location} is not {redirect_uri}{separator}…")))
        };
        assert_eq!(params.first("iss"), Some(self.idp.issuer()), "RFC 9207");
        params
    }

    /// The error of an answer that came back with this state and with nothing else.
    pub(crate) fn error(&self, answer: &Answer, state: &str) -> String {
        let params = self.response(answer);
        assert_eq!(params.first("state"), Some(state));
        let mut names: Vec<_> = params.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(names, ["error", "error_description", "iss", "state"]);
        let description = params.first("error_description").expect("a description");
        assert!(description.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b'"' && byte != b'\\'));
        params.first("error").expect("an error").to_owned()
    }

    /// Checks every token that came, and redeems the code.
    pub(crate) async fn take(&self, params: &Params) -> Got {
        assert_eq!(params.first("error"), None, "{params:?}");
        assert!(params.first("state").is_some());
        for (name, part) in [("code", "code"), ("id_token", "id_token"), ("access_token", "token")] {
            assert_eq!(params.first(name).is_some(), self.has(part), "{name} for {}", self.response_type);
        }
        let mut id_token = params.first("id_token").unwrap_or_default().to_owned();
        let mut front = None;
        let mut access_token = params.first("access_token").map(str::to_owned);
        if self.has("id_token") {
            let claims = self.verified(&id_token);
            assert_eq!(claims["at_hash"].as_str(), access_token.as_deref().map(half_hash).as_deref());
            assert_eq!(claims["c_hash"].as_str(), params.first("code").map(half_hash).as_deref());
            front = Some(claims);
        }
        let (mut back, mut tokens) = (None, Value::Null);
        if let Some(code) = params.first("code") {
            assert!(code.len() >= 22, "128 bits: {code}");
            tokens = self.token(&[("grant_type", "authorization_code"), ("code", code)]).await;
            tokens["id_token"].as_str().expect("an ID token").clone_into(&mut id_token);
            let claims = self.verified(&id_token);
            let access = tokens["access_token"].as_str().expect("an access token");
            assert_eq!(claims["at_hash"], half_hash(access).as_str());
            access_token = Some(access.to_owned());
            let front = front.as_ref().unwrap_or(&claims);
            assert_eq!((&front["sub"], &front["iss"]), (&claims["sub"], &claims["iss"]));
            back = Some(claims);
        }
        Got { front, back, tokens, access_token, id_token }
    }

    /// Claims of a genuine ID token for this client, issued just now.
    pub(crate) fn verified(&self, token: &str) -> Value {
        let claims = self.genuine(token);
        let now = self.idp.clock().now().as_second();
        let time = |name: &str| claims[name].as_i64().unwrap_or_else(|| panic!("no {name}: {claims}"));
        assert!(time("iat") == now && time("exp") > now && time("auth_time") <= now, "{claims}");
        assert!(claims["sub"].as_str().is_some_and(|sub| sub.is_ascii() && sub.len() <= 255));
        claims
    }

    /// Claims of a token that this provider signed for this client as it registered.
    pub(crate) fn genuine(&self, token: &str) -> Value {
        let header = jsonwebtoken::decode_header(token).expect("a header");
        let alg = self.client["id_token_signed_response_alg"].as_str().unwrap_or("RS256");
        assert_eq!(format!("{:?}", header.alg), alg);
        let key = self.keys.find(header.kid.as_deref().expect("a kid")).expect("a published key");
        let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        // The clock of the provider is not the one of the machine.
        validation.validate_exp = false;
        validation.set_audience(&[self.text("client_id")]);
        validation.set_issuer(&[self.idp.issuer()]);
        jsonwebtoken::decode::<Value>(token, &key, &validation).expect("genuine").claims
    }

    /// Asks the token endpoint as this client authenticates.
    pub(crate) async fn ask_for_tokens(&self, form: &[(&str, &str)]) -> Answer {
        let mut form = form.to_vec();
        let uri = self.client["redirect_uris"][0].as_str().expect("a redirect URI").to_owned();
        if form.contains(&("grant_type", "authorization_code")) {
            form.push(("redirect_uri", &uri));
        }
        let id = self.text("client_id");
        let count = self.idp.journal().entries().len().to_string();
        let assertion = client_assertion(&self.signer, id, self.idp.issuer(), &count);
        let request = self.browser.http().post(self.idp.url("/connect/token"));
        let request = match self.text("token_endpoint_auth_method") {
            "client_secret_basic" => request.basic_auth(id, self.client["client_secret"].as_str()),
            "client_secret_post" => {
                form.extend([("client_id", id), ("client_secret", self.text("client_secret"))]);
                request
            }
            _ => {
                let by = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                form.extend([("client_assertion_type", by), ("client_assertion", &assertion)]);
                request
            }
        };
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.browser.send(request.body(encode(&form.into_iter().collect()))).await
    }

    /// A token answer that is as RFC 6749 5.1 wants it.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Value {
        let answer = self.ask_for_tokens(form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.is_json(), "{answer:?}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        let tokens = answer.json();
        assert!(tokens["token_type"] == "Bearer" && tokens["expires_in"].as_u64().is_some_and(|it| it > 0));
        tokens
    }

    /// What userinfo says, as JSON.
    pub(crate) async fn userinfo(&self, got: &Got) -> Value {
        let token = got.access_token.as_deref().expect("an access token");
        let answer = self.browser.userinfo(self.idp, token).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.is_json(), "{answer:?}");
        let claims = answer.json();
        assert_eq!(claims["sub"], got.claims()["sub"]);
        claims
    }
}

/// The hidden fields of the form that carries an answer.
fn hidden_fields(html: &str) -> Params {
    let fields = html.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").expect("a value");
        let value = rest.split('"').next().unwrap_or_default();
        (name.to_owned(), value.replace("&#38;", "&").replace("&#34;", "\"").replace("&#39;", "'"))
    });
    fields.collect()
}

/// `at_hash` and `c_hash` where RS256 signs (OIDC Core 3.3.2.11).
fn half_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16])
}
