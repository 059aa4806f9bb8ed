//! Provider sessions: who is signed in in a browser, since when and for how long.

use fixtures::Status;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::clock::later;
use crate::journal::Note;
use crate::protocol::error::Refusal;
use crate::realm::grants::Session;
use crate::realm::login::standing;
use crate::realm::{SESSION_LIFE, State};

impl State {
    /// The session a cookie names, if it lives and its person may still sign in.
    pub(crate) fn live_session(&self, cookie: &str, now: Timestamp) -> Option<&Session> {
        let session = self.sessions.get(cookie).filter(|session| now < session.expires_at)?;
        self.people.present(&session.person).filter(|person| person.status == Status::Active).map(|_| session)
    }

    /// The person authenticated: a session begins, by this cookie, and the one the browser had before ends; or why the
    /// person may not sign in.
    pub(crate) fn begin_session(
        &mut self,
        key: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Result<(String, Session), Refusal> {
        self.begin_session_saying(Map::new(), key, cookie, note)
    }

    /// The same for a person who said this of themselves.
    pub(crate) fn begin_session_saying(
        &mut self,
        said: Map<String, Value>,
        key: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Result<(String, Session), Refusal> {
        note.person = Some(key.to_owned());
        let nobody = || Refusal::new("person_known", "There is no such person.");
        standing(self.people.present(key).ok_or_else(nobody)?)?;
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
        Ok((secret, session))
    }

    /// The living session of a cookie.
    pub(crate) fn session_of_cookie(&self, cookie: &str) -> Option<&Session> {
        self.live_session(cookie, self.now())
    }
}
