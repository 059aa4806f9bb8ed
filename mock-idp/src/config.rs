//! The configuration file: what a provider starts from, in TOML or YAML. It reads one file, decodes and checks it, and
//! says what is wrong with file, line and remedy; it starts nothing.

mod check;
mod decode;
mod shape;
mod syntax;
pub(crate) mod tree;

use std::path::Path;

use fixtures::{Client, Company, Fixtures, MADE, Person, nearest_remedy};
use serde::Deserialize as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::shape::{
    ClockShape, ControlShape, EndpointsShape, Names, Shape, fill_client, fill_company, fill_person,
    fill_realm,
};
pub(crate) use crate::config::shape::{IN_FILE, RealmShape, TlsShape};
use crate::config::tree::{Node, Wrong};
use crate::plan::{ClockSetting, Moved, Plan, Prepared};
use crate::protocol::claims::ClaimNames;
use crate::switches::Switches;

/// Why a configuration was refused: the file, the line where it is known, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {sentence}; {remedy}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ConfigError {
    /// The file, or `configuration` for a text that came from none.
    pub file: String,
    /// Line in the file, counted from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub remedy: String,
}

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigFormat {
    /// `.toml`
    Toml,
    /// `.yaml` or `.yml`
    Yaml,
}

impl ConfigFormat {
    /// By the end of the file's name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// A configuration that was checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) listen: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) derived_issuer: bool,
    pub(crate) back_channel: Option<String>,
    pub(crate) trailing_slash: bool,
    pub(crate) seed: Option<u64>,
    pub(crate) switches: Switches,
    pub(crate) tls: Option<TlsShape>,
    pub(crate) control: ControlShape,
    pub(crate) names: Option<ClaimNames>,
    /// The realm at the root.
    pub(crate) root: Plan,
    /// The others, by path.
    pub(crate) realms: Vec<(String, Plan)>,
}

impl Config {
    /// Reads a file. What it does not say about people, companies, clients and keys is as in `base`.
    pub(crate) fn read(path: &Path, base: &Fixtures) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let wrong = |sentence: String, remedy: &str| ConfigError {
            file: file.clone(),
            line: None,
            sentence,
            remedy: remedy.to_owned(),
        };
        let format = ConfigFormat::of(path).ok_or_else(|| {
            wrong("is neither TOML nor YAML by its name".to_owned(), "name it .toml, .yaml or .yml")
        })?;
        let text = std::fs::read_to_string(path).map_err(|error| {
            wrong(
                format!("cannot be read ({error})"),
                "name a file that is there, is UTF-8 text and may be read",
            )
        })?;
        let mut config = Self::parse(&text, format, &file, base)?;
        // A folder is named as seen from the file that names it.
        let folder = path.parent().unwrap_or(Path::new(""));
        let plans = config.realms.iter_mut().map(|(_, plan)| plan);
        for keys in plans.chain([&mut config.root]).filter_map(|plan| plan.keys.as_mut()) {
            *keys = folder.join(&*keys);
        }
        if let Some(tls) = &mut config.tls {
            for file in [&mut tls.certificate, &mut tls.key].into_iter().flatten() {
                *file = folder.join(&*file);
            }
        }
        Ok(config)
    }

    /// Decodes and checks a text; `file` is what errors call it.
    pub(crate) fn parse(
        text: &str,
        format: ConfigFormat,
        file: &str,
        base: &Fixtures,
    ) -> Result<Self, ConfigError> {
        let tree = match format {
            ConfigFormat::Toml => tree::of_toml(text),
            ConfigFormat::Yaml => tree::of_yaml(text),
        };
        let in_file = |wrong| in_file(file, wrong);
        let mut tree = tree.map_err(in_file)?;
        shape::fill(&mut tree);
        let shape = Shape::deserialize(&tree).map_err(in_file)?;
        let config = Self::of(shape, base);
        let from = Path::new(file).parent().unwrap_or(Path::new(""));
        check::config(&config, &tree, base)
            .and_then(|()| check::named(&tree, from))
            .map_err(|found| ConfigError { file: file.to_owned(), ..found })?;
        Ok(config)
    }

    fn of(shape: Shape, base: &Fixtures) -> Self {
        let mut root = RealmShape {
            path: String::new(),
            seed: None,
            clock: shape.clock,
            headless_as: shape.headless_as,
            keys: shape.keys,
            layout: shape.layout,
            endpoints: shape.endpoints,
            companies: shape.companies,
            people: shape.people,
            invented_people: shape.invented_people,
            clients: shape.clients,
            faults: shape.faults,
            rules: shape.rules,
        };
        let root = plan(&mut root, base);
        let base = root.fixtures.as_ref().unwrap_or(base);
        let realms = shape.realms.into_iter().map(|mut realm| {
            let plan = plan(&mut realm, base);
            (realm.path, plan)
        });
        let realms = realms.collect();
        Self {
            listen: shape.listen,
            issuer: shape.issuer,
            derived_issuer: shape.derived_issuer,
            back_channel: shape.back_channel,
            trailing_slash: shape.trailing_slash,
            seed: shape.seed,
            switches: Switches {
                auth_time: !shape.without_auth_time,
                registration: shape.registration,
                headless: shape.headless,
                any_client: shape.any_client,
                any_person: shape.any_person,
                kaseya_claims: shape.kaseya_claims,
            },
            tls: shape.tls,
            control: shape.control.unwrap_or_default(),
            names: shape.claim_names.map(Names::with_the_usual),
            root,
            realms,
        }
    }
}

