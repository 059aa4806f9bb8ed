//! Tokens for tokens (RFC 8693).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::journal::Note;
use crate::protocol::audience;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::scope::narrowed_scope;
use crate::protocol::text::shorten;
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::token_endpoint::{Redeemed, Request, about, required};
use crate::realm::tokens::Order;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// Most actors in a row (RFC 8693 4.1): each stands inside the one after it.
const MOST_ACTORS: usize = 16;

/// What a token that is exchanged stands for.
struct Presented {
    authentication: Authentication,
    /// What it was good for; nothing in particular when it is an ID token.
    scope: Option<Vec<String>>,
    actor: Option<Value>,
    /// Thumbprint of the key it is bound to.
    jkt: Option<String>,
}

/// RFC 8693 2.1: what may stand in the form, whatever the tokens are.
fn check_form(form: &Params) -> Result<(), OAuthError> {
    let given = |name| form.first(name).is_some_and(|value| !value.is_empty());
    if given("actor_token_type") && !given("actor_token") {
        let reason = "actor_token_type stands without an actor_token; send both or neither";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "actor_token_type", reason));
    }
    Ok(())
}

impl State {
    /// RFC 8693 2: whoever holds a token of a person gets one of its own for that person.
    pub(crate) fn exchange_token(
        &mut self,
        mut request: Request<'_>,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let form = request.form;
        let subject_token = required(form, "subject_token", "subject_token_present")?;
        let kind = required(form, "subject_token_type", "subject_token_type")?;
        match form.first("requested_token_type") {
            None | Some("" | ACCESS_TOKEN | JWT) => {}
            Some(other) => {
                let reason = format!("requested_token_type {:?} is not supported", shorten(other));
                return Err(OAuthError::new(ErrorCode::InvalidRequest, "requested_token_type", reason));
            }
        }
        check_form(form)?;
        let shown = request.jkt.clone();
        let presented = self.presented(subject_token, kind, "subject_token", shown.as_deref())?;
        let mut authentication = Arc::new(presented.authentication);
        about(note, &authentication);
        if let Some(redeemed) = self.strike_redeem(&mut request.draft, &mut authentication, note)? {
            return Ok(redeemed);
        }
        self.still_there(&authentication)?;
        let actor = match form.first("actor_token").filter(|token| !token.is_empty()) {
            Some(token) => {
                let kind = required(form, "actor_token_type", "actor_token_type")?;
                Some(self.actor(token, kind, shown.as_deref(), presented.actor)?)
            }
            // RFC 8693 4.1: who acted before stays on record.
            None => presented.actor,
        };
        let own: Vec<_> = request.client.scope.split_ascii_whitespace().map(str::to_owned).collect();
        let scope = match (form.first("scope").filter(|asked| !asked.is_empty()), presented.scope) {
            // Whoever asks for nothing gets what the token was good for; an ID token is good for nothing in particular.
            (None, presented) => presented.unwrap_or(own),
            (asked, presented) => {
                let may: Vec<_> = presented.unwrap_or_default().into_iter().chain(own).collect();
                narrowed_scope("exchange_scope", &may, asked)?
            }
        };
        let audience = audience::asked(form)?;
        let changed = Arc::make_mut(&mut authentication);
        changed.client_id.clone_from(&request.client.id);
        changed.scope.clone_from(&scope);
        changed.audience.clear();
        let order = Order {
            id_token: false,
            actor,
            audience,
            jkt: request.jkt,
            ..Order::of(request.client, authentication)
        };
        let mut ordered = self.order_tokens(order, note);
        ordered.facts.issued_token_type = Some(ACCESS_TOKEN);
        Ok(Redeemed::Tokens(Box::new(ordered)))
    }

    /// RFC 8693 4.1: `act` names who acts, and inside it who acted before.
    fn actor(
        &self,
        token: &str,
        kind: &str,
        shown: Option<&str>,
        before: Option<Value>,
    ) -> Result<Value, OAuthError> {
        let acting = self.presented(token, kind, "actor_token", shown)?;
        // RFC 8693 2.2.2: what cannot be taken of either token is this error.
        self.still_there(&acting.authentication).map_err(|_| {
            let reason = "the person who is to act may not sign in any more";
            OAuthError::new(ErrorCode::InvalidRequest, "actor_status", reason)
        })?;
        let subject = self.subject_of(&acting.authentication.person, &acting.authentication.client_id);
        let mut actor = json!({ "sub": subject });
        if let Some(before) = before {
            if std::iter::successors(Some(&before), |actor| actor.get("act")).count() >= MOST_ACTORS {
                let reason = format!("more than {MOST_ACTORS} have acted for each other");
                return Err(OAuthError::new(ErrorCode::InvalidRequest, "actor_token", reason));
            }
            actor["act"] = before;
        }
        Ok(actor)
    }

    /// `shown` is the thumbprint of the key that the request shows.
    fn presented(
        &self,
        token: &str,
        kind: &str,
        role: &str,
        shown: Option<&str>,
    ) -> Result<Presented, OAuthError> {
        let refuse = |reason: String| Err(OAuthError::new(ErrorCode::InvalidRequest, role, reason));
        let genuine = match kind {
            ACCESS_TOKEN | JWT => self.presented_access_token(token),
            ID_TOKEN => self.presented_id_token(token),
            other => return refuse(format!("{role}_type {:?} is not supported", shorten(other))),
        };
        match genuine {
            // RFC 9449 7: whoever cannot use a bound token gets nothing for it.
            Some(Presented { jkt: Some(jkt), .. }) if shown != Some(&*jkt) => {
                refuse(format!("{role} is bound to a key; show that key by a DPoP proof"))
            }
            Some(presented) => Ok(presented),
            None => refuse(format!("{role} is not a living token of this provider about a person")),
        }
    }

    fn presented_access_token(&self, token: &str) -> Option<Presented> {
        let grant = self.access.get(&self.access_name(token)?)?;
        let authentication = grant.authentication.as_deref()?.clone();
        (self.now() < grant.expires_at).then(|| Presented {
            authentication,
            scope: Some(grant.scope.clone()),
            actor: grant.actor.clone(),
            jkt: grant.jkt.clone(),
        })
    }

    fn presented_id_token(&self, token: &str) -> Option<Presented> {
        let claims = crate::jose::verify_own_id_token(&self.ring, token)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let second = |name: &str| claims.get(name).and_then(Value::as_i64);
        let alive = second("exp").is_some_and(|exp| self.now().as_second() < exp);
        let client_id = text("aud")?.to_owned();
        let person = self.person_of(text("sub")?, &client_id)?;
        let issuer: Arc<str> = text("iss")?.into();
        let auth_time = second("auth_time").and_then(|at| Timestamp::from_second(at).ok());
        alive.then(|| Presented {
            authentication: Authentication {
                sid: text("sid").unwrap_or_default().to_owned(),
                family: format!("id_token {}", text("sid").unwrap_or_default()),
                ..Authentication::of(issuer, &person, &client_id, auth_time.unwrap_or(self.now()))
            },
            scope: None,
            actor: None,
            jkt: None,
        })
    }
}
