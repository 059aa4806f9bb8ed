//! People whom nobody wrote down, where such people are taken (`any_person`): who signs in says who they are. Those who are
//! written down stay who they are.

use serde_json::{Map, Value};

use crate::protocol::error::Refusal;
use crate::protocol::on_the_spot::person::{self as rules, Named};
use crate::realm::State;
use crate::realm::directory::Directory;
use crate::realm::missing::NotFound;
use crate::realm::on_the_spot::full;

/// What is said of a name that is not given again.
fn deleted(name: &str) -> String {
    format!("{name:?} was deleted; restore or recreate that person, or give another name")
}

impl Directory {
    /// Whether somebody can sign in by this name without a page: who is there, or could be made where any person is taken.
    pub(crate) fn check_headless(&self, name: &str, any_person: bool) -> Result<(), String> {
        let name = name.trim();
        if self.hinted(name).is_some() {
            return Ok(());
        }
        if self.is_taken(name) {
            return Err(deleted(name));
        }
        if !any_person {
            return Err(NotFound::among("person", name, self.keys()).to_string());
        }
        rules::person(name, "", self.companies()).map(drop).map_err(|refusal| refusal.reason)
    }
}

impl State {
    /// The key of whoever is named, made on the spot if need be, and what is said of them in this sign-in.
    pub(crate) fn somebody(&mut self, named: &Named<'_>) -> Result<(String, Map<String, Value>), Refusal> {
        if !self.switches.any_person && !named.claims.is_empty() {
            let reason =
                "claims are said at a sign-in only where any person is taken: start with --any-person";
            return Err(Refusal::new("claims_taken", reason));
        }
        let named = &Named { name: named.name.trim(), ..*named };
        if named.name.is_empty() {
            return Err(Refusal::new("person_named", "nobody is named; give a user name"));
        }
        let claims = rules::claims(named.claims)?;
        if let Some(known) = self.known(named)? {
            return Ok((known, claims));
        }
        if self.people.is_taken(named.name) {
            return Err(Refusal::new("person_known", deleted(named.name)));
        }
        if !self.switches.any_person {
            return Err(Refusal::new("person_known", rules::unknown(named.name)));
        }
        Ok((self.take_person(named)?, claims))
    }

    /// The key of whoever is called that: of this company, where one is named.
    fn known(&self, named: &Named<'_>) -> Result<Option<String>, Refusal> {
        let Some(found) = self.people.hinted(named.name) else { return Ok(None) };
        if named.company.is_empty() {
            return Ok(Some(found.key.clone()));
        }
        let company = &rules::company(named.company, self.people.companies())?.key;
        let mut there = self.people.with_username(named.name).chain([found]);
        let Some(person) = there.find(|person| person.company == *company) else {
            let name = named.name;
            let reason = format!("{name:?} belongs to the company {}; leave company out", found.company);
            return Err(Refusal::new("person_company", reason));
        };
        Ok(Some(person.key.clone()))
    }

    fn take_person(&mut self, named: &Named<'_>) -> Result<String, Refusal> {
        let name = named.name;
        let person = rules::person(name, named.company, self.people.companies())?;
        if !self.people_on_the_spot.insert(name, 4 * name.len()) {
            return Err(Refusal::new("people_on_the_spot", full("people")));
        }
        self.people.insert(person);
        Ok(name.to_owned())
    }
}
