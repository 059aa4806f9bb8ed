//! Everybody at one moment, and what they are called in small letters: whoever looks for people among many does so here,
//! and nobody waits for it.

use std::sync::{Arc, OnceLock};

use fixtures::Person;

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
    /// Where the names of each person end, and where the company and the role behind them do.
    ends: Vec<(usize, usize)>,
}

impl Everybody {
    pub(super) fn new(people: impl Iterator<Item = Arc<Person>>) -> Self {
        Self { people: people.collect(), names: OnceLock::new() }
    }

    pub(crate) fn people(&self) -> &[Arc<Person>] {
        &self.people
    }

    /// Who has this as part of a name, an e-mail address, a user name or a key, in any letter case.
    pub(crate) fn called(&self, wanted: &str) -> impl Iterator<Item = &Arc<Person>> {
        self.with(wanted, |(names, _)| names)
    }

    /// Those, and who has it as part of a company's key or of a role.
    pub(crate) fn described(&self, wanted: &str) -> impl Iterator<Item = &Arc<Person>> {
        self.with(wanted, |(_, all)| all)
    }

    fn with(
        &self,
        wanted: &str,
        end: impl Fn((usize, usize)) -> usize,
    ) -> impl Iterator<Item = &Arc<Person>> {
        let wanted = wanted.to_lowercase();
        let names = self.names.get_or_init(|| Names::of(&self.people));
        let mut start = 0;
        self.people.iter().zip(&names.ends).filter_map(move |(person, ends)| {
            let own = names.text.get(start..end(*ends)).unwrap_or_default();
            start = ends.1;
            own.contains(&wanted).then_some(person)
        })
    }
}

impl Names {
    fn of(people: &[Arc<Person>]) -> Self {
        let mut names = Self { text: String::new(), ends: Vec::with_capacity(people.len()) };
        for person in people {
            let email = person.email.as_deref().unwrap_or_default();
            for name in [&person.key, &person.username, &*person.full_name(), email] {
                names.add(name);
            }
            let end = names.text.len();
            names.add(&person.company);
            names.add(&person.role);
            names.ends.push((end, names.text.len()));
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
            directory.everybody().called(wanted).map(|person| person.key.clone()).collect()
        };
        let before = directory.everybody();
        assert!(std::sync::Arc::ptr_eq(&before, &directory.everybody()));
        directory.change("dana", |dana| dana.family_name = "ŁUKASZ-Weiß".to_owned());
        assert!(keys(&directory, "łukasz-WEIß").contains(&"dana".to_owned()));
        assert_eq!(before.called("łukasz-weiß").count(), 0, "that was before");
        assert_eq!(keys(&directory, "DANA"), keys(&directory, "dana"));
        assert_eq!(keys(&directory, "").len(), directory.keys().count());
        let company = directory.get("dana").expect("dana").company.to_uppercase();
        let all = directory.everybody();
        assert!(all.described(&company).any(|person| person.key == "dana"));
        assert_eq!(all.called("nobody is called that").count(), 0);
    }
}
