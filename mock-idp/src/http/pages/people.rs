//! The people to choose from on a page: by company, as many as a page holds, or those who are looked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use fixtures::Person;

use crate::config::IN_FILE;
use crate::protocol::base::Base;
use crate::protocol::on_the_spot::person::{Named, WHY};
use crate::realm::directory::Found;
use crate::realm::invent::MADE_UP;
use crate::realm::{Realm, State};

/// Most people of a company on a page.
const SHOWN: usize = 100;

/// Where there are more people than this, they can be looked for.
const FEW: usize = 40;

pub(super) struct CompanyGroup {
    pub(super) name: String,
    pub(super) people: Vec<PersonButton>,
    /// How many more there are.
    pub(super) more: usize,
}

impl CompanyGroup {
    pub(super) fn of_one(state: &State, person: &Person) -> Self {
        let name = state.people.company_of(person).map(|company| company.name.clone());
        Self { name: name.unwrap_or_default(), people: vec![PersonButton::of(person)], more: 0 }
    }
}

pub(super) struct PersonButton {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) why: String,
}

impl PersonButton {
    /// Why somebody is there tells people apart, unless it says the same of all: then their address does.
    fn of(person: &Person) -> Self {
        let says_nothing = ["", IN_FILE, MADE_UP, WHY, fixtures::MADE].contains(&&*person.why);
        let address = || person.email.as_ref().unwrap_or(&person.username);
        let why = if says_nothing { address() } else { &person.why };
        Self { key: person.key.clone(), name: person.full_name(), why: why.clone() }
    }
}

/// A form for somebody who is not on the page, where any person is taken.
pub(super) struct Somebody<'a> {
    pub(super) named: Named<'a>,
    /// Key, name, and whether it is the one that is chosen, where there are several.
    pub(super) companies: Vec<(String, String, bool)>,
}

impl<'a> Somebody<'a> {
    /// Nothing where nobody else is taken.
    pub(super) fn of(state: &State, named: Named<'a>) -> Option<Self> {
        let companies = state.people.companies().iter().filter(|_| state.people.only_company().is_none());
        let choice = |company: &fixtures::Company| {
            (company.key.clone(), company.name.clone(), company.key == named.company)
        };
        state.switches.any_person.then(|| Self { named, companies: companies.map(choice).collect() })
    }
}

/// A form that looks for people.
pub(super) struct Search<'a> {
    pub(super) wanted: &'a str,
    /// The path it leads to, below the realm.
    pub(super) action: &'static str,
    /// The sign-in that waits.
    pub(super) interaction: Option<&'a str>,
}

impl<'a> Search<'a> {
    /// Nothing where everybody is in view.
    pub(super) fn of(
        state: &State,
        wanted: &'a str,
        action: &'static str,
        interaction: Option<&'a str>,
    ) -> Option<Self> {
        has_many(state, wanted).then_some(Self { wanted, action, interaction })
    }
}

/// Whether there are more people than one finds at a glance, or some are looked for already.
pub(super) fn has_many(state: &State, wanted: &str) -> bool {
    !wanted.is_empty() || state.people.keys().nth(FEW).is_some()
}

/// Who is looked for, and who was found.
#[derive(Default)]
pub(crate) struct Wanted<'a> {
    pub(super) by: &'a str,
    /// By company.
    found: BTreeMap<String, Found>,
}

impl<'a> Wanted<'a> {
    /// Among many people this takes a while, so it is done before the realm is locked for the page.
    pub(crate) fn look(realm: &Realm, base: &Arc<Base>, by: &'a str) -> Self {
        if by.is_empty() {
            return Self::default();
        }
        let everybody = realm.lock_at(base).people.everybody();
        Self { by, found: everybody.called(by, SHOWN) }
    }
}

/// Everybody who is looked for, by company, the largest first.
pub(super) fn groups(state: &State, wanted: &Wanted<'_>) -> Vec<CompanyGroup> {
    let of = |company: &fixtures::Company| {
        let name = company.name.clone();
        if wanted.by.is_empty() {
            let people = state.people.members(&company.key).take(SHOWN).map(PersonButton::of).collect();
            let more = state.people.size_of(&company.key).saturating_sub(SHOWN);
            return Some(CompanyGroup { name, people, more });
        }
        let found = wanted.found.get(&company.key)?;
        let people: Vec<_> = found.first.iter().map(|person| PersonButton::of(person)).collect();
        Some(CompanyGroup { name, more: found.count - people.len(), people })
    };
    let mut groups: Vec<_> = state.people.companies().iter().filter_map(of).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.people.len()));
    groups
}
