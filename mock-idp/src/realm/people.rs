//! Changing people and clients while the realm runs, minting without a login, and ending lives early.

use fixtures::{Person, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::{ArmError, Target, nearest};
use crate::jose::decode;
use crate::journal::Note;
use crate::realm::State;
use crate::realm::tokens::Order;

/// An order for tokens without a login.
///
/// ```
/// use mock_idp::Mint;
/// let order = Mint::new("dana", "kaseya-mdr").nonce("n-1").scope("openid email");
/// assert_eq!(order.scope, "openid email");
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
    /// When the person authenticated, seconds before now.
    #[serde(default)]
    pub authenticated_seconds_ago: i64,
}

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
        }
    }

    /// Puts a nonce into the ID token.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// Asks for another scope.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
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

impl State {
    /// Whether a fault that is aimed there could ever strike.
    pub(crate) fn check_target(&self, target: &Target) -> Result<(), ArmError> {
        let missing = |kind, name: &str, nearest: &str| {
            Err(ArmError::NoSuchTarget { kind, name: name.to_owned(), nearest: nearest.to_owned() })
        };
        match target {
            Target::Person(key) if self.people.get(key).is_none() => {
                missing("person", key, nearest(key, self.people.keys()))
            }
            Target::Client(id) if !self.clients.contains_key(id) => {
                missing("client", id, nearest(id, self.clients.keys().map(String::as_str)))
            }
            Target::Next | Target::State(_) | Target::Person(_) | Target::Client(_) => Ok(()),
        }
    }

    /// Changes a person; false when there is none with this key.
    pub(crate) fn change_person(&mut self, key: &str, change: impl FnOnce(&mut Person)) -> bool {
        let Some(person) = self.people.change(key, change) else { return false };
        if person.status == Status::Active {
            self.forget_failures(key);
        } else {
            self.end_sessions_of(key);
        }
        true
    }

    /// Ends the provider sessions of a person; how many there were.
    pub(crate) fn end_sessions_of(&mut self, key: &str) -> usize {
        let before = self.sessions.len();
        self.sessions.retain(|_, session| session.person != key);
        before - self.sessions.len()
    }

    /// Makes a code expire now; false when it is not known.
    pub(crate) fn expire_code(&mut self, code: &str) -> bool {
        let now = self.now();
        self.codes.get_mut(code).map(|grant| grant.expires_at = now).is_some()
    }

    /// Makes every code that was not redeemed yet expire now; how many there were.
    pub(crate) fn expire_codes(&mut self) -> usize {
        let now = self.now();
        let fresh = self.codes.values_mut().filter(|grant| !grant.used && grant.expires_at > now);
        fresh.map(|grant| grant.expires_at = now).count()
    }

    /// Makes an access or refresh token expire now; false when it is not known.
    pub(crate) fn expire_token(&mut self, token: &str) -> bool {
        let now = self.now();
        let access = self.access_name(token).and_then(|name| self.access.get_mut(&name));
        let access = access.map(|grant| grant.expires_at = now);
        let refresh = self.refresh.get_mut(token).map(|grant| grant.expires_at = now);
        access.or(refresh).is_some()
    }

    /// Makes tokens without a login; `None` when the person or the client is not known.
    pub(crate) fn mint(&mut self, order: &Mint) -> Option<Minted> {
        self.people.present(&order.person)?;
        let client = self.clients.get(&order.client)?.clone();
        let ago = jiff::SignedDuration::from_secs(order.authenticated_seconds_ago);
        let auth_time = self.now().saturating_sub(ago).unwrap_or(jiff::Timestamp::MIN);
        let scope: Vec<_> = order.scope.split_ascii_whitespace().map(str::to_owned).collect();
        let refresh = scope.iter().any(|value| value == "offline_access");
        let mut authentication = self.authentication_of(&order.person, &client, scope, auth_time);
        authentication.nonce.clone_from(&order.nonce);
        let order = Order { refresh_token: refresh, ..Order::of(client, authentication) };
        let made = self.order_tokens(order, &mut Note::default()).sign();
        self.remember_made(&made);
        Some(Minted {
            id_token: made.id_token.unwrap_or_default(),
            access_token: made.access_token.unwrap_or_default(),
            refresh_token: made.refresh_token,
        })
    }
}
