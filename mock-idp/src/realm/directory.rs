//! The people and companies of a realm, found by key, by subject, and by what is typed on the login page, however many
//! there are.

mod everybody;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use fixtures::{Company, Person, Status};

pub(crate) use self::everybody::{Everybody, Found};

/// People and companies, with an index for every way somebody is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    companies: Vec<Company>,
    people: BTreeMap<String, Arc<Person>>,
    /// Keys by user name in lower case, deleted people included.
    by_username: BTreeMap<String, BTreeSet<String>>,
    /// Keys by e-mail address in lower case.
    by_email: BTreeMap<String, BTreeSet<String>>,
    by_subject: BTreeMap<String, String>,
    by_company: BTreeMap<String, BTreeSet<String>>,
    /// Since the last change.
    everybody: OnceLock<Arc<Everybody>>,
}

impl Directory {
    pub(crate) fn new(companies: Vec<Company>, people: Vec<Person>) -> Self {
        let mut directory = Self { companies, ..Self::default() };
        for person in people {
            directory.insert(person);
        }
        directory
    }

    /// Adds a person, or replaces the one with the same key.
    pub(crate) fn insert(&mut self, person: Person) {
        self.everybody.take();
        self.forget(&person.key);
        let key = &person.key;
        add(&mut self.by_username, person.username.to_lowercase(), key);
        if let Some(email) = &person.email {
            add(&mut self.by_email, email.to_lowercase(), key);
        }
        add(&mut self.by_company, person.company.clone(), key);
        self.by_subject.insert(person.subject.clone(), key.clone());
        self.people.insert(key.clone(), Arc::new(person));
    }

    /// Changes a person, whose key stays; `None` when there is none.
    pub(crate) fn change(&mut self, key: &str, change: impl FnOnce(&mut Person)) -> Option<&Person> {
        let mut person = Person::clone(self.people.get(key)?);
        change(&mut person);
        key.clone_into(&mut person.key);
        self.insert(person);
        self.get(key)
    }

    fn forget(&mut self, key: &str) {
        let Some(old) = self.people.remove(key) else { return };
        remove(&mut self.by_username, &old.username.to_lowercase(), key);
        if let Some(email) = &old.email {
            remove(&mut self.by_email, &email.to_lowercase(), key);
        }
        remove(&mut self.by_company, &old.company, key);
        if self.by_subject.get(&old.subject).is_some_and(|owner| owner == key) {
            self.by_subject.remove(&old.subject);
        }
    }

    /// The person with this key, the deleted included.
    pub(crate) fn get(&self, key: &str) -> Option<&Person> {
        self.people.get(key).map(|person| &**person)
    }

