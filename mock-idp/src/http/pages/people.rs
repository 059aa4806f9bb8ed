//! The people to choose from on a page: by company, as many as a page holds, or those who are looked for.

use fixtures::Person;

use crate::config::IN_FILE;
use crate::realm::State;
use crate::realm::invent::MADE_UP;

/// Most people of a company on a page. Where there are more people than this, they can be looked for.
const SHOWN: usize = 100;

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
        let says_nothing = ["", IN_FILE, MADE_UP, fixtures::MADE].contains(&&*person.why);
        let address = || person.email.as_ref().unwrap_or(&person.username);
        let why = if says_nothing { address() } else { &person.why };
        Self { key: person.key.clone(), name: person.full_name(), why: why.clone() }
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

/// Whether there are more people than a page holds, or some are looked for already.
pub(super) fn has_many(state: &State, wanted: &str) -> bool {
    !wanted.is_empty() || state.people.keys().nth(SHOWN).is_some()
}

/// Everybody who is looked for, by company, the largest first.
pub(super) fn groups(state: &State, wanted: &str) -> Vec<CompanyGroup> {
    let wanted = wanted.to_lowercase();
    let is_wanted = |person: &&Person| wanted.is_empty() || goes_by(person, &wanted);
    let of = |company: &fixtures::Company| {
        let mut found = state.people.members(&company.key).filter(is_wanted);
        let people: Vec<_> = found.by_ref().take(SHOWN).map(PersonButton::of).collect();
        let more = if wanted.is_empty() {
            state.people.size_of(&company.key).saturating_sub(SHOWN)
        } else {
            found.count()
        };
        CompanyGroup { name: company.name.clone(), people, more }
    };
    let mut groups: Vec<_> = state.people.companies().iter().map(of).collect();
    groups.retain(|group| wanted.is_empty() || !group.people.is_empty());
    groups.sort_by_key(|group| std::cmp::Reverse(group.people.len()));
    groups
}

/// Whether this, in small letters, is part of a name, an e-mail address, a user name or a key.
pub(crate) fn goes_by(person: &Person, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(&person.key)
        || has(&person.username)
        || has(&person.full_name())
        || person.email.as_deref().is_some_and(has)
}
