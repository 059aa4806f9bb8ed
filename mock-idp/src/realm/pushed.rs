//! Authorization requests that do not come as parameters: pushed ahead by the client (RFC 9126), signed by it as a JWT,
//! or lying at an address that it registered (RFC 9101, OIDC Core 6).

use fixtures::Client;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::clock::later;
use crate::jose::{self, verify};
use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::on_the_spot::client::Return;
use crate::protocol::params::Params;
use crate::protocol::text::shorten;
use crate::protocol::{authorize, claims, request_object};
use crate::realm::State;
use crate::realm::client_auth::Caller;
use crate::realm::kept::Weighed;

/// Life of a pushed request: time enough for a redirect.
const LIFE: SignedDuration = SignedDuration::from_secs(90);

/// What a pushed request is called (RFC 9126 2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that was pushed.
#[derive(Debug, Clone)]
pub(crate) struct PushedRequest {
    client_id: String,
    params: Params,
    expires_at: Timestamp,
}

impl Weighed for PushedRequest {
    fn weight(&self) -> usize {
        self.params.size()
    }
}

fn invalid_uri(reason: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestUri, "request_uri", reason)
}

/// Whether a request object may be called that (RFC 9101 4); media types know no letter case.
fn is_for_objects(typ: &Value) -> bool {
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    matches!(typ, "jwt" | "oauth-authz-req+jwt" | "jose")
}

