//! Issuing without a login: tokens, logout tokens, sessions, and answers to authorization requests. What is issued is
//! made by the same hands as after a login, so faults that are armed strike it too.

use std::sync::Arc;

use fixtures::is_set_by_the_provider;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fault::SignIn;
use crate::jose::decode;
use crate::journal::{Note, Params};
use crate::protocol::audience;
use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::Named;
use crate::realm::State;
use crate::realm::grants::Session;
use crate::realm::handed_out::{SentResponse, TokenKind};
use crate::realm::missing::NotFound;
use crate::realm::sign_in::Authorized;
use crate::realm::tokens::Order;

/// An order for tokens without a login.
///
/// ```
/// use mock_idp::Mint;
/// let order = Mint::new("dana", "kaseya-mdr").nonce("n-1").scope("openid email").claim("groups", ["staff"]);
/// assert_eq!(order.scope, "openid email");
/// assert_eq!(order.claims["groups"][0], "staff");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mint {
    /// Key of the person.
    pub person: String,
    /// Id of the client.
    pub client: String,
    /// Nonce to put into the ID token.
    #[serde(default)]
    pub nonce: Option<String>,
    /// Scope, values separated by blanks. With `offline_access` there is a refresh token.
    #[serde(default = "default_scope")]
    pub scope: String,
    /// When the person authenticated, seconds before the tokens were issued.
    #[serde(default)]
    pub authenticated_seconds_ago: i64,
    /// When the tokens were issued, seconds before now: long enough ago and they have expired; negative, and they come
    /// from the future.
    #[serde(default)]
    pub issued_seconds_ago: i64,
    /// Claims of the ID token, of user information and of an access token that is a JWT, beside what they say of the person or instead of it.
    /// User information says what it always says.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub claims: Map<String, Value>,
    /// For whom the access token is; for whom those of the client are, when it is for nobody.
    #[serde(default)]
    pub audience: Vec<String>,
    /// How long ID token and access token live; as long as those of the client, unless given.
    #[serde(default)]
    pub lifetime_seconds: Option<u32>,
}

/// Most bytes of claims, audience, scope and nonce together: tokens are kept, and more than this no header carries.
const MOST_BYTES: usize = 64 << 10;

fn default_scope() -> String {
    "openid profile email".to_owned()
}

impl Mint {
    /// Tokens about a person for a client, with the usual scope.
    pub fn new(person: impl Into<String>, client: impl Into<String>) -> Self {
        Self {
            person: person.into(),
            client: client.into(),
            nonce: None,
            scope: default_scope(),
            authenticated_seconds_ago: 0,
            issued_seconds_ago: 0,
            claims: Map::new(),
            audience: Vec::new(),
            lifetime_seconds: None,
        }
    }

    /// Puts a nonce into the ID token.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Issues the tokens so many seconds before now.
    #[must_use]
    pub fn issued_ago(mut self, seconds: i64) -> Self {
        self.issued_seconds_ago = seconds;
        self
    }

    /// Asks for another scope.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Puts a claim into the ID token, into user information, and into an access token that is a JWT.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Makes the access token for this audience, and for the others that are named.
    #[must_use]
    pub fn audience(mut self, name: impl Into<String>) -> Self {
        self.audience.push(name.into());
        self
    }

    /// Lets ID token and access token live so many seconds.
    #[must_use]
    pub fn lifetime(mut self, seconds: u32) -> Self {
        self.lifetime_seconds = Some(seconds);
        self
    }

    /// Bytes of what can be as long as one likes.
    fn size(&self) -> usize {
        let claims = serde_json::to_string(&self.claims).unwrap_or_default();
        let audience: usize = self.audience.iter().map(String::len).sum();
        claims.len() + audience + self.scope.len() + self.nonce.as_ref().map_or(0, String::len)
    }

