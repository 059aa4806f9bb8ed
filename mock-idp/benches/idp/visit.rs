//! One sign-in: authorize with a session, token, userinfo. Requests are prebuilt, every answer is checked.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::client::{CALLBACK, CALLBACK_ESCAPED, CHALLENGE, Promise, SECRET, VERIFIER};
use crate::http::{Answer, Connection};
use crate::site::Site;

/// Digits of the number of a sign-in.
const DIGITS: usize = 10;

/// A browser with a session at one issuer, and the relying party that sends it there.
pub(crate) struct Visitor {
    pub(crate) site: Site,
    pub(crate) promise: Promise,
    /// Request of the authorization endpoint, with places for the digits of state and of nonce.
    authorize: Vec<u8>,
    state_at: usize,
    nonce_at: usize,
    /// Head of the token request, up to the value of Content-Length.
    token: String,
    /// `"sub":"…"`, as it stands in tokens and in the answer of userinfo.
    sub: String,
    /// The headers of ID token and access token that were read last and found right.
    headers: [String; 2],
}

/// What stays allocated from one sign-in to the next.
#[derive(Default)]
pub(crate) struct Scratch {
    request: Vec<u8>,
    code: String,
    id_token: String,
    access_token: String,
    /// Number of the sign-in: what its state and its nonce are made of.
    digits: String,
    payload: Vec<u8>,
}

/// A sign-in whose tokens are verified afterwards by another implementation.
pub(crate) struct Sample {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
    pub(crate) nonce: String,
}

