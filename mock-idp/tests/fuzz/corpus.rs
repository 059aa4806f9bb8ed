//! The kept corpus: one readable file for each thing that was ever tried.
//!
//! ```text
//! # What is tried, in a sentence or two.
//! expect: 303 invalid_scope
//!
//! POST /connect/authorize
//!  ?in_the_query=1
//! Content-Type: application/x-www-form-urlencoded
//!
//! client_id=kaseya-mdr
//! &state={{x*5000}}
//! ```
//!
//! Lines that begin with a blank go on with the target; line breaks of a form are for the reader only. Parameters are
//! written as on the wire. `{{…}}` is filled in by the world: a code, a token, `{{x*5000}}` for five thousand times x.
//! `expect` is the status, and a word that the location or the body has to hold; `crowd: a=1*3000` adds a parameter three
//! thousand times.

use std::fs;
use std::path::Path;

use crate::shot::{Body, Pairs, Shot};

/// A file of the corpus.
#[derive(Clone)]
pub(crate) struct Seed {
    pub(crate) name: String,
    facts: Vec<(String, String)>,
    pub(crate) shot: Shot,
}

impl Seed {
    /// What the file says beside the request.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The status and the word that are expected of the request as it stands.
    pub(crate) fn expected(&self) -> (u16, &str) {
        let text = self.fact("expect").unwrap_or_else(|| panic!("{} expects nothing", self.name));
        let (status, word) = text.split_once(' ').unwrap_or((text, ""));
        (status.parse().unwrap_or_else(|_| panic!("{} expects no status: {text}", self.name)), word)
    }
}

/// The seeds of a target for mutations: those that nothing is wrong with four times, so that what is done to them counts.
pub(crate) fn weighted(target: &str) -> Vec<Seed> {
    let seeds = seeds(target);
    let is_good = |seed: &&Seed| {
        let (status, word) = seed.expected();
        status < 400 && !word.contains("error") && !word.contains("invalid")
    };
    let good: Vec<_> = seeds.iter().filter(is_good).cloned().collect();
    assert!(!good.is_empty(), "nothing of {target} is right");
    [seeds, good.clone(), good.clone(), good].concat()
}

/// The seeds of a target, by name.
pub(crate) fn seeds(target: &str) -> Vec<Seed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        parse(&path.file_stem().unwrap_or_default().to_string_lossy(), &text)
    };
    assert!(files.len() > 2, "the corpus of {target} moved");
    files.iter().map(read).collect()
}

fn parse(name: &str, text: &str) -> Seed {
    let (facts, request) = text.split_once("\n\n").unwrap_or_else(|| panic!("{name} has no request"));
    let facts = facts.lines().filter(|line| !line.starts_with('#')).map(|line| pair(name, line)).collect();
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut lines = head.trim_end().lines();
    let first = lines.next().unwrap_or_default();
    let (method, target) = first.split_once(' ').unwrap_or_else(|| panic!("{name} has no request line"));
    let mut target = target.to_owned();
    let mut headers = Vec::new();
    for line in lines {
        if let Some(more) = line.strip_prefix(' ') {
            target.push_str(more.trim());
        } else {
            let (header, value) = pair(name, line);
            headers.push((header, value.into_bytes()));
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut shot = Shot {
        method: method.to_owned(),
        path: path.as_bytes().to_vec(),
        query: pairs(query),
        headers,
        body: Body::default(),
    };
    let body = body.trim_end();
    shot.body = if shot.is_form() {
        Body::Form(pairs(&body.lines().map(str::trim).collect::<String>()))
    } else {
        Body::Raw(body.as_bytes().to_vec())
    };
    let mut seed = Seed { name: name.to_owned(), facts, shot };
    if let Some((pair, times)) = seed.fact("crowd").and_then(|crowd| crowd.rsplit_once('*')) {
        let times = times.parse().unwrap_or_else(|_| panic!("{name} has a crowd of {times}"));
        let crowd = pairs(pair).into_iter().cycle().take(times).collect::<Pairs>();
        seed.shot.pairs().extend(crowd);
    }
    seed
}

fn pair(file: &str, line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{file}: {line:?} says nothing"));
    (name.to_owned(), value.trim().to_owned())
}

fn pairs(written: &str) -> Pairs {
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.as_bytes().to_vec(), value.as_bytes().to_vec())
    };
    written.split('&').filter(|pair| !pair.is_empty()).map(one).collect()
}

#[test]
fn a_file_is_read_as_it_is_meant() {
    let text = "# why\nexpect: 400 page\n\nPOST /a\n ?b=1\n &c=2\nContent-Type: application/x-www-form-urlencoded\n\nd=%zz\n&e=3\n";
    let seed = parse("a", text);
    assert_eq!(seed.expected(), (400, "page"));
    let bytes = String::from_utf8(seed.shot.bytes("h")).unwrap();
    assert!(bytes.starts_with("POST /a?b=1&c=2 HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form"));
    assert!(bytes.ends_with("Content-Length: 9\r\nConnection: close\r\n\r\nd=%zz&e=3"), "{bytes}");
}
