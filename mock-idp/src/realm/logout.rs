//! The end of provider sessions: where the browser goes (RP-Initiated Logout 1.0), and which clients are told
//! (Back-Channel Logout 1.0, Front-Channel Logout 1.0).

use fixtures::Client;
use serde_json::{Value, json};

use crate::fault::logout::Around;
use crate::fault::{Point, SignIn};
use crate::jose::{TokenDraft, verify_own_id_token};
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::protocol::logout::{self, Hint, LogoutTokenFacts};
use crate::protocol::on_the_spot::client::Return;
use crate::protocol::params::Params;
use crate::realm::State;
use crate::realm::grants::Session;
use crate::realm::handed_out::TokenKind;

/// What follows when a browser asked for logout.
pub(crate) enum Logout {
    /// Nothing ended: this person is signed in, and has to say so first (RP-Initiated Logout 2).
    Ask {
        person: String,
    },
    Ended(Ended),
    /// The endpoint is out of order: nothing ended.
    Outage,
}

/// A session that is over.
pub(crate) struct Ended {
    /// A registered URI to return to; absent means a page of our own.
    pub(crate) return_to: Option<(String, Params)>,
    pub(crate) farewells: Farewells,
}

/// Who is told that a session is over.
#[derive(Default)]
pub(crate) struct Farewells {
    /// Logout tokens that go from server to server.
    pub(crate) back: Vec<Farewell>,
    /// Addresses that the browser loads in frames.
    pub(crate) front: Vec<String>,
}

/// A logout token on its way to a client.
#[derive(Debug)]
pub(crate) struct Farewell {
    pub(crate) client: String,
    /// The registered `backchannel_logout_uri`.
    pub(crate) uri: String,
    pub(crate) logout_token: String,
    /// What is known for the journal.
    pub(crate) note: Note,
}

impl State {
    /// Ends the session of a browser and says where it may go. Where nothing proves that the application means who is
    /// signed in, the person is asked first, unless they `agreed`.
    pub(crate) fn end_session(
        &mut self,
        params: &Params,
        cookie: Option<&str>,
        agreed: bool,
        note: &mut Note,
    ) -> Result<Logout, Refusal> {
        let hint = match params.first("id_token_hint").filter(|hint| !hint.is_empty()) {
            Some(token) => Some(self.logout_hint(token).ok_or_else(|| {
                Refusal::new("id_token_hint", "the id_token_hint is not an ID token of this provider")
            })?),
            None => None,
        };
        let hinted = hint.as_ref().map(|hint| hint.client_id.as_str());
        self.take_address(params, hinted, Return::SignOut)?;
        let target = logout::check(params, hint.as_ref(), |id| self.clients.get(id).map(|client| &**client))?;
        let mut sign_in = SignIn {
            person: cookie.and_then(|cookie| self.sessions.get(cookie)).map(|session| session.person.clone()),
            client: hint
                .as_ref()
                .map(|hint| hint.client_id.clone())
                .or(params.first("client_id").map(str::to_owned)),
            state: params.first("state").map(str::to_owned),
            login_hint: None,
            struck: Vec::new(),
            spared: Vec::new(),
        };
        note.person.clone_from(&sign_in.person);
        note.client.clone_from(&sign_in.client);
        note.state.clone_from(&sign_in.state);
        let mut outage = false;
        self.strike(Point::Logout, &mut sign_in, note, |_, fault| {
            let strikes = fault == "out-op-dead";
            outage |= strikes;
            strikes
        });
        if outage {
            return Ok(Logout::Outage);
        }
        let current = cookie.and_then(|cookie| self.session_of_cookie(cookie));
        if let Some(session) = current.filter(|_| !agreed && !self.switches.headless)
            && !hint.as_ref().is_some_and(|hint| self.is_about(hint, session))
        {
            return Ok(Logout::Ask { person: session.person.clone() });
        }
        // Of another browser's session nobody is there who could be asked. Tests without a browser have no cookie to show.
        let hinted = hint.and_then(|hint| hint.sid).filter(|_| self.switches.headless);
        let farewells = self.end_sessions(
            |secret, session| cookie == Some(secret) || hinted.as_ref() == Some(&session.sid),
            note,
        );
        let return_to = target.map(|(uri, mut answer)| {
            self.strike(Point::Logout, &mut sign_in, note, |_, fault| {
                crate::fault::logout::redirect(fault, &mut answer)
            });
            (uri, answer)
        });
        Ok(Logout::Ended(Ended { return_to, farewells }))
    }

    /// Ends every session of a person and makes what the clients are told. No browser is there to load a frame.
    pub(crate) fn sign_out_everywhere(&mut self, key: &str) -> Farewells {
        self.end_sessions(|_, session| session.person == key, &mut Note::default())
    }

