//! Reading the file, and saying in one sentence what is wrong with it.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

use super::Config;
use super::faults::{Fault, find_fault};

/// How alike two names must be to be offered as a correction, from 0 to 1.
const ALIKE: f64 = 0.6;

/// What is wrong with the configuration, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, unless the configuration was made in code.
    pub file: Option<PathBuf>,
    /// The line, if one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{}", file.display())?;
            if let Some(line) = self.line {
                write!(formatter, ":{line}")?;
            }
            formatter.write_str(": ")?;
        }
        write!(formatter, "{}; {}", self.sentence, self.remedy)
    }
}

impl std::error::Error for ConfigError {}

/// Where in a file a key is given, as `file:line`; without a line, the default of the key is meant.
pub(super) fn place_of(path: &Path, key: &str) -> String {
    let line = std::fs::read_to_string(path).ok().and_then(|text| line_of_key(&text, key));
    match line {
        Some(line) => format!("{}:{line}", path.display()),
        None => format!("{}, which leaves `{key}` at its default", path.display()),
    }
}

pub(super) fn from_file(path: &Path) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
        file: Some(path.to_owned()),
        line: None,
        sentence: format!("the file cannot be read: {error}"),
        remedy: "name an existing file with --config".to_owned(),
    })?;
    let config: Config = toml::from_str(&text).map_err(|error| unreadable(path, &text, &error))?;
    find_fault(&config).map_or(Ok(config), |fault| {
        Err(ConfigError {
            file: Some(path.to_owned()),
            line: line_of_key(&text, fault.key),
            sentence: as_written(&text, fault.key, fault.sentence),
            remedy: fault.remedy.to_owned(),
        })
    })
}

pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    find_fault(config).map_or(Ok(()), |fault| {
        let Fault { sentence, remedy, .. } = fault;
        Err(ConfigError { file: None, line: None, sentence, remedy: remedy.to_owned() })
    })
}

fn unreadable(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count());
    let (sentence, remedy) = if text.parse::<toml::Table>().is_err() {
        unparsable(error.message(), at.and_then(|at| text.lines().nth(at)).unwrap_or_default())
    } else {
        // A value can go over several lines.
        let key = at.and_then(|at| text.lines().take(at + 1).filter_map(key_of_line).last());
        explain(error.message(), key.unwrap_or_default())
    };
    ConfigError { file: Some(path.to_owned()), line: at.map(|at| at + 1), sentence, remedy }
}

/// The key that a line gives a value, or the table that it begins.
fn key_of_line(line: &str) -> Option<&str> {
    let line = line.trim();
    match line.strip_prefix('[') {
        Some(_) => line.trim_matches(['[', ']']).rsplit('.').next().map(str::trim),
        None => line.split_once('=').map(|(key, _)| key.trim()).filter(|key| !key.contains(['"', '#'])),
    }
}

/// What is said of a line that is no TOML.
fn unparsable(message: &str, line: &str) -> (String, String) {
    let flat = flat(message);
    match key_of_line(line) {
        Some(key) if message.starts_with("duplicate key") => {
            (format!("`{key}` is said twice"), "remove one of the two".to_owned())
        }
        Some(key) if line.contains('=') => {
            let form = form_of(key).unwrap_or("write a text, in quotes");
            (format!("the value of `{key}` cannot be read: {flat}"), form.to_owned())
        }
        _ => (
            format!("the line cannot be read: {flat}"),
            "write KEY = VALUE, or the name of a table as in [kaseyaone]".to_owned(),
        ),
    }
}

fn flat(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An address in a sentence as it stands in the file, not as it was understood.
fn as_written(text: &str, key: &str, sentence: String) -> String {
    let line = line_of_key(text, key).and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    let written = line.split('"').skip(1).step_by(2);
    let mut understood = written.filter_map(|written| Some((written, Url::parse(written).ok()?)));
    match understood.find(|(_, url)| sentence.contains(&format!("`{url}`"))) {
        Some((written, url)) => sentence.replace(&format!("`{url}`"), &format!("`{written}`")),
        None => sentence,
    }
}

/// How a value of this key is written.
fn form_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "listen" => "give address and port, as in \"127.0.0.1:8400\"; port 0 takes a free one",
        "base_url" => "give a whole address, as in \"https://mdr.example\"",
        "url" => "give a whole address, as in \"https://one.example.com/scim/v2\"",
        "allowed_origins" => "write a list of addresses, as in [\"https://keys.example.com\"]",
        "kaseyaone" => "write it as the table [kaseyaone]",
        "claims" => "write it as the table [kaseyaone.claims]",
        "directory" => "write it as the table [kaseyaone.directory]",
        "sign_in" => "write it as the table [sign_in]",
        "passwords" => "write it as the table [passwords]",
        "request_lifetime" | "max_age" | "accept_sessions_up_to" | "leeway" | "session_lifetime" => {
            "give a duration, as in \"90s\", \"10m\" or \"12h\""
        }
        "tenant_active" | "sends_auth_time" => "write true or false, without quotes",
        "database_connections" | "memory_kib" | "iterations" => "write a whole number, without quotes",
        "scopes" | "algorithms" | "trusted_audiences" | "binding_roles" => {
            "write a list, as in [\"one\", \"two\"]"
        }
        _ => return None,
    })
}

