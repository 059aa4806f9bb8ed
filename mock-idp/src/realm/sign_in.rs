//! The authorization endpoint: from request to answer, to a login, or to a code.

use jiff::Timestamp;

use crate::fault::session::{Answered, Honest, IssueDraft, Staged};
use crate::fault::{Point, SignIn};
use crate::journal::Note;
use crate::protocol::authorize::{self, AuthorizeRequest, Prompt, ReturnTo, shorten};
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::login::{Answer, Because, LiveSession, decide_login};
use crate::protocol::params::Params;
use crate::realm::grants::{Authentication, CODE_LIFE, CodeGrant, Session, keep};
use crate::realm::{Interaction, State};

/// What the authorization endpoint answers.
#[derive(Debug, Clone)]
pub(crate) enum Authorized {
    /// Client or redirect URI are not proven: a page, never a redirect.
    Page(Refusal),
    /// Back to the client, with a code or an error.
    Respond(AuthorizationResponse),
    /// The person is asked: the name of the interaction, and whether by the chooser.
    Ask { interaction: String, chooser: bool },
}

/// An authorization response on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationResponse {
    pub(crate) to: ReturnTo,
    pub(crate) params: Params,
}

impl State {
    /// Answers an authorization request. `cookie` is the session the browser presents.
    pub(crate) fn authorize(&mut self, params: &Params, cookie: Option<&str>, note: &mut Note) -> Authorized {
        let (client, to) = match authorize::prove_return_to(params, |id| self.clients.get(id)) {
            Ok(proven) => proven,
            Err(refusal) => {
                note.refusal = Some(refusal.clone());
                return Authorized::Page(refusal);
            }
        };
        note.client = Some(to.client_id.clone());
        note.state.clone_from(&to.state);
        let checked = authorize::check(params, client, &to);
        let mut sign_in =
            SignIn { client: Some(to.client_id.clone()), state: to.state.clone(), ..SignIn::default() };
        let answered = checked.and_then(|request| self.decide(&request, cookie, &mut sign_in, note));
        match answered {
            Ok(authorized) => authorized,
            Err(error) => Authorized::Respond(self.error_response(&to, error, &mut sign_in, note)),
        }
    }

