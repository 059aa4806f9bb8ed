//! One readable story for each sign-in: who asked what, what was answered, which check refused and why, which faults
//! struck, and what the relying party did next. Pure: journal entries go in, masked words come out.

pub(crate) mod page;
mod steps;
mod telling;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::journal::Entry;
pub(crate) use crate::story::steps::Step;

/// What a sign-in came to, as far as the journal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryOutcome {
    /// Nobody has answered the login yet.
    Unfinished,
    /// A check or a person said no, and nothing went back but that.
    Refused,
    /// A code went back, and nobody redeemed it.
    CodeNotRedeemed,
    /// The token endpoint gave nothing.
    NoTokens,
    /// Tokens were given.
    TokensGiven,
    /// Tokens were given, and the person signed out since.
    SignedOut,
}

/// One line about a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StoryLine {
    /// Under which it is found: the `state`, or `without-state-` and the number of its first journal entry. Where one state
    /// comes again with another request, or after its code was redeemed, the second sign-in is the `state` and `~2`.
    pub id: String,
    /// When it began, by the provider's clock.
    #[schema(value_type = String)]
    pub began: Timestamp,
    /// Key of the person, once known.
    pub person: Option<String>,
    /// Id of the client, if one was proven.
    pub client: Option<String>,
    /// What it came to.
    pub outcome: StoryOutcome,
    /// The same in a sentence.
    pub sentence: String,
    /// Ids of the faults that struck.
    pub faults: Vec<&'static str>,
    /// Number of its first journal entry.
    pub first_entry: u64,
}

/// A sign-in, told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Story {
    pub(crate) line: StoryLine,
    pub(crate) steps: Vec<Step>,
    /// What the relying party did after it had its answer.
    pub(crate) next: String,
}

impl Story {
    /// When it began, to the millisecond.
    pub(crate) fn began(&self) -> String {
        steps::moment(self.line.began)
    }
}

/// Every sign-in that the journal knows of: its entries, by its id, in order.
pub(crate) struct SignIns<'a>(BTreeMap<String, Vec<&'a Entry>>);

impl<'a> SignIns<'a> {
    pub(crate) fn of(entries: impl Iterator<Item = &'a Entry>) -> Self {
        Self(sign_ins(entries))
    }

    /// One line for each, the newest first.
    pub(crate) fn list(&self) -> Vec<StoryLine> {
        let mut lines: Vec<_> = self.0.iter().map(|(id, entries)| telling::line(id, entries)).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.first_entry));
        lines
    }

    /// Ids by the numbers of their entries.
    pub(crate) fn by_entry(&self) -> BTreeMap<u64, &str> {
        let of_each = self.0.iter().map(|(id, entries)| entries.iter().map(move |entry| (entry.seq, &**id)));
        of_each.flatten().collect()
    }
}

/// The story of the sign-in with this id.
pub(crate) fn tell(entries: &[Entry], id: &str) -> Option<Story> {
    let own = sign_ins(entries.iter()).remove(id)?;
    let steps = with_documents(entries, &own).into_iter().map(|entry| Step::of(entry, own[0].at)).collect();
    Some(Story { line: telling::line(id, &own), steps, next: telling::next(&own) })
}

fn sign_ins<'a>(entries: impl Iterator<Item = &'a Entry>) -> BTreeMap<String, Vec<&'a Entry>> {
    let mut stories: BTreeMap<String, Vec<&'a Entry>> = BTreeMap::new();
    let mut newest = Newest::default();
    // By client: the launch that asked it to begin.
    let mut launches = BTreeMap::new();
    for entry in entries {
        if entry.asks_to_begin() {
            launches.insert(entry.client.clone(), entry);
        }
        let Some(id) = newest.story_of(entry) else { continue };
        let story = stories.entry(id).or_default();
        if story.is_empty() {
            story.extend(launches.remove(&entry.client));
        }
        story.push(entry);
    }
    stories
}

/// The newest sign-in of each client with a state, of each without one, and of each person at each client.
#[derive(Default)]
struct Newest {
    with_state: BTreeMap<(Option<String>, String), OfState>,
    without_state: BTreeMap<String, String>,
    with_code: BTreeMap<String, String>,
    of_person: BTreeMap<(String, String), String>,
    of_anybody: BTreeMap<String, String>,
    /// Every id that was given, and how many were given for what was wanted.
    ids: BTreeSet<String>,
    wanted: BTreeMap<String, usize>,
}

/// The newest sign-in of a client with one state.
struct OfState {
    id: String,
    /// Its authorization request; a pushed one is there before.
    request: Option<String>,
    /// Whether its code was redeemed, or tokens came without one.
    is_over: bool,
}

impl OfState {
    /// A browser that loads a page again sends the same request, and takes the place of the first as long as nothing
    /// came of it.
    fn takes(&self, request: &str) -> bool {
        !self.is_over && self.request.as_ref().is_none_or(|own| own == request)
    }
}