/// Turns the message of the TOML reader about a key into a sentence and a remedy.
fn explain(message: &str, key: &str) -> (String, String) {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field") {
        let wrong = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        let remedy = nearest(wrong, &known).map_or_else(
            || format!("remove it, or use one of {}", known.join(", ")),
            |key| format!("did you mean `{key}`?"),
        );
        return (format!("there is no key `{wrong}`"), remedy);
    }
    if message.starts_with("missing field") {
        let key = quoted.next().unwrap_or_default();
        if key == "kaseyaone" {
            let remedy = "add it, with the keys `issuer` and `client_id`".to_owned();
            return ("the table `[kaseyaone]` is missing".to_owned(), remedy);
        }
        return (format!("the key `{key}` is missing"), format!("add `{key} = …`"));
    }
    if message.starts_with("unknown variant") {
        let wrong = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        return (format!("`{wrong}` is not a value of this key"), format!("use one of {}", known.join(", ")));
    }
    // What was expected is told in the words of a programmer; the remedy has it in those of this file.
    let found = if message.starts_with("invalid ") {
        message.split_once(", expected").map_or(message, |(found, _)| found)
    } else {
        message
    };
    let form = form_of(key).unwrap_or("write a text, in quotes");
    (format!("the value of `{key}` cannot be used: {}", flat(found)), form.to_owned())
}

fn nearest<'k>(wrong: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |key: &str| strsim::normalized_damerau_levenshtein(wrong, key);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= ALIKE).then_some(best)
}

