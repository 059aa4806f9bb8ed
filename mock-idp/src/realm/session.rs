//! Provider sessions: who is signed in in a browser, since when and for how long.

use fixtures::Status;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::journal::Note;
use crate::realm::grants::Session;
use crate::realm::login::standing;
use crate::realm::sign_in::later;
use crate::realm::{SESSION_LIFE, State};

impl State {
    /// The session a cookie names, if it lives and its person may still sign in.
    pub(crate) fn live_session(&self, cookie: &str, now: Timestamp) -> Option<&Session> {
        let session = self.sessions.get(cookie).filter(|session| now < session.expires_at)?;
        self.people.present(&session.person).filter(|person| person.status == Status::Active).map(|_| session)
    }

    /// The person authenticated: a session begins, and the one the browser had before ends. `None` when the person may
    /// not sign in; the note says why.
    pub(crate) fn begin_session(
        &mut self,
        key: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Option<(String, Session)> {
        self.begin_session_saying(Map::new(), key, cookie, note)
    }

    /// The same for a person who said this of themselves.
    pub(crate) fn begin_session_saying(
        &mut self,
        said: Map<String, Value>,
        key: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Option<(String, Session)> {
        note.person = Some(key.to_owned());
        if let Err(refusal) = standing(self.people.present(key)?) {
            note.refusal = Some(refusal);
            return None;
        }
        if let Some(old) = cookie {
            self.sessions.remove(old);
        }
        let now = self.now();
        let session = Session {
            person: key.to_owned(),
            sid: self.generator.short(),
            auth_time: now,
            expires_at: later(now, SESSION_LIFE),
            said,
        };
        let secret = self.generator.secret();
        self.sessions.insert(secret.clone(), session.clone(), session.expires_at, now);
        Some((secret, session))
    }

    /// The living session of a cookie, with the cookie.
    pub(crate) fn session_of_cookie(&self, cookie: &str) -> Option<(String, Session)> {
        let session = self.live_session(cookie, self.now())?.clone();
        Some((cookie.to_owned(), session))
    }
}
