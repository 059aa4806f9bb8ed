//! An issuer as its discovery document describes it, and what is prepared there before anything is measured: people,
//! clients, sessions. Nothing here is fast, and nothing here is measured.

use std::net::SocketAddr;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::client::{Algorithm, CALLBACK, CALLBACK_ESCAPED, CHALLENGE, Promise, SECRET};
use crate::http::Connection;

/// An issuer and its endpoints, as paths on one address.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// Path of the realm; empty for the one at the root.
    pub(crate) realm: String,
    pub(crate) issuer: String,
    pub(crate) authorize: String,
    pub(crate) token: String,
    pub(crate) userinfo: String,
    jwks: String,
    /// Whether authorization responses carry `iss` (RFC 9207).
    pub(crate) names_itself: bool,
}

impl Site {
    /// Reads the discovery document below `realm`.
    pub(crate) fn discover(address: SocketAddr, realm: &str) -> anyhow::Result<Self> {
        let mut connection = Connection::open(address)?;
        let document = get(&mut connection, &format!("{realm}/.well-known/openid-configuration"))?;
        let member = |name: &str| document[name].as_str().with_context(|| format!("discovery has no {name}"));
        let path = |name: &str| Ok::<_, anyhow::Error>(path_of(member(name)?).to_owned());
        Ok(Self {
            address,
            realm: realm.to_owned(),
            issuer: member("issuer")?.to_owned(),
            authorize: path("authorization_endpoint")?,
            token: path("token_endpoint")?,
            userinfo: path("userinfo_endpoint")?,
            jwks: path("jwks_uri")?,
            names_itself: document["authorization_response_iss_parameter_supported"] == true,
        })
    }

    /// The published keys.
    pub(crate) fn keys(&self) -> anyhow::Result<Value> {
        get(&mut Connection::open(self.address)?, &self.jwks)
    }

    /// Registers the client that is served with this algorithm, and says what its sign-ins must give.
    pub(crate) fn add_client(&self, algorithm: Algorithm) -> anyhow::Result<Promise> {
        let client = match algorithm {
            Algorithm::Rs256 => "bench-rs256",
            Algorithm::Es256 => "bench-es256",
        };
        let document = json!({
            "id": client,
            "why": "signs in as often as it can",
            "name": "Benchmark",
            "secret": SECRET,
            "auth_methods": ["client_secret_basic"],
            "grants": ["authorization_code"],
            "redirect_uris": [CALLBACK],
            "id_token_signed_response_alg": algorithm.name(),
            "access_token_format": "jwt",
            "access_token_signing_alg": algorithm.name(),
        });
        self.create("clients", [document])?;
        Ok(Promise { client, algorithm })
    }

    /// Sends documents to the control interface, one after the other; each must create something.
    pub(crate) fn create(
        &self,
        noun: &str,
        documents: impl IntoIterator<Item = Value>,
    ) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.address)?;
        for document in documents {
            let (path, body) = (format!("{}/_control/{noun}", self.realm), document.to_string());
            let request = post(&path, "Content-Type: application/json", &body);
            connection.ask(request.as_bytes())?.expect(201).with_context(|| format!("POST {path}"))?;
        }
        Ok(())
    }

    /// Signs a person in by the pages; the session cookie, as a browser sends it back.
    pub(crate) fn sign_in(&self, client: &str, person: &str) -> anyhow::Result<String> {
        let mut connection = Connection::open(self.address)?;
        let query = format!(
            "response_type=code&client_id={client}&redirect_uri={CALLBACK_ESCAPED}&scope=openid&state=s&nonce=n\
             &code_challenge={CHALLENGE}&code_challenge_method=S256"
        );
        let request = format!("GET {}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", self.authorize);
        let asked = connection.ask(request.as_bytes())?.expect(303)?;
        let location = path_of(asked.header("location").context("no redirect")?).to_owned();
        // A sign-in goes on in the browser that began it.
        let browser = cookie_of(asked.header("set-cookie").context("no cookie of the browser")?);
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nCookie: {browser}");
        let (page, interaction) = location.split_once("?interaction=").context("nobody was asked")?;
        let (folder, _) = page.rsplit_once('/').context("a path")?;
        let form = format!("interaction={interaction}&person={person}");
        let request = post(&format!("{folder}/people"), &headers, &form);
        let done = connection.ask(request.as_bytes())?.expect(303)?;
        ensure!(done.header("location").is_some_and(|to| to.starts_with(CALLBACK)), "not signed in");
        Ok(cookie_of(done.header("set-cookie").context("no session cookie")?).to_owned())
    }
}

/// Person number `number`, as the control interface takes them.
pub(crate) fn person(number: u32) -> Value {
    json!({
        "key": person_key(number),
        "why": "one of many",
        "company": "northwind",
        "username": person_key(number),
        "subject": person_subject(number),
        "given_name": "Person",
        "family_name": format!("Number {number}"),
        "email": format!("{}@northwind.example", person_key(number)),
        "email_verified": true,
        "role": "User",
        "modules": ["mdr"],
        "password": "kaseya-many",
        "one_time_code": "123456",
    })
}

pub(crate) fn person_key(number: u32) -> String {
    format!("person-{number:06}")
}

pub(crate) fn person_subject(number: u32) -> String {
    format!("k1-bench-{number:06}")
}

fn get(connection: &mut Connection, path: &str) -> anyhow::Result<Value> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let answer = connection.ask(request.as_bytes())?.expect(200).with_context(|| format!("GET {path}"))?;
    serde_json::from_str(answer.body).with_context(|| format!("GET {path}"))
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A cookie as a browser sends it back.
fn cookie_of(set: &str) -> &str {
    set.split(';').next().unwrap_or(set)
}

/// A URL without scheme and authority.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}