/// A company as a request brings one. What is not given is as in a file.
pub(crate) fn company(mut body: Node) -> Result<Company, ConfigError> {
    fill_company(&mut body);
    decoded(&body)
}

/// A person as a request brings one. What is not given is as in a file.
pub(crate) fn person(mut body: Node, only_company: Option<&str>) -> Result<Person, ConfigError> {
    fill_person(&mut body, only_company);
    decoded(&body)
}

/// A client as a request brings one. What is not given is as in a file.
pub(crate) fn client(mut body: Node) -> Result<Client, ConfigError> {
    fill_client(&mut body);
    decoded(&body)
}

/// A realm as a request brings one, and its path, which is not looked at: the members are those of `[[realms]]` in a file.
pub(crate) fn realm(
    mut body: Node,
    base: &Fixtures,
    switches: Switches,
) -> Result<(String, Plan), ConfigError> {
    let only_company = match base.companies.as_slice() {
        [only] => Some(only.key.as_str()),
        _ => None,
    };
    fill_realm(&mut body, only_company, MADE);
    let mut shape: RealmShape = decoded(&body)?;
    let plan = plan(&mut shape, base);
    check::scope(&plan, plan.fixtures.as_ref().unwrap_or(base), switches, &body)?;
    Ok((shape.path, plan))
}

/// What a request brings, of whatever kind.
pub(crate) fn decoded<T: DeserializeOwned>(body: &Node) -> Result<T, ConfigError> {
    T::deserialize(body).map_err(|wrong| in_file("", wrong))
}

/// The tree of what is there already.
pub(crate) fn tree_of(value: &impl Serialize) -> Result<Node, ConfigError> {
    tree::of_value(value).map_err(|error| refused(0, error.to_string(), "send it whole instead"))
}

fn plan(shape: &mut RealmShape, base: &Fixtures) -> Plan {
    let own = shape.companies.is_some() || shape.people.is_some() || shape.clients.is_some();
    let fixtures = own.then(|| Fixtures {
        companies: shape.companies.take().unwrap_or_else(|| base.companies.clone()),
        people: shape.people.take().unwrap_or_else(|| base.people.clone()),
        clients: shape.clients.take().unwrap_or_else(|| base.clients.clone()),
        keys: base.keys.clone(),
    });
    let (faults, rules) = (std::mem::take(&mut shape.faults), std::mem::take(&mut shape.rules));
    let clock = shape
        .clock
        .take()
        .map(|ClockShape { frozen, at }| ClockSetting { frozen, at: at.and_then(|at| at.parse().ok()) });
    let keys = shape.keys.take();
    let paths = shape.endpoints.take().map(EndpointsShape::given).unwrap_or_default();
    let moved = Moved { layout: shape.layout, paths };
    Plan {
        seed: shape.seed,
        clock,
        headless_as: shape.headless_as.take(),
        keys,
        fixtures,
        moved,
        prepared: Prepared { invented_people: shape.invented_people, faults, rules },
    }
}