    /// Ends sessions, by the secret in their cookie and what they are.
    fn end_sessions(&mut self, ends: impl Fn(&str, &Session) -> bool, note: &mut Note) -> Farewells {
        let mut ended = Vec::new();
        self.sessions.retain(|secret, session| {
            let stays = !ends(secret, session);
            if !stays {
                ended.push(session.clone());
            }
            stays
        });
        let mut farewells = Farewells::default();
        for session in ended {
            for client in self.visits.remove(&session.sid).unwrap_or_default() {
                self.say_farewell(&session, &client, note, &mut farewells);
            }
        }
        farewells
    }

    fn say_farewell(&mut self, session: &Session, client_id: &str, note: &mut Note, to: &mut Farewells) {
        let Some(client) = self.clients.get(client_id).cloned() else { return };
        let (back, front) = (client.backchannel_logout_uri.clone(), client.frontchannel_logout_uri.clone());
        let mut sign_in = SignIn {
            person: Some(session.person.clone()),
            client: Some(client_id.to_owned()),
            ..SignIn::default()
        };
        if let Some(uri) = back {
            let mut note =
                Note { person: sign_in.person.clone(), client: sign_in.client.clone(), ..Note::default() };
            for logout_token in self.sign_logout_tokens(session, &client, &mut sign_in, &mut note) {
                // What comes beside the first is about nobody.
                let of_nobody = Note { client: sign_in.client.clone(), ..Note::default() };
                let note = std::mem::replace(&mut note, of_nobody);
                let (client, uri) = (client_id.to_owned(), uri.clone());
                to.back.push(Farewell { client, uri, logout_token, note });
            }
        }
        if let Some(uri) = front {
            let mut params = logout::frame_parameters(&self.base.issuer, &session.sid);
            self.strike(Point::LogoutFrame, &mut sign_in, note, |_, fault| {
                crate::fault::logout::frame(fault, &mut params)
            });
            to.front.push(params.append_to(&uri));
        }
    }

    /// One token, unless a fault wants more.
    pub(crate) fn sign_logout_tokens(
        &mut self,
        session: &Session,
        client: &Client,
        sign_in: &mut SignIn,
        note: &mut Note,
    ) -> Vec<String> {
        let now = self.now();
        let jti = self.generator.secret();
        let client_id = client.id.as_str();
        let subject = self.subject_of(&session.person, client_id).unwrap_or_default();
        let facts = LogoutTokenFacts {
            issuer: &self.base.issuer,
            client_id,
            subject: &subject,
            sid: &session.sid,
            jti: &jti,
            now,
        };
        let payload = logout::logout_token_payload(&facts);
        // Back-Channel Logout 2.4: explicit typing, so that no other kind of token passes for it.
        let mut draft =
            TokenDraft::new(&self.ring, client.id_token_signed_response_alg, payload).typed("logout+jwt");
        let person = &session.person;
        let mut more = 0;
        self.strike(Point::LogoutToken, sign_in, note, |state, fault| {
            let around = Around {
                client_secret: state.clients.get(client_id).and_then(|client| client.secret.as_deref()),
                other_client: state.other_client(client_id),
                earlier_logout_token: state.handed_out.newest(TokenKind::LogoutToken, person, client_id),
                earlier_id_token: state.handed_out.newest(TokenKind::IdToken, person, client_id),
                now,
            };
            more += crate::fault::logout::storm(fault).unwrap_or_default();
            more > 0 || crate::fault::logout::token(fault, &around, &mut draft)
        });
        let logout_token = draft.encode();
        self.handed_out.remember_token(TokenKind::LogoutToken, Some(person), client_id, &logout_token);
        let stray = |number: usize| {
            let mut stray = draft.clone();
            stray.payload.remove("sub");
            for name in ["sid", "jti"] {
                stray.payload.insert(name.to_owned(), json!(format!("stray-{number}-{jti}")));
            }
            stray.encode()
        };
        std::iter::once(logout_token).chain((0..more).map(stray)).collect()
    }

    fn logout_hint(&self, token: &str) -> Option<Hint> {
        let payload = verify_own_id_token(&self.ring, token)?;
        let audience = match payload.get("aud")? {
            Value::Array(items) => items.first()?.as_str()?.to_owned(),
            other => other.as_str()?.to_owned(),
        };
        let text = |name| payload.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Hint { client_id: audience, sid: text("sid"), sub: text("sub") })
    }

    /// Whether a hint belongs to this session, or at least to whoever is signed in by it.
    fn is_about(&self, hint: &Hint, session: &Session) -> bool {
        let same_person =
            || hint.sub.is_some() && hint.sub == self.subject_of(&session.person, &hint.client_id);
        hint.sid.as_ref() == Some(&session.sid) || same_person()
    }
}
