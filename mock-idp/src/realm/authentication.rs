//! Who authenticated, and how clients know them.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::fault::SignIn;
use crate::protocol::claims_parameter::ClaimsRequest;
use crate::realm::kept::{claims, texts};
use crate::realm::{State, sector_of};

/// Who authenticated, when, and for what: shared by a code and everything it gives.
#[derive(Debug, Clone)]
pub(crate) struct Authentication {
    /// The issuer under which it happened.
    pub(crate) issuer: Arc<str>,
    pub(crate) person: String,
    pub(crate) sid: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) client_id: String,
    pub(crate) scope: Vec<String>,
    /// For whom access tokens are to be; for whom the client has them otherwise, when it is nobody.
    pub(crate) audience: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) claims: ClaimsRequest,
    /// Claims that a test ordered or whoever signed in said, instead of what is said of the person otherwise.
    pub(crate) ordered: Map<String, Value>,
    /// Names the family of tokens that is revoked together.
    pub(crate) family: String,
    pub(crate) sign_in: SignIn,
}

impl Authentication {
    /// Of a person at a client by this issuer, who asked for nothing.
    pub(crate) fn of(issuer: Arc<str>, person: &str, client_id: &str, auth_time: Timestamp) -> Self {
        Self {
            issuer,
            person: person.to_owned(),
            sid: String::new(),
            auth_time,
            client_id: client_id.to_owned(),
            scope: Vec::new(),
            audience: Vec::new(),
            nonce: None,
            claims: ClaimsRequest::default(),
            ordered: Map::new(),
            family: String::new(),
            sign_in: SignIn::default(),
        }
    }

    /// Bytes that whoever asked for it made it take, roughly.
    pub(crate) fn size(&self) -> usize {
        let lists = texts(&self.scope) + texts(&self.audience);
        lists
            + claims(&self.ordered)
            + self.nonce.as_ref().map_or(0, String::len)
            + self.claims.size()
            + self.sign_in.size()
    }
}

impl State {
    /// Key of the person whom a client knows by this subject.
    pub(crate) fn person_of(&self, subject: &str, client_id: &str) -> Option<String> {
        let direct = self.people.with_subject(subject).map(|person| person.key.clone());
        direct.filter(|key| self.subject_of(key, client_id).as_deref() == Some(subject)).or_else(|| {
            let pairwise = self.clients.get(client_id).and_then(|client| sector_of(client)).is_some();
            let mut everybody = self.people.keys().filter(|_| pairwise);
            everybody
                .find(|key| self.subject_of(key, client_id).as_deref() == Some(subject))
                .map(str::to_owned)
        })
    }

    /// Somebody is taken for authenticated without a login.
    pub(crate) fn authentication_of(
        &mut self,
        person: &str,
        client: &fixtures::Client,
        scope: Vec<String>,
        auth_time: Timestamp,
    ) -> Authentication {
        let (issuer, sid) = (Arc::clone(&self.base.issuer), self.generator.short());
        Authentication {
            sid,
            scope,
            family: self.generator.short(),
            sign_in: SignIn {
                person: Some(person.to_owned()),
                client: Some(client.id.clone()),
                ..SignIn::default()
            },
            ..Authentication::of(issuer, person, &client.id, auth_time)
        }
    }
}
