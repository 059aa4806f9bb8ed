//! What access tokens say, as JWTs (RFC 9068 2.2) and to whoever may look into them (RFC 7662 2.2).

use serde_json::{Map, Value, json};

use crate::protocol::claims;
use crate::realm::State;
use crate::realm::grants::AccessGrant;

impl State {
    /// What the access token of this grant says.
    pub(crate) fn access_claims(&self, grant: &AccessGrant) -> Map<String, Value> {
        let who = grant.authentication.as_deref();
        let issuer = who.map_or(&self.base.issuer, |who| &who.issuer);
        let subject = who.map_or_else(
            || grant.client_id.clone(),
            |who| self.subject_of(&who.person, &grant.client_id).unwrap_or_default(),
        );
        let audience = match grant.audience.as_slice() {
            [] => json!(&**issuer),
            [one] => json!(one),
            several => json!(several),
        };
        let mut claims = Map::with_capacity(16);
        if let Some(person) = who.and_then(|who| self.people.get(&who.person)) {
            claims::add_claims(&mut claims, &person.access_token_claims);
        }
        let alone = self.clients.get(&grant.client_id).filter(|_| who.is_none());
        claims.extend(alone.into_iter().flat_map(|client| client.access_token_claims.clone()));
        claims.extend(who.into_iter().flat_map(|who| who.ordered.clone()));
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", json!(&**issuer));
        put("sub", json!(subject));
        put("aud", audience);
        put("client_id", json!(grant.client_id));
        put("scope", json!(grant.scope.join(" ")));
        put("iat", json!(grant.issued_at.as_second()));
        put("exp", json!(grant.expires_at.as_second()));
        if let Some(who) = who {
            put("auth_time", json!(who.auth_time.as_second()));
            put("acr", json!(claims::acr(self.switches)));
            put("sid", json!(who.sid));
        }
        if let Some(actor) = &grant.actor {
            put("act", actor.clone());
        }
        if let Some(jkt) = &grant.jkt {
            put("cnf", json!({ "jkt": jkt }));
        }
        claims
    }
}
