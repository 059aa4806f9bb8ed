//! Reading the file, and saying in one sentence what is wrong with it.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use url::{Host, Url};

use super::{Config, KaseyaOne, Passwords};

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

/// A fault of one key, before file and line are known.
struct Fault {
    key: &'static str,
    sentence: String,
    remedy: &'static str,
}

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
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let key = line.and_then(|line| text.lines().nth(line - 1)).and_then(|line| line.split_once('='));
    let (sentence, remedy) = explain(error.message(), key.map_or("", |(key, _)| key.trim()));
    ConfigError { file: Some(path.to_owned()), line, sentence, remedy }
}

/// An address in a sentence as it stands in the file, not as it was understood.
fn as_written(text: &str, key: &str, sentence: String) -> String {
    let line = line_of_key(text, key).and_then(|line| text.lines().nth(line - 1));
    let written = line.and_then(|line| line.split('"').nth(1));
    match written.and_then(|written| Some((written, Url::parse(written).ok()?))) {
        Some((written, understood)) => sentence.replace(&format!("`{understood}`"), &format!("`{written}`")),
        None => sentence,
    }
}

/// How a value of this key is written.
fn form_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "listen" => "give address and port, as in \"127.0.0.1:8400\"; port 0 takes a free one",
        "base_url" | "url" | "allowed_origins" => "give a whole address, as in \"https://mdr.example\"",
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
    let flat = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match form_of(key) {
        Some(form) => (format!("the value of `{key}` cannot be used: {flat}"), form.to_owned()),
        None => (format!("the value cannot be used: {flat}"), "write a text, in quotes".to_owned()),
    }
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

fn find_fault(config: &Config) -> Option<Fault> {
    fault_of_urls(config)
        .or_else(|| fault_of_kaseyaone(config))
        .or_else(|| fault_of_words(&config.kaseyaone))
        .or_else(|| fault_of_passwords(config.passwords))
        .or_else(|| fault_of_durations(config))
        .or_else(|| fault_of_database(config))
}

fn fault_of_urls(config: &Config) -> Option<Fault> {
    if let Some(base) = &config.base_url
        && (base.path() != "/" || base.query().is_some() || base.fragment().is_some() || !is_web(base))
    {
        return Some(Fault {
            key: "base_url",
            sentence: format!("the base URL `{base}` is not an http or https origin"),
            remedy: "give scheme, host and port only, as in https://mdr.example",
        });
    }
    if let Some(base) = config.base_url.as_ref().filter(|base| !is_secure(base)) {
        return Some(Fault {
            key: "base_url",
            sentence: format!(
                "the base URL `{base}` is http, over which passwords and session cookies would travel in the clear"
            ),
            remedy: "use https, as browsers see it, or http on the loopback interface",
        });
    }
    let Ok(issuer) = Url::parse(&config.kaseyaone.issuer) else {
        return Some(Fault {
            key: "issuer",
            sentence: format!("the issuer `{}` is not a URL", config.kaseyaone.issuer),
            remedy: "use the `issuer` of the provider's discovery document, letter by letter",
        });
    };
    if !is_secure(&issuer) || issuer.query().is_some() || issuer.fragment().is_some() {
        return Some(Fault {
            key: "issuer",
            sentence: format!(
                "the issuer `{}` is neither https nor http on the loopback interface",
                config.kaseyaone.issuer
            ),
            remedy: "use the https issuer of the provider, without query or fragment",
        });
    }
    let directory = config.kaseyaone.directory.as_ref()?;
    (!is_secure(&directory.url)).then(|| Fault {
        key: "url",
        sentence: format!("the directory `{}` is not https", directory.url),
        remedy: "use https, or http on the loopback interface",
    })
}

fn fault_of_kaseyaone(config: &Config) -> Option<Fault> {
    if config.kaseyaone.client_id.is_empty() {
        return Some(Fault {
            key: "client_id",
            sentence: "the client id is empty".to_owned(),
            remedy: "use the client id KaseyaOne gave this service",
        });
    }
    config.kaseyaone.algorithms.is_empty().then(|| Fault {
        key: "algorithms",
        sentence: "no signature algorithm is allowed".to_owned(),
        remedy: "allow at least RS256",
    })
}

/// Words that are sent to KaseyaOne, or looked for in what it says.
fn fault_of_words(kaseyaone: &KaseyaOne) -> Option<Fault> {
    if kaseyaone.client_secret.as_ref().is_some_and(|secret| secret.expose_secret().is_empty()) {
        return Some(Fault {
            key: "client_secret",
            sentence: "the client secret is empty".to_owned(),
            remedy: "use the client secret KaseyaOne gave this service, or remove the key for a public client",
        });
    }
    if kaseyaone.binding_roles.is_empty() {
        return Some(Fault {
            key: "binding_roles",
            sentence:
                "`binding_roles` is empty, so that nobody could turn on Allow Users to Log in with KaseyaOne"
                    .to_owned(),
            remedy: "name one role at least, as in [\"Admin\"], or remove the key for its default",
        });
    }
    // RFC 6749, 3.3: a space parts scopes.
    let unusable = |scope: &&String| scope.is_empty() || scope.contains(char::is_whitespace);
    if let Some(scope) = kaseyaone.scopes.iter().find(unusable) {
        return Some(Fault {
            key: "scopes",
            sentence: format!("`{scope}` is not one scope"),
            remedy: "list every scope by itself, as in [\"profile\", \"email\"]",
        });
    }
    let claims = &kaseyaone.claims;
    let named = [
        ("company_id", &claims.company_id),
        ("company_name", &claims.company_name),
        ("username", &claims.username),
        ("role", &claims.role),
        ("modules", &claims.modules),
    ];
    let (key, _) = named.into_iter().find(|(_, name)| name.trim().is_empty())?;
    Some(Fault {
        key,
        sentence: format!("the name of the claim `{key}` is empty"),
        remedy: "use the name KaseyaOne gives the claim, or remove the key for its default",
    })
}

