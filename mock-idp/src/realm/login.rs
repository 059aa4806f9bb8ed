//! The person's side of a sign-in: user name and company, password, one-time code; or one click; or no.
//!
//! A wrong user name, an unknown company and a wrong password read alike: nobody learns who exists.

use std::borrow::Cow;
use std::sync::Arc;

use fixtures::{Person, SecondFactor, Status};
use jiff::SignedDuration;
use serde_json::{Map, Value};

use crate::clock::later;
use crate::fault::SignIn;
use crate::fault::session::Answered;
use crate::journal::Note;
use crate::protocol::authorize::AuthorizationResponse;
use crate::protocol::error::{ErrorCode, OAuthError, Refusal};
use crate::protocol::on_the_spot::person::Named;
use crate::protocol::text::as_a_sentence;
use crate::protocol::token::same_secret;
use crate::realm::State;
use crate::realm::grants::Session;
use crate::realm::interaction::Interaction;

/// What a step of the login leads to.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// There is no such interaction any more.
    Gone,
    /// On to the next form.
    Password,
    /// On to the form for the one-time code.
    Code,
    /// The same form again, with this sentence.
    Again(Cow<'static, str>),
    /// The person may not sign in, and is told so.
    Refused(Refusal),
    /// The person is known; on to the consent, with a session.
    Consent { session: String },
    /// Back to the client; with a session unless the person said no.
    Done { response: Arc<AuthorizationResponse>, session: Option<String> },
}

/// The one sentence for every wrong user name, company and password.
pub(crate) const WRONG: &str = "The user name, the company or the password is not right.";
/// The same where nobody is asked for a company.
const WRONG_OF_ONE: &str = "The user name or the password is not right.";
/// The sentence for a wrong one-time code.
pub(crate) const WRONG_CODE: &str = "The code is not right.";

/// So many failures in a row lock an account.
const FAILURES: u32 = 5;
/// How long they are remembered.
const FAILURES_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// Longest user name or company that is typed, in bytes.
pub(super) const LONGEST_NAME: usize = 800;

impl State {
    /// Step 1: user name and company. Whether they are right shows only after the password.
    pub(crate) fn type_user_name(
        &mut self,
        name: &str,
        username: &str,
        company: &str,
        note: &mut Note,
    ) -> Step {
        let only = self.people.only_company().map(|only| only.name.clone());
        let Some(interaction) = self.interactions.get_mut(name) else { return Step::Gone };
        about(note, interaction);
        if username.len() > LONGEST_NAME || company.len() > LONGEST_NAME {
            note.refusal = Some(Refusal::new("login_filled_in", "user name or company is too long"));
            return again("The user name and the company name have 200 letters at most.");
        }
        let missing = only.is_none() && company.trim().is_empty();
        if username.trim().is_empty() || missing {
            note.refusal = Some(Refusal::new("login_filled_in", "user name or company is empty"));
            return again(match only {
                Some(_) => "Enter your user name.",
                None => "Enter your user name and your company name.",
            });
        }
        let company = only.filter(|_| company.trim().is_empty()).unwrap_or_else(|| company.to_owned());
        interaction.typed = Some((username.to_owned(), company));
        interaction.proven = None;
        Step::Password
    }

    /// Step 2: the password.
    pub(crate) fn type_password(&mut self, name: &str, password: &str, note: &mut Note) -> Step {
        let Some(interaction) = self.interactions.get(name) else { return Step::Gone };
        about(note, interaction);
        let Some((username, company)) = interaction.typed.clone() else { return Step::Gone };
        let person = self.people.find_person(&username, &company).cloned();
        let right = person.as_ref().is_some_and(|person| same_secret(&person.password, password));
        note.person = person.as_ref().map(|person| person.key.clone());
        let Some(person) = person.filter(|_| right) else {
            let reason = match &note.person {
                None => "no such user name in such a company",
                Some(_) => "the password is wrong",
            };
            note.refusal = Some(Refusal::new("password", reason));
            let sentence = self.people.only_company().map_or(WRONG, |_| WRONG_OF_ONE);
            return self.failed(&username, &company, sentence);
        };
        if let Err(refusal) = standing(&person) {
            return Step::Refused(refusal);
        }
        if let Some(interaction) = self.interactions.get_mut(name) {
            interaction.proven = Some(person.key);
        }
        Step::Code
    }

