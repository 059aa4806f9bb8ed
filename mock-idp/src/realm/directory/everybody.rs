//! Everybody at one moment, and what they are called in small letters: whoever looks for people among many does so here,
//! and nobody waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use fixtures::{Person, Status};

/// All people by key, the deleted included.
#[derive(Debug, Default)]
pub(crate) struct Everybody {
    people: Vec<Arc<Person>>,
    /// Made when somebody is looked for, outside the lock of the realm.
    names: OnceLock<Names>,
}

/// One text for all: to read through it takes milliseconds, where to visit every person takes a tenth of a second.
#[derive(Debug, Default)]
struct Names {
    text: String,
    each: Vec<Described>,
}

/// What is asked of everybody who is found, so that nobody has to be visited for it.
#[derive(Debug)]
struct Described {
    /// Where the names end in the text, and where the company and the role behind them do.
    names: usize,
    end: usize,
    /// The same of all in one company.
    company: usize,
    is_deleted: bool,
}

/// Those of one company who were found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) first: Vec<Arc<Person>>,
    pub(crate) count: usize,
}

impl Everybody {
    pub(super) fn new(people: impl Iterator<Item = Arc<Person>>) -> Self {
        Self { people: people.collect(), names: OnceLock::new() }
    }

    pub(crate) fn people(&self) -> &[Arc<Person>] {
        &self.people
    }

    /// Who is there and has this as part of a name, an e-mail address, a user name or a key, in any letter case: so many
    /// of each company, by its key, and how many there are.
    pub(crate) fn called(&self, wanted: &str, most: usize) -> BTreeMap<String, Found> {
        let mut found: Vec<Found> = Vec::new();
        let there = self.with(wanted, |it| it.names).filter(|(_, it)| !it.is_deleted);
        for (person, it) in there {
            if found.len() <= it.company {
                found.resize_with(it.company + 1, Found::default);
            }
            let Some(found) = found.get_mut(it.company) else { continue };
            found.count += 1;
            if found.first.len() < most {
                found.first.push(Arc::clone(person));
            }
        }
        let of = |found: Found| Some((found.first.first()?.company.clone(), found));
        found.into_iter().filter_map(of).collect()
    }

    /// Who is called that, or has it as part of a company's key or of a role; the deleted too.
    pub(crate) fn described(&self, wanted: &str) -> impl Iterator<Item = &Arc<Person>> {
        self.with(wanted, |it| it.end).map(|(person, _)| person)
    }

    fn with(
        &self,
        wanted: &str,
        end: impl Fn(&Described) -> usize,
    ) -> impl Iterator<Item = (&Arc<Person>, &Described)> {
        let wanted = wanted.to_lowercase();
        let names = self.names.get_or_init(|| Names::of(&self.people));
        let mut start = 0;
        self.people.iter().zip(&names.each).filter(move |(_, it)| {
            let own = names.text.get(start..end(it)).unwrap_or_default();
            start = it.end;
            own.contains(&wanted)
        })
    }
}

impl Names {
    fn of(people: &[Arc<Person>]) -> Self {
        let mut names = Self { text: String::new(), each: Vec::with_capacity(people.len()) };
        let mut companies = BTreeMap::new();
        for person in people {
            let email = person.email.as_deref().unwrap_or_default();
            for name in [&person.key, &person.username, &*person.full_name(), email] {
                names.add(name);
            }
            let end = names.text.len();
            names.add(&person.company);
            names.add(&person.role);
            let next = companies.len();
            names.each.push(Described {
                names: end,
                end: names.text.len(),
                company: *companies.entry(person.company.as_str()).or_insert(next),
                is_deleted: person.status == Status::Deleted,
            });
        }
        names
    }

    fn add(&mut self, name: &str) {
        if name.is_ascii() {
            self.text.extend(name.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            self.text.push_str(&name.to_lowercase());
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use crate::realm::directory::Directory;

    #[test]
    fn people_are_looked_for_in_what_they_are_called_now_and_the_text_is_made_once() {
        let fixtures = fixtures::embedded();
        let mut directory = Directory::new(fixtures.companies, fixtures.people);
        let keys = |directory: &Directory, wanted: &str| -> Vec<String> {
            let found = directory.everybody().called(wanted, 1_000);
            found.into_values().flat_map(|it| it.first).map(|person| person.key.clone()).collect()
        };
        let before = directory.everybody();
        assert!(std::sync::Arc::ptr_eq(&before, &directory.everybody()));
        directory.change("dana", |dana| dana.family_name = "ŁUKASZ-Weiß".to_owned());
        assert!(keys(&directory, "łukasz-WEIß").contains(&"dana".to_owned()));
        assert_eq!(before.called("łukasz-weiß", 1).len(), 0, "that was before");
        assert_eq!(keys(&directory, "DANA"), keys(&directory, "dana"));
        let there = directory.values().filter(|person| person.status != fixtures::Status::Deleted);
        assert_eq!(keys(&directory, "").len(), there.count());
        let company = directory.get("dana").expect("dana").company.to_uppercase();
        let all = directory.everybody();
        assert!(all.described(&company).any(|person| person.key == "dana"));
        assert_eq!(all.called("nobody is called that", 1).len(), 0);
        for (company, found) in all.called("", 1) {
            assert_eq!((found.first.len(), &found.first[0].company), (1, &company));
            assert_eq!(found.count, directory.members(&company).count());
        }
    }
}