impl Visitor {
    /// `cookie` is the session at the provider, for one that has sessions.
    pub(crate) fn new(site: Site, promise: Promise, cookie: Option<&str>, subject: &str) -> Self {
        let digits = "0".repeat(DIGITS);
        let before_state = format!(
            "GET {}?response_type=code&client_id={}&redirect_uri={CALLBACK_ESCAPED}&scope=openid%20profile%20email\
             &code_challenge={CHALLENGE}&code_challenge_method=S256&state=s",
            site.authorize, promise.client
        );
        let before_nonce = format!("{before_state}{digits}&nonce=n");
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let authorize = format!("{before_nonce}{digits} HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n", site.address);
        let token = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
            site.token,
            site.address,
            STANDARD.encode(format!("{}:{SECRET}", promise.client))
        );
        Self {
            site,
            promise,
            state_at: before_state.len(),
            nonce_at: before_nonce.len(),
            authorize: authorize.into_bytes(),
            token,
            sub: format!("\"sub\":\"{subject}\""),
            headers: Default::default(),
        }
    }

    /// Signs in, as sign-in number `number` of this issuer.
    pub(crate) fn sign_in(
        &mut self,
        connection: &mut Connection,
        number: u64,
        scratch: &mut Scratch,
    ) -> anyhow::Result<()> {
        scratch.digits.clear();
        write!(scratch.digits, "{number:010}")?;
        self.fetch_code(connection, scratch).context("authorize")?;
        self.fetch_tokens(connection, scratch).context("token")?;
        self.check_tokens(scratch)?;
        self.fetch_userinfo(connection, scratch).context("userinfo")
    }

    fn fetch_code(&mut self, connection: &mut Connection, scratch: &mut Scratch) -> anyhow::Result<()> {
        for at in [self.state_at, self.nonce_at] {
            self.authorize[at..at + DIGITS].copy_from_slice(scratch.digits.as_bytes());
        }
        let answer = connection.ask(&self.authorize)?;
        ensure!(matches!(answer.status, 302 | 303), "status {}: {}", answer.status, answer.body);
        let location = answer.header("location").context("no location")?;
        let query = location.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix('?'));
        let query = query.with_context(|| format!("sent to {location}"))?;
        let param = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(other, _)| *other == name).map(|(_, value)| value)
        };
        let state = param("state").and_then(|state| state.strip_prefix('s'));
        ensure!(state == Some(&scratch.digits), "not the state that was sent: {location}");
        ensure!(!self.site.names_itself || param("iss").is_some(), "no iss: {location}");
        param("code").with_context(|| format!("no code: {location}"))?.clone_into(&mut scratch.code);
        Ok(())
    }

    fn fetch_tokens(&self, connection: &mut Connection, scratch: &mut Scratch) -> anyhow::Result<()> {
        let fixed = "grant_type=authorization_code&redirect_uri=&code_verifier=&code=".len();
        let length = fixed + CALLBACK_ESCAPED.len() + VERIFIER.len() + scratch.code.len();
        scratch.request.clear();
        write!(
            scratch.request,
            "{}{length}\r\n\r\ngrant_type=authorization_code&redirect_uri={CALLBACK_ESCAPED}\
             &code_verifier={VERIFIER}&code={}",
            self.token, scratch.code
        )?;
        let answer = connection.ask(&scratch.request)?.expect(200)?;
        keep_member(answer, "\"id_token\":\"", &mut scratch.id_token)?;
        keep_member(answer, "\"access_token\":\"", &mut scratch.access_token)
    }

    fn check_tokens(&mut self, scratch: &mut Scratch) -> anyhow::Result<()> {
        let Scratch { id_token, access_token, digits, payload, .. } = scratch;
        let claims = self.check_jwt(0, id_token, payload).with_context(|| format!("ID token {id_token}"))?;
        let nonce = claims.split_once("\"nonce\":\"n").map(|(_, rest)| rest);
        ensure!(nonce.is_some_and(|nonce| nonce.starts_with(&**digits)), "another nonce: {claims}");
        self.check_jwt(1, access_token, payload).with_context(|| format!("access token {access_token}"))?;
        Ok(())
    }

    /// Form, algorithm and subject; answers the claims. The signature is verified of samples.
    fn check_jwt<'a>(
        &mut self,
        kind: usize,
        token: &str,
        payload: &'a mut Vec<u8>,
    ) -> anyhow::Result<&'a str> {
        let (message, signature) = token.rsplit_once('.').context("no dot")?;
        let (header, claims) = message.split_once('.').context("one dot")?;
        if header != self.headers[kind] {
            let decoded: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
            ensure!(decoded["alg"] == self.promise.algorithm.name(), "another algorithm: {decoded}");
            header.clone_into(&mut self.headers[kind]);
        }
        let length = self.promise.algorithm.signature_length();
        ensure!(signature.len() == length, "a signature of {} letters", signature.len());
        payload.clear();
        URL_SAFE_NO_PAD.decode_vec(claims, payload).context("payload")?;
        let claims = std::str::from_utf8(payload).context("payload")?;
        ensure!(claims.contains(&self.sub), "another subject: {claims}");
        Ok(claims)
    }

    fn fetch_userinfo(&self, connection: &mut Connection, scratch: &mut Scratch) -> anyhow::Result<()> {
        scratch.request.clear();
        write!(
            scratch.request,
            "GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.site.userinfo, self.site.address, scratch.access_token
        )?;
        let answer = connection.ask(&scratch.request)?.expect(200)?;
        ensure!(answer.body.contains(&self.sub), "another subject: {}", answer.body);
        Ok(())
    }
}

impl Scratch {
    /// The sign-in that was made last.
    pub(crate) fn sample(&self) -> Sample {
        Sample {
            id_token: self.id_token.clone(),
            access_token: self.access_token.clone(),
            nonce: format!("n{}", self.digits),
        }
    }
}

/// Keeps the text that follows `opening` up to the next quote: a token holds none.
fn keep_member(answer: Answer<'_>, opening: &str, kept: &mut String) -> anyhow::Result<()> {
    let value = answer.body.split_once(opening).and_then(|(_, rest)| rest.split_once('"'));
    let (value, _) = value.with_context(|| format!("no {opening} in {}", answer.body))?;
    value.clone_into(kept);
    Ok(())
}