    fn decide(
        &mut self,
        request: &AuthorizeRequest,
        cookie: Option<&str>,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Result<Authorized, OAuthError> {
        let now = self.now();
        let hint_subject = self.hint_subject(request)?;
        let hinted =
            request.login_hint.as_deref().and_then(|hint| self.hinted(hint)).map(|person| person.key.clone());
        let session = cookie.and_then(|cookie| self.live_session(cookie, now)).cloned();
        let live = session.as_ref().and_then(|session| {
            let person = self.present(&session.person)?;
            let fits_login_hint = hinted.as_ref().is_none_or(|hinted| *hinted == session.person);
            Some(LiveSession { subject: &person.subject, auth_time: session.auth_time, fits_login_hint })
        });
        let honest = decide_login(request, live, hint_subject.as_deref(), now);
        sign_in.person = session.as_ref().map(|session| session.person.clone()).or(hinted);
        let staged = self.stage_decision(request, &honest, session.is_some(), sign_in, note);
        let answering = match staged {
            Some(Staged::OtherPersonAnswers) => {
                session.as_ref().and_then(|session| self.session_of_another(session))
            }
            Some(Staged::SessionAnswers) => session.clone(),
            None => None,
        };
        if let Some(answering) = answering {
            return Ok(self.silently(request, &answering, sign_in, note));
        }
        match (honest?, session) {
            (Answer::Silently, Some(session)) => Ok(self.silently(request, &session, sign_in, note)),
            (Answer::Ask(because), _) => Ok(self.ask(request, because, sign_in)),
            (Answer::Silently, None) => Ok(self.ask(request, Because::NoSession, sign_in)),
        }
    }

    /// OIDC Core 3.1.2.1: an id_token_hint must be one of ours; it may have expired.
    fn hint_subject(&self, request: &AuthorizeRequest) -> Result<Option<String>, OAuthError> {
        let Some(hint) = &request.id_token_hint else { return Ok(None) };
        let subject = crate::jose::verify_own(&self.ring, hint)
            .and_then(|payload| payload.get("sub").and_then(serde_json::Value::as_str).map(str::to_owned));
        let reason = "the id_token_hint is not an ID token of this provider";
        subject.map(Some).ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, "id_token_hint", reason))
    }

    fn stage_decision(
        &mut self,
        request: &AuthorizeRequest,
        honest: &Result<Answer, OAuthError>,
        has_session: bool,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Option<Staged> {
        let honest = Honest {
            request,
            has_session,
            answer: honest.as_ref().ok().copied(),
            hinted: request.id_token_hint.is_some(),
        };
        let mut staged = None;
        self.strike(Point::Session, sign_in, note, |_, fault| {
            let effect = crate::fault::session::decision(fault, &honest);
            staged = staged.or(effect);
            effect.is_some()
        });
        staged
    }

    fn silently(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Authorized {
        sign_in.person = Some(session.person.clone());
        Authorized::Respond(self.answer_with_code(request, session, Answered::Session, sign_in, note))
    }

    fn ask(&mut self, request: &AuthorizeRequest, because: Because, sign_in: &SignIn) -> Authorized {
        let interaction = self.generator.secret();
        let forced =
            matches!(because, Because::PromptLogin | Because::SelectAccount | Because::SessionTooOld)
                || request.max_age == Some(0);
        // Who signs in is not known yet: a hint is only a hint.
        let sign_in = SignIn { person: None, ..sign_in.clone() };
        let waiting = Interaction { request: request.clone(), sign_in, typed: None, proven: None, forced };
        self.remember_interaction(interaction.clone(), waiting);
        Authorized::Ask { interaction, chooser: request.prompt == Prompt::SelectAccount }
    }

    /// Makes a code for whoever the session is about, and the response that carries it.
    pub(crate) fn answer_with_code(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        answered: Answered,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> AuthorizationResponse {
        let now = self.now();
        let mut draft = IssueDraft {
            auth_time: session.auth_time,
            answered,
            other_person: false,
            inject: None,
            long_code: false,
        };
        note.person = Some(session.person.clone());
        self.strike(Point::Issue, sign_in, note, |_, fault| {
            crate::fault::session::issue(fault, now, &mut draft)
        });
        let session = if draft.other_person { self.session_of_another(session) } else { None }
            .unwrap_or_else(|| session.clone());
        let code = match draft.inject {
            Some(skip_pkce) => self.code_of_another(request, &session, sign_in, skip_pkce),
            None => self.issue_code(request, &session, &draft, sign_in),
        };
        let mut params = Params::default();
        params.push("code", code);
        self.respond(&request.return_to(), params, sign_in, note)
    }

    fn issue_code(
        &mut self,
        request: &AuthorizeRequest,
        session: &Session,
        draft: &IssueDraft,
        sign_in: &SignIn,
    ) -> String {
        let mut code = self.generator.secret();
        if draft.long_code {
            code.push_str(&"c".repeat(2048 - code.len()));
        }
        let grant = CodeGrant {
            authentication: Authentication {
                person: session.person.clone(),
                sid: session.sid.clone(),
                auth_time: draft.auth_time,
                client_id: request.client_id.clone(),
                scope: request.scope.clone(),
                nonce: request.nonce.clone(),
                family: self.generator.short(),
                sign_in: sign_in.clone(),
            },
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            skip_pkce: false,
            expires_at: later(self.now(), CODE_LIFE),
            used: false,
        };
        keep(&mut self.codes, code.clone(), grant);
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
        };
        let code = self.issue_code(&foreign, &other, &draft, sign_in);
        if let Some(grant) = self.codes.get_mut(&code) {
            grant.skip_pkce = skip_pkce;
        }
        code
    }

    /// A session of another person of the same company, as old as this one.
    fn session_of_another(&mut self, session: &Session) -> Option<Session> {
        let person = self.somebody_else(&session.person)?.key.clone();
        Some(Session { person, sid: self.generator.short(), ..session.clone() })
    }

    /// An error for the client. RFC 6749 4.1.2.1.
    pub(crate) fn error_response(
        &mut self,
        to: &ReturnTo,
        error: OAuthError,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> AuthorizationResponse {
        let mut params = Params::default();
        params.push("error", error.code.as_str());
        params.push("error_description", describable(&error.refusal.reason));
        note.refusal = Some(error.refusal);
        self.respond(to, params, sign_in, note)
    }

    fn respond(
        &mut self,
        to: &ReturnTo,
        mut params: Params,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> AuthorizationResponse {
        if let Some(state) = &to.state {
            params.push("state", state);
        }
        // RFC 9207 2: the issuer goes along, in errors too.
        params.push("iss", &self.issuer);
        self.strike(Point::Authorization, sign_in, note, |_, fault| {
            crate::fault::authorization::response(fault, &mut params)
        });
        // Faults that struck here follow the code to the token endpoint.
        if let Some(grant) = params.first("code").and_then(|code| self.codes.get_mut(code)) {
            grant.authentication.sign_in.struck.clone_from(&sign_in.struck);
        }
        let response = AuthorizationResponse { to: to.clone(), params };
        self.handed_out.remember_response(note.person.clone(), &response);
        response
    }
}

/// The end of a life that begins now.
pub(crate) fn later(now: Timestamp, life: jiff::SignedDuration) -> Timestamp {
    now.saturating_add(life).unwrap_or(Timestamp::MAX)
}

/// RFC 6749 4.1.2.1: error_description is printable ASCII without quote and backslash.
pub(crate) fn describable(reason: &str) -> String {
    let allowed = |letter: char| match letter {
        '"' => '\'',
        ' '..='~' if letter != '\\' => letter,
        _ => '?',
    };
    shorten(&reason.chars().map(allowed).collect::<String>()).replace('…', "...")
}
