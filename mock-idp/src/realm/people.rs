//! Changing people, clients and companies while the realm runs.

use std::sync::Arc;

use fixtures::{Client, Person, Status};

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
        let missing = |NotFound { kind, name, nearest, known }| {
            Err(ArmError::NoSuchTarget { kind, name, nearest: nearest.unwrap_or_default(), known })
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

    /// Adds a person, or replaces the one with the same key: from now on written down.
    pub(crate) fn add_person(&mut self, person: Person) {
        self.people_on_the_spot.forget(&person.key);
        self.people.insert(person);
    }

    /// Adds a client, or replaces the one with the same id: from now on registered.
    pub(crate) fn add_client(&mut self, client: Client) {
        self.on_the_spot.forget(&client.id);
        self.clients.insert(client.id.clone(), Arc::new(client));
    }

    /// Changes a client, which is registered from now on; false when there is none with this id.
    pub(crate) fn change_client(&mut self, id: &str, change: impl FnOnce(&mut Client)) -> bool {
        let Some(client) = self.clients.get_mut(id) else { return false };
        let client = Arc::make_mut(client);
        change(client);
        id.clone_into(&mut client.id);
        self.is_registered_now(id);
        true
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
