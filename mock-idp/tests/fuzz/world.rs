//! A running provider, and what a request has to hold to be nearly right: codes and tokens that it really gave, sign-ins
//! that really wait. It fills them in where a request says `{{…}}`, and knows afterwards which it gave.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fixtures::{AuthMethod, Client, Grant, ResponseType};
use jsonwebtoken::Algorithm;
use mock_idp::{MockIdp, MockIdpBuilder, Snapshot};
use serde_json::{Value, json};

use crate::jwt::{Key, SECRET, Signing, token};
use crate::mutate::escape;
use crate::shot::{Body, Pairs, Shot, decoded};
use crate::wire::{Answer, send};

pub(crate) const CLIENT: &str = "kaseya-mdr";
pub(crate) const CALLBACK: &str = "http://127.0.0.1:8400/sso/callback";
pub(crate) const SPA_CALLBACK: &str = "http://127.0.0.1:8600/callback";
pub(crate) const HYBRID_CALLBACK: &str = "http://127.0.0.1:8700/other";
pub(crate) const VERIFIER: &str = "verifier-verifier-verifier-verifier-verifier-1";
/// The S256 challenge of the verifier (RFC 7636 4.2).
pub(crate) const CHALLENGE: &str = "EqEGs5pIMuljbpLTjRMiwvPGs2tOQNVxme9rjGjCFD0";
/// What is granted with every code that the world gets.
pub(crate) const SCOPE: &str = "openid profile email offline_access";

/// What a judge knows: who is registered, and what was given.
pub(crate) struct Facts {
    pub(crate) issuer: String,
    pub(crate) clients: Vec<Client>,
    pub(crate) key: Key,
    /// What stands for `{{…}}` in the request at hand.
    pub(crate) given: BTreeMap<String, String>,
}

impl Facts {
    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// As of a provider with this issuer.
    pub(crate) fn of(issuer: &str) -> Self {
        let key = Key::of_fixtures();
        let mut clients = fixtures::embedded().clients;
        let mut hybrid = clients.iter().find(|client| client.id == CLIENT).expect("the client").clone();
        "hybrid".clone_into(&mut hybrid.id);
        hybrid.response_types = ResponseType::ALL.to_vec();
        hybrid.grants.push(Grant::Implicit);
        hybrid.auth_methods = vec![AuthMethod::ClientSecretJwt, AuthMethod::PrivateKeyJwt];
        hybrid.redirect_uris =
            vec!["http://127.0.0.1:8700/callback?keep=1".to_owned(), HYBRID_CALLBACK.to_owned()];
        hybrid.jwks = Some(json!({"keys": [key.jwk]}));
        clients.push(hybrid);
        // Nobody listens there; asking would only take time.
        for client in &mut clients {
            client.backchannel_logout_uri = None;
        }
        Self { issuer: issuer.to_owned(), clients, key, given: BTreeMap::new() }
    }
}

/// A provider and what is known of it.
pub(crate) struct World {
    pub(crate) idp: MockIdp,
    pub(crate) facts: Facts,
    host: String,
    /// The cookie of a browser in which Dana is signed in.
    session: String,
    /// The cookie by which a sign-in goes on in the browser that began it.
    browser: String,
    /// Everything as it was then.
    begun: Snapshot,
    /// How many assertions were made: each is good once.
    assertions: u64,
}

/// The sign-in that an answer leads to.
fn interaction_in(answer: &Answer) -> String {
    let location = answer.header("location").expect("a login page");
    location.split_once("interaction=").expect("an interaction").1.to_owned()
}

impl World {
    pub(crate) fn start() -> Self {
        Self::of(MockIdp::builder().seed(1))
    }

