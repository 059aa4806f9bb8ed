//! Making tokens: ordered under the realm's lock, signed without it, because a signature takes longer than all the rest.

use std::sync::Arc;

use fixtures::{AccessTokenFormat, Client};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::clock::later;
use crate::fault::id_token::Around;
use crate::fault::identity::Around as AroundPerson;
use crate::fault::{Point, SignIn};
use crate::jose::TokenDraft;
use crate::journal::Note;
use crate::protocol::claims::{self, IdTokenFacts, Telling};
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::grants::{ACCESS_SECONDS, AccessGrant, REFRESH_LIFE, RefreshGrant, jwt_name};
use crate::realm::handed_out::TokenKind;

/// What is to be made.
#[expect(clippy::struct_excessive_bools, reason = "each is a part of the order of its own")]
pub(crate) struct Order {
    pub(crate) client: Arc<Client>,
    pub(crate) scope: Vec<String>,
    /// Whoever authenticated; nobody when the client acts for itself.
    pub(crate) authentication: Option<Arc<Authentication>>,
    pub(crate) access_token: bool,
    pub(crate) id_token: bool,
    /// The first tokens of a sign-in carry its nonce; refreshed ones do not (OIDC Core 12.2).
    pub(crate) nonce: bool,
    pub(crate) refresh_token: bool,
    /// The code that travels beside the ID token.
    pub(crate) code: Option<String>,
    pub(crate) jkt: Option<String>,
    pub(crate) actor: Option<Value>,
    pub(crate) audience: Vec<String>,
    /// How long the tokens live, seconds; as long as those of the client, unless given.
    pub(crate) life: Option<u32>,
    /// Make the access token longer than usual.
    pub(crate) long_access_token: bool,
}

impl Order {
    /// The usual tokens of somebody who authenticated.
    pub(crate) fn of(client: Arc<Client>, authentication: impl Into<Arc<Authentication>>) -> Self {
        let authentication = authentication.into();
        Self {
            client,
            scope: authentication.scope.clone(),
            access_token: true,
            id_token: true,
            nonce: true,
            refresh_token: false,
            code: None,
            jkt: None,
            actor: None,
            audience: authentication.audience.clone(),
            life: None,
            long_access_token: false,
            authentication: Some(authentication),
        }
    }
}

/// Tokens that only lack their signatures.
pub(crate) struct Ordered {
    access_token: Option<AccessDraft>,
    /// Sent instead of the access token that the ID token is bound to.
    pub(crate) foreign_access_token: Option<String>,
    id_token: Option<TokenDraft>,
    refresh_token: Option<String>,
    pub(crate) facts: Facts,
}

/// What the answer around tokens says about them.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) person: Option<String>,
    pub(crate) client_id: String,
    pub(crate) scope: Vec<String>,
    pub(crate) expires_in: u32,
    pub(crate) bound: bool,
    /// What kind of token an exchange gave (RFC 8693 2.2.1).
    pub(crate) issued_token_type: Option<&'static str>,
    pub(crate) sign_in: SignIn,
}

enum AccessDraft {
    Opaque(String),
    Jwt(Box<TokenDraft>),
}

/// Finished tokens.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) access_token: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) refresh_token: Option<String>,
    pub(crate) facts: Facts,
}

impl Ordered {
    /// Signs. No lock is needed, and none should be held where many sign at once.
    pub(crate) fn sign(self) -> Made {
        let access_token = self.access_token.map(|draft| match draft {
            AccessDraft::Opaque(token) => token,
            AccessDraft::Jwt(draft) => draft.encode(),
        });
        let id_token = self.id_token.map(|mut draft| {
            draft.bind_access_token(access_token.as_deref().unwrap_or_default());
            draft.encode()
        });
        let access_token = self.foreign_access_token.or(access_token);
        Made { access_token, id_token, refresh_token: self.refresh_token, facts: self.facts }
    }
}

