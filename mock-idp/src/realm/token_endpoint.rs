//! The token endpoint: a code, a refresh token or the client itself for tokens. The other grants are in
//! `token_exchange`, `jwt_bearer`, `device` and `password`.

use std::sync::Arc;

use fixtures::{Client, Grant};
use serde_json::{Map, json};

use crate::fault::Point;
use crate::fault::token::{Outage, Presented, RedeemDraft, Substitution, TokenResponseDraft};
use crate::journal::Note;
use crate::protocol::audience;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::scope::narrowed_scope;
use crate::protocol::text::shorten;
use crate::protocol::token::{self as rules, CodeBinding};
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::client_auth::Caller;
use crate::realm::handed_out::TokenKind;
use crate::realm::tokens::{Made, Order, Ordered};

/// What the token endpoint answers.
pub(crate) enum Redeemed {
    /// Tokens, to be signed without the lock.
    Tokens(Box<Ordered>),
    Error(OAuthError),
    Outage(Outage),
}

/// A token request of a client that is known.
pub(crate) struct Request<'a> {
    pub(crate) client: Arc<Client>,
    pub(crate) form: &'a Params,
    /// Thumbprint of the key that tokens are to be bound to.
    pub(crate) jkt: Option<String>,
    pub(crate) draft: RedeemDraft,
}

impl State {
    /// Answers a token request.
    pub(crate) fn token(&mut self, caller: &Caller<'_>, form: &Params, note: &mut Note) -> Redeemed {
        match self.try_token(caller, form, note) {
            Ok(redeemed) => redeemed,
            Err(error) => {
                note.refusal = Some(error.refusal.clone());
                Redeemed::Error(error)
            }
        }
    }

    fn try_token(
        &mut self,
        caller: &Caller<'_>,
        form: &Params,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        form.each_once_but_targets()?;
        let (client, method) = self.authenticate_client(caller, form, note)?;
        let grant = grant_of(&client, form)?;
        let jkt = self.shown_key(caller, None, note)?;
        if jkt.is_none() && client.dpop_bound_access_tokens {
            let reason = format!("{} has to show its key by a DPoP proof", client.id);
            return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_required", reason));
        }
        let draft = RedeemDraft { auth_method: Some(method), ..RedeemDraft::default() };
        let request = Request { client, form, jkt, draft };
        match grant {
            Grant::AuthorizationCode | Grant::Implicit => self.redeem_code(request, note),
            Grant::RefreshToken => self.redeem_refresh(request, note),
            Grant::ClientCredentials => self.redeem_credentials(request, note),
            Grant::DeviceCode => self.redeem_device_code(request, note),
            Grant::TokenExchange => self.exchange_token(request, note),
            Grant::JwtBearer => self.redeem_assertion(request, caller, note),
            Grant::Password => self.redeem_password(request, note),
        }
    }

    fn redeem_code(&mut self, mut request: Request<'_>, note: &mut Note) -> Result<Redeemed, OAuthError> {
        let code = required(request.form, "code", "code_present")?.to_owned();
        let unknown = || OAuthError::new(ErrorCode::InvalidGrant, "code_known", "the code is not known");
        let grant = self.codes.get(&code).cloned().ok_or_else(unknown)?;
        let mut authentication = Arc::clone(&grant.authentication);
        about(note, &authentication);
        // Before anything strikes: what another client tries is not the sign-in that a fault waits for.
        rules::check_code_client(&authentication.client_id, &request.client.id)?;
        request.draft.somebody_else = self.people.somebody_else(&authentication.person).is_some();
        if grant.used {
            request.draft.presented = Presented::UsedCode;
        }
        if let Some(redeemed) = self.strike_redeem(&mut request.draft, &mut authentication, note)? {
            return Ok(redeemed);
        }
        if grant.used && !request.draft.forgive_reuse {
            // RFC 6749 4.1.2: what the first use gave is revoked too.
            self.revoke_family(&authentication.family);
            let reason = "the code was used before; what it gave is revoked";
            return Err(OAuthError::new(ErrorCode::InvalidGrant, "code_single_use", reason));
        }
        let binding = CodeBinding {
            redirect_uri: &grant.redirect_uri,
            code_challenge: grant.code_challenge.as_deref(),
            expires_at: grant.expires_at,
        };
        self.check_promise(&request.client, binding.code_challenge)?;
        match rules::check_code(&binding, request.form, self.now()) {
            Err(error) if error.refusal.check == "pkce" && grant.skip_pkce => {}
            checked => checked?,
        }
        if grant.jkt.is_some() && grant.jkt != request.jkt {
            let reason = "the code is bound to another key (dpop_jkt) than the one that was shown";
            return Err(OAuthError::new(ErrorCode::InvalidGrant, "code_key", reason));
        }
        self.still_there(&authentication)?;
        let audience = audience::narrowed(&authentication.audience, request.form)?;
        if let Some(grant) = self.codes.get_mut(&code) {
            grant.used = true;
        }
        let substitution = request.draft.substitution;
        let foreign = substitution.and_then(|_| self.of_somebody_else(&authentication));
        let (authentication, foreign) = match (substitution, foreign) {
            (Some(Substitution::Everything), Some(foreign)) => (Arc::new(foreign), None),
            (_, foreign) => (authentication, foreign),
        };
        let refresh_token = has_offline_access(&authentication.scope, &request.client);
        let long_access_token = request.draft.long_access_token;
        let client = Arc::clone(&request.client);
        let order = Order {
            refresh_token,
            audience,
            long_access_token,
            jkt: request.jkt,
            ..Order::of(request.client, authentication)
        };
        let mut ordered = self.order_tokens(order, note);
        if let Some(foreign) = foreign {
            let order = Order { id_token: false, ..Order::of(client, foreign) };
            ordered.foreign_access_token = self.order_tokens(order, note).sign().access_token;
        }
        Ok(Redeemed::Tokens(Box::new(ordered)))
    }