    /// What is wrong with it in itself, and what to do.
    fn flaw(&self) -> Option<String> {
        let set = |name: &&String| is_set_by_the_provider(name, true);
        if let Some(name) = self.claims.keys().find(set) {
            let remedy = match name.as_str() {
                "sub" => "change the subject of the person",
                "aud" => "write audience beside claims, for the access token",
                "exp" => "write lifetime_seconds beside claims",
                "iat" => "write issued_seconds_ago beside claims",
                "auth_time" => "write authenticated_seconds_ago beside claims",
                "client_id" => "write client beside claims",
                "nonce" => "write nonce beside claims",
                "scope" => "write scope beside claims",
                _ => "leave it out, or arm a fault to send a wrong one",
            };
            return Some(format!("the claim {name} is set by the provider; {remedy}"));
        }
        if self.audience.iter().any(String::is_empty) {
            return Some("audience names nobody in one place; leave that out".to_owned());
        }
        let count = self.audience.len();
        if count > audience::MOST {
            return Some(format!("audience names {count}; write {} at most", audience::MOST));
        }
        let size = self.size();
        let sentence = "claims, audience, scope and nonce take";
        (size > MOST_BYTES).then(|| format!("{sentence} {size} bytes together; write {MOST_BYTES} at most"))
    }
}

/// Minted tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Minted {
    /// The ID token.
    pub id_token: String,
    /// The access token; userinfo knows it.
    pub access_token: String,
    /// The refresh token, when the scope holds `offline_access`.
    pub refresh_token: Option<String>,
}

impl Minted {
    /// The claims of the ID token, decoded.
    pub fn id_token_claims(&self) -> Value {
        decode(&self.id_token).map(|(_, claims)| claims).unwrap_or_default()
    }
}

/// An order for a logout token that is sent to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintLogoutToken {
    /// Key of the person.
    pub person: String,
    /// Id of the client.
    pub client: String,
    /// The session that is over; that of the newest ID token the client got about the person unless given.
    #[serde(default)]
    pub sid: Option<String>,
    /// When it was issued, seconds before now.
    #[serde(default)]
    pub issued_seconds_ago: i64,
}

impl MintLogoutToken {
    /// A logout token about a person for a client.
    pub fn new(person: impl Into<String>, client: impl Into<String>) -> Self {
        Self { person: person.into(), client: client.into(), sid: None, issued_seconds_ago: 0 }
    }

    /// Issues the token so many seconds before now.
    #[must_use]
    pub fn issued_ago(mut self, seconds: i64) -> Self {
        self.issued_seconds_ago = seconds;
        self
    }
}

/// A session that no browser has yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MintedSession {
    /// Name of the cookie; every provider has its own.
    pub name: String,
    /// The secret in it. Whatever browser sends it is in the session.
    pub value: String,
    /// What ID tokens of the session call it (Front-Channel Logout 3).
    pub sid: String,
}

/// Why nothing was issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// No such person or client.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The person may not sign in, or the request is wrong.
    #[error("{}: {}", .0.check, .0.reason)]
    Refused(Refusal),
    /// The order cannot be carried out as it is.
    #[error("{0}")]
    Order(String),
    /// The request cannot be answered without the person: it asks for a login or a consent.
    #[error("the person would be asked first: leave out prompt, and give max_age no reason")]
    PersonNeeded,
}

impl State {
    /// Makes tokens without a login.
    pub(crate) fn mint(&mut self, order: &Mint) -> Result<Minted, MintError> {
        if let Some(flaw) = order.flaw() {
            return Err(MintError::Order(flaw));
        }
        let person = self.person_for(&order.person)?;
        let client = self.client_for(&order.client)?;
        let order = &Mint { person, ..order.clone() };
        Ok(self.earlier(order.issued_seconds_ago, |state| state.mint_now(order, client)))
    }

    fn mint_now(&mut self, order: &Mint, client: Arc<fixtures::Client>) -> Minted {
        let ago = jiff::SignedDuration::from_secs(order.authenticated_seconds_ago);
        let auth_time = self.now().saturating_sub(ago).unwrap_or(jiff::Timestamp::MIN);
        let scope: Vec<_> = order.scope.split_ascii_whitespace().map(str::to_owned).collect();
        let refresh = scope.iter().any(|value| value == "offline_access");
        let mut authentication = self.authentication_of(&order.person, &client, scope, auth_time);
        authentication.nonce.clone_from(&order.nonce);
        authentication.ordered.clone_from(&order.claims);
        authentication.audience.clone_from(&order.audience);
        let life = order.lifetime_seconds;
        let order = Order { refresh_token: refresh, life, ..Order::of(client, authentication) };
        let made = self.order_tokens(order, &mut Note::default()).sign();
        self.remember_made(&made);
        Minted {
            id_token: made.id_token.unwrap_or_default(),
            access_token: made.access_token.unwrap_or_default(),
            refresh_token: made.refresh_token,
        }
    }

