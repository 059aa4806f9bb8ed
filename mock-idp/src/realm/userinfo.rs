//! What a valid access token says about the person (OIDC Core 5.3).

use serde_json::{Map, Value, json};

use crate::fault::userinfo::UserinfoDraft;
use crate::fault::{Point, SignIn};
use crate::jose::TokenDraft;
use crate::journal::Note;
use crate::protocol::claims::Telling;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::client_auth::Caller;
use crate::realm::grants::AccessGrant;

/// A userinfo answer: claims, or the same as a token that lacks only its signature.
pub(crate) struct Userinfo {
    pub(crate) draft: UserinfoDraft,
    pub(crate) jwt: Option<Box<TokenDraft>>,
}

/// An access token as it was presented.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) token: &'a str,
    /// By the scheme `DPoP`: with a proof.
    pub(crate) with_proof: bool,
    /// How many tokens came, in whatever way.
    pub(crate) count: usize,
}

fn refuse(check: &str, reason: &str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidToken, check, reason)
}

impl State {
    /// Answers a userinfo request. `presented_name` is what `access_name` says of the token.
    pub(crate) fn userinfo(
        &mut self,
        presented: Option<Presented<'_>>,
        presented_name: Option<String>,
        caller: &Caller<'_>,
        note: &mut Note,
    ) -> Result<Userinfo, OAuthError> {
        let presented = presented.ok_or_else(|| refuse("bearer_present", "no access token was sent"))?;
        note.client_authentication = Some(if presented.with_proof { "dpop" } else { "bearer" });
        if presented.count > 1 {
            // RFC 6750 3.1
            let reason = "the access token was sent more than once";
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "bearer_once", reason));
        }
        let unknown = || refuse("access_token_known", "the access token is not known, or was revoked");
        let name = presented_name.ok_or_else(unknown)?;
        let grant = self.access.get(&name).cloned().ok_or_else(unknown)?;
        note.client = Some(grant.client_id.clone());
        let who = grant.authentication.as_deref();
        let who = who.ok_or_else(|| refuse("access_token_person", "the access token is about no person"))?;
        note.person = Some(who.person.clone());
        note.state.clone_from(&who.sign_in.state);
        self.check_presented(&grant, presented, caller, note)?;
        if !grant.scope.iter().any(|value| value == "openid") {
            let reason = "the scope of the access token has no openid";
            return Err(OAuthError::new(ErrorCode::InsufficientScope, "access_token_scope", reason));
        }
        let mut sign_in = SignIn { struck: grant.struck.clone(), ..who.sign_in.clone() };
        let mut claims = self.userinfo_claims(who, &sign_in, note);
        claims.retain(|_, value| !value.is_null());
        let client = self.clients.get(&grant.client_id).cloned();
        let alg = client.as_ref().and_then(|client| client.userinfo_signed_response_alg);
        let mut draft = UserinfoDraft::new(claims, alg.is_some());
        self.strike(Point::Userinfo, &mut sign_in, note, |_, fault| {
            crate::fault::userinfo::userinfo(fault, &who.issuer, &mut draft)
        });
        let jwt = draft.signed.then(|| {
            let mut claims = draft.claims.clone();
            // OIDC Core 5.3.2: a signed answer has iss and aud.
            claims.insert("iss".to_owned(), json!(&*who.issuer));
            claims.insert("aud".to_owned(), json!(grant.client_id));
            let mut token = TokenDraft::new(&self.ring, alg.unwrap_or_default(), claims);
            if let Some(flaw) = draft.flaw {
                flaw.spoil(self.other_client(&grant.client_id), &mut token);
            }
            Box::new(token)
        });
        if let Some(grant) = self.access.get_mut(&name) {
            grant.struck = sign_in.struck;
        }
        Ok(Userinfo { draft, jwt })
    }

    fn check_presented(
        &mut self,
        grant: &AccessGrant,
        presented: Presented<'_>,
        caller: &Caller<'_>,
        note: &mut Note,
    ) -> Result<(), OAuthError> {
        if self.now() >= grant.expires_at {
            return Err(refuse("access_token_expired", "the access token has expired"));
        }
        match (&grant.jkt, presented.with_proof) {
            (None, false) => {}
            (None, true) => {
                return Err(refuse(
                    "access_token_key",
                    "the access token is bound to no key; send it as Bearer",
                ));
            }
            (Some(_), false) => {
                return Err(refuse(
                    "access_token_key",
                    "the access token is bound to a key; send it as DPoP",
                ));
            }
            (Some(jkt), true) => {
                let shown = self.shown_key(caller, Some(presented.token), note)?;
                if shown.is_none() {
                    return Err(refuse("access_token_key", "there is no DPoP proof beside the access token"));
                }
                if shown.as_ref() != Some(jkt) {
                    return Err(refuse("access_token_key", "the access token is bound to another key"));
                }
            }
        }
        let standing = grant.authentication.as_deref().map(|who| self.still_there(who).is_ok());
        if standing == Some(false) {
            return Err(refuse("person_status", "the person may not sign in any more"));
        }
        Ok(())
    }

    /// The identity faults that struck the ID token of this sign-in strike here too, uncounted.
    fn userinfo_claims(&self, who: &Authentication, sign_in: &SignIn, note: &mut Note) -> Map<String, Value> {
        let mut claims = self.honest_claims(who, Telling::Userinfo, &who.scope);
        claims.extend(who.ordered.clone());
        let around = self.around_person(&who.person);
        for record in self.faults.list().iter().filter(|record| sign_in.struck.contains(&record.id)) {
            if crate::fault::identity::person(record.fault, &around, &mut claims) {
                note.faults.push(record.fault);
            }
        }
        self.add_requested(who, Telling::Userinfo, who.claims.in_userinfo(), &mut claims);
        claims
    }
}
