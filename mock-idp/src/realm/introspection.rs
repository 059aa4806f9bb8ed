//! Looking into tokens (RFC 7662).

use serde_json::{Map, Value, json};

use crate::journal::Note;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::client_auth::Caller;
use crate::realm::token_endpoint::{about, required};

impl State {
    /// Says whether a token is honoured, and what it says. What is not is only `active: false`, whatever the reason
    /// (RFC 7662 2.2); the journal has the reason.
    pub(crate) fn introspect(
        &mut self,
        caller: &Caller<'_>,
        form: &Params,
        note: &mut Note,
    ) -> Result<Value, OAuthError> {
        form.each_once()?;
        let (client, _) = self.authenticate_client(caller, form, note)?;
        if client.is_public() {
            let reason = "a public client may not look into tokens";
            return Err(OAuthError::new(ErrorCode::InvalidClient, "client_public", reason));
        }
        let token = required(form, "token", "token_present")?.to_owned();
        let claims = self.living_access(&token, note).or_else(|| self.living_refresh(&token, note));
        Ok(Value::Object(claims.unwrap_or_else(|| Map::from_iter([("active".to_owned(), json!(false))]))))
    }

    fn living_access(&self, token: &str, note: &mut Note) -> Option<Map<String, Value>> {
        let grant = self.access.get(&self.access_name(token)?)?;
        if let Some(who) = &grant.authentication {
            note.person = Some(who.person.clone());
            self.still_there(who).ok()?;
        }
        if self.now() >= grant.expires_at {
            return None;
        }
        let mut claims = Map::from_iter([("active".to_owned(), json!(true))]);
        // Whatever claims a test gave the token, that it is good says the provider.
        claims.extend(self.access_claims(grant).into_iter().filter(|(name, _)| name != "active"));
        claims.insert("token_type".to_owned(), json!(if grant.jkt.is_some() { "DPoP" } else { "Bearer" }));
        let person = grant.authentication.as_ref().and_then(|who| self.people.get(&who.person));
        if let Some(person) = person {
            claims.insert("username".to_owned(), json!(person.username));
        }
        Some(claims)
    }

    fn living_refresh(&self, token: &str, note: &mut Note) -> Option<Map<String, Value>> {
        let grant = self.refresh.get(token)?;
        let who = &grant.authentication;
        about(note, who);
        if grant.used || self.now() >= grant.expires_at || self.still_there(who).is_err() {
            return None;
        }
        let claims = json!({
            "active": true,
            "iss": &*who.issuer,
            "sub": self.subject_of(&who.person, &who.client_id),
            "client_id": who.client_id,
            "scope": who.scope.join(" "),
            "iat": grant.issued_at.as_second(),
            "exp": grant.expires_at.as_second(),
        });
        if let Value::Object(claims) = claims { Some(claims) } else { None }
    }
}