impl State {
    /// Takes an authorization request ahead of time; it is checked as if it had come by the browser (RFC 9126 2.1).
    pub(crate) fn push(
        &mut self,
        caller: &Caller<'_>,
        form: &Params,
        note: &mut Note,
    ) -> Result<Value, OAuthError> {
        form.each_once_but_targets()?;
        let (client, _) = self.authenticate_client(caller, form, note)?;
        if form.first("request_uri").is_some() {
            let reason = "request_uri cannot be pushed (RFC 9126 2.1)";
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "request_uri", reason));
        }
        let jkt = self.shown_key(caller, None, note)?;
        let mut params = form.clone();
        for secret in ["client_secret", "client_assertion", "client_assertion_type"] {
            params.remove(secret);
        }
        if params.first("client_id").is_none() {
            params.push("client_id", client.id.as_str());
        }
        let mut params = self.with_request_object(&client, params, note)?;
        if let Some(jkt) = jkt {
            // RFC 9449 10.1: the proof binds the code as dpop_jkt does, and the two name one key.
            if params.first("dpop_jkt").is_some_and(|named| !named.is_empty() && named != jkt) {
                let reason = "dpop_jkt is not the thumbprint of the key that the DPoP proof shows";
                return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_jkt", reason));
            }
            params.remove("dpop_jkt");
            params.push("dpop_jkt", jkt);
        }
        self.take_address(&params, None, Return::SignIn)
            .map_err(|refusal| refusal.code(ErrorCode::InvalidRequest))?;
        let client = self.clients.get(&client.id).cloned().unwrap_or(client);
        let find = |id: &str| (id == client.id).then_some(&client);
        let (_, to) = authorize::prove_return_to(&params, find)
            .map_err(|refusal| refusal.code(ErrorCode::InvalidRequest))?;
        let request = authorize::check(&params, &client, &to, claims::acr(self.switches))?;
        self.hint_subject(&request)?;
        let name = format!("{URN}{}", self.generator.secret());
        let now = self.now();
        let pushed = PushedRequest { client_id: client.id.clone(), params, expires_at: later(now, LIFE) };
        let until = pushed.expires_at;
        self.pushed.insert(name.clone(), pushed, until, now);
        Ok(json!({"request_uri": name, "expires_in": LIFE.as_secs()}))
    }

    /// The parameters of an authorization request, wherever they are.
    pub(crate) fn gathered(&mut self, params: &Params, note: &mut Note) -> Result<Params, OAuthError> {
        let client = params.first("client_id").and_then(|id| self.clients.get(id)).cloned();
        // Without a client there is nothing to check a reference against; the proof of the client says so.
        let Some(client) = client else { return Ok(params.clone()) };
        // Before anything replaces what was sent: a second value must not get lost on the way.
        params.each_once_but_targets()?;
        if let Some(name) = params.first("request_uri").filter(|name| name.starts_with(URN)) {
            return self.pulled(&client, name);
        }
        if client.require_pushed_authorization_requests {
            let reason = format!("{} has to push its authorization requests (RFC 9126 6)", client.id);
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "pushed", reason));
        }
        self.with_request_object(&client, params.clone(), note)
    }

    /// What was pushed by this name, and waits.
    pub(crate) fn pushed_params(&self, name: &str) -> Option<&Params> {
        Some(&self.pushed.get(name)?.params)
    }

    fn pulled(&self, client: &Client, name: &str) -> Result<Params, OAuthError> {
        let now = self.now();
        let pushed = self.pushed.get(name).filter(|pushed| pushed.client_id == client.id);
        let pushed = pushed.ok_or_else(|| invalid_uri("the request_uri is not known, or was used before"))?;
        if now >= pushed.expires_at {
            return Err(invalid_uri("the request_uri has expired"));
        }
        Ok(pushed.params.clone())
    }

    /// A request that was pushed is used once (RFC 9126 4): when it was answered or a person is asked, not when what a test
    /// posted with it was wrong.
    pub(crate) fn use_up(&mut self, params: &Params) {
        if let Some(name) = params.first("request_uri") {
            self.pushed.remove(name);
        }
    }

    /// Replaces parameters by those of a request object (OIDC Core 6.1 and 6.2).
    fn with_request_object(
        &mut self,
        client: &Client,
        params: Params,
        note: &mut Note,
    ) -> Result<Params, OAuthError> {
        let value = params.first("request").filter(|value| !value.is_empty()).map(str::to_owned);
        let reference = params.first("request_uri").filter(|value| !value.is_empty()).map(str::to_owned);
        let object = match (value, reference) {
            (None, None) => return Ok(params),
            (Some(_), Some(_)) => {
                return Err(request_object::invalid("request and request_uri were both sent"));
            }
            (Some(value), None) => value,
            (None, Some(reference)) => self.fetched_object(client, &reference, note)?,
        };
        let claims = self.object_claims(client, &object, note)?;
        request_object::check(
            &claims,
            &request_object::Expected {
                client_id: &client.id,
                issuer: &self.base.issuer,
                outside: &params,
                now: self.now(),
            },
        )?;
        Ok(request_object::inside_before(params, &claims))
    }

    /// The object at an address; only an address that the client registered is ever asked.
    fn fetched_object(&self, client: &Client, uri: &str, note: &mut Note) -> Result<String, OAuthError> {
        if !self.switched().request_uris {
            // OIDC Core 6.2: what discovery does not offer is not half taken.
            let reason = "request_uri is not supported here: no client registered request_uris";
            return Err(OAuthError::new(ErrorCode::RequestUriNotSupported, "request_uri", reason));
        }
        let plain = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
        if !client.request_uris.iter().any(|registered| plain(registered) == plain(uri)) {
            let reason = format!("request_uri {:?} is not registered for {}", shorten(uri), client.id);
            return Err(invalid_uri(reason));
        }
        let address = plain(uri);
        note.needs.spent.push(address.clone());
        self.fetched.get(&address).cloned().ok_or_else(|| {
            note.needs.want(&address);
            invalid_uri("the request object cannot be fetched")
        })
    }

    fn object_claims(&self, client: &Client, object: &str, note: &mut Note) -> Result<Value, OAuthError> {
        let (header, payload) = jose::decode_whole(object)
            .ok_or_else(|| request_object::invalid("the request object is not a JWT"))?;
        // RFC 9101 10.8: what is called another kind of token is one.
        if let Some(typ) = header.get("typ").filter(|typ| !is_for_objects(typ)) {
            return Err(request_object::invalid(format!(
                "typ of the request object is {}; leave it out, or write oauth-authz-req+jwt",
                shorten(&typ.to_string())
            )));
        }
        let alg = header.get("alg").and_then(Value::as_str).unwrap_or_default();
        if let Some(only) = client.request_object_signing_alg.as_deref().filter(|only| *only != alg) {
            let reason = format!("alg of the request object is {:?}, registered is {only}", shorten(alg));
            return Err(request_object::invalid(reason));
        }
        if alg == "none" {
            // OIDC Registration 2: whoever registered no algorithm may use any that is advertised, and where clients
            // register themselves that is every one. Elsewhere a client has to have asked for this one.
            let allowed = client.request_object_signing_alg.is_some() || self.switches.registration;
            let unsigned = object.ends_with('.');
            return if allowed && unsigned {
                Ok(payload)
            } else {
                Err(request_object::invalid(
                    "an unsigned request object is taken only from a client that registered alg none, \
                     or where clients register themselves",
                ))
            };
        }
        let by_secret =
            client.secret.as_deref().and_then(|secret| verify::verified_by_secret(object, secret));
        let genuine = by_secret.or_else(|| self.verified_by_client(client, object, note));
        genuine
            .map(|(_, claims)| claims)
            .ok_or_else(|| request_object::invalid(self.why_not_signed("the request object", client)))
    }
}
