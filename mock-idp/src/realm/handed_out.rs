//! What was handed out before, so that exactly the same can be handed out again.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use crate::journal::Params;
use crate::protocol::authorize::AuthorizationResponse;

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
    responses: Newest<Answered>,
    id_tokens: Newest<SentToken>,
    access_tokens: Newest<SentToken>,
    refresh_tokens: Newest<SentToken>,
    logout_tokens: Newest<SentToken>,
}

/// Most of one kind; beyond that the oldest gives way.
const MOST: usize = 1_000;

/// Bytes of one kind, roughly; beyond that the oldest gives way too. The newest always stays.
const MOST_BYTES: usize = 16 << 20;

/// What came last, with what it weighs.
#[derive(Debug, Clone)]
struct Newest<T> {
    kept: VecDeque<(usize, T)>,
    weight: usize,
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self { kept: VecDeque::new(), weight: 0 }
    }
}

impl<T> Newest<T> {
    fn push(&mut self, weight: usize, item: T) {
        while self.kept.len() >= MOST || self.weight + weight > MOST_BYTES {
            let Some((lighter, _)) = self.kept.pop_front() else { break };
            self.weight -= lighter;
        }
        self.weight += weight;
        self.kept.push_back((weight, item));
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.kept.iter().map(|(_, item)| item)
    }
}

impl HandedOut {
    pub(crate) fn remember_response(&mut self, person: Option<String>, response: Arc<AuthorizationResponse>) {
        self.count += 1;
        let AuthorizationResponse { to, params } = &*response;
        let state = to.state.as_ref().map_or(0, String::len);
        let weight = to.client_id.len() + to.redirect_uri.len() + state + params.size();
        self.responses.push(weight, Answered { number: self.count, person, response });
    }

    pub(crate) fn remember_token(
        &mut self,
        kind: TokenKind,
        person: Option<&str>,
        client: &str,
        token: &str,
    ) {
        let (person, client, token) = (person.map(str::to_owned), client.to_owned(), token.to_owned());
        let weight = client.len() + token.len();
        self.kept(kind).push(weight, SentToken { kind, person, client, token });
    }

    fn kept(&mut self, kind: TokenKind) -> &mut Newest<SentToken> {
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
        let kept = match kind {
            TokenKind::IdToken => &self.id_tokens,
            TokenKind::AccessToken => &self.access_tokens,
            TokenKind::RefreshToken => &self.refresh_tokens,
            TokenKind::LogoutToken => &self.logout_tokens,
        };
        kept.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::authorize::{ResponseMode, ReturnTo};

    #[test]
    fn long_ones_are_fewer_and_of_each_kind_for_itself() {
        let mut handed_out = HandedOut::default();
        let long = "x".repeat(1 << 20);
        handed_out.remember_token(TokenKind::AccessToken, None, "worker", "short");
        for _ in 0..40 {
            handed_out.remember_token(TokenKind::IdToken, Some("dana"), "spa", &long);
            let to = ReturnTo {
                client_id: "spa".to_owned(),
                redirect_uri: "https://spa.example/".to_owned(),
                response_mode: ResponseMode::Query,
                state: None,
            };
            let mut params = Params::default();
            params.push("state", &*long);
            handed_out.remember_response(None, Arc::new(AuthorizationResponse { to, params }));
        }
        assert_eq!(handed_out.tokens(TokenKind::IdToken).count(), 15);
        assert_eq!(handed_out.tokens(TokenKind::AccessToken).count(), 1);
        let numbers: Vec<_> = handed_out.responses().map(|sent| sent.number).collect();
        assert_eq!((numbers.len(), numbers.last()), (15, Some(&40)), "the newest are there");
        handed_out.remember_token(TokenKind::IdToken, None, "spa", &"x".repeat(MOST_BYTES));
        assert_eq!(handed_out.tokens(TokenKind::IdToken).count(), 1);
        for _ in 0..=MOST {
            handed_out.remember_token(TokenKind::IdToken, None, "spa", "short");
        }
        assert_eq!(handed_out.tokens(TokenKind::IdToken).count(), MOST);
    }
}