    /// Step 3: the one-time code.
    pub(crate) fn type_code(
        &mut self,
        name: &str,
        code: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Step {
        let Some(interaction) = self.interactions.get(name) else { return Step::Gone };
        about(note, interaction);
        let (Some(key), Some((username, company))) = (interaction.proven.clone(), interaction.typed.clone())
        else {
            return Step::Gone;
        };
        note.person = Some(key.clone());
        let Some(person) = self.people.present(&key) else { return Step::Gone };
        if !same_secret(&person.one_time_code, code.trim()) {
            note.refusal = Some(Refusal::new("one_time_code", "the one-time code is wrong"));
            return self.failed(&username, &company, WRONG_CODE);
        }
        self.failures.remove(&lower(&username, &company));
        self.finish(name, &key, Map::new(), cookie, note)
    }

    /// One click instead of three steps.
    pub(crate) fn choose_person(
        &mut self,
        name: &str,
        key: &str,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Step {
        let Some(interaction) = self.interactions.get(name) else { return Step::Gone };
        about(note, interaction);
        if self.people.present(key).is_none() {
            note.refusal = Some(Refusal::new("person_known", "there is no such person"));
            return again("There is no such person.");
        }
        self.finish(name, key, Map::new(), cookie, note)
    }

    /// Whoever is named, where any person is taken.
    pub(crate) fn name_person(
        &mut self,
        name: &str,
        named: &Named<'_>,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Step {
        let Some(interaction) = self.interactions.get(name) else { return Step::Gone };
        about(note, interaction);
        match self.somebody(named) {
            Ok((key, said)) => self.finish(name, &key, said, cookie, note),
            Err(refusal) => {
                let sentence = as_a_sentence(&refusal.reason);
                note.refusal = Some(refusal);
                Step::Again(sentence.into())
            }
        }
    }

    /// The person says no: OIDC Core 3.1.2.6.
    pub(crate) fn deny(&mut self, name: &str, note: &mut Note) -> Step {
        let Some(interaction) = self.interactions.remove(name) else { return Step::Gone };
        about(note, &interaction);
        let error =
            OAuthError::new(ErrorCode::AccessDenied, "person_consents", "the person cancelled the sign-in");
        let mut sign_in = interaction.sign_in.clone();
        let response = self.error_response(&interaction.request.return_to(), error, &mut sign_in, note);
        Step::Done { response, session: None }
    }

    fn finish(
        &mut self,
        name: &str,
        key: &str,
        said: Map<String, Value>,
        cookie: Option<&str>,
        note: &mut Note,
    ) -> Step {
        let Some(waiting) = self.interactions.get(name) else { return Step::Gone };
        let (subject, client_id) = (waiting.subject.clone(), waiting.request.client_id.clone());
        let refused = self.people.present(key).map(standing).is_some_and(|standing| standing.is_err());
        if !refused && let Err(error) = self.check_subject(subject.as_deref(), key, &client_id) {
            let Some(interaction) = self.interactions.remove(name) else { return Step::Gone };
            let mut sign_in = SignIn { person: Some(key.to_owned()), ..interaction.sign_in };
            let to = interaction.request.return_to();
            let response = self.error_response(&to, error, &mut sign_in, note);
            return Step::Done { response, session: None };
        }
        let (secret, session) = match self.begin_session_saying(said, key, cookie, note) {
            Ok(begun) => begun,
            Err(refusal) => return Step::Refused(refusal),
        };
        let Some(interaction) = self.interactions.remove(name) else { return Step::Gone };
        let Interaction { request, mut sign_in, forced, begun, .. } = interaction;
        sign_in.person = Some(key.to_owned());
        let answered = if forced { Answered::PersonOnDemand } else { Answered::Person };
        if request.consent {
            let agreed = Some((session, answered));
            let waiting = Interaction { forced, begun, agreed, ..Interaction::of(request, sign_in) };
            self.remember_interaction(name.to_owned(), waiting);
            return Step::Consent { session: secret };
        }
        let response = self.answer_with_code(&request, &session, answered, &mut sign_in, note);
        Step::Done { response, session: Some(secret) }
    }

    /// The person agrees to what the client gets.
    pub(crate) fn consent(&mut self, name: &str, note: &mut Note) -> Step {
        let ready = self.interactions.get(name).is_some_and(|waiting| waiting.agreed.is_some());
        let Some(interaction) = self.interactions.remove(name).filter(|_| ready) else { return Step::Gone };
        about(note, &interaction);
        let Interaction { request, mut sign_in, agreed: Some((session, answered)), .. } = interaction else {
            return Step::Gone;
        };
        // Meanwhile the session may have ended, and the account with it.
        let now = self.now();
        let is_live = |other: &Session| other.sid == session.sid && now < other.expires_at;
        let standing = self.people.present(&session.person).map(standing);
        if standing != Some(Ok(())) || !self.sessions.values().any(is_live) {
            let refusal = Refusal::new("session_present", "the session has ended meanwhile; log in again");
            return Step::Refused(refusal);
        }
        sign_in.person = Some(session.person.clone());
        let response = self.answer_with_code(&request, &session, answered, &mut sign_in, note);
        Step::Done { response, session: None }
    }

    /// The same form again; after too many failures the account is locked, and whoever types is told so.
    fn failed(&mut self, username: &str, company: &str, sentence: &'static str) -> Step {
        if self.count_failure(username, company) {
            return Step::Refused(locked());
        }
        again(sentence)
    }

    /// Whether it was one too many. Counts alike for people who exist and people who do not.
    pub(super) fn count_failure(&mut self, username: &str, company: &str) -> bool {
        let (typed, now) = (lower(username, company), self.now());
        if !self.failures.contains(&typed) {
            self.failures.insert(typed.clone(), 0, later(now, FAILURES_LIFE), now);
        }
        let failures = self.failures.get_mut(&typed).map_or(1, |failures| {
            *failures += 1;
            *failures
        });
        if failures < FAILURES {
            return false;
        }
        let key = self.people.find_person(username, company).map(|person| person.key.clone());
        if let Some(key) = key {
            self.people.change(&key, |person| {
                if person.status == Status::Active {
                    person.status = Status::Locked;
                }
            });
        }
        true
    }

    /// Forgets the wrong passwords typed for a person.
    pub(crate) fn forget_failures(&mut self, key: &str) {
        let Some(person) = self.people.get(key) else { return };
        let Some(company) = self.people.company_of(person) else { return };
        let typed = lower(&person.username, &company.name);
        self.failures.remove(&typed);
    }
}

/// Whether an account may sign in at all.
pub(crate) fn standing(person: &Person) -> Result<(), Refusal> {
    match (person.status, person.second_factor) {
        (Status::Active, SecondFactor::Enrolled) => Ok(()),
        (Status::Active, SecondFactor::NotEnrolled) => Err(Refusal::new(
            "second_factor",
            "Your second factor is not set up yet. Ask your administrator.",
        )),
        (status, _) => Err(Refusal::new("person_status", sentence_of(status))),
    }
}

/// What is said when there were too many wrong passwords.
pub(super) fn locked() -> Refusal {
    Refusal::new("person_status", sentence_of(Status::Locked))
}

fn sentence_of(status: Status) -> &'static str {
    match status {
        Status::Active => "This account may sign in.",
        Status::Invited => {
            "You have not accepted your invitation yet. Open the link in the invitation first."
        }
        Status::Deactivated => "This account is deactivated. Ask your administrator.",
        Status::Locked => "This account is locked after too many failed attempts. Ask your administrator.",
        Status::AddressNotAllowed => "Signing in from this network address is not allowed.",
        Status::Deleted => WRONG,
    }
}

fn about(note: &mut Note, interaction: &Interaction) {
    note.client = Some(interaction.request.client_id.clone());
    note.state.clone_from(&interaction.request.state);
}

fn again(sentence: &'static str) -> Step {
    Step::Again(sentence.into())
}

/// What was typed as one name; a line break is in neither part.
fn lower(username: &str, company: &str) -> String {
    format!("{}\n{}", username.trim(), company.trim()).to_lowercase()
}