impl Newest {
    fn story_of(&mut self, entry: &Entry) -> Option<String> {
        let id = match entry.operation {
            "authorize" => self.begun(entry),
            // An answer that nobody asked for begins a story by itself.
            "launch" | "portal" if entry.is_launch() && !entry.asks_to_begin() => self.begun(entry),
            "pushed_authorization" => self.pushed(entry)?,
            "token" => self.redeemed(entry)?,
            "login" | "password" | "one_time_code" | "people" | "consent" | "userinfo" | "introspection"
            | "revocation" => self.continued(entry)?,
            // The state of a logout is another.
            "end_session" | "logout" | "backchannel_logout" => return self.ended(entry),
            _ => return None,
        };
        if let (Some(person), Some(client)) = (&entry.person, &entry.client) {
            self.of_person.insert((person.clone(), client.clone()), id.clone());
            self.of_anybody.insert(person.clone(), id.clone());
        }
        let answered = |name: &str| entry.response.params.first(name);
        if let Some(code) = answered("code") {
            self.with_code.insert(code.to_owned(), id.clone());
        } else if answered("id_token").or(answered("access_token")).is_some() {
            self.end(entry, &id);
        }
        Some(id)
    }

    /// An id that nobody has: that, or the next of its kind.
    fn new_id(&mut self, wanted: &str) -> String {
        let given = self.wanted.entry(wanted.to_owned()).or_default();
        loop {
            *given += 1;
            let id = if *given == 1 { wanted.to_owned() } else { format!("{wanted}~{given}") };
            if self.ids.insert(id.clone()) {
                return id;
            }
        }
    }

    fn begun(&mut self, entry: &Entry) -> String {
        let Some(state) = &entry.state else {
            let id = self.new_id(&format!("without-state-{}", entry.seq));
            if let Some(client) = &entry.client {
                self.without_state.insert(client.clone(), id.clone());
            }
            return id;
        };
        let request = entry.authorization_request().encode();
        let key = (entry.client.clone(), state.clone());
        if let Some(newest) = self.with_state.get_mut(&key).filter(|newest| newest.takes(&request)) {
            newest.request = Some(request);
            return newest.id.clone();
        }
        let id = self.new_id(state);
        self.with_state.insert(key, OfState { id: id.clone(), request: Some(request), is_over: false });
        id
    }

    /// Requests are pushed before the browser comes (RFC 9126).
    fn pushed(&mut self, entry: &Entry) -> Option<String> {
        let state = entry.form.first("state")?;
        let key = (entry.client.clone(), state.to_owned());
        if let Some(newest) = self.with_state.get(&key).filter(|newest| newest.request.is_none()) {
            return Some(newest.id.clone());
        }
        let id = self.new_id(state);
        self.with_state.insert(key, OfState { id: id.clone(), request: None, is_over: false });
        Some(id)
    }

    /// A code belongs to the sign-in that it came from, whatever began since. Other grants belong to none.
    fn redeemed(&mut self, entry: &Entry) -> Option<String> {
        let grant = entry.form.first("grant_type");
        let goes_on = matches!(grant, Some("authorization_code" | "refresh_token"));
        let of_code = entry.form.first("code").and_then(|code| self.with_code.get(code)).cloned();
        // Where nobody is known, nobody's code came.
        let newest =
            || self.continued(entry).filter(|_| goes_on && (entry.state.is_some() || entry.person.is_some()));
        let id = of_code.or_else(newest)?;
        self.end(entry, &id);
        Some(id)
    }

    /// What comes with the same state from now on is another sign-in.
    fn end(&mut self, entry: &Entry, id: &str) {
        let Some(state) = &entry.state else { return };
        let newest = self.with_state.get_mut(&(entry.client.clone(), state.clone()));
        if let Some(newest) = newest.filter(|newest| newest.id == id) {
            newest.is_over = true;
        }
    }

    fn continued(&self, entry: &Entry) -> Option<String> {
        let Some(state) = &entry.state else {
            return self.without_state.get(entry.client.as_ref()?).cloned();
        };
        let newest = self.with_state.get(&(entry.client.clone(), state.clone()));
        Some(newest.map_or_else(|| state.clone(), |newest| newest.id.clone()))
    }

    fn ended(&self, entry: &Entry) -> Option<String> {
        let person = entry.person.clone()?;
        match &entry.client {
            Some(client) => self.of_person.get(&(person, client.clone())).cloned(),
            None => self.of_anybody.get(&person).cloned(),
        }
    }
}

/// With the documents that were fetched while the relying party had the code: nobody says for whom, but it explains
/// what came of the tokens.
fn with_documents<'a>(entries: &'a [Entry], own: &[&'a Entry]) -> Vec<&'a Entry> {
    let first = own[0].seq;
    let last = own.iter().rev().find(|entry| matches!(entry.operation, "token" | "userinfo"));
    let last = last.map_or(first, |entry| entry.seq);
    let documents = entries.iter().filter(|entry| {
        matches!(entry.operation, "discovery" | "jwks") && entry.seq > first && entry.seq < last
    });
    let mut all: Vec<_> = documents.chain(own.iter().copied()).collect();
    all.sort_by_key(|entry| entry.seq);
    all
}

impl StoryLine {
    /// The outcome as it stands in JSON.
    pub(crate) fn outcome_word(&self) -> &'static str {
        match self.outcome {
            StoryOutcome::Unfinished => "unfinished",
            StoryOutcome::Refused => "refused",
            StoryOutcome::CodeNotRedeemed => "code_not_redeemed",
            StoryOutcome::NoTokens => "no_tokens",
            StoryOutcome::TokensGiven => "tokens_given",
            StoryOutcome::SignedOut => "signed_out",
        }
    }
}
