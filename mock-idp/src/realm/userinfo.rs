//! What a valid access token says about the person (OIDC Core 5.3), and the end of a provider session.

use serde_json::{Map, Value, json};

use crate::fault::token::UserinfoDraft;
use crate::fault::{Point, SignIn};
use crate::jose::{TokenDraft, verify_own};
use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::logout::{self, Hint};
use crate::protocol::params::Params;
use crate::realm::State;

/// A userinfo answer: claims, or the same as a signed token.
#[derive(Debug, Clone)]
pub(crate) struct Userinfo {
    pub(crate) draft: UserinfoDraft,
    pub(crate) jwt: Option<String>,
}

impl State {
    /// Answers a userinfo request.
    pub(crate) fn userinfo(&mut self, bearer: Option<&str>, note: &mut Note) -> Result<Userinfo, OAuthError> {
        let refuse = |check: &str, reason: &str| OAuthError::new(ErrorCode::InvalidToken, check, reason);
        let token = bearer.ok_or_else(|| refuse("bearer_present", "no access token was sent"))?;
        note.client_authentication = Some("bearer");
        let unknown = || refuse("access_token_known", "the access token is not known, or was revoked");
        let grant = self.access.get(token).cloned().ok_or_else(unknown)?;
        let authentication = grant.authentication;
        note.person = Some(authentication.person.clone());
        note.client = Some(authentication.client_id.clone());
        note.state.clone_from(&authentication.sign_in.state);
        if self.now() >= grant.expires_at {
            return Err(refuse("access_token_expired", "the access token has expired"));
        }
        if self.present(&authentication.person).map(super::login::standing) != Some(Ok(())) {
            return Err(refuse("person_status", "the person may not sign in any more"));
        }
        let mut sign_in = authentication.sign_in.clone();
        let mut claims = self.userinfo_claims(&authentication, &mut sign_in, note);
        claims.retain(|_, value| !value.is_null());
        let mut draft = UserinfoDraft { status: http::StatusCode::OK, claims, signed: false };
        self.strike(Point::Userinfo, &mut sign_in, note, |_, fault| {
            crate::fault::token::userinfo(fault, &mut draft)
        });
        let jwt = draft.signed.then(|| self.sign_userinfo(draft.claims.clone(), &authentication.client_id));
        if let Some(grant) = self.access.get_mut(token) {
            grant.authentication.sign_in = sign_in;
        }
        Ok(Userinfo { draft, jwt })
    }

    /// The identity faults that struck the ID token of this sign-in strike here too, uncounted.
    fn userinfo_claims(
        &mut self,
        authentication: &super::grants::Authentication,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Map<String, Value> {
        let Some(person) = self.people.get(&authentication.person) else { return Map::new() };
        let company = self.company_of(person);
        let mut claims =
            crate::protocol::claims::person_claims(person, company, &authentication.scope, &self.names);
        let other = self.companies.iter().find(|other| other.key != person.company);
        let other_company = other.map(|other| (other.id.clone(), other.name.clone()));
        let around = crate::fault::identity::Around { names: &self.names, other_company };
        for record in self.faults.list().iter().filter(|record| sign_in.struck.contains(&record.id)) {
            if crate::fault::identity::person(record.fault, &around, &mut claims) {
                note.faults.push(record.fault);
            }
        }
        claims
    }

    /// OIDC Core 5.3.2: a signed answer has iss and aud.
    fn sign_userinfo(&self, mut claims: Map<String, Value>, client_id: &str) -> String {
        claims.insert("iss".to_owned(), json!(self.issuer));
        claims.insert("aud".to_owned(), json!(client_id));
        TokenDraft::new(&self.ring, claims).encode(&self.ring)
    }

    /// Ends the session of a browser and says where it may go.
    pub(crate) fn end_session(
        &mut self,
        params: &Params,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Result<Option<(String, Params)>, Refusal> {
        let hint = match params.first("id_token_hint").filter(|hint| !hint.is_empty()) {
            Some(token) => Some(self.logout_hint(token).ok_or_else(|| {
                Refusal::new("id_token_hint", "the id_token_hint is not an ID token of this provider")
            })?),
            None => None,
        };
        let target = logout::check(params, hint.as_ref(), |id| self.clients.get(id))?;
        let mut sign_in = SignIn {
            person: cookie.and_then(|cookie| self.sessions.get(cookie)).map(|session| session.person.clone()),
            client: hint
                .as_ref()
                .map(|hint| hint.client_id.clone())
                .or(params.first("client_id").map(str::to_owned)),
            state: params.first("state").map(str::to_owned),
            struck: Vec::new(),
        };
        note.person.clone_from(&sign_in.person);
        note.client.clone_from(&sign_in.client);
        note.state.clone_from(&sign_in.state);
        if let Some(cookie) = cookie {
            self.sessions.remove(cookie);
        }
        let sid = hint.and_then(|hint| hint.sid);
        self.sessions.retain(|_, session| Some(&session.sid) != sid.as_ref());
        Ok(target.map(|(uri, mut answer)| {
            self.strike(Point::Logout, &mut sign_in, note, |_, fault| {
                crate::fault::authorization::logout(fault, &mut answer)
            });
            (uri, answer)
        }))
    }

    fn logout_hint(&self, token: &str) -> Option<Hint> {
        let payload = verify_own(&self.ring, token)?;
        let audience = match payload.get("aud")? {
            Value::Array(items) => items.first()?.as_str()?.to_owned(),
            other => other.as_str()?.to_owned(),
        };
        let sid = payload.get("sid").and_then(Value::as_str).map(str::to_owned);
        Some(Hint { client_id: audience, sid })
    }
}
