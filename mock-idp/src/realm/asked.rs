//! What a request is about, found out before it is carried out and without any effect: for rules.

use serde_json::Value;

use crate::jose;
use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::authentication::Authentication;
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

    /// What an authorization request asks for by a signed object (OIDC Core 6.1). Whether it is genuine, nobody looks here.
    fn object(&self) -> Option<Value> {
        self.first("request").and_then(jose::decode).map(|(_, claims)| claims)
    }
}

impl State {
    /// What is known of a request.
    pub(crate) fn asked(&self, clues: &Clues<'_>) -> Asked {
        let mut asked = Asked { operation: clues.operation, ..Asked::default() };
        asked.client = clues.first("client_id").map(str::to_owned).or_else(|| client_in_header(clues));
        let pushed = clues.first("request_uri").and_then(|name| self.pushed_params(name));
        let object = clues.object();
        let told = |name: &str| {
            let inside = object.as_ref().and_then(|claims| claims.get(name)?.as_str());
            let elsewhere = inside.or(pushed.and_then(|params| params.first(name)));
            elsewhere.or(clues.first(name)).map(str::to_owned)
        };
        asked.state = told("state");
        asked.login_hint = told("login_hint");
        let session = clues.cookie.and_then(|cookie| self.session_of_cookie(cookie));
        asked.person = session.map(|session| session.person.clone());
        if let Some(waiting) = clues.first("interaction").and_then(|name| self.interaction(name)) {
            asked.client = Some(waiting.request.client_id.clone());
            asked.state.clone_from(&waiting.request.state);
            asked.login_hint.clone_from(&waiting.request.login_hint);
            asked.person =
                waiting.proven.clone().or(clues.first("person").map(str::to_owned)).or(asked.person);
        }
        let code =
            clues.first("code").and_then(|code| self.codes.get(code)).map(|grant| &grant.authentication);
        // What is looked into, taken back or exchanged.
        let shown = clues.first("token").or(clues.first("subject_token"));
        let refresh = clues.first("refresh_token").or(shown).and_then(|token| self.refresh.get(token));
        let token = clues.access_token.or(shown);
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
