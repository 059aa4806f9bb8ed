//! The authorization endpoint: from request to answer, to a login, or to a code.

use std::sync::Arc;

use fixtures::Client;

use crate::fault::session::{Answered, Honest, Staged};
use crate::fault::{Point, SignIn};
use crate::journal::Note;
use crate::protocol::authorize::{self, AuthorizationResponse, AuthorizeRequest, Prompt, ReturnTo};
use crate::protocol::claims;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::login::{Answer, Because, LiveSession, decide_login};
use crate::protocol::on_the_spot::client::Return;
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::params::Params;
use crate::protocol::text::describable;
use crate::realm::State;
use crate::realm::grants::Session;
use crate::realm::interaction::Interaction;

/// What the authorization endpoint answers.
#[derive(Debug, Clone)]
pub(crate) enum Authorized {
    /// Client or redirect URI are not proven: a page, never a redirect.
    Page(Refusal),
    /// Back to the client, with a code or an error.
    Respond(Arc<AuthorizationResponse>),
    /// The same for a person who was signed in without a page; with the secret of the session.
    SignedIn { response: Arc<AuthorizationResponse>, session: String },
    /// Something has to be fetched first: nothing happened yet.
    NotYet,
    /// The person is asked: the name of the interaction, and on which page.
    Ask { interaction: String, page: Page },
}

/// The page on which a person is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Login,
    People,
    Consent,
}

/// An authorization request whose client and redirect URI are proven.
struct Proven {
    client: Arc<Client>,
    to: ReturnTo,
    /// Its parameters, from wherever they were; what is wrong with that place is told to the client.
    gathered: Result<Params, OAuthError>,
}

/// A request, and the subject that has to answer it.
struct Asked<'a> {
    request: &'a AuthorizeRequest,
    subject: Option<&'a str>,
}

impl State {
    /// Answers an authorization request. `cookie` is the session the browser presents, `chosen` the person who is to
    /// sign in without a page.
    pub(crate) fn authorize(
        &mut self,
        params: &Params,
        cookie: Option<&str>,
        chosen: Option<&Named<'_>>,
        note: &mut Note,
    ) -> Authorized {
        let proven = self.proven(params, note);
        if note.needs.wants.is_some() {
            return Authorized::NotYet;
        }
        let Proven { client, to, gathered } = match proven {
            Ok(proven) => proven,
            Err(refusal) => return page(refusal, note),
        };
        let login_hint = gathered.as_ref().unwrap_or(params).first("login_hint").map(str::to_owned);
        let acr = claims::acr(self.switches);
        let checked = gathered.and_then(|params| authorize::check(&params, &client, &to, acr));
        let mut sign_in = SignIn {
            client: Some(to.client_id.clone()),
            state: to.state.clone(),
            login_hint,
            ..SignIn::default()
        };
        let answered = checked.and_then(|request| self.decide(&request, cookie, chosen, &mut sign_in, note));
        let authorized = match answered {
            Ok(authorized) => authorized,
            Err(error) => Authorized::Respond(self.error_response(&to, error, &mut sign_in, note)),
        };
        if !matches!(authorized, Authorized::Page(_)) {
            self.use_up(params);
        }
        authorized
    }

    /// Whose request this is and where its answer goes, wherever its parameters are.
    fn proven(&mut self, params: &Params, note: &mut Note) -> Result<Proven, Refusal> {
        self.take_address(params, None, Return::SignIn)?;
        let gathered = self.gathered(params, note);
        let asked = gathered.as_ref().unwrap_or(params);
        self.take_address(asked, None, Return::SignIn)?;
        let (client, to) = match (authorize::prove_return_to(asked, |id| self.clients.get(id)), &gathered) {
            (Ok((client, to)), _) => (self.asking(client), to),
            (Err(_), Err(error)) => return Err(error.refusal.clone()),
            (Err(refusal), Ok(_)) => return Err(refusal),
        };
        note.client = Some(to.client_id.clone());
        note.state.clone_from(&to.state);
        Ok(Proven { client, to, gathered })
    }