    /// How another person of the same company would have signed in at the same client, at the same time.
    fn of_somebody_else(&mut self, who: &Authentication) -> Option<Authentication> {
        let person = self.people.somebody_else(&who.person)?.key.clone();
        let nonce = Some(self.generator.secret());
        let sid = self.generator.short();
        Some(Authentication { person, nonce, sid, family: self.generator.short(), ..who.clone() })
    }

    fn redeem_refresh(&mut self, mut request: Request<'_>, note: &mut Note) -> Result<Redeemed, OAuthError> {
        let invalid = |check: &str, reason: &str| OAuthError::new(ErrorCode::InvalidGrant, check, reason);
        let token = required(request.form, "refresh_token", "refresh_present")?.to_owned();
        let unknown = || invalid("refresh_known", "the refresh token is not known");
        let grant = self.refresh.get(&token).cloned().ok_or_else(unknown)?;
        let mut authentication = Arc::clone(&grant.authentication);
        about(note, &authentication);
        if authentication.client_id != request.client.id {
            return Err(invalid("refresh_client", "the refresh token was given to another client"));
        }
        request.draft.presented = Presented::RefreshToken;
        if let Some(redeemed) = self.strike_redeem(&mut request.draft, &mut authentication, note)? {
            return Ok(redeemed);
        }
        if grant.used {
            // RFC 9700 4.14.2: a token that comes twice was stolen from one of the two.
            self.revoke_family(&authentication.family);
            return Err(invalid(
                "refresh_single_use",
                "the refresh token was used before; its family is revoked",
            ));
        }
        if self.now() >= grant.expires_at {
            return Err(invalid("refresh_expired", "the refresh token has expired"));
        }
        // RFC 9449 5: refresh tokens of public clients are bound to the key too.
        if request.client.is_public() && grant.jkt != request.jkt {
            let reason = match grant.jkt {
                Some(_) => "the refresh token is bound to another key",
                None => "the refresh token is bound to no key, and comes with the proof of one",
            };
            return Err(invalid("refresh_key", reason));
        }
        self.still_there(&authentication)?;
        let scope = narrowed_scope("refresh_scope", &authentication.scope, request.form.first("scope"))?;
        let audience = audience::narrowed(&authentication.audience, request.form)?;
        let rotates = request.client.rotate_refresh_tokens;
        if let Some(grant) = self.refresh.get_mut(&token).filter(|_| rotates) {
            grant.used = true;
        }
        let order = Order {
            nonce: false,
            refresh_token: rotates,
            id_token: scope.iter().any(|value| value == "openid"),
            scope,
            audience,
            long_access_token: request.draft.long_access_token,
            jkt: request.jkt,
            ..Order::of(request.client, authentication)
        };
        Ok(Redeemed::Tokens(Box::new(self.order_tokens(order, note))))
    }