    pub(crate) fn of(builder: MockIdpBuilder) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let idp = runtime.block_on(builder.start()).expect("a free port");
        let facts = Facts::of(idp.issuer());
        facts.clients.iter().for_each(|client| idp.clients().add(client.clone()));
        let host = idp.address().to_string();
        let begun = idp.snapshot();
        let mut world =
            Self { idp, facts, host, session: String::new(), browser: String::new(), begun, assertions: 0 };
        world.sign_in();
        world.begun = world.idp.snapshot();
        world
    }

    /// Signs Dana in, in the one browser there is.
    fn sign_in(&mut self) {
        let cookie = |answer: &Answer| {
            let cookie = answer.header("set-cookie").expect("a cookie");
            cookie.split(';').next().unwrap_or_default().to_owned()
        };
        let asked = self.authorize(CLIENT, CALLBACK, "");
        self.browser = cookie(&asked);
        let interaction = interaction_in(&asked);
        let form = [("interaction", interaction.as_str()), ("person", "dana")];
        let session = cookie(&self.post("/account/people", &form));
        self.session = format!("{session}; {}", self.browser);
    }

    /// Puts everything back to how it was when the world began.
    pub(crate) fn put_back(&self) {
        self.idp.restore(&self.begun);
        for path in self.idp.realms().paths().iter().filter(|path| !path.is_empty()) {
            self.idp.realms().remove(path);
        }
    }

    pub(crate) fn send(&self, shot: &Shot) -> Result<Answer, String> {
        send(self.idp.address(), &shot.bytes(&self.host))
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.get_showing(target, &self.session)
    }

    /// Opens an address that an answer leads to, with the cookie that came with it.
    pub(crate) fn follow(&self, target: &str, answer: &Answer) -> Answer {
        let set = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        self.get_showing(target, set.unwrap_or(&self.session))
    }

    fn get_showing(&self, target: &str, cookie: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = decoded(query.as_bytes()).iter().map(|(name, value)| written(name, value)).collect();
        let headers = vec![("Cookie".to_owned(), cookie.as_bytes().to_vec())];
        let shot = Shot {
            method: "GET".to_owned(),
            path: path.as_bytes().to_vec(),
            query,
            headers,
            body: Body::default(),
        };
        self.send(&shot).unwrap_or_else(|error| panic!("{error}: {shot:?}"))
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let kind = ("Content-Type".to_owned(), b"application/x-www-form-urlencoded".to_vec());
        let body = Body::Form(form.iter().map(|(name, value)| written(name, value)).collect());
        let path = path.as_bytes().to_vec();
        let headers = vec![kind, ("Cookie".to_owned(), self.browser.clone().into_bytes())];
        let shot = Shot { method: "POST".to_owned(), path, query: Vec::new(), headers, body };
        self.send(&shot).unwrap_or_else(|error| panic!("{error}: {shot:?}"))
    }

    /// A sign-in that waits for a person.
    fn interaction(&self) -> String {
        interaction_in(&self.authorize(CLIENT, CALLBACK, "&prompt=login"))
    }

    fn authorize(&self, client: &str, callback: &str, more: &str) -> Answer {
        let scope = SCOPE.replace(' ', "+");
        self.get(&format!(
            "/connect/authorize?client_id={client}&redirect_uri={callback}&response_type=code&scope={scope}\
             &state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256{more}"
        ))
    }

    fn code(&self, client: &str, callback: &str) -> String {
        let answer = self.authorize(client, callback, "");
        let location = answer.header("location").unwrap_or_else(|| panic!("no answer: {}", answer.text()));
        let (_, query) = location.split_once('?').expect("a query");
        let params = decoded(query.as_bytes());
        params.into_iter().find(|(name, _)| name == "code").unwrap_or_else(|| panic!("no code: {location}")).1
    }

    fn tokens(&self, code: &str) -> Value {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
        ];
        self.post("/connect/token", &form).json().expect("tokens")
    }

    /// A device that waits: its own code, and the one it shows.
    fn device(&self) -> (String, String) {
        let form = [("client_id", "television"), ("scope", "openid")];
        let device = self.post("/connect/deviceauthorization", &form).json().unwrap_or_default();
        let code = |name: &str| device[name].as_str().expect("a code").to_owned();
        (code("device_code"), code("user_code"))
    }

    /// What authenticates the client that has a key.
    fn assertion(&mut self, signing: Signing) -> String {
        self.assertions += 1;
        let exp = mock_idp::Clock::now(&mock_idp::SystemClock).as_second() + 60;
        let claims = json!({
            "iss": "hybrid", "sub": "hybrid", "aud": self.facts.issuer, "exp": exp, "jti": self.assertions.to_string(),
        });
        let alg = if signing == Signing::Key { "ES256" } else { "HS256" };
        let (header, claims) = (json!({"alg": alg}).to_string(), claims.to_string());
        token(header.as_bytes(), claims.as_bytes(), signing, &self.facts.key)
    }

    fn pushed(&self) -> String {
        let form = [
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "pushed"),
        ];
        let answer = self.post("/connect/par", &form).json().unwrap_or_default();
        answer["request_uri"].as_str().expect("a request_uri").to_owned()
    }

    /// What stands for a place; the same for all places of this name in a request.
    fn give(&mut self, name: &str) -> String {
        if let Some(given) = self.facts.given(name) {
            return given.to_owned();
        }
        let given = match name {
            "code" => self.code(CLIENT, CALLBACK),
            "hybrid_code" => self.code("hybrid", HYBRID_CALLBACK),
            "assertion" => self.assertion(Signing::Secret(Algorithm::HS256, SECRET)),
            "key_assertion" => self.assertion(Signing::Key),
            "spa_code" => self.code("spa", SPA_CALLBACK),
            "used_code" => {
                let code = self.code(CLIENT, CALLBACK);
                self.tokens(&code);
                code
            }
            "access_token" | "refresh_token" | "id_token" => {
                let tokens = self.tokens(&self.code(CLIENT, CALLBACK));
                for name in ["access_token", "refresh_token", "id_token"] {
                    let token = tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"));
                    self.facts.given.insert(name.to_owned(), token.to_owned());
                }
                self.facts.given[name].clone()
            }
            "device_code" | "user_code" => {
                let (device_code, user_code) = self.device();
                self.facts.given.insert("device_code".to_owned(), device_code);
                self.facts.given.insert("user_code".to_owned(), user_code);
                self.facts.given[name].clone()
            }
            "allowed_device_code" => {
                let (device_code, user_code) = self.device();
                self.post("/device", &[("user_code", &user_code), ("person", "dana")]);
                device_code
            }
            "pushed" => self.pushed(),
            "interaction" => self.interaction(),
            "session" => self.session.clone(),
            "issuer" => self.facts.issuer.clone(),
            other => made(other),
        };
        self.facts.given.insert(name.to_owned(), given.clone());
        given
    }

    /// Says what stands for a place from now on; everything else that was given is forgotten.
    pub(crate) fn forget_given(&mut self, stands: &[(&str, &str)]) {
        let stands = stands.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.facts.given = stands.collect();
    }

    /// The request with everything filled in.
    pub(crate) fn filled(&mut self, shot: &Shot) -> Shot {
        let mut shot = shot.clone();
        shot.path = self.fill(&shot.path, |text| text.as_bytes().to_vec());
        shot.query = self.fill_pairs(&shot.query);
        for (_, value) in &mut shot.headers {
            *value = self.fill(value, |text| text.as_bytes().to_vec());
        }
        shot.body = match &shot.body {
            Body::Form(pairs) => Body::Form(self.fill_pairs(pairs)),
            Body::Raw(bytes) => Body::Raw(self.fill(bytes, |text| text.as_bytes().to_vec())),
        };
        shot
    }

    fn fill_pairs(&mut self, pairs: &Pairs) -> Pairs {
        let pair = |(name, value): &(Vec<u8>, Vec<u8>)| {
            (name.clone(), self.fill(value, |text| escape(text.as_bytes())))
        };
        pairs.iter().map(pair).collect()
    }

    fn fill(&mut self, bytes: &[u8], write: fn(&str) -> Vec<u8>) -> Vec<u8> {
        let find = |bytes: &[u8], two: &[u8; 2]| bytes.windows(2).position(|window| window == two);
        let (mut rest, mut filled) = (bytes, Vec::new());
        while let Some(at) = find(rest, b"{{") {
            let Some(length) = find(&rest[at..], b"}}") else { break };
            let name = String::from_utf8_lossy(&rest[at + 2..at + length]).into_owned();
            filled.extend_from_slice(&rest[..at]);
            filled.extend(write(&self.give(&name)));
            rest = &rest[at + length + 2..];
        }
        filled.extend_from_slice(rest);
        filled
    }
}

fn written(name: &str, value: &str) -> (Vec<u8>, Vec<u8>) {
    (escape(name.as_bytes()), escape(value.as_bytes()))
}

/// `basic id:secret`, `x*5000`, or nothing that anybody knows.
fn made(place: &str) -> String {
    if let Some(pair) = place.strip_prefix("basic ") {
        return format!("Basic {}", STANDARD.encode(pair));
    }
    match place.rsplit_once('*').map(|(text, times)| (text, times.parse::<usize>())) {
        Some((text, Ok(times))) if text.len() * times <= 100_000 => text.repeat(times),
        _ => format!("{{{place}}}"),
    }
}
