//! Changing people while the realm runs, and ending lives early.

use fixtures::{Person, Status};

use crate::fault::{ArmError, Target, nearest};
use crate::handles::NotFound;
use crate::realm::State;
use crate::realm::grants::AccessGrant;

/// Why a company was not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompanyError {
    /// There is none with this key.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// Somebody is a member.
    #[error("{}", has_members(.company, .member, *.members))]
    HasMembers {
        /// Key of the company.
        company: String,
        /// Key of the first member.
        member: String,
        /// How many there are, the deleted included.
        members: usize,
    },
}

fn has_members(company: &str, member: &str, members: usize) -> String {
    let who = match members {
        0 | 1 => format!("{member} is a member"),
        _ => format!("{member} and {} more are members", members - 1),
    };
    format!("{who} of the company {company:?}; move everybody to another one first, the deleted too")
}

impl State {
    /// Whether whoever signs in without a page can be found.
    pub(crate) fn check_headless(&self) -> Result<(), String> {
        let check = |name: &String| self.people.check_headless(name, self.switches.any_person);
        self.headless_as.as_ref().map_or(Ok(()), check)
    }

    /// What is said of a company that is not there.
    pub(crate) fn no_company(&self, key: &str) -> NotFound {
        NotFound::among("company", key, self.people.companies().iter().map(|company| company.key.as_str()))
    }

    /// Removes a company that nobody is a member of.
    pub(crate) fn remove_company(&mut self, key: &str) -> Result<(), CompanyError> {
        let members = self.people.size_of(key);
        if let Some(member) = self.people.first_of(key) {
            let (company, member) = (key.to_owned(), member.to_owned());
            return Err(CompanyError::HasMembers { company, member, members });
        }
        if self.people.remove_company(key) { Ok(()) } else { Err(self.no_company(key).into()) }
    }

    /// Whether a fault that is aimed there could ever strike.
    pub(crate) fn check_target(&self, target: &Target) -> Result<(), ArmError> {
        let missing = |kind, name: &str, nearest: &str| {
            Err(ArmError::NoSuchTarget { kind, name: name.to_owned(), nearest: nearest.to_owned() })
        };
        match target {
            // Where anybody is taken they may come later.
            Target::Person(key) if self.people.get(key).is_none() && !self.switches.any_person => {
                missing("person", key, nearest(key, self.people.keys()))
            }
            Target::Client(id) if !self.clients.contains_key(id) && !self.switches.any_client => {
                missing("client", id, nearest(id, self.clients.keys().map(String::as_str)))
            }
            Target::Next | Target::State(_) | Target::Person(_) | Target::Client(_) => Ok(()),
        }
    }

    /// What is said of a person who is not there.
    pub(crate) fn no_person(&self, key: &str) -> NotFound {
        NotFound::among("person", key, self.people.keys())
    }

    /// What is said of a client that is not there.
    pub(crate) fn no_client(&self, id: &str) -> NotFound {
        NotFound::among("client", id, self.clients.keys().map(String::as_str))
    }

    /// Changes a person; false when there is none with this key.
    pub(crate) fn change_person(&mut self, key: &str, change: impl FnOnce(&mut Person)) -> bool {
        let Some(person) = self.people.change(key, change) else { return false };
        if person.status == Status::Active {
            self.forget_failures(key);
        } else {
            self.end_sessions_of(key);
        }
        true
    }

    /// Ends the provider sessions of a person; how many there were.
    pub(crate) fn end_sessions_of(&mut self, key: &str) -> usize {
        let before = self.sessions.len();
        self.sessions.retain(|_, session| session.person != key);
        before - self.sessions.len()
    }

    /// Makes a code expire now; false when it is not known.
    pub(crate) fn expire_code(&mut self, code: &str) -> bool {
        let now = self.now();
        self.codes.get_mut(code).map(|grant| grant.expires_at = now).is_some()
    }

    /// Makes every code that was not redeemed yet expire now; how many there were.
    pub(crate) fn expire_codes(&mut self) -> usize {
        let now = self.now();
        let fresh = self.codes.values_mut().filter(|grant| !grant.used && grant.expires_at > now);
        fresh.map(|grant| grant.expires_at = now).count()
    }

    /// Makes every code, access and refresh token about a person expire now; how many still were good.
    pub(crate) fn expire_grants_of(&mut self, key: &str) -> usize {
        let now = self.now();
        let codes = self.codes.values_mut().filter(|grant| grant.authentication.person == key && !grant.used);
        let codes = codes.map(|grant| &mut grant.expires_at);
        let about =
            |grant: &&mut AccessGrant| grant.authentication.as_ref().is_some_and(|who| who.person == key);
        let access = self.access.values_mut().filter(about).map(|grant| &mut grant.expires_at);
        let refresh =
            self.refresh.values_mut().filter(|grant| grant.authentication.person == key && !grant.used);
        let refresh = refresh.map(|grant| &mut grant.expires_at);
        let good = codes.chain(access).chain(refresh).filter(|end| **end > now);
        good.map(|end| *end = now).count()
    }

    /// Makes an access or refresh token expire now; false when it is not known.
    pub(crate) fn expire_token(&mut self, token: &str) -> bool {
        let now = self.now();
        let access = self.access_name(token).and_then(|name| self.access.get_mut(&name));
        let access = access.map(|grant| grant.expires_at = now);
        let refresh = self.refresh.get_mut(token).map(|grant| grant.expires_at = now);
        access.or(refresh).is_some()
    }
}
