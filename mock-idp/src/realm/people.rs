//! Changing people and companies while the realm runs.

use fixtures::{Person, Status};

use crate::fault::{ArmError, Target};
use crate::realm::State;
use crate::realm::missing::NotFound;

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
        let missing = |NotFound { kind, name, nearest }| {
            Err(ArmError::NoSuchTarget { kind, name, nearest: nearest.unwrap_or_default() })
        };
        match target {
            // Where anybody is taken they may come later.
            Target::Person(key) if self.people.get(key).is_none() && !self.switches.any_person => {
                missing(self.no_person(key))
            }
            Target::Client(id) if !self.clients.contains_key(id) && !self.switches.any_client => {
                missing(self.no_client(id))
            }
            Target::Next | Target::State(_) | Target::Person(_) | Target::Client(_) => Ok(()),
        }
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
}
