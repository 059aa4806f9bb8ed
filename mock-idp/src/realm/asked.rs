//! What a request is about, found out before it is carried out and without any effect: for rules.

use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::grants::Authentication;
use crate::rule::Asked;

/// The parts of a request that tell what it is about.
pub(crate) struct Clues<'a> {
    pub(crate) operation: &'static str,
    pub(crate) query: &'a Params,
    pub(crate) form: &'a Params,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) access_token: Option<&'a str>,
    pub(crate) cookie: Option<&'a str>,
}

impl Clues<'_> {
    fn first(&self, name: &str) -> Option<&str> {
        self.form.first(name).or(self.query.first(name)).filter(|value| !value.is_empty())
    }
}

impl State {
    /// What is known of a request.
    pub(crate) fn asked(&self, clues: &Clues<'_>) -> Asked {
        let mut asked = Asked { operation: clues.operation, ..Asked::default() };
        asked.client = clues.first("client_id").map(str::to_owned).or_else(|| client_in_header(clues));
        asked.state = clues.first("state").map(str::to_owned);
        asked.login_hint = clues.first("login_hint").map(str::to_owned);
        let session = clues.cookie.and_then(|cookie| self.session_of_cookie(cookie));
        asked.person = session.map(|(_, session)| session.person);
        if let Some(waiting) = clues.first("interaction").and_then(|name| self.interaction(name)) {
            asked.client = Some(waiting.request.client_id.clone());
            asked.state.clone_from(&waiting.request.state);
            asked.login_hint.clone_from(&waiting.request.login_hint);
            asked.person =
                waiting.proven.clone().or(clues.first("person").map(str::to_owned)).or(asked.person);
        }
        let code =
            clues.first("code").and_then(|code| self.codes.get(code)).map(|grant| &grant.authentication);
        let refresh = clues.first("refresh_token").and_then(|token| self.refresh.get(token));
        let token = clues.access_token.or(clues.first("token"));
        let access = token.and_then(|token| self.access.get(&self.access_name(token)?));
        let authentication = code
            .or(refresh.map(|grant| &grant.authentication))
            .or(access.and_then(|grant| grant.authentication.as_ref()));
        if let Some(authentication) = authentication {
            about(&mut asked, authentication);
        }
        asked
    }
}

fn about(asked: &mut Asked, authentication: &Authentication) {
    asked.person = Some(authentication.person.clone());
    asked.client = Some(authentication.client_id.clone());
    asked.state.clone_from(&authentication.sign_in.state);
    asked.login_hint.clone_from(&authentication.sign_in.login_hint);
}

fn client_in_header(clues: &Clues<'_>) -> Option<String> {
    let credentials = crate::protocol::token::read_credentials(clues.authorization, clues.form).ok()?;
    Some(credentials.client_id)
}
