//! The token endpoint: a code or a refresh token for tokens, each once.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::fault::id_token::Around;
use crate::fault::identity::Around as AroundPerson;
use crate::fault::token::{Presented, RedeemDraft, TokenResponseDraft};
use crate::fault::{Point, SignIn};
use crate::jose::TokenDraft;
use crate::journal::Note;
use crate::protocol::authorize::shorten;
use crate::protocol::claims::{self, IdTokenFacts};
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::protocol::token::{self as rules, CodeBinding};
use crate::realm::State;
use crate::realm::grants::{ACCESS_LIFE, AccessGrant, Authentication, REFRESH_LIFE, RefreshGrant, keep};
use crate::realm::people::Minted;
use crate::realm::sign_in::later;

/// What the token endpoint answers.
#[derive(Debug, Clone)]
pub(crate) enum Redeemed {
    Tokens(TokenResponseDraft),
    Error(OAuthError),
    Outage(StatusCode),
}

/// What is to be made.
struct Order {
    authentication: Authentication,
    /// The first tokens of a sign-in carry its nonce; refreshed ones do not (OIDC Core 12.2).
    nonce: bool,
    refresh: bool,
    long_access_token: bool,
}

impl State {
    /// Answers a token request.
    pub(crate) fn token(&mut self, authorization: Option<&str>, form: &Params, note: &mut Note) -> Redeemed {
        match self.try_token(authorization, form, note) {
            Ok(redeemed) => redeemed,
            Err(error) => {
                note.refusal = Some(error.refusal.clone());
                Redeemed::Error(error)
            }
        }
    }