    /// An error in answer to an authorization request, to the client if it and its redirect URI are proven.
    pub(crate) fn refused(
        &mut self,
        params: &Params,
        (error, description): (&str, &str),
        note: &mut Note,
    ) -> Option<Arc<AuthorizationResponse>> {
        let Proven { to, .. } = self.proven(params, note).ok().filter(|_| note.needs.wants.is_none())?;
        let answer = [("error", error), ("error_description", &*describable(description))];
        let mut sign_in =
            SignIn { client: Some(to.client_id.clone()), state: to.state.clone(), ..SignIn::default() };
        self.use_up(params);
        Some(self.respond(&to, answer.into_iter().collect(), &mut sign_in, note))
    }

    fn decide(
        &mut self,
        request: &AuthorizeRequest,
        cookie: Option<&str>,
        chosen: Option<&Named<'_>>,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Result<Authorized, OAuthError> {
        let now = self.now();
        let hint_subject = self.hint_subject(request)?;
        // OIDC Core 5.5.1: a subject that is asked for counts as a hint that may not be ignored.
        let hint_subject = hint_subject.or_else(|| request.claims.subject().map(str::to_owned));
        let hinted = request
            .login_hint
            .as_deref()
            .and_then(|hint| self.people.hinted(hint))
            .map(|person| person.key.clone());
        let session = cookie.and_then(|cookie| self.live_session(cookie, now)).cloned();
        let live = session.as_ref().and_then(|session| self.as_live(session, request, hinted.as_deref()));
        let honest = decide_login(request, live, hint_subject.as_deref(), now);
        sign_in.person = session.as_ref().map(|session| session.person.clone()).or(hinted.clone());
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
        let answer = honest?;
        if let Some(chosen) = chosen {
            let asked = Asked { request, subject: hint_subject.as_deref() };
            return self.sign_in_without_page(&asked, chosen, cookie, sign_in, note);
        }
        if let Answer::Ask(because) = answer
            && let Some(name) = self.without_page(request, hinted, because, hint_subject.is_some())
        {
            let asked = Asked { request, subject: hint_subject.as_deref() };
            let named = Named { name: &name, ..Named::default() };
            return self.sign_in_without_page(&asked, &named, cookie, sign_in, note);
        }
        match (answer, session) {
            (Answer::Silently, Some(session)) if request.consent => {
                Ok(self.ask_consent(request, &session, sign_in))
            }
            (Answer::Silently, Some(session)) => Ok(self.silently(request, &session, sign_in, note)),
            (Answer::Ask(because), _) => Ok(self.ask(request, because, hint_subject, sign_in)),
            (Answer::Silently, None) => Ok(self.ask(request, Because::NoSession, hint_subject, sign_in)),
        }
    }

    /// The session that the browser has, as the request looks at it.
    fn as_live(
        &self,
        session: &Session,
        request: &AuthorizeRequest,
        hinted: Option<&str>,
    ) -> Option<LiveSession> {
        let person = self.people.present(&session.person)?;
        // Where anybody is taken, a hint at nobody is one at somebody new; where nobody sees a page, it is a mistake.
        let is_meant = self.switches.any_person || self.switches.headless;
        let fits_login_hint = match hinted {
            Some(hinted) => hinted == session.person,
            None => request.login_hint.is_none() || !is_meant,
        };
        let subject = self.subject_of(&person.key, &request.client_id)?;
        Some(LiveSession { subject, auth_time: session.auth_time, fits_login_hint })
    }

