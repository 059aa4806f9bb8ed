//! Issue, expire, replay: tokens without a login, lives that end early, what was handed out before.

use std::sync::Arc;

use super::{NotFound, UNNAMED, not_found};
use crate::realm::Realm;
use crate::realm::people::{Mint, Minted};
use crate::realm::replay::{SentResponse, SentToken};

/// Issuing without a login, and expiring before time.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{Mint, MockIdp};
/// let idp = MockIdp::start().await;
/// let minted = idp.minter().mint(&Mint::new("dana", "kaseya-mdr").nonce("n-1")).unwrap();
/// assert_eq!(minted.id_token_claims()["nonce"], "n-1");
/// idp.minter().expire_token(&minted.access_token).unwrap();
/// # });
/// ```
#[derive(Clone)]
pub struct Minter(pub(crate) Arc<Realm>);

impl Minter {
    /// Makes tokens without a login. Faults armed for the person strike them too.
    pub fn mint(&self, order: &Mint) -> Result<Minted, NotFound> {
        let wanted = format!("{} at {}", order.person, order.client);
        self.0.lock().mint(order).ok_or_else(|| not_found("person or client", &wanted))
    }

    /// Makes a code expire now.
    pub fn expire_code(&self, code: &str) -> Result<(), NotFound> {
        if self.0.lock().expire_code(code) { Ok(()) } else { Err(not_found("code", UNNAMED)) }
    }

    /// Makes every code that was not redeemed yet expire now; how many there were.
    pub fn expire_codes(&self) -> usize {
        self.0.lock().expire_codes()
    }

    /// Makes an access or refresh token expire now.
    pub fn expire_token(&self, token: &str) -> Result<(), NotFound> {
        if self.0.lock().expire_token(token) { Ok(()) } else { Err(not_found("token", UNNAMED)) }
    }

    /// Makes the provider sessions of a person expire now; how many there were.
    pub fn expire_sessions(&self, person: &str) -> usize {
        self.0.lock().end_sessions_of(person)
    }
}

/// What was handed out before, to be handed out again exactly as it was.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use mock_idp::{Mint, MockIdp};
/// let idp = MockIdp::start().await;
/// let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
/// assert_eq!(idp.replay().last_id_token("dana").unwrap().id_token, minted.id_token);
/// # });
/// ```
#[derive(Clone)]
pub struct Replays(pub(crate) Arc<Realm>);

impl Replays {
    /// Authorization responses, oldest first. Opening `location` again replays one.
    pub fn responses(&self) -> Vec<SentResponse> {
        self.0.lock().handed_out.responses().cloned().collect()
    }

    /// The newest authorization response about a person.
    pub fn last_response(&self, person: &str) -> Option<SentResponse> {
        let about = |sent: &&SentResponse| sent.person.as_deref() == Some(person);
        self.0.lock().handed_out.responses().rev().find(about).cloned()
    }

    /// ID tokens, oldest first. The fault `idt-replay` serves the newest one again.
    pub fn id_tokens(&self) -> Vec<SentToken> {
        self.0.lock().handed_out.id_tokens().cloned().collect()
    }

    /// The newest ID token about a person.
    pub fn last_id_token(&self, person: &str) -> Option<SentToken> {
        self.0.lock().handed_out.id_tokens().rev().find(|sent| sent.person == person).cloned()
    }
}
