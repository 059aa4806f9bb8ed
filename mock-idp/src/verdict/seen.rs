//! The journal, sorted by who did what: which request led to which answer, which code was redeemed for which tokens,
//! and which token was used where. Codes and tokens are unique, so they link exactly.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Evidence;
use crate::fault::{ArmedRecord, CatalogueEntry, Point, Verdict, catalogue};
use crate::journal::{Channel, Entry, Params, Refusal};
use crate::protocol::request_object;

/// Everything, by client.
pub(super) struct Seen<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) armed: &'a [ArmedRecord],
    pub(super) clock_was_moved: bool,
    pub(super) parties: Vec<Party<'a>>,
}

/// What one client did.
pub(super) struct Party<'a> {
    pub(super) client: &'a str,
    /// It is the only client that was seen: what nobody else can have done was done by it.
    pub(super) is_alone: bool,
    pub(super) requests: Vec<Request<'a>>,
    pub(super) answers: Vec<Answer<'a>>,
    /// Token requests with a code, in order.
    pub(super) redemptions: Vec<Spent<'a>>,
    /// Token requests with a refresh token, in order.
    pub(super) refreshes: Vec<Spent<'a>>,
    /// Logout tokens that it was sent, in order.
    pub(super) farewells: Vec<&'a Entry>,
    /// Where each access token was shown to userinfo, and each refresh token spent.
    uses: BTreeMap<String, Vec<u64>>,
}

/// An authorization request.
pub(super) struct Request<'a> {
    pub(super) entry: &'a Entry,
    /// Its parameters, those that were pushed or signed included.
    pub(super) params: Params,
}

/// An authorization response.
pub(super) struct Answer<'a> {
    pub(super) entry: &'a Entry,
    pub(super) code: Option<&'a str>,
    /// Index of the request it answers.
    pub(super) request: Option<usize>,
}

/// A code or refresh token that was sent to the token endpoint.
pub(super) struct Spent<'a> {
    pub(super) entry: &'a Entry,
    pub(super) secret: &'a str,
}

impl<'a> Seen<'a> {
    pub(super) fn new(evidence: &Evidence<'a>) -> Self {
        let entries = evidence.entries;
        let sign_ins = entries.iter().filter(|entry| is_sign_in(entry));
        let mut own: BTreeMap<&str, Vec<&Entry>> =
            sign_ins.filter_map(|entry| Some((entry.client.as_deref()?, Vec::new()))).collect();
        // Once for all clients: strangers may have named thousands.
        for entry in entries.iter().filter(|entry| !is_nobodys(entry)) {
            if let Some(own) = entry.client.as_deref().and_then(|client| own.get_mut(client)) {
                own.push(entry);
            }
        }
        let is_there = |own: &[&Entry]| own.iter().any(|entry| is_sign_in(entry));
        let several = own.values().filter(|own| is_there(own)).nth(1).is_some();
        let party = |(client, own): (&'a str, Vec<&'a Entry>)| {
            Party::new(client, !several && is_there(&own), &own, entries)
        };
        let parties = own.into_iter().map(party).collect();
        Self { entries, armed: evidence.armed, clock_was_moved: evidence.clock_was_moved, parties }
    }
}

/// Requests that only a relying party, or a person on the way from one, makes.
fn is_sign_in(entry: &Entry) -> bool {
    matches!(entry.operation, "authorize" | "token" | "pushed_authorization" | "device_authorization")
}

/// Whoever names a client and cannot authenticate as it may be anybody.
pub(super) fn is_nobodys(entry: &Entry) -> bool {
    let failed = |refusal: &Refusal| refusal.check.starts_with("client_");
    entry.channel == Channel::Back && entry.status == 401 && entry.refusal.as_ref().is_some_and(failed)
}

/// Whether it was posted by another site and led to the same as an address, where it counts.
fn is_opened_again(entry: &Entry) -> bool {
    entry.method == "POST" && entry.response.location.as_deref() == Some(&entry.path)
}

/// What applications call, or send a browser to. Everything else is pages and documents: anybody can put a value there.
fn is_for_applications(entry: &Entry) -> bool {
    matches!(
        entry.operation,
        "authorize"
            | "token"
            | "userinfo"
            | "introspection"
            | "revocation"
            | "pushed_authorization"
            | "device_authorization"
            | "end_session"
    )
}

