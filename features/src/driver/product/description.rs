//! `product.toml`: where a product is, and where it finds its KaseyaOne.

use std::{
    io,
    num::NonZeroU64,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use url::Url;

/// Why a description cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DescriptionError {
    /// There is no such file, or it cannot be read.
    #[error("cannot read the product's description {}: {why}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// It does not say what it has to.
    #[error("{}:{line}: {why}; `harness run --help` shows an example", file.display())]
    Broken {
        /// The file.
        file: PathBuf,
        /// 1-based.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// A product as its team describes it.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// The file that says so.
    pub(super) file: PathBuf,
    /// What reports call it.
    pub(super) name: String,
    /// The configuration of the provider that it signs people in at.
    pub(super) provider: PathBuf,
    /// As which client it is registered there.
    pub(super) client: String,
    /// Where people begin to sign in with KaseyaOne.
    pub(super) start: Url,
    /// Below which its hooks are.
    pub(super) hooks: Url,
    pub(super) session: Session,
    /// How long an answer may take.
    pub(super) patience: Duration,
    pub(super) differs: Vec<Difference>,
}

/// A scenario that is known not to hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    /// Its name.
    pub(super) scenario: String,
    /// Why that is so.
    pub(super) why: String,
}

/// Where the product says who is signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    /// Answers with JSON.
    pub(super) url: Url,
    /// JSON pointer (RFC 6901) to the account's id: the one that the hooks give it.
    #[serde(default = "id")]
    pub(super) id: String,
    /// JSON pointer to its e-mail address.
    #[serde(default = "email")]
    pub(super) email: String,
}

fn id() -> String {
    "/id".to_owned()
}

fn email() -> String {
    "/email".to_owned()
}

/// Seconds.
const fn patience() -> NonZeroU64 {
    NonZeroU64::new(30).expect("it is not zero")
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    provider: PathBuf,
    client: String,
    start: Url,
    hooks: Url,
    session: Session,
    #[serde(default = "patience")]
    patience: NonZeroU64,
    #[serde(default)]
    differs: Vec<Difference>,
}

impl Description {
    pub(super) fn read(file: &Path) -> Result<Self, DescriptionError> {
        let text = std::fs::read_to_string(file)
            .map_err(|why| DescriptionError::Unreadable { file: file.to_owned(), why })?;
        Self::parse(file, &text)
    }

    fn parse(file: &Path, text: &str) -> Result<Self, DescriptionError> {
        let broken = |line: usize, why: String| DescriptionError::Broken { file: file.to_owned(), line, why };
        let written: Written = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            broken(before.matches('\n').count() + 1, error.message().to_owned())
        })?;
        let line_of = |what: &str| text.lines().position(|line| line.contains(what)).map_or(1, |at| at + 1);
        let Written { name, provider, client, start, mut hooks, session, patience, differs } = written;
        for (key, url) in [("start", &start), ("hooks", &hooks), ("url", &session.url)] {
            if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
                return Err(broken(line_of(url.as_str()), format!("{key} has to be an http or https URL")));
            }
        }
        for (key, pointer) in [("id", &session.id), ("email", &session.email)] {
            if !pointer.starts_with('/') {
                let why =
                    format!("{key} has to be a JSON pointer such as \"/user/{key}\", it is {pointer:?}");
                return Err(broken(line_of(pointer), why));
            }
        }
        if hooks.query().is_some() || !hooks.username().is_empty() || hooks.password().is_some() {
            let why =
                "hooks takes neither a query nor a user; HARNESS_HOOKS_TOKEN is shown as a bearer token";
            return Err(broken(line_of(hooks.as_str()), why.to_owned()));
        }
        // So that what the hooks are called is put below, and not in the place of the last part.
        if !hooks.path().ends_with('/') {
            hooks.set_path(&format!("{}/", hooks.path()));
        }
        let folder = file.parent().unwrap_or_else(|| Path::new(""));
        let stem =
            || file.file_stem().map_or_else(|| "product".into(), |it| it.to_string_lossy().into_owned());
        Ok(Self {
            file: file.to_owned(),
            name: name.unwrap_or_else(stem),
            provider: folder.join(provider),
            client,
            start,
            hooks,
            session,
            patience: Duration::from_secs(patience.get()),
            differs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "provider = \"mock-idp.toml\"\nclient = \"acme\"\nstart = \"http://127.0.0.1:3000/login\"\nhooks = \"http://127.0.0.1:3000/_test\"\n[session]\nurl = \"http://127.0.0.1:3000/api/me\"\n";

    fn parsed(text: &str) -> Result<Description, String> {
        Description::parse(Path::new("some/acme.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_as_most_products_have_it() {
        let acme = parsed(WHOLE).unwrap();
        assert_eq!(acme.name, "acme");
        assert_eq!(acme.provider, Path::new("some/mock-idp.toml"), "beside the description");
        assert_eq!(acme.hooks.as_str(), "http://127.0.0.1:3000/_test/");
        assert_eq!(acme.patience, Duration::from_secs(30));
        assert_eq!((acme.session.id.as_str(), acme.session.email.as_str()), ("/id", "/email"));
    }

    #[test]
    fn the_example_of_the_help_is_one_and_stands_in_the_documentation() {
        let example = include_str!("example.toml");
        assert_eq!(parsed(example).unwrap().name, "Acme MDR");
        let indented: String = example
            .lines()
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") })
            .collect();
        assert!(include_str!("../../../../docs/scenarios.md").contains(&indented), "{indented}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (from, to, told) in [
            ("client =", "cleint =", "some/acme.toml:2: unknown field `cleint`"),
            ("client = \"acme\"\n", "", "some/acme.toml:1: missing field `client`"),
            ("/login\"", "/login", "some/acme.toml:3: "),
            (
                "\"http://127.0.0.1:3000/login\"",
                "\"/login\"",
                "some/acme.toml:3: relative URL without a base",
            ),
            (
                "\"http://127.0.0.1:3000/login\"",
                "\"file:///x\"",
                "some/acme.toml:3: start has to be an http or https URL",
            ),
            ("[session]", "patience = 0\n[session]", "some/acme.toml:5: invalid value: integer `0`"),
            ("_test\"", "_test?key=1\"", "some/acme.toml:4: hooks takes neither a query nor a user"),
            ("api/me\"\n", "api/me\"\nid = \"user.id\"\n", "some/acme.toml:7: id has to be a JSON pointer"),
        ] {
            let text = WHOLE.replace(from, to);
            let said = parsed(&text).unwrap_err();
            assert!(said.starts_with(told) && said.contains("harness run --help"), "{said}");
        }
    }
}
