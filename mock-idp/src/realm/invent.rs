//! People who are made up: as many as a test wants, the same ones from the same seed.

use std::collections::BTreeMap;

use fixtures::Person;

use crate::generator::Generator;
use crate::protocol::text::shorten;
use crate::realm::State;

/// Most people that are made up at once.
pub(crate) const MOST: usize = 100_000;

/// Why they are there.
pub(crate) const MADE_UP: &str = "was made up";

const GIVEN: [&str; 48] = [
    "Ada", "Amélie", "Anil", "Aoife", "Ayşe", "Björn", "Bruno", "Carla", "Chiara", "Chloé", "Dmitri", "Ebba",
    "Elif", "Emre", "Esi", "Farah", "Femi", "Gustav", "Hana", "Hiro", "Ines", "Iva", "Jakub", "Jørgen",
    "Kemal", "Kofi", "Lars", "Leila", "Lucía", "Łukasz", "Mai", "Marek", "Mei", "Milan", "Nadia", "Nils",
    "Noor", "Olga", "Omar", "Petra", "Quinn", "Ravi", "Sina", "Søren", "Tamar", "Uma", "Yara", "Zoë",
];
const FAMILY: [&str; 48] = [
    "Abebe", "Almeida", "Andersen", "Banerjee", "Baş", "Berg", "Castillo", "Chen", "Costa", "Da Silva",
    "Dubois", "Eriksen", "Fischer", "Fofana", "Garcia", "Gruber", "Haddad", "Horvat", "Ito", "Ivanova",
    "Jansen", "Jung", "Kaya", "Kim", "Kovač", "Larsen", "Le Gall", "Lopez", "Mbeki", "Moreau", "Müller",
    "Nakamura", "Nguyen", "Novák", "O'Brien", "Okafor", "Olsen", "Park", "Peña", "Rossi", "Sato", "Schmidt",
    "Silva", "Tanaka", "Van Dijk", "Weiß", "Yılmaz", "Zhang",
];
/// KaseyaOne roles, as many times as they are frequent.
const ROLES: [&str; 8] = ["User", "User", "User", "User", "User", "User", "Billing", "Admin"];

/// Why nobody was made up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InventError {
    /// Too many.
    #[error("{0} people are too many to make up at once; 100000 are the most")]
    TooMany(usize),
    /// There is no such company.
    #[error("there is no company {name:?}; known are: {}", known.join(", "))]
    NoSuchCompany {
        /// What was asked for.
        name: String,
        /// Keys of those there are.
        known: Vec<String>,
    },
}

impl State {
    /// Makes up so many people of this company, or of all companies in turn. Their names are those of nobody else; their
    /// passwords are those that nobody has to write.
    pub(crate) fn invent(&mut self, count: usize, company: Option<&str>) -> Result<Vec<Person>, InventError> {
        if count > MOST {
            return Err(InventError::TooMany(count));
        }
        let keys = self.people.companies().iter().map(|company| company.key.clone());
        let known: Vec<String> = keys.collect();
        let companies: Vec<_> =
            known.iter().filter(|key| company.is_none_or(|wanted| wanted == **key)).collect();
        if companies.is_empty() && count > 0 {
            let name = shorten(company.unwrap_or_default());
            return Err(InventError::NoSuchCompany { name, known });
        }
        let mut invented = Vec::with_capacity(count);
        let mut numbers = BTreeMap::new();
        for company in companies.into_iter().cycle().take(count) {
            let person = self.somebody_new(company, &mut numbers);
            self.people.insert(person.clone());
            invented.push(person);
        }
        Ok(invented)
    }

    fn somebody_new(&mut self, company: &str, numbers: &mut BTreeMap<String, usize>) -> Person {
        let (given, family) = (pick(&mut self.inventor, &GIVEN), pick(&mut self.inventor, &FAMILY));
        let role = pick(&mut self.inventor, &ROLES);
        let plain = format!("{}.{}", ascii(given), ascii(family));
        let number = numbers.entry(plain.clone()).or_insert(1);
        // Names come again; whoever is second is called by a number too, in every company.
        let username = loop {
            let name = if *number == 1 { plain.clone() } else { format!("{plain}{number}") };
            *number += 1;
            if self.people.get(&name).is_none() && self.people.with_username(&name).next().is_none() {
                break name;
            }
        };
        Person {
            why: MADE_UP.to_owned(),
            subject: format!("k1-{}", self.inventor.short()),
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            email: Some(format!("{username}@{}.example", domain(company))),
            email_verified: Some(true),
            role: role.to_owned(),
            modules: vec!["mdr".to_owned()],
            ..Person::new(username, company)
        }
    }
}

fn pick(inventor: &mut Generator, from: &[&'static str]) -> &'static str {
    from[inventor.below(from.len())]
}

/// A name as user names and addresses have it: in small letters, without accents, blanks and apostrophes.
fn ascii(name: &str) -> String {
    name.chars().filter_map(plain).collect::<String>()
}

/// A company's part of an address.
fn domain(company: &str) -> String {
    let plain = ascii(company);
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "company".to_owned() } else { plain.to_owned() }
}

fn plain(letter: char) -> Option<char> {
    let small = letter.to_lowercase().next()?;
    Some(match small {
        'a'..='z' | '0'..='9' | '-' => small,
        'é' | 'ë' => 'e',
        'í' | 'ı' => 'i',
        'ö' | 'ø' => 'o',
        'ü' => 'u',
        'ş' | 'ß' => 's',
        'č' => 'c',
        'ł' => 'l',
        'ñ' => 'n',
        'á' => 'a',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_an_ascii_form_that_loses_no_letter() {
        for name in GIVEN.iter().chain(&FAMILY) {
            let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
            assert_eq!(ascii(name).len(), letters, "{name}");
        }
    }
}
