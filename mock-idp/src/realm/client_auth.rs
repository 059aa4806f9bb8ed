//! Who a client is: by its secret, by a JWT, by a key it shows. Every endpoint that a server calls asks here.

use std::sync::Arc;

use fixtures::{AuthMethod, Client};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::clock::later;
use crate::jose::{self, verify};
use crate::journal::Note;
use crate::protocol::assertion::{self, Expected};
use crate::protocol::dpop;
use crate::protocol::endpoints::Endpoint;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::token::{self as rules, Proof};
use crate::realm::State;

/// What a server sent beside the form.
pub(crate) struct Caller<'a> {
    pub(crate) authorization: Option<&'a str>,
    /// The `DPoP` header.
    pub(crate) dpop: Option<&'a str>,
    pub(crate) method: &'a str,
    /// The path of the endpoint, below the realm.
    pub(crate) path: &'a str,
}

fn invalid_client(check: &str, reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, check, reason)
}

impl State {
    /// Authenticates the client of a request.
    pub(crate) fn authenticate_client(
        &mut self,
        caller: &Caller<'_>,
        form: &Params,
        note: &mut Note,
    ) -> Result<(Arc<Client>, AuthMethod), OAuthError> {
        let credentials = rules::read_credentials(caller.authorization, form)?;
        let method = match &credentials.proof {
            Proof::None => AuthMethod::None,
            Proof::Basic(_) => AuthMethod::ClientSecretBasic,
            Proof::Post(_) => AuthMethod::ClientSecretPost,
            Proof::Assertion(assertion) => method_of(assertion),
        };
        note.client_authentication = Some(method.as_str());
        note.client = Some(credentials.client_id.clone());
        if self.is_anybody(&credentials.client_id) {
            return self.take_secret(&credentials, form.first("scope"), method, note);
        }
        let client = self.clients.get(&credentials.client_id);
        let client = Arc::clone(rules::check_method(client, &credentials.client_id, method)?);
        match &credentials.proof {
            Proof::None => {}
            Proof::Basic(secret) | Proof::Post(secret) => rules::check_secret(&client, secret)?,
            Proof::Assertion(assertion) => self.check_assertion(&client, method, assertion, caller, note)?,
        }
        Ok((client, method))
    }

    fn check_assertion(
        &mut self,
        client: &Client,
        method: AuthMethod,
        token: &str,
        caller: &Caller<'_>,
        note: &mut Note,
    ) -> Result<(), OAuthError> {
        let genuine = match method {
            AuthMethod::ClientSecretJwt => {
                client.secret.as_deref().and_then(|secret| verify::verified_by_secret(token, secret))
            }
            _ => self.verified_by_client(client, token, note),
        };
        let (_, claims) = genuine.ok_or_else(|| {
            let reason = self.why_not_signed("the client_assertion", client);
            invalid_client("client_assertion_signature", reason)
        })?;
        let audiences = self.audiences(caller.path);
        let expected = Expected {
            issuer: &client.id,
            subject: Some(&client.id),
            audiences: &audiences,
            now: self.now(),
        };
        let once = assertion::check(&claims, &expected)
            .map_err(|reason| invalid_client("client_assertion_claims", reason))?;
        self.only_once(&format!("assertion {} {}", client.id, once.id), once.until, note)
            .then_some(())
            .ok_or_else(|| invalid_client("client_assertion_once", "the client_assertion was used before"))
    }

    /// Names of this provider that an assertion may be addressed to: the issuer, and the endpoints (RFC 7523 3).
    pub(crate) fn audiences(&self, path: &str) -> Vec<String> {
        let token = self.base.endpoints.path(Endpoint::Token);
        let mut names = vec![
            self.base.issuer.to_string(),
            format!("{}{path}", self.base.back),
            format!("{}{token}", self.base.back),
            format!("{}{path}", self.base.front),
            format!("{}{token}", self.base.front),
        ];
        names.dedup();
        names
    }

    /// Whether a name was never seen before; it is remembered until then.
    pub(crate) fn only_once(&mut self, name: &str, until: Timestamp, note: &mut Note) -> bool {
        if self.seen.contains(name) {
            return false;
        }
        let now = self.now();
        self.seen.insert(name.to_owned(), (), until, now);
        note.needs.once.push(name.to_owned());
        true
    }

