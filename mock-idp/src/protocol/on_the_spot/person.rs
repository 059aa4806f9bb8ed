//! What a person is whom nobody wrote down, by the name that is typed or sent, and what a person may say of themselves.

use fixtures::{Company, Person, check_person, is_set_by_the_provider, nearest_remedy};
use serde_json::{Map, Value};

use crate::protocol::error::Refusal;
use crate::protocol::params::Params;
use crate::protocol::text::shorten;

/// Why such a person is there.
pub(crate) const WHY: &str =
    "nobody wrote this person down: a sign-in named them, and any person is taken here";

/// Most bytes of the claims that are said of somebody: they travel in tokens, and more than this no header carries.
const MOST_BYTES: usize = 8 << 10;

/// Who is to sign in, as a test or a person at the page says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    /// Key, user name, address or subject.
    pub(crate) name: &'a str,
    /// Key, id or name of the company of somebody new.
    pub(crate) company: &'a str,
    /// What is said of them in this sign-in: an object in JSON, or nothing.
    pub(crate) claims: &'a str,
}

/// What is said of a person who is not there.
pub(crate) fn unknown(name: &str) -> String {
    format!(
        "there is no person {:?}: give a key, user name, address or subject, or take any with --any-person",
        shorten(name)
    )
}

/// A person of this name, which is key, user name and subject: a member of the company that is named, or of the first.
pub(crate) fn person(name: &str, company: &str, companies: &[Company]) -> Result<Person, Refusal> {
    let found = self::company(company, companies)?;
    let person = Person { why: WHY.to_owned(), ..Person::new(name, &*found.key) };
    match check_person(&person, companies) {
        Ok(()) => Ok(person),
        Err(wrong) => Err(Refusal::new("person_well_formed", wrong.sentence)),
    }
}

/// Whether a form that is posted to an authorization request says who signs in, and leaves the request where it is.
pub(crate) fn names_somebody(query: &Params, form: &Params) -> bool {
    query.first("client_id").is_some() && ["sub", "username"].iter().any(|name| form.first(name).is_some())
}

/// The company of this key, id or name; the first, where none is named.
pub(crate) fn company<'a>(named: &str, companies: &'a [Company]) -> Result<&'a Company, Refusal> {
    let is_meant = |other: &&Company| {
        named.is_empty()
            || other.key == named
            || other.id == named
            || other.name.to_lowercase() == named.to_lowercase()
    };
    companies.iter().find(is_meant).ok_or_else(|| {
        let remedy = nearest_remedy(named, companies.iter().map(|other| other.name.as_str()));
        Refusal::new("company_known", format!("there is no company {:?}; {remedy}", shorten(named)))
    })
}

/// Claims as they are typed or sent; what the provider sets is not said of anybody.
pub(crate) fn claims(text: &str) -> Result<Map<String, Value>, Refusal> {
    let wrong = |reason: String| Err(Refusal::new("claims_well_formed", reason));
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    if text.len() > MOST_BYTES {
        return wrong(format!("the claims have {} bytes; {MOST_BYTES} are the most", text.len()));
    }
    let claims = match serde_json::from_str(text) {
        Ok(Value::Object(claims)) => claims,
        Ok(_) => {
            return wrong("the claims are no object; write them as in {\"groups\": [\"staff\"]}".to_owned());
        }
        Err(error) => return wrong(format!("the claims are no JSON ({error})")),
    };
    match claims.keys().find(|name| is_set_by_the_provider(name, true)) {
        None => Ok(claims),
        Some(name) => wrong(format!("the claim {name} is set by the provider; {}", remedy(name))),
    }
}

fn remedy(name: &str) -> &'static str {
    if name == "sub" { "it is the user name" } else { "leave it out, or arm a fault to send a wrong one" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_everything_that_is_not_said() {
        let companies =
            [Company::new("acme"), Company { name: "Big Blue".to_owned(), ..Company::new("blue") }];
        let alice = person("alice", "", &companies).unwrap();
        assert_eq!((&*alice.key, &*alice.subject, &*alice.company), ("alice", "alice", "acme"));
        for said in ["blue", "Big Blue", "big blue"] {
            assert_eq!(person("alice", said, &companies).unwrap().company, "blue", "{said}");
        }
        for (name, company, check) in [
            ("alice", "red", "company_known"),
            ("", "", "person_well_formed"),
            ("Zoë", "", "person_well_formed"),
            ("a\nb", "", "person_well_formed"),
            (&"a".repeat(256), "", "person_well_formed"),
        ] {
            assert_eq!(person(name, company, &companies).unwrap_err().check, check, "{name:?} {company:?}");
        }
        assert_eq!(person("alice", "", &[]).unwrap_err().check, "company_known");
    }

    #[test]
    fn claims_are_an_object_and_not_those_of_the_provider() {
        assert!(claims("").unwrap().is_empty() && claims(" \r\n").unwrap().is_empty());
        assert_eq!(claims("{\"groups\": [\"staff\"], \"none\": null}").unwrap().len(), 2);
        for (text, said) in [
            ("[]", "are no object"),
            ("{groups: 1}", "are no JSON (key must be a string at line 1 column 2)"),
            ("{\"sub\": \"bob\"}", "the claim sub is set by the provider; it is the user name"),
            ("{\"iss\": \"x\"}", "the claim iss is set by the provider; leave it out"),
            ("{\"scope\": \"x\"}", "the claim scope is set by the provider"),
        ] {
            let refusal = claims(text).unwrap_err();
            assert!(refusal.reason.contains(said), "{text}: {}", refusal.reason);
        }
        let long = format!("{{\"a\": \"{}\"}}", "a".repeat(MOST_BYTES));
        assert!(claims(&long).unwrap_err().reason.contains("are the most"));
        let deep = "{\"a\":".repeat(200) + "1" + &"}".repeat(200);
        assert!(claims(&deep).unwrap_err().reason.contains("no JSON"));
    }
}
