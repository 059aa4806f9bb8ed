//! The authorization response: a code and whatever else travels through the browser, or an error (RFC 6749 4.1.2).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Map;

use crate::clock::later;
use crate::fault::authorization::ResponseDraft;
use crate::fault::session::{Answered, IssueDraft};
use crate::fault::{Point, SignIn};
use crate::journal::Note;
use crate::protocol::authorize::{AuthorizationResponse, AuthorizeRequest, ReturnTo};
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;
use crate::protocol::text::describable;
use crate::realm::State;
use crate::realm::authentication::Authentication;
use crate::realm::grants::{CODE_LIFE, CodeGrant, Session};
use crate::realm::tokens::Order;

/// Which tokens travel through the browser, beside which code.
struct FrontTokens {
    id_token: bool,
    access_token: bool,
    code: Option<String>,
}

impl State {
    /// Makes a code for whoever the session is about, and the response that carries it.
    pub(crate) fn answer_with_code(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        answered: Answered,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Arc<AuthorizationResponse> {
        let now = self.now();
        let mut draft = IssueDraft {
            auth_time: session.auth_time,
            answered,
            other_person: false,
            inject: None,
            long_code: false,
            front_tokens: false,
        };
        note.person = Some(session.person.clone());
        self.strike(Point::Issue, sign_in, note, |_, fault| {
            crate::fault::session::issue(fault, now, &mut draft)
        });
        let session = if draft.other_person { self.session_of_another(session) } else { None }
            .unwrap_or_else(|| session.clone());
        let mut params = Params::default();
        let code = request.response_type.has_code().then(|| match draft.inject {
            Some(skip_pkce) => self.code_of_another(request, &session, sign_in, skip_pkce),
            None => self.issue_code(request, &session, &draft, sign_in),
        });
        if let Some(code) = &code {
            params.push("code", code.as_str());
        }
        let front = FrontTokens {
            id_token: draft.front_tokens || request.response_type.has_id_token(),
            access_token: draft.front_tokens || request.response_type.has_token(),
            code,
        };
        if front.id_token || front.access_token {
            self.push_tokens(request, &session, front, sign_in, note, &mut params);
        }
        self.respond(&request.return_to(), params, sign_in, note)
    }

    /// Tokens that travel through the browser (OIDC Core 3.2.2.5 and 3.3.2.5).
    fn push_tokens(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        front: FrontTokens,
        sign_in: &mut SignIn,
        note: &mut Note,
        params: &mut Params,
    ) {
        let Some(client) = self.clients.get(&request.client_id).cloned() else { return };
        let family = front
            .code
            .as_ref()
            .and_then(|code| self.codes.get(code))
            .map(|grant| grant.authentication.family.clone());
        let mut authentication = self.authentication(request, session, session.auth_time, sign_in);
        if let Some(family) = family {
            authentication.family = family;
        }
        let order = Order {
            access_token: front.access_token,
            id_token: front.id_token,
            code: front.code,
            ..Order::of(client, authentication)
        };
        let made = self.order_tokens(order, note).sign();
        self.remember_made(&made);
        // Whoever holds tokens is told when the session ends, whichever way they came.
        self.remember_visit(&session.sid, &request.client_id);
        if let Some(access_token) = made.access_token {
            params.push("access_token", access_token);
            params.push("token_type", "Bearer");
            params.push("expires_in", made.facts.expires_in.to_string());
            params.push("scope", made.facts.scope.join(" "));
        }
        if let Some(id_token) = made.id_token {
            params.push("id_token", id_token);
        }
        *sign_in = made.facts.sign_in;
    }

    fn authentication(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        auth_time: Timestamp,
        sign_in: &SignIn,
    ) -> Authentication {
        let issuer = Arc::clone(&self.base.issuer);
        Authentication {
            sid: session.sid.clone(),
            scope: request.scope.clone(),
            audience: request.audience.clone(),
            nonce: request.nonce.clone(),
            claims: request.claims.clone(),
            ordered: session.said.clone(),
            family: self.generator.short(),
            sign_in: sign_in.clone(),
            ..Authentication::of(issuer, &session.person, &request.client_id, auth_time)
        }
    }

    fn issue_code(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        draft: &IssueDraft,
        sign_in: &SignIn,
    ) -> String {
        let now = self.now();
        let mut code = self.generator.secret();
        if draft.long_code {
            code.push_str(&"c".repeat(2048 - code.len()));
        }
        let grant = CodeGrant {
            authentication: Arc::new(self.authentication(request, session, draft.auth_time, sign_in)),
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            jkt: request.dpop_jkt.clone(),
            skip_pkce: false,
            expires_at: later(now, CODE_LIFE),
            used: false,
        };
        let until = grant.expires_at;
        self.codes.insert(code.clone(), grant, until, now);
        self.remember_visit(&session.sid, &request.client_id);
        code
    }

    /// A valid code of somebody else's sign-in at the same client: its nonce and challenge belong to another browser.
    fn code_of_another(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        sign_in: &SignIn,
        skip_pkce: bool,
    ) -> String {
        let other = self.session_of_another(session).unwrap_or_else(|| session.clone());
        let foreign = AuthorizeRequest {
            nonce: Some(self.generator.secret()),
            code_challenge: Some(self.generator.secret()),
            ..request.clone()
        };
        let draft = IssueDraft {
            auth_time: other.auth_time,
            answered: Answered::Person,
            other_person: false,
            inject: None,
            long_code: false,
            front_tokens: false,
        };
        let code = self.issue_code(&foreign, &other, &draft, sign_in);
        if let Some(grant) = self.codes.get_mut(&code) {
            grant.skip_pkce = skip_pkce;
        }
        code
    }

    /// A session of another person of the same company, as old as this one.
    pub(crate) fn session_of_another(&mut self, session: &Session) -> Option<Session> {
        let person = self.people.somebody_else(&session.person)?.key.clone();
        Some(Session { person, sid: self.generator.short(), said: Map::new(), ..session.clone() })
    }

    /// An error for the client. RFC 6749 4.1.2.1.
    pub(crate) fn error_response(
        &mut self,
        to: &ReturnTo,
        error: OAuthError,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Arc<AuthorizationResponse> {
        let mut params = Params::default();
        params.push("error", error.code.as_str());
        params.push("error_description", describable(&error.refusal.reason));
        note.refusal = Some(error.refusal);
        self.respond(to, params, sign_in, note)
    }

    pub(crate) fn respond(
        &mut self,
        to: &ReturnTo,
        mut params: Params,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Arc<AuthorizationResponse> {
        if let Some(state) = &to.state {
            params.push("state", state);
        }
        // RFC 9207 2: the issuer goes along, in errors too.
        params.push("iss", &*self.base.issuer);
        let mut to = to.clone();
        let issuer = Arc::clone(&self.base.issuer);
        self.strike(Point::Authorization, sign_in, note, |_, fault| {
            let (params, mode) = (&mut params, &mut to.response_mode);
            crate::fault::authorization::response(fault, &mut ResponseDraft { params, mode, issuer: &issuer })
        });
        // Faults that struck here follow the code to the token endpoint.
        if let Some(grant) = params.first("code").and_then(|code| self.codes.get_mut(code)) {
            Arc::make_mut(&mut grant.authentication).sign_in.struck.clone_from(&sign_in.struck);
        }
        let response = Arc::new(AuthorizationResponse { to, params });
        self.handed_out.remember_response(note.person.clone(), Arc::clone(&response));
        response
    }
}
