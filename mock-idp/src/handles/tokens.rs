//! Issue, expire, replay: tokens without a login, lives that end early, what was handed out before.

use std::sync::Arc;

use super::NotFound;
use crate::http::backchannel_logout::{LogoutDelivery, deliver};
use crate::journal::{Note, Params};
use crate::realm::Realm;
use crate::realm::handed_out::{SentResponse, SentToken, TokenKind};
use crate::realm::logout::Farewell;
use crate::realm::mint::{Mint, MintError, MintLogoutToken, Minted, MintedSession};
use crate::realm::missing::UNNAMED;

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
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{Mint, MockIdp};
    /// let idp = MockIdp::start().await;
    /// let order = Mint::new("dana", "kaseya-mdr").claim("role", "Administrator").audience("https://api.test").lifetime(60);
    /// let claims = idp.minter().mint(&order).unwrap().id_token_claims();
    /// assert_eq!(claims["role"], "Administrator");
    /// assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    /// let wrong = idp.minter().mint(&order.claim("iss", "https://nobody.test")).unwrap_err();
    /// assert!(wrong.to_string().starts_with("the claim iss is set by the provider; "));
    /// # });
    /// ```
    pub fn mint(&self, order: &Mint) -> Result<Minted, MintError> {
        self.0.lock().mint(order)
    }

    /// Makes a logout token. Nobody is told: [`People::sign_out_everywhere`](super::People::sign_out_everywhere) sends
    /// some, [`Replays::send_logout_token`] sends the newest one again.
    pub fn logout_token(&self, order: &MintLogoutToken) -> Result<String, MintError> {
        self.0.lock().mint_logout_token(order)
    }

    /// Begins a session that no browser has yet. Whatever browsers send its cookie are in it, so it is replayed by
    /// being sent once more.
    pub fn session(&self, person: &str) -> Result<MintedSession, MintError> {
        let (value, sid) = self.0.lock().mint_session(person)?;
        Ok(MintedSession { name: self.0.cookie.clone(), value, sid })
    }

    /// The answer to an authorization request as if the person had just signed in: a code, tokens, or the error that the
    /// request deserves. No browser is sent anywhere; opening `location` sends one.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use mock_idp::{MockIdp, Params};
    /// let idp = MockIdp::start().await;
    /// let request: Params = [
    ///     ("client_id", "kaseya-mdr"),
    ///     ("redirect_uri", "http://127.0.0.1:8400/sso/callback"),
    ///     ("response_type", "code"),
    ///     ("scope", "openid"),
    ///     ("state", "s-1"),
    /// ]
    /// .into_iter()
    /// .collect();
    /// let sent = idp.minter().response("dana", &request).unwrap();
    /// assert_eq!(sent.params.first("state"), Some("s-1"));
    /// idp.expire_code(sent.params.first("code").unwrap()).unwrap();
    /// # });
    /// ```
    pub fn response(&self, person: &str, request: &Params) -> Result<SentResponse, MintError> {
        self.0.lock().mint_response(person, request)
    }

    /// Makes a code expire now, and with it the authorization response that carries it.
    pub fn expire_code(&self, code: &str) -> Result<(), NotFound> {
        if self.0.lock().expire_code(code) { Ok(()) } else { Err(NotFound::new("code", UNNAMED)) }
    }

    /// Makes every code that was not redeemed yet expire now; how many there were.
    pub fn expire_codes(&self) -> usize {
        self.0.lock().expire_codes()
    }

    /// Makes an access or refresh token expire now.
    pub fn expire_token(&self, token: &str) -> Result<(), NotFound> {
        if self.0.lock().expire_token(token) { Ok(()) } else { Err(NotFound::new("token", UNNAMED)) }
    }

    /// Makes every code, access and refresh token about a person expire now; how many still were good.
    pub fn expire_grants(&self, person: &str) -> usize {
        self.0.lock().expire_grants_of(person)
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
/// use mock_idp::{Mint, MockIdp, TokenKind};
/// let idp = MockIdp::start().await;
/// let minted = idp.mint(&Mint::new("dana", "kaseya-mdr")).unwrap();
/// assert_eq!(idp.replay().last_token(TokenKind::AccessToken, "dana").unwrap().token, minted.access_token);
/// # });
/// ```
#[derive(Clone)]
pub struct Replays(pub(crate) Arc<Realm>);

impl Replays {
    /// Authorization responses, oldest first. Opening `location` again replays one.
    pub fn responses(&self) -> Vec<SentResponse> {
        self.0.lock().handed_out.responses().collect()
    }

    /// The newest authorization response about a person.
    pub fn last_response(&self, person: &str) -> Option<SentResponse> {
        let about = |sent: &SentResponse| sent.person.as_deref() == Some(person);
        self.0.lock().handed_out.responses().rev().find(about)
    }

    /// Tokens of a kind, oldest first: the newest thousand. The faults `idt-replay` and `out-bcl-replay-jti` serve the newest
    /// ID token and logout token again.
    pub fn tokens(&self, kind: TokenKind) -> Vec<SentToken> {
        self.0.lock().handed_out.tokens(kind).cloned().collect()
    }

    /// The newest token of a kind about a person.
    pub fn last_token(&self, kind: TokenKind, person: &str) -> Option<SentToken> {
        let about = |sent: &&SentToken| sent.person.as_deref() == Some(person);
        self.0.lock().handed_out.tokens(kind).rev().find(about).cloned()
    }

    /// Sends the newest logout token about a person to its client once more, exactly as it was. A client that keeps
    /// count of `jti` refuses it (Back-Channel Logout 2.6).
    pub async fn send_logout_token(&self, person: &str, client: &str) -> Result<LogoutDelivery, NotFound> {
        let farewell = {
            let state = self.0.lock();
            let uri = state.clients.get(client).and_then(|client| client.backchannel_logout_uri.clone());
            let uri = uri.ok_or_else(|| NotFound::new("client with a backchannel_logout_uri", client))?;
            let token = state.handed_out.newest(TokenKind::LogoutToken, person, client).map(str::to_owned);
            let logout_token = token.ok_or_else(|| NotFound::new("logout token about", person))?;
            let note =
                Note { person: Some(person.to_owned()), client: Some(client.to_owned()), ..Note::default() };
            Farewell { client: client.to_owned(), uri, logout_token, note }
        };
        let mut deliveries = deliver(&self.0, vec![farewell]).await;
        Ok(deliveries.swap_remove(0))
    }
}