impl State {
    /// Prepares tokens, and honours them from now on.
    pub(crate) fn order_tokens(&mut self, mut order: Order, note: &mut Note) -> Ordered {
        let now = self.now();
        let authentication = order.authentication.take();
        let mut sign_in = authentication.as_ref().map(|who| who.sign_in.clone()).unwrap_or_default();
        let name = order.access_token.then(|| self.generator.secret());
        let id_token = authentication
            .as_ref()
            .filter(|_| order.id_token)
            .map(|who| self.id_token_draft(&order, who, &mut sign_in, note));
        // Mostly it is as it was when the code was made, and shared with it.
        let mut authentication = authentication;
        if let Some(who) = authentication.as_mut().filter(|who| who.sign_in != sign_in) {
            Arc::make_mut(who).sign_in.clone_from(&sign_in);
        }
        // RFC 6749 6: it keeps the scope that was granted, whatever is asked for this time.
        let refresh_token = authentication
            .as_ref()
            .filter(|_| order.refresh_token)
            .map(|who| self.keep_refresh(Arc::clone(who), order.jkt.clone()));
        if let Some(who) = authentication.as_mut().filter(|who| who.scope != order.scope) {
            Arc::make_mut(who).scope.clone_from(&order.scope);
        }
        let expires_in = order.life.or(order.client.access_token_seconds).unwrap_or(ACCESS_SECONDS);
        let access_token = name.map(|mut name| {
            if order.long_access_token {
                name.push_str(&"a".repeat(8192 - name.len()));
            }
            let grant = AccessGrant {
                client_id: order.client.id.clone(),
                scope: order.scope.clone(),
                struck: sign_in.struck.clone(),
                authentication: authentication.clone(),
                actor: order.actor.clone(),
                audience: if order.audience.is_empty() {
                    order.client.audience.clone()
                } else {
                    order.audience.clone()
                },
                jkt: order.jkt.clone(),
                issued_at: now,
                expires_at: later(now, SignedDuration::from_secs(expires_in.into())),
            };
            let draft = self.access_draft(&order.client, &grant, &name);
            let opaque = order.client.access_token_format == AccessTokenFormat::Opaque;
            let name = if opaque { name } else { jwt_name(&name) };
            let until = grant.expires_at;
            self.access.insert(name, grant, until, self.today);
            draft
        });
        let facts = Facts {
            person: authentication.map(|who| who.person.clone()),
            client_id: order.client.id.clone(),
            scope: order.scope,
            expires_in,
            bound: order.jkt.is_some(),
            issued_token_type: None,
            sign_in,
        };
        Ordered { access_token, foreign_access_token: None, id_token, refresh_token, facts }
    }

    fn keep_refresh(&mut self, authentication: Arc<Authentication>, jkt: Option<String>) -> String {
        let now = self.now();
        let token = self.generator.secret();
        let expires_at = later(now, REFRESH_LIFE);
        let grant = RefreshGrant { authentication, jkt, issued_at: now, expires_at, used: false };
        self.refresh.insert(token.clone(), grant, expires_at, self.today);
        token
    }

    /// The access token itself: its name, or a JWT of that name (RFC 9068 2.2).
    fn access_draft(&self, client: &Client, grant: &AccessGrant, name: &str) -> AccessDraft {
        if client.access_token_format == AccessTokenFormat::Opaque {
            return AccessDraft::Opaque(name.to_owned());
        }
        let mut payload = self.access_claims(grant);
        payload.insert("jti".to_owned(), json!(name));
        let draft = TokenDraft::new(&self.ring, client.access_token_signing_alg, payload).typed("at+jwt");
        AccessDraft::Jwt(Box::new(draft))
    }

    /// The subject a client sees for a person (OIDC Core 8).
    pub(crate) fn subject_of(&self, person: &str, client_id: &str) -> Option<String> {
        let subject = &self.people.get(person)?.subject;
        let sector = self.clients.get(client_id).and_then(|client| super::sector_of(client));
        Some(match sector {
            Some(sector) => claims::pairwise_subject(&sector, subject, &self.salt),
            None => subject.clone(),
        })
    }

