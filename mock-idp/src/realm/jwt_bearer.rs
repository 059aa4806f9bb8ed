//! Tokens for a JWT of the client, by which it vouches for a person (RFC 7523 2.1).

use std::sync::Arc;

use serde_json::Value;

use crate::journal::Note;
use crate::protocol::assertion::{self, Expected};
use crate::protocol::audience;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::scope::open_scope;
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::client_auth::Caller;
use crate::realm::token_endpoint::{Redeemed, Request, about, required};
use crate::realm::tokens::Order;

impl State {
    /// RFC 7523 2.1: the client vouches for a person, by a JWT that it signed.
    pub(crate) fn redeem_assertion(
        &mut self,
        mut request: Request<'_>,
        caller: &Caller<'_>,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let invalid = |check: &str, reason: String| OAuthError::new(ErrorCode::InvalidGrant, check, reason);
        let token = required(request.form, "assertion", "assertion_present")?;
        let client = &request.client;
        let by_secret = client
            .secret
            .as_deref()
            .and_then(|secret| crate::jose::verify::verified_by_secret(token, secret));
        let genuine = by_secret.or_else(|| self.verified_by_client(client, token, note));
        let (_, claims) = genuine
            .ok_or_else(|| invalid("assertion_signature", self.why_not_signed("the assertion", client)))?;
        let audiences = self.audiences(caller.path);
        let now = self.now();
        let expected = Expected { issuer: &client.id, subject: None, audiences: &audiences, now };
        let once =
            assertion::check(&claims, &expected).map_err(|reason| invalid("assertion_claims", reason))?;
        if !self.only_once(&format!("grant {} {}", client.id, once.id), once.until, note) {
            return Err(invalid("assertion_once", "the assertion was used before".to_owned()));
        }
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let person = match self.person_of(subject, &client.id) {
            Some(person) => person,
            None => {
                self.somebody(&Named { name: subject, ..Named::default() })
                    .map_err(|refusal| invalid("assertion_subject", refusal.reason))?
                    .0
            }
        };
        let scope = open_scope("assertion_scope", client, request.form.first("scope"))?;
        let audience = audience::asked(request.form)?;
        let authentication =
            Authentication { audience, ..self.authentication_of(&person, client, scope, now) };
        about(note, &authentication);
        let mut authentication = Arc::new(authentication);
        if let Some(redeemed) = self.strike_redeem(&mut request.draft, &mut authentication, note)? {
            return Ok(redeemed);
        }
        self.still_there(&authentication)?;
        let id_token = authentication.scope.iter().any(|value| value == "openid");
        let order = Order { id_token, jkt: request.jkt, ..Order::of(request.client, authentication) };
        Ok(Redeemed::Tokens(Box::new(self.order_tokens(order, note))))
    }
}
