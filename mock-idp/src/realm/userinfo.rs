//! What a valid access token says about the person (OIDC Core 5.3).

use serde_json::{Map, Value, json};

use crate::fault::token::UserinfoDraft;
use crate::fault::{Point, SignIn};
use crate::jose::TokenDraft;
use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError};
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
}