    fn id_token_draft(
        &mut self,
        order: &Order,
        who: &Authentication,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> TokenDraft {
        let alg = order.client.id_token_signed_response_alg;
        let mut person_claims = self.claims_of(who, &order.scope, sign_in, note);
        // A code stands for the access token that it is redeemed for.
        let by_access_token = order.access_token || order.code.is_some();
        if by_access_token && !order.client.user_claims_in_id_token {
            let own = self.people.get(&who.person).map(|person| &person.id_token_claims);
            let is_own = |name: &str| own.is_some_and(|own| own.contains_key(name));
            person_claims.retain(|name, _| name == "sub" || is_own(name) || who.ordered.contains_key(name));
        }
        self.add_requested(who, Telling::IdToken, who.claims.in_id_token(), &mut person_claims);
        let facts = IdTokenFacts {
            issuer: &who.issuer,
            client_id: &order.client.id,
            nonce: who.nonce.as_deref().filter(|_| order.nonce),
            sid: &who.sid,
            auth_time: who.auth_time,
            access_token: order.access_token,
            c_hash: order.code.as_deref().map(|code| claims::half_hash(alg, code)),
            acr: claims::acr(self.switches),
            life: order.life.or(order.client.id_token_seconds).unwrap_or(claims::ID_TOKEN_LIFE),
            now: self.now(),
        };
        let mut payload = claims::id_token_payload(&facts, person_claims);
        if !self.switches.auth_time {
            payload.remove("auth_time");
        }
        let draft = TokenDraft::new(&self.ring, alg, payload);
        self.strike_id_token(draft, who, !order.nonce, sign_in, note)
    }

    /// Claims about the person, as the ID token sends them.
    fn claims_of(
        &mut self,
        who: &Authentication,
        scope: &[String],
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Map<String, Value> {
        let mut claims = self.honest_claims(who, Telling::IdToken, scope);
        claims.extend(who.ordered.clone());
        self.strike(Point::Identity, sign_in, note, |state, fault| {
            crate::fault::identity::person(fault, &state.around_person(&who.person), &mut claims)
        });
        claims
    }

    /// The same before anything struck.
    pub(crate) fn honest_claims(
        &self,
        who: &Authentication,
        telling: Telling,
        scope: &[String],
    ) -> Map<String, Value> {
        let Some(person) = self.people.get(&who.person) else { return Map::new() };
        let subject = self.subject_of(&who.person, &who.client_id).unwrap_or_default();
        let (company, on) = (self.people.company_of(person), self.switches);
        claims::person_claims(person, telling, &subject, company, scope, &self.names, on)
    }

    /// Another client than this one.
    pub(crate) fn other_client(&self, client: &str) -> &str {
        self.clients.keys().find(|id| *id != client).map_or("somebody-else", String::as_str)
    }

    pub(crate) fn around_person(&self, person: &str) -> AroundPerson<'_> {
        let company = self.people.get(person).map(|person| person.company.as_str());
        let other = self.people.companies().iter().find(|other| Some(other.key.as_str()) != company);
        let other_company = other.map(|other| (other.id.clone(), other.name.clone()));
        AroundPerson { names: &self.names, other_company, switches: self.switches }
    }

    /// Adds claims that were asked for by name (OIDC Core 5.5), as far as the person has them.
    pub(crate) fn add_requested<'a>(
        &self,
        who: &Authentication,
        telling: Telling,
        wanted: impl Iterator<Item = &'a str>,
        claims: &mut Map<String, Value>,
    ) {
        let mut wanted = wanted.peekable();
        if wanted.peek().is_none() {
            return;
        }
        let everything = crate::protocol::scope::SCOPES.map(str::to_owned);
        let all = self.honest_claims(who, telling, &everything);
        for name in wanted {
            if let Some(value) = all.get(name).filter(|_| name != "sub" && !claims.contains_key(name)) {
                claims.insert(name.to_owned(), value.clone());
            }
        }
    }

    fn strike_id_token(
        &mut self,
        mut draft: TokenDraft,
        who: &Authentication,
        refreshed: bool,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> TokenDraft {
        let faults = self.faults.striking(Point::IdToken, sign_in);
        let armed = |wanted: &str| faults.iter().find(|(_, fault)| *fault == wanted).map(|(armed, _)| *armed);
        if let Some(armed) = armed("jwks-rotate-just-before") {
            Arc::make_mut(&mut self.ring).rotate();
            self.new_key(armed, "jwks-rotate-just-before", sign_in, note);
            draft = TokenDraft::new(&self.ring, draft.hash_alg(), draft.payload);
        }
        if let Some(armed) = armed("jwks-kid-reused")
            && Arc::make_mut(&mut self.ring).replace()
        {
            self.new_key(armed, "jwks-kid-reused", sign_in, note);
            draft = TokenDraft::new(&self.ring, draft.hash_alg(), draft.payload);
        }
        let (person, client) = (&who.person, &who.client_id);
        let now = self.now();
        self.strike(Point::IdToken, sign_in, note, |state, fault| {
            let around = Around {
                client_id: client,
                client_secret: state.clients.get(client).and_then(|client| client.secret.as_deref()),
                other_client: state.other_client(client),
                earlier: state.handed_out.newest(TokenKind::IdToken, person, client),
                refreshed,
                now,
            };
            crate::fault::id_token::token(fault, &around, &mut draft)
        });
        self.faults.settle(Point::IdToken, sign_in);
        if let Some(armed) = armed("jwks-rotate-between") {
            // The draft keeps the keys as they were.
            Arc::make_mut(&mut self.ring).rotate();
            self.new_key(armed, "jwks-rotate-between", sign_in, note);
        }
        draft
    }

    /// Notes that a fault changed the key that signs.
    fn new_key(&mut self, armed: u64, fault: &'static str, sign_in: &mut SignIn, note: &mut Note) {
        self.faults.fired(armed, Point::IdToken, sign_in);
        note.faults.push(fault);
    }
}
