//! What can be wrong with a configuration that could be read: values that nobody could use, each with its remedy.

use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use url::{Host, Url};

use super::{Claims, Config, KaseyaOne, Passwords};

/// A fault of one key, before file and line are known.
pub(super) struct Fault {
    pub(super) key: &'static str,
    pub(super) sentence: String,
    pub(super) remedy: &'static str,
}

/// The first fault there is.
pub(super) fn find_fault(config: &Config) -> Option<Fault> {
    fault_of_urls(config)
        .or_else(|| fault_of_kaseyaone(config))
        .or_else(|| fault_of_words(&config.kaseyaone))
        .or_else(|| fault_of_claims(&config.kaseyaone.claims))
        .or_else(|| fault_of_contact(config.contact.as_deref()))
        .or_else(|| fault_of_passwords(config.passwords))
        .or_else(|| fault_of_durations(config))
        .or_else(|| fault_of_database(config))
}

fn fault_of_urls(config: &Config) -> Option<Fault> {
    if let Some(base) = &config.base_url
        && !is_origin(base)
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
    if let Some(directory) = config.kaseyaone.directory.as_ref().filter(|it| !is_secure(&it.url)) {
        return Some(Fault {
            key: "url",
            sentence: format!("the directory `{}` is not https", directory.url),
            remedy: "use https, or http on the loopback interface, as in \"https://one.example.com/scim/v2\"",
        });
    }
    config.kaseyaone.allowed_origins.iter().find_map(fault_of_allowed_origin)
}

fn fault_of_allowed_origin(allowed: &Url) -> Option<Fault> {
    let (sentence, remedy) = if !is_origin(allowed) {
        (
            format!("`{allowed}` is not an http or https origin"),
            "give scheme, host and port only, as in [\"https://keys.example.com\"]",
        )
    } else if !is_secure(allowed) {
        (
            format!("`{allowed}` is http, over which nothing of KaseyaOne is fetched"),
            "use https, or http on the loopback interface",
        )
    } else {
        return None;
    };
    Some(Fault { key: "allowed_origins", sentence, remedy })
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
    if kaseyaone.trusted_audiences.iter().any(|audience| audience.trim().is_empty()) {
        return Some(Fault {
            key: "trusted_audiences",
            sentence: "one of `trusted_audiences` is empty".to_owned(),
            remedy: "name the client id of who may stand beside this service in an ID token, or remove it",
        });
    }
    let module = kaseyaone.module.as_ref().filter(|module| module.trim().is_empty());
    module.map(|_| Fault {
        key: "module",
        sentence: "`module` is empty, which nobody has been assigned".to_owned(),
        remedy: "name the module as KaseyaOne does, as in \"mdr\", or remove the key, and none is asked for",
    })
}

/// Each fact about a person is read from a claim of its own.
fn fault_of_claims(claims: &Claims) -> Option<Fault> {
    let defaults = Claims::default();
    let named = claims_of(claims);
    if let Some((key, _)) = named.iter().find(|(_, name)| name.trim().is_empty()) {
        return Some(Fault {
            key,
            sentence: format!("the name of the claim `{key}` is empty"),
            remedy: "use the name KaseyaOne gives the claim, or remove the key for its default",
        });
    }
    let again = |at: usize| named[..at].iter().find(|(_, name)| *name == named[at].1);
    let (second, first) = (1..named.len()).find_map(|at| again(at).map(|first| (&named[at], first)))?;
    // Who was left at the default is not to blame.
    let is_default = claims_of(&defaults).contains(second);
    let (blamed, other) = if is_default { (first, second) } else { (second, first) };
    Some(Fault {
        key: blamed.0,
        sentence: format!("`{}` names the claim `{}`, which is `{}` already", blamed.0, blamed.1, other.0),
        remedy: "name a claim of its own for each, as KaseyaOne does",
    })
}

fn claims_of(claims: &Claims) -> [(&'static str, &str); 5] {
    [
        ("company_id", &claims.company_id),
        ("company_name", &claims.company_name),
        ("username", &claims.username),
        ("role", &claims.role),
        ("modules", &claims.modules),
    ]
}

fn fault_of_contact(contact: Option<&str>) -> Option<Fault> {
    contact.filter(|contact| contact.trim().is_empty()).map(|_| Fault {
        key: "contact",
        sentence: "`contact` is empty, and people are told to ask them for access".to_owned(),
        remedy: "say whom to ask, as in \"the help desk\", or remove the key for its default",
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

/// Whether it is scheme, host and port of the web, and nothing more.
fn is_origin(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
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
