//! The members of a configuration file, and what those that are not given are. It checks nothing.

use std::path::PathBuf;

use fixtures::{Client, Company, Grant, Person};
use serde::{Deserialize, Serialize};

use crate::config::tree::{Key, Node, Value, of_value};
use crate::fault::Arming;
use crate::protocol::claims::ClaimNames;
use crate::protocol::endpoints::{Endpoint, Layout};
use crate::rule::Rule;

/// Why somebody or something is there that a configuration file names.
pub(crate) const IN_FILE: &str = "stands in the configuration file";

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
    pub(crate) headless_as: Option<String>,
    #[serde(default)]
    pub(crate) any_client: bool,
    #[serde(default)]
    pub(crate) any_person: bool,
    #[serde(default = "yes")]
    pub(crate) kaseya_claims: bool,
    pub(crate) tls: Option<TlsShape>,
    pub(crate) control: Option<ControlShape>,
    #[serde(default)]
    pub(crate) without_auth_time: bool,
    pub(crate) claim_names: Option<Names>,
    pub(crate) clock: Option<ClockShape>,
    pub(crate) layout: Option<Layout>,
    pub(crate) endpoints: Option<EndpointsShape>,
    pub(crate) keys: Option<PathBuf>,
    pub(crate) companies: Option<Vec<Company>>,
    pub(crate) people: Option<Vec<Person>>,
    #[serde(default)]
    pub(crate) invented_people: usize,
    pub(crate) clients: Option<Vec<Client>>,
    #[serde(default)]
    pub(crate) faults: Vec<Arming>,
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
    #[serde(default)]
    pub(crate) realms: Vec<RealmShape>,
}

fn yes() -> bool {
    true
}