fn line_of_key(text: &str, key: &str) -> Option<usize> {
    let assigns = |line: &str| {
        line.split_once('=').is_some_and(|(name, _)| name.trim() == key)
            || line.trim().trim_matches(['[', ']']) == key
    };
    text.lines().position(assigns).map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const GOOD: &str = "database_url = \"sqlite://x.db\"\n[kaseyaone]\nissuer = \"https://one.example\"\nclient_id = \"mdr\"\n";

    /// What is written instead of what, and what is said then.
    const REPLACED: [(&str, &str, &str); 8] = [
        ("issuer", "isuer", "p.toml:3: there is no key `isuer`; did you mean `issuer`?"),
        ("client_id", "zzz", "p.toml:4: there is no key `zzz`; remove it, or use one of "),
        ("client_id = \"mdr\"\n", "", "p.toml:2: the key `client_id` is missing; add `client_id = …`"),
        (
            "https://",
            "http://",
            "p.toml:3: the issuer `http://one.example` is neither https nor http on the loopback interface; ",
        ),
        ("sqlite", "mysql", "p.toml:1: the database URL begins neither with sqlite:// nor "),
        (
            "client_id",
            "x\nclient_id",
            "p.toml:4: the line cannot be read: key with no value, expected `=`; write KEY = VALUE, ",
        ),
        ("\"mdr\"", "mdr", "p.toml:4: the value of `client_id` cannot be read: "),
        (
            "[kaseyaone]\nissuer = \"https://one.example\"\nclient_id = \"mdr\"\n",
            "",
            "p.toml:1: the table `[kaseyaone]` is missing; add it, with the keys `issuer` and `client_id`",
        ),
    ];

    /// Lines above the good ones, and what is said then.
    const ABOVE: [(&str, &str); 6] = [
        (
            "contact = 3",
            "p.toml:1: the value of `contact` cannot be used: invalid type: integer `3`; write a text, in quotes",
        ),
        (
            "contact = \" \"",
            "p.toml:1: `contact` is empty, and people are told to ask them for access; say whom to ask, ",
        ),
        (
            "base_url = \"http://mdr.example.com\"",
            "p.toml:1: the base URL `http://mdr.example.com` is http, over which passwords and session cookies would travel in the clear; use https, ",
        ),
        (
            "base_url = \"https://mdr.example/app\"",
            "p.toml:1: the base URL `https://mdr.example/app` is not an http or https origin; ",
        ),
        (
            "listen = \"8400\"",
            "p.toml:1: the value of `listen` cannot be used: invalid socket address syntax; give address and port",
        ),
        (
            "base_url = \"https://MDR.example:443/app\"",
            "p.toml:1: the base URL `https://MDR.example:443/app` is not an http or https origin; ",
        ),
    ];

    /// Lines below the good ones, and what is said then.
    const BELOW: [(&str, &str); 22] = [
        (
            "claims = 3",
            "p.toml:5: the value of `claims` cannot be used: invalid type: integer `3`; write it as the table [kaseyaone.claims]",
        ),
        (
            "scopes = [\n  3,\n]",
            "p.toml:6: the value of `scopes` cannot be used: invalid type: integer `3`; write a list, ",
        ),
        (
            "allowed_origins = [\"https://one.example\", \"ftp://x\"]",
            "p.toml:5: `ftp://x` is not an http or https origin; give scheme, host and port only, ",
        ),
        (
            "allowed_origins = [\"http://example.com/path\"]",
            "p.toml:5: `http://example.com/path` is not an http or https origin; ",
        ),
        (
            "allowed_origins = [\"http://example.com\"]",
            "p.toml:5: `http://example.com` is http, over which nothing of KaseyaOne is fetched; use https",
        ),
        ("trusted_audiences = [\"\"]", "p.toml:5: one of `trusted_audiences` is empty; name the client id "),
        ("module = \"\"", "p.toml:5: `module` is empty, which nobody has been assigned; name the module "),
        (
            "[kaseyaone.claims]\nrole = \"modules\"",
            "p.toml:6: `role` names the claim `modules`, which is `modules` already; ",
        ),
        (
            "[kaseyaone.claims]\nmodules = \"role\"",
            "p.toml:6: `modules` names the claim `role`, which is `role` already; ",
        ),
        (
            "[kaseyaone.directory]\nurl = \"x\"\ntoken = \"t\"",
            "p.toml:6: the value of `url` cannot be used: relative URL without a base: \"x\"; give a whole address, as in \"https://one.example.com/scim/v2\"",
        ),
        ("binding_roles = []", "p.toml:5: `binding_roles` is empty, so that nobody could turn on Allow "),
        (
            "[sign_in]\nleeway = \"-5s\"",
            "p.toml:6: `leeway` is -5s, which is not between 0 s and 300 s; choose a value in that range, as in \"60s\"",
        ),
        (
            "algorithms = [\"HS256\"]",
            "p.toml:5: `HS256` is not a value of this key; use one of RS256, PS256, ES256",
        ),
        ("[sign_in]\nleeway = \"10m\"", "p.toml:6: `leeway` is 10m, which is not between 0 s and 300 s; "),
        ("client_secret = \"\"", "p.toml:5: the client secret is empty; "),
        ("scopes = [\"profile email\"]", "p.toml:5: `profile email` is not one scope; "),
        ("[kaseyaone.claims]\nrole = \"\"", "p.toml:6: the name of the claim `role` is empty; "),
        ("[passwords]\niterations = 0", "p.toml:6: argon2 refuses this cost of a password: "),
        ("[passwords]\nmemory_kib = 4", "p.toml:6: argon2 refuses this cost of a password: "),
        (
            "[sign_in]\nleeway = \"-5m\"",
            "p.toml:6: `leeway` is -5m, which is not between 0 s and 300 s; choose a value in that range",
        ),
        ("[sign_in]\nleeway = \"a while\"", "p.toml:6: the value of `leeway` cannot be used: "),
        (
            "[kaseyaone.directory]\nurl = \"http://Directory.example\"\ntoken = \"t\"",
            "p.toml:6: the directory `http://Directory.example` is not https; ",
        ),
    ];

    /// What is said of a file, without the folder it is in.
    fn said(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, text).unwrap();
        let error = Config::from_file(&path).expect_err(text);
        error.to_string().replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn a_good_file_is_read_with_its_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, format!("{GOOD}\n[sign_in]\nrequest_lifetime = \"5m\"\n")).unwrap();
        let config = Config::from_file(&path).unwrap();
        assert_eq!(config.sign_in.request_lifetime, SignedDuration::from_mins(5));
        assert_eq!(config.sign_in.leeway, SignedDuration::from_secs(60));
        assert_eq!(config.listen.port(), 8400);
    }

    #[test]
    fn every_mistake_is_one_sentence_with_file_line_and_remedy() {
        let replaced = REPLACED.map(|(good, wrong, expected)| (GOOD.replace(good, wrong), expected));
        let above = ABOVE.map(|(line, expected)| (format!("{line}\n{GOOD}"), expected));
        let below = BELOW.map(|(lines, expected)| (format!("{GOOD}{lines}\n"), expected));
        for (text, expected) in replaced.into_iter().chain(above).chain(below) {
            let said = said(&text);
            assert!(said.starts_with(expected), "said: {said}\nexpected: {expected}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Config::from_file(Path::new("nowhere.toml")).unwrap_err();
        assert!(error.to_string().starts_with("nowhere.toml: the file cannot be read"), "{error}");
    }
}