/// What a decoder found, said as fixtures say it.
fn in_file(file: &str, wrong: Wrong) -> ConfigError {
    let Wrong { line, path, message } = wrong;
    // Where there are no lines, the way there says where it is.
    let told = |sentence: String| {
        if line.is_some() || path.is_empty() { sentence } else { format!("{path}: {sentence}") }
    };
    if let Some((sentence, remedy)) = syntax::told(&message) {
        let (file, sentence) = (file.to_owned(), told(sentence.to_owned()));
        return ConfigError { file, line, sentence, remedy: remedy.to_owned() };
    }
    let quoted = |text: &str| text.replace('`', "\"");
    let (sentence, expected) = message.split_once(", expected").unwrap_or((&message, ""));
    let remedy = if let Some((_, field)) = sentence.split_once("missing field ") {
        let which = if field == "`company`" {
            ": which of the companies, or give one company of your own"
        } else {
            ""
        };
        format!("add {} here{which}", quoted(field))
    } else if sentence.starts_with("duplicate key") {
        "a table has each of its keys once; remove one of the two".to_owned()
    } else if sentence.starts_with("tabs ") {
        "YAML takes spaces there".to_owned()
    } else if expected.is_empty() && file.is_empty() {
        "/_control/openapi.json describes what can be sent".to_owned()
    } else if expected.is_empty() {
        "mock-idp's README shows how a configuration is written".to_owned()
    } else if sentence.ends_with("unit value") {
        return ConfigError {
            file: file.to_owned(),
            line,
            sentence: told("null is no value here".to_owned()),
            remedy: "leave the member out, or write a value".to_owned(),
        };
    } else if let Some(words) = in_words(expected.trim()) {
        let is_toml = ConfigFormat::of(Path::new(file)) == Some(ConfigFormat::Toml);
        let is_table = is_toml && words == "a list" && sentence.contains("map");
        let is_yaml = ConfigFormat::of(Path::new(file)) == Some(ConfigFormat::Yaml);
        let member = path.rsplit(['.', ']']).next().unwrap_or_default();
        let is_one = words == "a list" && sentence.contains("string");
        let is_map = !is_toml && words == "a list" && sentence.contains("map");
        let hint = match () {
            () if is_table => "; in TOML each of its tables has two brackets, as in [[people]]".to_owned(),
            () if is_map => {
                format!("; each entry begins with a dash, or stands in brackets: {member}: [{{ … }}]")
            }
            () if is_one && !is_yaml && !file.is_empty() => {
                format!("; put it in brackets: {member} = [\"…\"]")
            }
            () if is_one => format!("; put it in brackets: {member}: [\"…\"]"),
            () => String::new(),
        };
        let words = if file.is_empty() && words == "a table" { "an object" } else { words };
        format!("expected {words}{hint}")
    } else if path.ends_with("target") && is_no_choice(sentence) {
        "write \"next\", or one of { person = … }, { client = … }, { state = … }".to_owned()
    } else {
        quoted(&fixtures::remedy_from(&message)) + &misplaced(sentence, &path, file)
    };
    ConfigError { file: file.to_owned(), line, sentence: told(quoted(sentence)), remedy }
}

/// What is said of a key of the top level that stands in a table: whatever follows the header of a table belongs to it.
fn misplaced(sentence: &str, path: &str, file: &str) -> String {
    let name = sentence.strip_prefix("unknown field `").and_then(|rest| rest.strip_suffix('`'));
    let Some(name) = name.filter(|name| !file.is_empty() && !path.is_empty() && shape::is_of_the_top(name))
    else {
        return String::new();
    };
    if ConfigFormat::of(Path::new(file)) == Some(ConfigFormat::Yaml) {
        return format!("; or is it the {name} of the whole file? That key has no blanks before it");
    }
    format!("; or is it the {name} of the whole file? That key belongs above the first [table]")
}

/// Whether a name stands where a target does, and is nothing like the ways to choose one: then it is probably the target's.
fn is_no_choice(sentence: &str) -> bool {
    let name = sentence.split('`').nth(1).unwrap_or_default();
    let choices = ["next", "person", "client", "state"];
    sentence.contains("unknown variant")
        && choices.iter().all(|choice| strsim::jaro_winkler(name, choice) < 0.8)
}

/// What a decoder expects, as whoever writes it calls it.
fn in_words(expected: &str) -> Option<&'static str> {
    Some(match expected {
        "a string" => "a string; put it in quotes",
        "a nonzero u64" => "a whole number from 1",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number that is not negative",
        "i64" => "a whole number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        _ => return None,
    })
}

/// An error whose file is put in later.
fn refused(line: usize, sentence: impl Into<String>, remedy: impl Into<String>) -> ConfigError {
    let line = Some(line).filter(|line| *line > 0);
    ConfigError { file: String::new(), line, sentence: sentence.into(), remedy: remedy.into() }
}

/// The name that was probably meant.
fn unknown<'a>(
    line: usize,
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> ConfigError {
    refused(line, format!("there is no {kind} \"{name}\""), nearest_remedy(name, known))
}

/// The entry of a list of a scope, by number.
fn entry<'a>(scope: &'a Node, list: &str, number: usize) -> &'a Node {
    scope.get(list).and_then(|list| list.entries().get(number)).unwrap_or(scope)
}