    fn try_token(
        &mut self,
        authorization: Option<&str>,
        form: &Params,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        if let Some(name) = form.duplicate() {
            let reason = format!("{:?} was sent more than once", shorten(name));
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "parameter_once", reason));
        }
        let credentials = rules::read_credentials(authorization, form)?;
        note.client_authentication = Some(credentials.method.as_str());
        note.client = Some(credentials.client_id.clone());
        let client = self.clients.get(&credentials.client_id);
        rules::check_client(client, &credentials)?;
        let grants = client.map(|client| client.grants.clone()).unwrap_or_default();
        let draft = RedeemDraft { auth_method: Some(credentials.method), ..RedeemDraft::default() };
        let unauthorized = |grant: &str| {
            let reason = format!("{} may not use the grant {grant}", credentials.client_id);
            OAuthError::new(ErrorCode::UnauthorizedClient, "client_grant", reason)
        };
        match form.first("grant_type").unwrap_or_default() {
            name @ "authorization_code" if !grants.contains(&fixtures::Grant::AuthorizationCode) => {
                Err(unauthorized(name))
            }
            name @ "refresh_token" if !grants.contains(&fixtures::Grant::RefreshToken) => {
                Err(unauthorized(name))
            }
            "authorization_code" => self.redeem_code(&credentials.client_id, form, draft, note),
            "refresh_token" => self.redeem_refresh(&credentials.client_id, form, draft, note),
            "" => Err(OAuthError::new(ErrorCode::InvalidRequest, "grant_type", "grant_type is missing")),
            other => {
                let reason = format!("grant_type {:?} is not supported", shorten(other));
                Err(OAuthError::new(ErrorCode::UnsupportedGrantType, "grant_type", reason))
            }
        }
    }

    fn redeem_code(
        &mut self,
        client_id: &str,
        form: &Params,
        mut draft: RedeemDraft,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let missing = || OAuthError::new(ErrorCode::InvalidRequest, "code_present", "code is missing");
        let code = form.first("code").filter(|code| !code.is_empty()).ok_or_else(missing)?.to_owned();
        let unknown = || OAuthError::new(ErrorCode::InvalidGrant, "code_known", "the code is not known");
        let grant = self.codes.get(&code).cloned().ok_or_else(unknown)?;
        let mut authentication = grant.authentication;
        about(note, &authentication);
        if grant.used {
            draft.presented = Presented::UsedCode;
        }
        let mut sign_in = authentication.sign_in.clone();
        self.strike(Point::Redeem, &mut sign_in, note, |_, fault| {
            crate::fault::token::redeem(fault, &mut draft)
        });
        if let Some(outage) = draft.outage {
            return Ok(Redeemed::Outage(outage));
        }
        if let Some(error) = draft.refuse {
            return Err(error);
        }
        if grant.used && !draft.forgive_reuse {
            // RFC 6749 4.1.2: what the first use gave is revoked too.
            self.revoke_family(&authentication.family);
            let reason = "the code was used before; what it gave is revoked";
            return Err(OAuthError::new(ErrorCode::InvalidGrant, "code_single_use", reason));
        }
        let binding = CodeBinding {
            client_id: &authentication.client_id,
            redirect_uri: &grant.redirect_uri,
            code_challenge: grant.code_challenge.as_deref(),
            expires_at: grant.expires_at,
        };
        match rules::check_code(&binding, client_id, form, self.now()) {
            Err(error) if error.refusal.check == "pkce" && grant.skip_pkce => {}
            checked => checked?,
        }
        self.still_there(&authentication)?;
        if let Some(grant) = self.codes.get_mut(&code) {
            grant.used = true;
        }
        authentication.sign_in = sign_in;
        let refresh = authentication.scope.iter().any(|scope| scope == "offline_access");
        let long_access_token = draft.long_access_token;
        Ok(self.hand_out(Order { authentication, nonce: true, refresh, long_access_token }, note))
    }

    fn redeem_refresh(
        &mut self,
        client_id: &str,
        form: &Params,
        mut draft: RedeemDraft,
        note: &mut Note,
    ) -> Result<Redeemed, OAuthError> {
        let invalid = |check: &str, reason: &str| OAuthError::new(ErrorCode::InvalidGrant, check, reason);
        let missing =
            || OAuthError::new(ErrorCode::InvalidRequest, "refresh_present", "refresh_token is missing");
        let token =
            form.first("refresh_token").filter(|token| !token.is_empty()).ok_or_else(missing)?.to_owned();
        let unknown = || invalid("refresh_known", "the refresh token is not known");
        let grant = self.refresh.get(&token).cloned().ok_or_else(unknown)?;
        let mut authentication = grant.authentication;
        about(note, &authentication);
        draft.presented = Presented::RefreshToken;
        let mut sign_in = authentication.sign_in.clone();
        self.strike(Point::Redeem, &mut sign_in, note, |_, fault| {
            crate::fault::token::redeem(fault, &mut draft)
        });
        if let Some(outage) = draft.outage {
            return Ok(Redeemed::Outage(outage));
        }
        if let Some(error) = draft.refuse {
            return Err(error);
        }
        if authentication.client_id != client_id {
            return Err(invalid("refresh_client", "the refresh token was given to another client"));
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
        self.still_there(&authentication)?;
        authentication.scope = rules::refreshed_scope(&authentication.scope, form.first("scope"))?;
        if let Some(grant) = self.refresh.get_mut(&token) {
            grant.used = true;
        }
        authentication.sign_in = sign_in;
        let long_access_token = draft.long_access_token;
        Ok(self.hand_out(Order { authentication, nonce: false, refresh: true, long_access_token }, note))
    }

    /// Deleted or deactivated in the meantime: nothing more is given.
    fn still_there(&self, authentication: &Authentication) -> Result<(), OAuthError> {
        let person = self.present(&authentication.person);
        if person.map(super::login::standing) == Some(Ok(())) {
            return Ok(());
        }
        let reason = "the person may not sign in any more";
        Err(OAuthError::new(ErrorCode::InvalidGrant, "person_status", reason))
    }

    fn hand_out(&mut self, order: Order, note: &mut Note) -> Redeemed {
        let mut sign_in = order.authentication.sign_in.clone();
        let scope = order.authentication.scope.join(" ");
        let made = self.make_tokens(order, &mut sign_in, note);
        let mut body = Map::new();
        body.insert("access_token".to_owned(), json!(made.access_token));
        body.insert("token_type".to_owned(), json!("Bearer"));
        body.insert("expires_in".to_owned(), json!(ACCESS_LIFE.as_secs()));
        body.insert("scope".to_owned(), json!(scope));
        body.insert("id_token".to_owned(), json!(made.id_token));
        if let Some(refresh_token) = &made.refresh_token {
            body.insert("refresh_token".to_owned(), json!(refresh_token));
        }
        let mut draft = TokenResponseDraft { body, ..TokenResponseDraft::default() };
        self.strike(Point::TokenResponse, &mut sign_in, note, |_, fault| {
            crate::fault::token::response(fault, &mut draft)
        });
        Redeemed::Tokens(draft)
    }

    fn make_tokens(&mut self, order: Order, sign_in: &mut SignIn, note: &mut Note) -> Minted {
        let Order { mut authentication, nonce, refresh, long_access_token } = order;
        let now = self.now();
        let mut access_token = self.generator.secret();
        if long_access_token {
            access_token.push_str(&"a".repeat(8192 - access_token.len()));
        }
        let person_claims = self.claims_of(&authentication, sign_in, note);
        let facts = IdTokenFacts {
            issuer: &self.issuer,
            client_id: &authentication.client_id,
            nonce: authentication.nonce.as_deref().filter(|_| nonce),
            sid: &authentication.sid,
            auth_time: authentication.auth_time,
            access_token: &access_token,
            now,
        };
        let mut payload = claims::id_token_payload(&facts, person_claims);
        if !self.auth_time {
            payload.remove("auth_time");
        }
        let id_token = self.sign_id_token(payload, &authentication, sign_in, note);
        authentication.sign_in = sign_in.clone();
        let refresh_token = refresh.then(|| self.keep_refresh(&authentication, now));
        let grant = AccessGrant { authentication, expires_at: later(now, ACCESS_LIFE) };
        keep(&mut self.access, access_token.clone(), grant);
        Minted { id_token, access_token, refresh_token }
    }

    fn keep_refresh(&mut self, authentication: &Authentication, now: Timestamp) -> String {
        let token = self.generator.secret();
        let expires_at = later(now, REFRESH_LIFE);
        let grant = RefreshGrant { authentication: authentication.clone(), expires_at, used: false };
        keep(&mut self.refresh, token.clone(), grant);
        token
    }

    /// Claims about the person, as ID token and userinfo send them.
    pub(crate) fn claims_of(
        &mut self,
        authentication: &Authentication,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Map<String, Value> {
        let Some(person) = self.people.get(&authentication.person) else { return Map::new() };
        let mut claims =
            claims::person_claims(person, self.company_of(person), &authentication.scope, &self.names);
        let company = person.company.clone();
        self.strike(Point::Identity, sign_in, note, |state, fault| {
            let other = state.companies.iter().find(|other| other.key != company);
            let other_company = other.map(|other| (other.id.clone(), other.name.clone()));
            let around = AroundPerson { names: &state.names, other_company };
            crate::fault::identity::person(fault, &around, &mut claims)
        });
        claims
    }

    fn sign_id_token(
        &mut self,
        payload: Map<String, Value>,
        authentication: &Authentication,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> String {
        let faults = self.faults.striking(Point::IdToken, sign_in);
        let rotates =
            |wanted: &str| faults.iter().find(|(_, fault)| *fault == wanted).map(|(armed, _)| *armed);
        if let Some(armed) = rotates("jwks-rotate-just-before") {
            self.ring.rotate();
            self.faults.fired(armed, Point::IdToken, sign_in);
            note.faults.push("jwks-rotate-just-before");
        }
        let (person, client) = (&authentication.person, &authentication.client_id);
        let now = self.now();
        let mut draft = TokenDraft::new(&self.ring, payload);
        self.strike(Point::IdToken, sign_in, note, |state, fault| {
            let other = state.clients.keys().find(|id| *id != client).map_or("somebody-else", String::as_str);
            let around = Around {
                ring: &state.ring,
                client_id: client,
                client_secret: state.clients.get(client).and_then(|client| client.secret.as_deref()),
                other_client: other,
                earlier: state.handed_out.id_token(person, client),
                now,
            };
            crate::fault::id_token::token(fault, &around, &mut draft)
        });
        self.faults.settle(Point::IdToken, sign_in);
        let id_token = draft.encode(&self.ring);
        if let Some(armed) = rotates("jwks-rotate-between") {
            self.ring.rotate();
            self.faults.fired(armed, Point::IdToken, sign_in);
            note.faults.push("jwks-rotate-between");
        }
        self.handed_out.remember_id_token(person, client, &id_token);
        id_token
    }

    /// Revokes everything that came from one code.
    pub(crate) fn revoke_family(&mut self, family: &str) {
        self.access.retain(|_, grant| grant.authentication.family != family);
        self.refresh.retain(|_, grant| grant.authentication.family != family);
    }

    /// Tokens without a login: see [`crate::Mint`].
    pub(crate) fn mint_tokens(&mut self, authentication: Authentication, refresh: bool) -> Minted {
        let mut sign_in = authentication.sign_in.clone();
        let order = Order { authentication, nonce: true, refresh, long_access_token: false };
        self.make_tokens(order, &mut sign_in, &mut Note::default())
    }
}

fn about(note: &mut Note, authentication: &Authentication) {
    note.person = Some(authentication.person.clone());
    note.client = Some(authentication.client_id.clone());
    note.state.clone_from(&authentication.sign_in.state);
}