/// Whether a key is one of the file as such.
pub(super) fn is_of_the_top(name: &str) -> bool {
    let key = Key { line: 0, name: name.to_owned() };
    let table = Node { line: 0, value: Value::Table(vec![(key, Node { line: 0, value: Value::Null })]) };
    let refused = Shape::deserialize(&table).err();
    !refused.is_some_and(|wrong| wrong.message.starts_with("unknown field"))
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

impl Names {
    /// All five at once, so that two may change places. Whether they can be is checked later.
    pub(crate) fn with_the_usual(self) -> ClaimNames {
        let usual = ClaimNames::default();
        ClaimNames {
            company_id: self.company_id.unwrap_or(usual.company_id),
            company_name: self.company_name.unwrap_or(usual.company_name),
            username: self.username.unwrap_or(usual.username),
            role: self.role.unwrap_or(usual.role),
            modules: self.modules.unwrap_or(usual.modules),
        }
    }
}

/// Paths of endpoints that are elsewhere than usual, each from the realm on: `/oauth/token`.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndpointPaths)]
pub(crate) struct EndpointsShape {
    authorization: Option<String>,
    token: Option<String>,
    userinfo: Option<String>,
    jwks: Option<String>,
    end_session: Option<String>,
    pushed_authorization: Option<String>,
    introspection: Option<String>,
    revocation: Option<String>,
    device_authorization: Option<String>,
    registration: Option<String>,
}

impl EndpointsShape {
    /// Those that are given.
    pub(crate) fn given(self) -> Vec<(Endpoint, String)> {
        let all = [
            (Endpoint::Authorization, self.authorization),
            (Endpoint::Token, self.token),
            (Endpoint::Userinfo, self.userinfo),
            (Endpoint::Jwks, self.jwks),
            (Endpoint::EndSession, self.end_session),
            (Endpoint::PushedAuthorization, self.pushed_authorization),
            (Endpoint::Introspection, self.introspection),
            (Endpoint::Revocation, self.revocation),
            (Endpoint::DeviceAuthorization, self.device_authorization),
            (Endpoint::Registration, self.registration),
        ];
        all.into_iter().filter_map(|(endpoint, path)| Some((endpoint, path?))).collect()
    }
}

/// How the clock starts.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClockStart)]
pub(crate) struct ClockShape {
    /// Whether it stands still.
    #[serde(default)]
    pub(crate) frozen: bool,
    /// The time it starts with (RFC 3339).
    #[schema(format = DateTime)]
    pub(crate) at: Option<String>,
}

/// A further realm. What is not given is as in what the provider was started with.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = NewRealm)]
#[serde(deny_unknown_fields)]
pub(crate) struct RealmShape {
    /// Its path: segments separated by slashes, as in `acme/eu`.
    pub(crate) path: String,
    /// What fixes every code, token, key and name in it.
    pub(crate) seed: Option<u64>,
    /// How its clock starts, if not as that of the root did.
    pub(crate) clock: Option<ClockShape>,
    /// Key, user name, address or subject of who signs in without a page where nobody is hinted at.
    pub(crate) headless_as: Option<String>,
    /// Whose endpoints and issuer its own look like.
    pub(crate) layout: Option<Layout>,
    /// Endpoints that are elsewhere.
    pub(crate) endpoints: Option<EndpointsShape>,
    /// The folder of its keys: in a configuration file only.
    #[schema(ignore)]
    pub(crate) keys: Option<PathBuf>,
    /// Companies instead of those there are.
    pub(crate) companies: Option<Vec<Company>>,
    /// People instead of those there are.
    pub(crate) people: Option<Vec<Person>>,
    /// How many more are made up, of all companies in turn.
    #[serde(default)]
    #[schema(maximum = 100_000)]
    pub(crate) invented_people: usize,
    /// Clients instead of those there are.
    pub(crate) clients: Option<Vec<Client>>,
    /// Faults that are armed from the start, and again after a reset.
    #[serde(default)]
    pub(crate) faults: Vec<Arming>,
    /// Rules from the start, and again after a reset.
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
}

/// Gives people, companies and clients what nobody needs to write: here in the file, and in each of its realms.
pub(crate) fn fill(root: &mut Node) {
    let company = only_company(root);
    fill_lists(root, company.as_deref(), IN_FILE);
    let Some(Value::List(realms)) = root.get_mut("realms").map(|realms| &mut realms.value) else { return };
    for realm in realms {
        fill_realm(realm, company.as_deref(), IN_FILE);
    }
}

/// The same in one realm; `company` is the only one outside of it, and `why` says where what is in it comes from.
pub(crate) fn fill_realm(realm: &mut Node, company: Option<&str>, why: &str) {
    let own = only_company(realm);
    let company = if realm.get("companies").is_some() { own.as_deref() } else { company };
    fill_lists(realm, company, why);
}

fn only_company(scope: &Node) -> Option<String> {
    match scope.get("companies")?.entries() {
        [only] => only.get("key")?.text().map(str::to_owned),
        _ => None,
    }
}

fn fill_lists(scope: &mut Node, only_company: Option<&str>, why: &str) {
    each(scope, "companies", why, fill_company);
    each(scope, "people", why, |person| fill_person(person, only_company));
    each(scope, "clients", why, fill_client);
}

fn each(scope: &mut Node, list: &str, why: &str, fill: impl Fn(&mut Node)) {
    let Some(Value::List(entries)) = scope.get_mut(list).map(|list| &mut list.value) else { return };
    for entry in entries {
        entry.default_to("why", Value::Text(why.to_owned()));
        fill(entry);
    }
}

/// Gives a company what nobody needs to write.
pub(crate) fn fill_company(company: &mut Node) {
    if let Some(key) = named(company, "key") {
        complete(company, &Company::new(key));
    }
}

/// Gives a person what nobody needs to write.
pub(crate) fn fill_person(person: &mut Node, only_company: Option<&str>) {
    let Some(key) = named(person, "key") else { return };
    if let Some(company) = only_company {
        person.default_to("company", Value::Text(company.to_owned()));
    }
    let has_company = person.get("company").is_some();
    complete(person, &Person::new(key, ""));
    if !has_company {
        // Nobody knows which: it has to be named.
        person.remove("company");
    }
}

/// Gives a client what nobody needs to write.
pub(crate) fn fill_client(client: &mut Node) {
    let Some(id) = named(client, "id") else { return };
    let mut usual = Client::new(id);
    // What brings tokens through the browser takes a grant of its own; who writes grants says it.
    let in_front = |kind: &Node| kind.text().is_some_and(|kind| kind.split(' ').any(|part| part != "code"));
    if client.get("response_types").is_some_and(|kinds| kinds.entries().iter().any(in_front)) {
        usual.grants.push(Grant::Implicit);
    }
    let has_secret = client.get("secret").is_some_and(|secret| secret.value != Value::Null);
    complete(client, &if has_secret { usual.with_secret("") } else { usual });
}

fn named(entry: &Node, key: &str) -> Option<String> {
    entry.get(key).and_then(Node::text).map(str::to_owned)
}

/// Adds the members of what is usual that are not there.
fn complete(entry: &mut Node, usual: &impl Serialize) {
    // What is usual is a table of texts and lists.
    if let Ok(Node { value: Value::Table(members), .. }) = of_value(usual) {
        for (key, member) in members {
            entry.default_to(&key.name, member.value);
        }
    }
}