    /// Who signs in where nobody sees a page: who is hinted at; where nobody is, whoever does so otherwise, unless the
    /// request asks for a choice or for a certain subject.
    fn without_page(
        &self,
        request: &AuthorizeRequest,
        hinted: Option<String>,
        because: Because,
        has_subject: bool,
    ) -> Option<String> {
        if !self.switches.headless {
            return None;
        }
        match (hinted, &request.login_hint) {
            (Some(hinted), _) => Some(hinted),
            (None, Some(hint)) => self.switches.any_person.then(|| hint.clone()),
            (None, None) => {
                self.headless_as.clone().filter(|_| because != Because::SelectAccount && !has_subject)
            }
        }
    }

    /// OIDC Core 3.1.2.1: an id_token_hint must be one of ours; it may have expired.
    pub(crate) fn hint_subject(&self, request: &AuthorizeRequest) -> Result<Option<String>, OAuthError> {
        let Some(hint) = &request.id_token_hint else { return Ok(None) };
        let subject = crate::jose::verify_own_id_token(&self.ring, hint)
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

    /// For tests without a browser: the person authenticates and agrees to everything at once.
    fn sign_in_without_page(
        &mut self,
        asked: &Asked<'_>,
        chosen: &Named<'_>,
        cookie: Option<&str>,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Result<Authorized, OAuthError> {
        let Asked { request, subject } = *asked;
        let (person, said) = match self.somebody(chosen) {
            Ok(somebody) => somebody,
            Err(refusal) => return Ok(page(refusal, note)),
        };
        self.check_subject(subject, &person, &request.client_id)?;
        let (secret, session) = match self.begin_session_saying(said, &person, cookie, note) {
            Ok(begun) => begun,
            Err(refusal) => return Ok(page(refusal, note)),
        };
        sign_in.person = Some(person);
        let answered =
            if request.prompt == Prompt::Login { Answered::PersonOnDemand } else { Answered::Person };
        let response = self.answer_with_code(request, &session, answered, sign_in, note);
        Ok(Authorized::SignedIn { response, session: secret })
    }

    /// OIDC Core 3.1.2.1 and 5.5.1: whoever the request demands answers, or nobody does.
    pub(crate) fn check_subject(
        &self,
        subject: Option<&str>,
        person: &str,
        client_id: &str,
    ) -> Result<(), OAuthError> {
        if subject.is_none() || self.subject_of(person, client_id).as_deref() == subject {
            return Ok(());
        }
        let reason = "somebody else logged in than the request demands";
        Err(OAuthError::new(ErrorCode::LoginRequired, "subject", reason))
    }

    fn ask(
        &mut self,
        request: &AuthorizeRequest,
        because: Because,
        subject: Option<String>,
        sign_in: &SignIn,
    ) -> Authorized {
        let interaction = self.generator.secret();
        let forced =
            matches!(because, Because::PromptLogin | Because::SelectAccount | Because::SessionTooOld)
                || request.max_age == Some(0);
        // Who signs in is not known yet: a hint is only a hint.
        let sign_in = SignIn { person: None, ..sign_in.clone() };
        let waiting = Interaction { forced, subject, ..Interaction::of(request.clone(), sign_in) };
        self.remember_interaction(interaction.clone(), waiting);
        let by_choice = request.prompt == Prompt::SelectAccount || self.switches.any_person;
        let page = if by_choice { Page::People } else { Page::Login };
        Authorized::Ask { interaction, page }
    }

    /// The person is known, and is asked only whether the client may.
    fn ask_consent(&mut self, request: &AuthorizeRequest, session: &Session, sign_in: &SignIn) -> Authorized {
        let interaction = self.generator.secret();
        let agreed = Some((session.clone(), Answered::Session));
        let waiting = Interaction { agreed, ..Interaction::of(request.clone(), sign_in.clone()) };
        self.remember_interaction(interaction.clone(), waiting);
        Authorized::Ask { interaction, page: Page::Consent }
    }
}

fn page(refusal: Refusal, note: &mut Note) -> Authorized {
    note.refusal = Some(refusal.clone());
    Authorized::Page(refusal)
}
