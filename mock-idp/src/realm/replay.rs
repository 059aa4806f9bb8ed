//! What was handed out before, so that exactly the same can be handed out again.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::journal::Params;
use crate::realm::sign_in::AuthorizationResponse;

/// An authorization response as it was sent: the whole address the browser was sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SentResponse {
    /// Counted from 1.
    pub number: u64,
    /// Key of the person, when there was one.
    pub person: Option<String>,
    /// The client it was sent to.
    pub client: String,
    /// Where it was sent, without the parameters.
    pub redirect_uri: String,
    /// The parameters, in order.
    #[schema(value_type = Vec<(String, String)>)]
    pub params: Params,
    /// The address with the parameters as the browser opens it: in its query, or in its fragment where they were sent in
    /// that. What was posted as a form stands in the query here.
    pub location: String,
}

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// ID token (OIDC Core 2).
    IdToken,
    /// Access token, opaque or a JWT (RFC 9068).
    AccessToken,
    /// Refresh token (RFC 6749 1.5).
    RefreshToken,
    /// Logout token (Back-Channel Logout 2.4).
    LogoutToken,
}

/// A token as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SentToken {
    /// What it is.
    pub kind: TokenKind,
    /// Key of the person; nobody when a client acts for itself.
    pub person: Option<String>,
    /// The client it was sent to.
    pub client: String,
    /// The token.
    pub token: String,
}

/// An authorization response, and about whom it was.
#[derive(Debug, Clone)]
struct Answered {
    number: u64,
    person: Option<String>,
    response: Arc<AuthorizationResponse>,
}

impl Answered {
    fn as_sent(&self) -> SentResponse {
        let AuthorizationResponse { to, params } = &*self.response;
        SentResponse {
            number: self.number,
            person: self.person.clone(),
            client: to.client_id.clone(),
            redirect_uri: to.redirect_uri.clone(),
            location: to.address(params),
            params: params.clone(),
        }
    }
}

/// The newest of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandedOut {
    /// How many answers there were.
    count: u64,
    responses: VecDeque<Answered>,
    id_tokens: VecDeque<SentToken>,
    access_tokens: VecDeque<SentToken>,
    refresh_tokens: VecDeque<SentToken>,
    logout_tokens: VecDeque<SentToken>,
}

const KEPT: usize = 1_000;

impl HandedOut {
    pub(crate) fn remember_response(&mut self, person: Option<String>, response: Arc<AuthorizationResponse>) {
        self.count += 1;
        keep(&mut self.responses, Answered { number: self.count, person, response });
    }

    pub(crate) fn remember_token(
        &mut self,
        kind: TokenKind,
        person: Option<&str>,
        client: &str,
        token: &str,
    ) {
        let (person, client, token) = (person.map(str::to_owned), client.to_owned(), token.to_owned());
        keep(self.kept(kind), SentToken { kind, person, client, token });
    }

    fn kept(&mut self, kind: TokenKind) -> &mut VecDeque<SentToken> {
        match kind {
            TokenKind::IdToken => &mut self.id_tokens,
            TokenKind::AccessToken => &mut self.access_tokens,
            TokenKind::RefreshToken => &mut self.refresh_tokens,
            TokenKind::LogoutToken => &mut self.logout_tokens,
        }
    }

    /// The newest token of a kind about this person at this client.
    pub(crate) fn newest(&self, kind: TokenKind, person: &str, client: &str) -> Option<&str> {
        let same = |sent: &&SentToken| sent.person.as_deref() == Some(person) && sent.client == client;
        self.tokens(kind).rev().find(same).map(|sent| sent.token.as_str())
    }

    pub(crate) fn responses(&self) -> impl DoubleEndedIterator<Item = SentResponse> {
        self.responses.iter().map(Answered::as_sent)
    }

    pub(crate) fn tokens(&self, kind: TokenKind) -> impl DoubleEndedIterator<Item = &SentToken> {
        match kind {
            TokenKind::IdToken => self.id_tokens.iter(),
            TokenKind::AccessToken => self.access_tokens.iter(),
            TokenKind::RefreshToken => self.refresh_tokens.iter(),
            TokenKind::LogoutToken => self.logout_tokens.iter(),
        }
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(item);
}