impl<'a> Party<'a> {
    /// `own` are its entries, and `entries` all there are.
    fn new(client: &'a str, is_alone: bool, own: &[&'a Entry], entries: &'a [Entry]) -> Self {
        let ours = || own.iter().copied();
        let requests: Vec<_> = ours()
            .filter(|entry| entry.operation == "authorize" && !is_opened_again(entry))
            .map(|entry| Request { entry, params: asked(entry, entries) })
            .collect();
        let answers =
            ours().filter(|entry| is_answer(entry)).map(|entry| Answer::new(entry, &requests)).collect();
        let spent = |grant: &'static str, name: &'static str| {
            ours()
                .filter(|entry| entry.operation == "token")
                .filter(|entry| entry.form.first("grant_type") == Some(grant))
                .filter_map(|entry| Some(Spent { entry, secret: entry.form.first(name)? }))
                .collect()
        };
        let redemptions = spent("authorization_code", "code");
        let refreshes: Vec<Spent<'_>> = spent("refresh_token", "refresh_token");
        let shown = ours().filter(|entry| entry.operation == "userinfo");
        let shown = shown.filter_map(|entry| Some((shown_token(entry)?, entry.seq)));
        let mut uses: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (token, seq) in shown.chain(refreshes.iter().map(|it| (it.secret.to_owned(), it.entry.seq))) {
            uses.entry(token).or_default().push(seq);
        }
        let farewells = ours().filter(|entry| entry.operation == "backchannel_logout").collect();
        Self { client, is_alone, requests, answers, redemptions, refreshes, farewells, uses }
    }

    /// One that did nothing.
    pub(super) fn idle() -> Self {
        Self::new("", true, &[], &[])
    }

    /// Whether an entry comes from this client: it said so, or it is the only one. What is sent proves nothing: codes and
    /// tokens are stolen.
    pub(super) fn did(&self, entry: &Entry) -> bool {
        if !is_for_applications(entry) || is_nobodys(entry) {
            return false;
        }
        let named = entry.client.as_deref().or_else(|| parameter(entry, "client_id"));
        match named {
            Some(client) => client == self.client,
            None => self.is_alone,
        }
    }

    /// The authorization response that carried a code.
    pub(super) fn answer_with(&self, code: &str) -> Option<&Answer<'a>> {
        self.answers.iter().find(|answer| answer.code == Some(code))
    }

    /// Answers with a code that the client did not ask for.
    pub(super) fn unsolicited(&self) -> impl Iterator<Item = (&Entry, &'a str)> {
        let answers = self.answers.iter().filter(|answer| answer.entry.is_launch());
        answers.filter_map(|answer| Some((answer.entry, answer.code?)))
    }

    /// The request that a code answers.
    pub(super) fn request_for(&self, code: &str) -> Option<&Request<'a>> {
        self.answer_with(code)?.request.map(|index| &self.requests[index])
    }

    /// Whether the client took an answer to this request to the token endpoint.
    fn was_redeemed(&self, request: usize) -> bool {
        let answers = self.answers.iter().filter(|answer| answer.request == Some(request));
        answers
            .filter_map(|answer| answer.code)
            .any(|code| self.redemptions.iter().any(|it| it.secret == code))
    }

    /// The requests without those that a browser merely loaded again: the same in every parameter, and the client took
    /// at most one of the answers.
    pub(super) fn distinct_requests(&self) -> Vec<&Request<'a>> {
        let mut kept: Vec<usize> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (index, request) in self.requests.iter().enumerate() {
            let at = *places.entry(request.params.encode()).or_insert(kept.len());
            match kept.get(at) {
                Some(earlier) if !self.was_redeemed(*earlier) => kept[at] = index,
                Some(_) if !self.was_redeemed(index) => {}
                _ => kept.push(index),
            }
        }
        kept.into_iter().map(|index| &self.requests[index]).collect()
    }

    /// Where a token of this response was used: at userinfo, or to get more.
    pub(super) fn uses_of(&self, response: &Entry) -> Vec<u64> {
        let body = response.response.body.as_ref();
        let token = |name: &str| body.and_then(|body| body.get(name)).and_then(Value::as_str);
        let tokens = [token("access_token"), token("refresh_token")];
        tokens.into_iter().flatten().filter_map(|token| self.uses.get(token)).flatten().copied().collect()
    }
}