    /// The request that used these is answered once more from the start.
    pub(crate) fn forget_once(&mut self, names: &[String]) {
        for name in names {
            self.seen.remove(name);
        }
    }

    /// Header and payload of a JWT, if a key of the client signed it. Keys the client publishes are fetched.
    pub(crate) fn verified_by_client(
        &self,
        client: &Client,
        token: &str,
        note: &mut Note,
    ) -> Option<(Value, Value)> {
        if let Some(jwks) = &client.jwks {
            return verify::verified_by_set(token, jwks);
        }
        let uri = client.jwks_uri.as_deref()?;
        let fetched = self.fetched.get(uri);
        let known = fetched.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let genuine = known.and_then(|jwks| verify::verified_by_set(token, &jwks));
        if genuine.is_none() {
            // Never fetched, or the client has a new key.
            note.needs.want(uri);
        }
        genuine
    }

    /// Why a JWT was not verified by the keys of a client.
    pub(crate) fn why_not_signed(&self, jwt: &str, client: &Client) -> String {
        let id = &client.id;
        let not_signed = || format!("{jwt} is not signed by a key of {id}");
        let Some(uri) = client.jwks_uri.as_ref().filter(|_| client.jwks.is_none()) else {
            return not_signed();
        };
        match self.fetched.get(uri).map(|text| serde_json::from_str::<Value>(text)) {
            None => format!("{jwt} is not verified: the keys of {id} could not be fetched from {uri}"),
            Some(Err(_)) => format!("{jwt} is not verified: what is at {uri} is no key set (RFC 7517 5)"),
            Some(Ok(_)) => not_signed(),
        }
    }

    /// The thumbprint of the key that a request shows, if it shows one (RFC 9449 4.3).
    pub(crate) fn shown_key(
        &mut self,
        caller: &Caller<'_>,
        access_token: Option<&str>,
        note: &mut Note,
    ) -> Result<Option<String>, OAuthError> {
        let Some(proof) = caller.dpop else { return Ok(None) };
        let wrong = |reason: String| OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_proof", reason);
        let no_jwt = || wrong("there is not one DPoP proof that is a JWT".to_owned());
        let (header, _) = jose::decode_whole(proof).ok_or_else(no_jwt)?;
        let jwk: Map<String, Value> = dpop::key_of(&header).map_err(wrong)?.clone();
        if !verify::is_for_signatures(&jwk) {
            return Err(wrong("the jwk of the proof says that it is not for signatures".to_owned()));
        }
        let (_, claims) = verify::verified(proof, &jwk)
            .ok_or_else(|| wrong("the DPoP proof is not signed by the key in its header".to_owned()))?;
        let uris = [&self.base.back, &self.base.front].map(|base| format!("{base}{}", caller.path));
        let now = self.now();
        let expected = dpop::Expected { method: caller.method, uris: &uris, access_token, now };
        let id = dpop::check(&claims, &expected).map_err(wrong)?;
        let client = note.client.as_ref().and_then(|id| self.clients.get(id));
        if client.is_some_and(|client| client.dpop_nonces) {
            note.dpop_nonce = Some(dpop::nonce(&self.dpop_secret, now));
            if !dpop::has_nonce(&claims, &self.dpop_secret, now) {
                let reason =
                    "the DPoP proof has no nonce, or an old one; send the one of the header DPoP-Nonce";
                return Err(OAuthError::new(ErrorCode::UseDpopNonce, "dpop_nonce", reason));
            }
        }
        let until = later(now, SignedDuration::from_secs(2 * dpop::WINDOW));
        let thumbprint =
            dpop::thumbprint(&jwk).ok_or_else(|| wrong("the jwk of the proof is no key".to_owned()))?;
        if !self.only_once(&format!("proof {thumbprint} {id}"), until, note) {
            return Err(wrong("the DPoP proof was used before".to_owned()));
        }
        Ok(Some(thumbprint))
    }
}

/// Which of the two methods a JWT stands for: its algorithm says.
fn method_of(assertion: &str) -> AuthMethod {
    let alg = jose::decode(assertion).and_then(|(header, _)| header.get("alg")?.as_str().map(str::to_owned));
    if alg.is_some_and(|alg| alg.starts_with("HS")) {
        AuthMethod::ClientSecretJwt
    } else {
        AuthMethod::PrivateKeyJwt
    }
}