    /// As if it were so many seconds earlier, for as long as this takes.
    fn earlier<T>(&mut self, seconds: i64, make: impl FnOnce(&mut Self) -> T) -> T {
        let now = self.reading;
        let ago = SignedDuration::from_secs(seconds);
        let bound = if seconds > 0 { Timestamp::MIN } else { Timestamp::MAX };
        self.reading = now.saturating_sub(ago).unwrap_or(bound);
        let result = make(self);
        self.reading = now;
        result
    }

    /// The key of the person that something is issued about; somebody new, where any person is taken.
    fn person_for(&mut self, name: &str) -> Result<String, MintError> {
        if self.people.present(name).is_some() {
            return Ok(name.to_owned());
        }
        if !self.switches.any_person {
            return Err(self.no_person(name).into());
        }
        let found = self.somebody(&Named { name, ..Named::default() });
        found.map(|(key, _)| key).map_err(MintError::Refused)
    }

    /// The client that something is issued for; a new one, where any client is taken.
    fn client_for(&mut self, id: &str) -> Result<Arc<fixtures::Client>, MintError> {
        if self.switches.any_client && !self.clients.contains_key(id) {
            self.take_client(id).map_err(MintError::Refused)?;
        }
        self.clients.get(id).cloned().ok_or_else(|| self.no_client(id).into())
    }

    /// Makes a logout token; nobody is told.
    pub(crate) fn mint_logout_token(&mut self, order: &MintLogoutToken) -> Result<String, MintError> {
        let person = self.person_for(&order.person)?;
        let client = self.client_for(&order.client)?;
        let order = &MintLogoutToken { person, ..order.clone() };
        let newest = || {
            let token = self.handed_out.newest(TokenKind::IdToken, &order.person, &order.client)?;
            decode(token)?.1.get("sid")?.as_str().map(str::to_owned)
        };
        let sid = order.sid.clone().or_else(newest);
        let sid = sid.unwrap_or_else(|| self.generator.short());
        let now = self.now();
        let session =
            Session { person: order.person.clone(), sid, auth_time: now, expires_at: now, said: Map::new() };
        let mut sign_in = SignIn {
            person: Some(order.person.clone()),
            client: Some(order.client.clone()),
            ..SignIn::default()
        };
        let mut tokens = self.earlier(order.issued_seconds_ago, |state| {
            state.sign_logout_tokens(&session, &client, &mut sign_in, &mut Note::default())
        });
        Ok(tokens.swap_remove(0))
    }

    /// Begins a session without a browser; the secret of its cookie, and its `sid`.
    pub(crate) fn mint_session(&mut self, key: &str) -> Result<(String, String), MintError> {
        let key = &*self.person_for(key)?;
        let begun = self.begin_session(key, None, &mut Note::default());
        let (secret, session) = begun.map_err(MintError::Refused)?;
        Ok((secret, session.sid))
    }

    /// Answers an authorization request as if the person had just signed in; no browser is sent anywhere.
    pub(crate) fn mint_response(&mut self, key: &str, request: &Params) -> Result<SentResponse, MintError> {
        let (secret, _) = self.mint_session(key)?;
        // Whoever the request hints at, it is this person who answers.
        let headless = std::mem::take(&mut self.switches.headless);
        let authorized = self.authorize(request, Some(&secret), None, &mut Note::default());
        self.switches.headless = headless;
        self.sessions.remove(&secret);
        match authorized {
            Authorized::Respond(_) => {}
            Authorized::SignedIn { session, .. } => drop(self.sessions.remove(&session)),
            Authorized::Page(refusal) => return Err(MintError::Refused(refusal)),
            Authorized::NotYet => {
                let reason =
                    "nothing is fetched for an answer that is issued; send the request object as request";
                return Err(MintError::Refused(Refusal::new("request_uri", reason)));
            }
            Authorized::Ask { interaction, .. } => {
                self.interactions.remove(&interaction);
                return Err(MintError::PersonNeeded);
            }
        }
        let sent = self.handed_out.responses().next_back();
        sent.ok_or_else(|| MintError::Refused(Refusal::new("response", "nothing was answered")))
    }
}