impl<'a> Answer<'a> {
    fn new(entry: &'a Entry, requests: &[Request<'_>]) -> Self {
        let asked =
            |request: &Request<'_>| request.entry.seq <= entry.seq && request.entry.state == entry.state;
        Self {
            entry,
            code: entry.response.params.first("code").filter(|code| !code.is_empty()),
            request: requests.iter().rposition(asked).filter(|_| !entry.is_launch()),
        }
    }
}

fn is_answer(entry: &Entry) -> bool {
    entry.channel == Channel::Front
        && !entry.is_logout()
        && !entry.asks_to_begin()
        && entry.response.location.is_some()
        && !entry.response.params.is_empty()
}

/// The parameters of an authorization request: in the request, pushed before (RFC 9126), or in a signed object
/// (RFC 9101).
pub(super) fn asked(entry: &Entry, entries: &[Entry]) -> Params {
    let sent = entry.authorization_request();
    let pushed = sent.first("request_uri").and_then(|uri| {
        let pushes = entries.iter().filter(|entry| entry.operation == "pushed_authorization");
        pushes.rev().find(|push| {
            let body = push.response.body.as_ref();
            body.and_then(|body| body.get("request_uri")).and_then(Value::as_str) == Some(uri)
        })
    });
    let params = pushed.map_or_else(|| sent.clone(), |push| push.form.clone());
    let fetched = params.first("request_uri").and_then(|uri| fetched(uri, entry, entries));
    let object = params.first("request").map(str::to_owned).or(fetched);
    match object.as_deref().and_then(crate::jose::decode) {
        Some((_, claims)) => request_object::inside_before(params, &claims),
        None => params,
    }
}

/// The request object that was fetched for this request.
fn fetched(uri: &str, request: &Entry, entries: &[Entry]) -> Option<String> {
    let address = uri.split('#').next().unwrap_or_default();
    let before = entries.iter().rev().filter(|entry| entry.seq < request.seq);
    let mut fetches = before.filter(|entry| entry.operation == "fetch" && entry.path == address);
    String::from_utf8(fetches.next()?.raw_response.clone()).ok()
}

/// The access token of a request to a resource.
fn shown_token(entry: &Entry) -> Option<String> {
    if let Some(token) = entry.form.first("access_token") {
        return Some(token.to_owned());
    }
    let raw = String::from_utf8_lossy(&entry.raw_request);
    let line = raw.lines().find_map(|line| line.strip_prefix("authorization: "))?;
    line.split_once(' ').map(|(_, token)| token.trim().to_owned())
}

/// A parameter of the query or the form.
pub(super) fn parameter<'a>(entry: &'a Entry, name: &str) -> Option<&'a str> {
    entry.query.first(name).or(entry.form.first(name)).filter(|value| !value.is_empty())
}

/// The faults that struck an entry at one of these places and no other, and ask for this.
pub(super) fn struck<'a>(
    entry: &'a Entry,
    points: &'a [Point],
    verdict: Verdict,
) -> impl Iterator<Item = &'static CatalogueEntry> + 'a {
    let known = entry.faults.iter().filter_map(|fault| catalogue::find(fault).ok());
    known.filter(move |fault| {
        fault.verdict == verdict && fault.strikes.iter().all(|point| points.contains(point))
    })
}

/// Entries by what they spend, and for which sign-in: a code that comes again with the verifier of another sign-in was
/// put into a browser by somebody else, and no relying party can know that before it asks.
pub(super) fn by_secret<'s, 'a>(
    spent: &'s [Spent<'a>],
) -> BTreeMap<(&'a str, Option<&'a str>), Vec<&'s Spent<'a>>> {
    let mut groups: BTreeMap<_, Vec<&Spent<'_>>> = BTreeMap::new();
    for it in spent {
        groups.entry((it.secret, it.entry.form.first("code_verifier"))).or_default().push(it);
    }
    groups
}