    /// RFC 6749 4.4: the client for itself.
    fn redeem_credentials(&mut self, request: Request<'_>, note: &mut Note) -> Result<Redeemed, OAuthError> {
        if request.client.is_public() {
            let reason = "a public client has no credentials to get a token for";
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "client_public", reason));
        }
        let may: Vec<String> = request.client.scope.split_ascii_whitespace().map(str::to_owned).collect();
        let scope = narrowed_scope("client_scope", &may, request.form.first("scope"))?;
        let order = Order {
            authentication: None,
            scope,
            access_token: true,
            id_token: false,
            nonce: false,
            refresh_token: false,
            code: None,
            jkt: request.jkt,
            actor: None,
            audience: audience::asked(request.form)?,
            life: None,
            long_access_token: false,
            client: request.client,
        };
        Ok(Redeemed::Tokens(Box::new(self.order_tokens(order, note))))
    }

    /// Faults at the judgement: an outage is the whole answer, an error is one too.
    pub(crate) fn strike_redeem(
        &mut self,
        draft: &mut RedeemDraft,
        authentication: &mut Arc<Authentication>,
        note: &mut Note,
    ) -> Result<Option<Redeemed>, OAuthError> {
        let mut sign_in = authentication.sign_in.clone();
        self.strike(Point::Redeem, &mut sign_in, note, |_, fault| crate::fault::token::redeem(fault, draft));
        if sign_in != authentication.sign_in {
            Arc::make_mut(authentication).sign_in = sign_in;
        }
        if draft.revoke_family {
            self.revoke_family(&authentication.family);
        }
        match (draft.outage.take(), draft.refuse.take()) {
            (Some(outage), _) => Ok(Some(Redeemed::Outage(outage))),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }

    /// Deleted or deactivated in the meantime: nothing more is given.
    pub(crate) fn still_there(&self, authentication: &Authentication) -> Result<(), OAuthError> {
        let person = self.people.present(&authentication.person);
        if person.map(super::login::standing) == Some(Ok(())) {
            return Ok(());
        }
        let reason = "the person may not sign in any more";
        Err(OAuthError::new(ErrorCode::InvalidGrant, "person_status", reason))
    }

    /// The answer around finished tokens (RFC 6749 5.1).
    pub(crate) fn token_response(&mut self, made: &Made, note: &mut Note) -> TokenResponseDraft {
        let facts = &made.facts;
        let mut body = Map::new();
        if let Some(access_token) = &made.access_token {
            body.insert("access_token".to_owned(), json!(access_token));
        }
        body.insert("token_type".to_owned(), json!(if facts.bound { "DPoP" } else { "Bearer" }));
        body.insert("expires_in".to_owned(), json!(facts.expires_in));
        body.insert("scope".to_owned(), json!(facts.scope.join(" ")));
        if let Some(kind) = facts.issued_token_type {
            body.insert("issued_token_type".to_owned(), json!(kind));
        }
        if let Some(id_token) = &made.id_token {
            body.insert("id_token".to_owned(), json!(id_token));
        }
        if let Some(refresh_token) = &made.refresh_token {
            body.insert("refresh_token".to_owned(), json!(refresh_token));
        }
        self.remember_made(made);
        let mut draft = TokenResponseDraft { body, ..TokenResponseDraft::default() };
        let mut sign_in = facts.sign_in.clone();
        self.strike(Point::TokenResponse, &mut sign_in, note, |_, fault| {
            crate::fault::token::response(fault, &mut draft)
        });
        draft
    }

    /// Keeps finished tokens, so that they can be handed out again.
    pub(crate) fn remember_made(&mut self, made: &Made) {
        let facts = &made.facts;
        for (kind, token) in [
            (TokenKind::IdToken, &made.id_token),
            (TokenKind::AccessToken, &made.access_token),
            (TokenKind::RefreshToken, &made.refresh_token),
        ] {
            if let Some(token) = token {
                self.handed_out.remember_token(kind, facts.person.as_deref(), &facts.client_id, token);
            }
        }
    }
}

fn grant_of(client: &Client, form: &Params) -> Result<Grant, OAuthError> {
    let name = form.first("grant_type").unwrap_or_default();
    if name.is_empty() {
        let reason = if form.is_empty() {
            "grant_type is missing: the body is no form (application/x-www-form-urlencoded)"
        } else {
            "grant_type is missing"
        };
        return Err(OAuthError::new(ErrorCode::InvalidRequest, "grant_type", reason));
    }
    let known = Grant::ALL.into_iter().find(|grant| *grant != Grant::Implicit && grant.as_str() == name);
    let grant = known.ok_or_else(|| {
        let reason = format!("grant_type {:?} is not supported", shorten(name));
        OAuthError::new(ErrorCode::UnsupportedGrantType, "grant_type", reason)
    })?;
    if client.grants.contains(&grant) {
        return Ok(grant);
    }
    let reason = format!("{} may not use the grant {name}", client.id);
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "client_grant", reason))
}

/// A parameter that has to be there.
pub(crate) fn required<'a>(form: &'a Params, name: &str, check: &str) -> Result<&'a str, OAuthError> {
    let value = form.first(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, check, format!("{name} is missing")))
}

/// Whether there is to be a refresh token: asked for, and of use to the client.
pub(crate) fn has_offline_access(scope: &[String], client: &Client) -> bool {
    client.grants.contains(&Grant::RefreshToken) && scope.iter().any(|value| value == "offline_access")
}

/// Whom and which sign-in a request is about; who asks is whoever authenticated.
pub(crate) fn about(note: &mut Note, authentication: &Authentication) {
    note.person = Some(authentication.person.clone());
    note.state.clone_from(&authentication.sign_in.state);
}