    /// Everybody, by key, the deleted included.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Person> {
        self.people.values().map(|person| &**person)
    }

    /// Everybody as they are now, to look for people in without holding anybody up.
    pub(crate) fn everybody(&self) -> Arc<Everybody> {
        let now = || Arc::new(Everybody::new(self.people.values().map(Arc::clone)));
        Arc::clone(self.everybody.get_or_init(now))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> + Clone {
        self.people.keys().map(String::as_str)
    }

    pub(crate) fn companies(&self) -> &[Company] {
        &self.companies
    }

    /// Adds a company, or replaces the one with the same key.
    pub(crate) fn insert_company(&mut self, company: Company) {
        match self.companies.iter_mut().find(|other| other.key == company.key) {
            Some(other) => *other = company,
            None => self.companies.push(company),
        }
    }

    /// Removes a company; false when there is none with this key.
    pub(crate) fn remove_company(&mut self, key: &str) -> bool {
        let before = self.companies.len();
        self.companies.retain(|company| company.key != key);
        self.companies.len() < before
    }

    /// A person who is there; the deleted are not.
    pub(crate) fn present(&self, key: &str) -> Option<&Person> {
        self.get(key).filter(|person| person.status != Status::Deleted)
    }

    /// The company of a person.
    pub(crate) fn company_of(&self, person: &Person) -> Option<&Company> {
        self.companies.iter().find(|company| company.key == person.company)
    }

    /// The people of a company who are there, by key.
    pub(crate) fn members(&self, company: &str) -> impl Iterator<Item = &Person> {
        self.by_company.get(company).into_iter().flatten().filter_map(|key| self.present(key))
    }

    /// The first member of a company by key, the deleted included.
    pub(crate) fn first_of(&self, company: &str) -> Option<&str> {
        self.by_company.get(company)?.first().map(String::as_str)
    }

    /// How many members a company has, the deleted included.
    pub(crate) fn size_of(&self, company: &str) -> usize {
        self.by_company.get(company).map_or(0, BTreeSet::len)
    }

    /// The company of everybody, where there is only one: nobody has to type it.
    pub(crate) fn only_company(&self) -> Option<&Company> {
        if let [only] = self.companies.as_slice() { Some(only) } else { None }
    }

    /// A person by what is typed on the login page. Neither part knows letter case.
    pub(crate) fn find_person(&self, username: &str, company: &str) -> Option<&Person> {
        let company = company.trim().to_lowercase();
        let company = self.companies.iter().find(|other| other.name.to_lowercase() == company)?;
        self.with_username(username.trim()).find(|person| person.company == company.key)
    }

    /// The person a hint names: by key, user name, e-mail address or subject.
    pub(crate) fn hinted(&self, hint: &str) -> Option<&Person> {
        let by_email = || self.by_email.get(&hint.to_lowercase())?.iter().find_map(|key| self.present(key));
        self.present(hint)
            .or_else(|| self.with_username(hint).next())
            .or_else(by_email)
            .or_else(|| self.with_subject(hint))
    }

    /// The person with this subject.
    pub(crate) fn with_subject(&self, subject: &str) -> Option<&Person> {
        self.by_subject.get(subject).and_then(|key| self.present(key))
    }

    /// Whether somebody is, or was until they were deleted, called that in any way.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.people.contains_key(name)
            || self.by_subject.contains_key(name)
            || self.by_username.contains_key(&lower)
            || self.by_email.contains_key(&lower)
    }

    /// The people of all companies with this user name who are there.
    pub(crate) fn with_username(&self, username: &str) -> impl Iterator<Item = &Person> {
        let keys = self.by_username.get(&username.to_lowercase());
        keys.into_iter().flatten().filter_map(|key| self.present(key))
    }

    /// Another active person of the same company, the first by key.
    pub(crate) fn somebody_else(&self, key: &str) -> Option<&Person> {
        let company = &self.people.get(key)?.company;
        self.members(company)
            .find(|person| person.key != key && person.status == Status::Active && person.email.is_some())
    }
}

fn add(index: &mut BTreeMap<String, BTreeSet<String>>, name: String, key: &str) {
    index.entry(name).or_default().insert(key.to_owned());
}

fn remove(index: &mut BTreeMap<String, BTreeSet<String>>, name: &str, key: &str) {
    if let Some(keys) = index.get_mut(name) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_person_is_found_by_the_new_names_and_by_none_of_the_old() {
        let fixtures = fixtures::embedded();
        let mut directory = Directory::new(fixtures.companies, fixtures.people);
        let old = directory.get("dana").expect("dana").clone();
        directory.change("dana", |dana| {
            dana.username = "Dana.New".to_owned();
            dana.email = Some("new@northwind.example".to_owned());
            dana.subject = "k1-new".to_owned();
            dana.key = "nobody".to_owned();
        });
        for name in ["dana.NEW", "NEW@northwind.example", "k1-new", "dana"] {
            assert_eq!(directory.hinted(name).map(|person| person.key.as_str()), Some("dana"), "{name}");
        }
        assert!(directory.find_person("dana.new", "northwind msp").is_some());
        assert!(directory.find_person(&old.username, "northwind msp").is_none());
        assert!(directory.with_subject(&old.subject).is_none());
        assert!(directory.hinted(old.email.as_deref().expect("an address")).is_none());
    }
}
