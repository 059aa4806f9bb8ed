//! A person opens an application from the portal: the provider asks the application to begin a sign-in (OIDC Core 4), or
//! sends it an answer that it never asked for.

use std::sync::Arc;

use fixtures::{Client, ResponseType};
use jiff::Timestamp;

use crate::clock::later;
use crate::fault::session::Answered;
use crate::fault::{Point, SignIn};
use crate::journal::Note;
use crate::protocol::authorize::{AuthorizationResponse, AuthorizeRequest, Prompt, ResponseMode};
use crate::protocol::claims_parameter::ClaimsRequest;
use crate::protocol::error::Refusal;
use crate::protocol::launch::Launch;
use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::grants::{CODE_LIFE, Session};
use crate::realm::kept::Weighed;
use crate::realm::missing::NotFound;

/// Most applications in the portal: the policy of the page names where each of them is.
const MOST_SHOWN: usize = 100;

/// Why there is nothing to launch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// No such person or client.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The client says nowhere where it takes a launch.
    #[error(
        "client {0:?} has no initiate_login_uri (OIDC Core 4); give it one, or launch with unsolicited = true"
    )]
    NoAddress(String),
    /// An answer that nobody asked for has no address to go to.
    #[error("client {0:?} has no redirect URI with a port of its own; give it one")]
    NoRedirectUri(String),
}

/// A launch that waits for a browser.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    person: String,
    launch: Launch,
    expires_at: Timestamp,
}

impl Weighed for Ready {
    fn weight(&self) -> usize {
        let Launch { client, target_link_uri, issuer, .. } = &self.launch;
        let texts = [Some(client), target_link_uri.as_ref(), issuer.as_ref()];
        texts.into_iter().flatten().map(String::len).sum()
    }
}

impl Ready {
    pub(crate) fn is_about(&self, person: &str) -> bool {
        self.person == person
    }
}

/// Where a launched browser goes.
pub(crate) enum Launched {
    /// To the address at which the client begins a sign-in.
    Begin(String),
    /// To the client with an answer.
    Respond(Arc<AuthorizationResponse>),
}

impl State {
    /// Clients that a person can open in the portal.
    pub(crate) fn launchable(&self) -> impl Iterator<Item = &Client> {
        let launchable = |client: &&Client| client.initiate_login_uri.is_some();
        self.clients.values().map(|client| &**client).filter(launchable).take(MOST_SHOWN)
    }

    /// The name under which a browser fetches this launch, once.
    pub(crate) fn prepare_launch(&mut self, person: &str, launch: Launch) -> Result<String, LaunchError> {
        self.people.present(person).ok_or_else(|| self.no_person(person))?;
        self.check_launch(&launch)?;
        let name = self.generator.secret();
        let now = self.now();
        let expires_at = later(now, CODE_LIFE);
        let ready = Ready { person: person.to_owned(), launch, expires_at };
        self.launches.insert(name.clone(), ready, expires_at, now);
        Ok(name)
    }

    fn check_launch(&self, launch: &Launch) -> Result<(), LaunchError> {
        let client = self.clients.get(&launch.client);
        let client = client.ok_or_else(|| self.no_client(&launch.client))?;
        match launch.unsolicited {
            true if client.fixed_redirect_uri().is_none() => {
                Err(LaunchError::NoRedirectUri(client.id.clone()))
            }
            false if client.initiate_login_uri.is_none() => Err(LaunchError::NoAddress(client.id.clone())),
            _ => Ok(()),
        }
    }

    /// A browser fetches a launch: its person is signed in there from now on.
    pub(crate) fn fetch_launch(
        &mut self,
        name: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Result<(String, Launched), Refusal> {
        let ready = self.launches.remove(name).ok_or_else(|| {
            Refusal::new("launch_known", "this launch is not known, or a browser fetched it before")
        })?;
        let Ready { person, launch, expires_at } = ready;
        if self.now() >= expires_at {
            return Err(Refusal::new("launch_expired", "this launch was good for five minutes"));
        }
        self.check_launch(&launch).map_err(|error| Refusal::new("launch", error.to_string()))?;
        let (secret, session) = self.begin_session(&person, cookie, note)?;
        Ok((secret, self.launch(&session, &launch, note)?))
    }

    /// The person of this session opens a client.
    pub(crate) fn launch(
        &mut self,
        session: &Session,
        launch: &Launch,
        note: &mut Note,
    ) -> Result<Launched, Refusal> {
        note.person = Some(session.person.clone());
        self.check_launch(launch).map_err(|error| Refusal::new("launch", error.to_string()))?;
        note.client = Some(launch.client.clone());
        let unknown = || Refusal::new("launch", "there is no such client");
        let client = self.clients.get(&launch.client).cloned().ok_or_else(unknown)?;
        let mut sign_in = SignIn {
            person: Some(session.person.clone()),
            client: Some(client.id.clone()),
            ..SignIn::default()
        };
        let mut launch = launch.clone();
        let can_answer = client.fixed_redirect_uri().is_some();
        self.strike(Point::Launch, &mut sign_in, note, |state, fault| {
            crate::fault::launch::launch(fault, can_answer, &state.base.issuer, &mut launch)
        });
        if launch.unsolicited {
            return Ok(Launched::Respond(self.unsolicited(&client, session, &mut sign_in, note)));
        }
        let mut params = Params::default();
        params.push("iss", launch.issuer.as_deref().unwrap_or(&self.base.issuer));
        params.push("login_hint", self.login_hint_of(&session.person));
        if let Some(target) = &launch.target_link_uri {
            params.push("target_link_uri", target.as_str());
        }
        let address = client.initiate_login_uri.as_deref().unwrap_or_default();
        note.response.location = Some(address.to_owned());
        note.response.params = params.clone();
        Ok(Launched::Begin(params.append_to(address)))
    }

    fn unsolicited(
        &mut self,
        client: &Client,
        session: &Session,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Arc<AuthorizationResponse> {
        let request = AuthorizeRequest {
            client_id: client.id.clone(),
            redirect_uri: client.fixed_redirect_uri().unwrap_or_default().to_owned(),
            response_type: ResponseType::Code,
            response_mode: ResponseMode::Query,
            scope: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            audience: Vec::new(),
            state: None,
            nonce: None,
            code_challenge: None,
            prompt: Prompt::WhenNeeded,
            consent: false,
            max_age: None,
            login_hint: None,
            id_token_hint: None,
            claims: ClaimsRequest::default(),
            acr_values: Vec::new(),
            dpop_jkt: None,
        };
        self.answer_with_code(&request, session, Answered::Session, sign_in, note)
    }

    /// The user name, unless it leads to somebody else: it is unique in its company only.
    fn login_hint_of(&self, key: &str) -> String {
        let Some(person) = self.people.get(key) else { return key.to_owned() };
        let leads_here = self.people.hinted(&person.username).is_some_and(|found| found.key == key);
        if leads_here { person.username.clone() } else { person.subject.clone() }
    }
}
