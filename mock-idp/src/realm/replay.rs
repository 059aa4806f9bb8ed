//! What was handed out before, so that exactly the same can be handed out again.

use std::collections::VecDeque;

use serde::Serialize;

use crate::journal::Params;
use crate::realm::sign_in::AuthorizationResponse;

/// An authorization response as it was sent: the whole address the browser was sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SentResponse {
    /// Key of the person, when there was one.
    pub person: Option<String>,
    /// The client it was sent to.
    pub client: String,
    /// Where it was sent, without the parameters.
    pub redirect_uri: String,
    /// The parameters, in order.
    #[schema(value_type = Vec<(String, String)>)]
    pub params: Params,
    /// The address with the parameters in its query, as the browser opens it.
    pub location: String,
}

/// An ID token as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SentToken {
    /// Key of the person.
    pub person: String,
    /// The client it was sent to.
    pub client: String,
    /// The token.
    pub id_token: String,
}

/// The newest of each.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandedOut {
    responses: VecDeque<SentResponse>,
    id_tokens: VecDeque<SentToken>,
    logout_tokens: VecDeque<SentLogoutToken>,
}

/// A logout token as it was sent.
#[derive(Debug, Clone)]
struct SentLogoutToken {
    person: String,
    client: String,
    logout_token: String,
}

const KEPT: usize = 1_000;

impl HandedOut {
    pub(crate) fn remember_response(&mut self, person: Option<String>, response: &AuthorizationResponse) {
        let sent = SentResponse {
            person,
            client: response.to.client_id.clone(),
            redirect_uri: response.to.redirect_uri.clone(),
            location: response.params.append_to(&response.to.redirect_uri),
            params: response.params.clone(),
        };
        keep(&mut self.responses, sent);
    }

    pub(crate) fn remember_id_token(&mut self, person: &str, client: &str, id_token: &str) {
        let sent =
            SentToken { person: person.to_owned(), client: client.to_owned(), id_token: id_token.to_owned() };
        keep(&mut self.id_tokens, sent);
    }

    /// The newest ID token of this person at this client.
    pub(crate) fn id_token(&self, person: &str, client: &str) -> Option<&str> {
        let same = |sent: &&SentToken| sent.person == person && sent.client == client;
        self.id_tokens.iter().rev().find(same).map(|sent| sent.id_token.as_str())
    }

    pub(crate) fn remember_logout_token(&mut self, person: &str, client: &str, logout_token: &str) {
        let sent = SentLogoutToken {
            person: person.to_owned(),
            client: client.to_owned(),
            logout_token: logout_token.to_owned(),
        };
        keep(&mut self.logout_tokens, sent);
    }

    /// The newest logout token about this person at this client.
    pub(crate) fn logout_token(&self, person: &str, client: &str) -> Option<&str> {
        let same = |sent: &&SentLogoutToken| sent.person == person && sent.client == client;
        self.logout_tokens.iter().rev().find(same).map(|sent| sent.logout_token.as_str())
    }

    pub(crate) fn responses(&self) -> impl DoubleEndedIterator<Item = &SentResponse> {
        self.responses.iter()
    }

    pub(crate) fn id_tokens(&self) -> impl DoubleEndedIterator<Item = &SentToken> {
        self.id_tokens.iter()
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(item);
}
