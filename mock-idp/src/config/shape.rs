//! The members of a configuration file, and what those that are not given are. It checks nothing.

use std::path::PathBuf;

use fixtures::{Client, Company, Person};
use serde::Deserialize;

use crate::config::tree::{Node, Value};
use crate::fault::Arming;
use crate::rule::Rule;

/// A configuration file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Shape {
    pub(crate) listen: Option<String>,
    pub(crate) issuer: Option<String>,
    #[serde(default)]
    pub(crate) derived_issuer: bool,
    pub(crate) back_channel: Option<String>,
    #[serde(default)]
    pub(crate) trailing_slash: bool,
    pub(crate) seed: Option<u64>,
    #[serde(default)]
    pub(crate) registration: bool,
    #[serde(default)]
    pub(crate) headless: bool,
    pub(crate) tls: Option<TlsShape>,
    pub(crate) control: Option<ControlShape>,
    #[serde(default)]
    pub(crate) without_auth_time: bool,
    pub(crate) claim_names: Option<Names>,
    #[serde(default)]
    pub(crate) clock: ClockShape,
    pub(crate) keys: Option<PathBuf>,
    pub(crate) companies: Option<Vec<Company>>,
    pub(crate) people: Option<Vec<Person>>,
    pub(crate) clients: Option<Vec<Client>>,
    #[serde(default)]
    pub(crate) faults: Vec<Arming>,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
    #[serde(default)]
    pub(crate) realms: Vec<RealmShape>,
}

/// Serving by TLS: by an authority that is made at start, or by files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsShape {
    #[serde(default)]
    pub(crate) names: Vec<String>,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

/// Where the control API is served, and for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlShape {
    pub(crate) listen: Option<String>,
    pub(crate) key: Option<String>,
}

/// Other names of KaseyaOne's claims.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    pub(crate) company_id: Option<String>,
    pub(crate) company_name: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) modules: Option<String>,
}

/// How the clock starts.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockShape {
    #[serde(default)]
    pub(crate) frozen: bool,
    pub(crate) at: Option<String>,
}

/// A further realm.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RealmShape {
    pub(crate) path: String,
    pub(crate) seed: Option<u64>,
    pub(crate) companies: Option<Vec<Company>>,
    pub(crate) people: Option<Vec<Person>>,
    pub(crate) clients: Option<Vec<Client>>,
    #[serde(default)]
    pub(crate) faults: Vec<Arming>,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
}

/// Gives people, companies and clients what nobody needs to write: here in the file, and in each of its realms.
pub(crate) fn fill(root: &mut Node) {
    let company = only_company(root);
    fill_lists(root, company.as_deref());
    let Some(Value::List(realms)) = root.get_mut("realms").map(|realms| &mut realms.value) else { return };
    for realm in realms {
        let company = if realm.get("companies").is_some() { only_company(realm) } else { company.clone() };
        fill_lists(realm, company.as_deref());
    }
}

fn only_company(scope: &Node) -> Option<String> {
    match scope.get("companies")?.entries() {
        [only] => only.get("key")?.text().map(str::to_owned),
        _ => None,
    }
}

fn fill_lists(scope: &mut Node, only_company: Option<&str>) {
    each(scope, "companies", "key", |company, key| {
        company.default_to("id", text(key));
        company.default_to("name", text(key));
        company.default_to("directory_token", Value::Text(format!("{key}-directory-token")));
    });
    each(scope, "people", "key", |person, key| {
        if let Some(company) = only_company {
            person.default_to("company", text(company));
        }
        person.default_to("username", text(key));
        person.default_to("subject", text(key));
        person.default_to("given_name", text(key));
        person.default_to("family_name", text(""));
        person.default_to("role", text("User"));
        person.default_to("password", text("password"));
        person.default_to("one_time_code", text("123456"));
    });
    each(scope, "clients", "id", |client, id| {
        let methods: &[&str] = if client.get("secret").is_some() {
            &["client_secret_basic", "client_secret_post"]
        } else {
            &["none"]
        };
        let list = |names: &[&str], line| {
            Value::List(names.iter().map(|name| Node { line, value: text(name) }).collect())
        };
        client.default_to("name", text(id));
        client.default_to("auth_methods", list(methods, client.line));
        client.default_to("grants", list(&["authorization_code", "refresh_token"], client.line));
    });
}

fn each(scope: &mut Node, list: &str, key: &str, fill: impl Fn(&mut Node, &str)) {
    let Some(Value::List(entries)) = scope.get_mut(list).map(|list| &mut list.value) else { return };
    for entry in entries {
        let Some(key) = entry.get(key).and_then(Node::text).map(str::to_owned) else { continue };
        entry.default_to("why", text("stands in the configuration file"));
        fill(entry, &key);
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
