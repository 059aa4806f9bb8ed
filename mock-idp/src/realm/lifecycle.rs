//! What happens to accounts in KaseyaOne, in the words of those who look after them. A user name is for ever there: who
//! is renamed, or deleted and invited again, has another account, with a subject that nobody had before.

use fixtures::{Person, Status};

use crate::realm::State;
use crate::realm::missing::{NotFound, instead};

/// Why an account was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// There is nobody with this key.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// There is no such company.
    #[error("there is no company {company:?}{}", instead(nearest, known))]
    NoSuchCompany {
        /// What was asked for.
        company: String,
        /// The company whose key is most like it; empty when none is.
        nearest: String,
        /// The companies there are, as far as there is room.
        known: String,
    },
    /// Somebody of the company has the user name; KaseyaOne compares them without regard to case.
    #[error(
        "{owner} of company {company:?} has the user name {username:?} already; choose another one, or rename {owner}"
    )]
    UsernameTaken {
        /// What was asked for.
        username: String,
        /// Key of the company.
        company: String,
        /// Key of the person who has it.
        owner: String,
    },
    /// The company has no such role.
    #[error("{0}")]
    NoSuchRole(String),
    /// A user name has to have something in it.
    #[error("a user name is empty; give one, as in \"dana.neri\"")]
    EmptyUsername,
}

impl State {
    /// The same account with another address; nobody has verified it anew, and nobody has to.
    pub(crate) fn change_email(&mut self, key: &str, email: Option<&str>) -> Result<Person, PersonError> {
        self.change_account(key, |person| {
            if person.email.as_deref() != email {
                person.previous_email = std::mem::replace(&mut person.email, email.map(str::to_owned));
            }
        })
    }

    /// How the account stands. Whoever comes back from the deleted needs the user name that others could take meanwhile.
    pub(crate) fn set_status(&mut self, key: &str, status: Status) -> Result<(), PersonError> {
        let Person { username, company, status: before, .. } = self.person(key)?;
        if before == Status::Deleted && status != Status::Deleted {
            self.check_username(key, &username, &company)?;
        }
        self.change_account(key, |person| person.status = status).map(drop)
    }

    /// Another user name: a new account with the old address, and the end of the old one.
    pub(crate) fn rename_person(&mut self, key: &str, username: &str) -> Result<Person, PersonError> {
        let username = username.trim();
        if username.is_empty() {
            return Err(PersonError::EmptyUsername);
        }
        let company = self.person(key)?.company.clone();
        self.check_username(key, username, &company)?;
        self.begin_anew(key, |person| username.clone_into(&mut person.username))
    }

    /// Deleted and invited again: a new account by the old names, and the end of the old one.
    pub(crate) fn recreate_person(&mut self, key: &str) -> Result<Person, PersonError> {
        let Person { username, company, .. } = self.person(key)?;
        self.check_username(key, &username, &company)?;
        self.begin_anew(key, |_| ())
    }

    /// The same account in another company.
    pub(crate) fn move_person(&mut self, key: &str, company: &str) -> Result<Person, PersonError> {
        let person = self.person(key)?;
        if self.people.companies().iter().all(|known| known.key != company) {
            let NotFound { name: company, nearest, known, .. } = self.no_company(company);
            let nearest = nearest.unwrap_or_default();
            return Err(PersonError::NoSuchCompany { company, nearest, known });
        }
        self.check_username(key, &person.username, company)?;
        self.check_role(&Person { company: company.to_owned(), ..person })?;
        self.change_account(key, |person| company.clone_into(&mut person.company))
    }

    /// Whether the company of a person has their role.
    pub(crate) fn check_role(&self, person: &Person) -> Result<(), PersonError> {
        match fixtures::check_person(person, self.people.companies()) {
            Err(wrong) if wrong.field == "role" => Err(PersonError::NoSuchRole(wrong.to_string())),
            _ => Ok(()),
        }
    }

    fn person(&self, key: &str) -> Result<Person, NotFound> {
        let person = self.people.get(key).cloned();
        person.ok_or_else(|| self.no_person(key))
    }

    /// KaseyaOne's user names are unique in their company, without regard to case.
    pub(crate) fn check_username(&self, key: &str, username: &str, company: &str) -> Result<(), PersonError> {
        let same = |other: &&Person| other.key != key && other.company == company;
        let Some(owner) = self.people.with_username(username).find(same) else { return Ok(()) };
        let (username, company) = (username.to_owned(), company.to_owned());
        Err(PersonError::UsernameTaken { username, company, owner: owner.key.clone() })
    }

    fn change_account(&mut self, key: &str, change: impl FnOnce(&mut Person)) -> Result<Person, PersonError> {
        self.change_person(key, change);
        Ok(self.person(key)?)
    }

    /// The old account ends with all it had; the person keeps the key that tests call it by.
    fn begin_anew(&mut self, key: &str, change: impl FnOnce(&mut Person)) -> Result<Person, PersonError> {
        let subject = format!("k1-{}", self.generator.short());
        self.end_account(key);
        self.change_account(key, |person| {
            change(person);
            person.subject = subject;
            person.status = Status::Active;
        })
    }

    /// Nothing that was handed out about this account is good any more.
    fn end_account(&mut self, key: &str) {
        self.end_sessions_of(key);
        self.codes.retain(|_, grant| grant.authentication.person != key);
        self.refresh.retain(|_, grant| grant.authentication.person != key);
        self.access.retain(|_, grant| grant.authentication.as_ref().is_none_or(|who| who.person != key));
        self.forget_devices_of(key);
        self.launches.retain(|_, ready| !ready.is_about(key));
        self.interactions.retain(|_, waiting| {
            let agreed = waiting.agreed.as_ref().map(|(session, _)| session.person.as_str());
            agreed.or(waiting.proven.as_deref()) != Some(key)
        });
    }
}