fn fault_of_passwords(cost: Passwords) -> Option<Fault> {
    let error = argon2::Params::new(cost.memory_kib, cost.iterations, 1, None).err()?;
    Some(Fault {
        key: if cost.iterations == 0 { "iterations" } else { "memory_kib" },
        sentence: format!("argon2 refuses this cost of a password: {error}"),
        remedy: "use at least 8 KiB of memory and 1 iteration, or remove the key for its default",
    })
}

fn fault_of_durations(config: &Config) -> Option<Fault> {
    let sign_in = &config.sign_in;
    let bounds = [
        (
            "request_lifetime",
            sign_in.request_lifetime,
            1,
            3_600,
            "choose a value in that range, as in \"10m\"",
        ),
        ("max_age", sign_in.max_age, 1, 30 * 86_400, "choose a value in that range, as in \"12h\""),
        (
            "accept_sessions_up_to",
            sign_in.accept_sessions_up_to,
            0,
            30 * 86_400,
            "choose a value in that range, as in \"15m\"",
        ),
        ("leeway", sign_in.leeway, 0, 300, "choose a value in that range, as in \"60s\""),
        (
            "session_lifetime",
            sign_in.session_lifetime,
            1,
            30 * 86_400,
            "choose a value in that range, as in \"12h\"",
        ),
    ];
    let (key, duration, least, most, remedy) = bounds.into_iter().find(|(_, duration, least, most, _)| {
        *duration < SignedDuration::from_secs(*least) || *duration > SignedDuration::from_secs(*most)
    })?;
    // jiff would say "5m ago".
    let sign = if duration.is_negative() { "-" } else { "" };
    let length = duration.abs();
    Some(Fault {
        key,
        sentence: format!("`{key}` is {sign}{length:#}, which is not between {least} s and {most} s"),
        remedy,
    })
}

fn fault_of_database(config: &Config) -> Option<Fault> {
    let scheme = config.database_url.split_once("://").map(|(scheme, _)| scheme);
    if !matches!(scheme, Some("sqlite" | "postgres" | "postgresql")) {
        return Some(Fault {
            key: "database_url",
            sentence: "the database URL begins neither with sqlite:// nor with postgres://".to_owned(),
            remedy: "use sqlite://path/to/file.db or postgres://user:password@host/database",
        });
    }
    (config.database_connections == 0).then(|| Fault {
        key: "database_connections",
        sentence: "no connection to the database is allowed".to_owned(),
        remedy: "allow at least 1",
    })
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some()
}

/// Whether secrets may be sent there: https, or http that does not leave the machine.
pub(crate) fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "database_url = \"sqlite://x.db\"\n[kaseyaone]\nissuer = \"https://one.example\"\nclient_id = \"mdr\"\n";

    /// What is written instead of what, and what is said then.
    const REPLACED: [(&str, &str, &str); 7] = [
        ("issuer", "isuer", "p.toml:3: there is no key `isuer`; did you mean `issuer`?"),
        ("client_id", "zzz", "p.toml:4: there is no key `zzz`; remove it, or use one of "),
        ("client_id = \"mdr\"\n", "", "p.toml:2: the key `client_id` is missing; add `client_id = …`"),
        (
            "https://",
            "http://",
            "p.toml:3: the issuer `http://one.example` is neither https nor http on the loopback interface; ",
        ),
        ("sqlite", "mysql", "p.toml:1: the database URL begins neither with sqlite:// nor "),
        ("\"mdr\"", "mdr", "p.toml:4: the value cannot be used: "),
        (
            "[kaseyaone]\nissuer = \"https://one.example\"\nclient_id = \"mdr\"\n",
            "",
            "p.toml:1: the table `[kaseyaone]` is missing; add it, with the keys `issuer` and `client_id`",
        ),
    ];

    /// Lines above the good ones, and what is said then.
    const ABOVE: [(&str, &str); 4] = [
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
    const BELOW: [(&str, &str); 12] = [
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

    #[test]
    fn plain_http_is_for_the_loopback_interface() {
        let urls = [
            ("https://one.example", true),
            ("http://127.0.0.1:9400", true),
            ("http://[::1]:9400", true),
            ("http://localhost", true),
            ("http://169.254.169.254", false),
            ("http://localhost.evil.example", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
        ];
        for (url, expected) in urls {
            assert_eq!(is_secure(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
