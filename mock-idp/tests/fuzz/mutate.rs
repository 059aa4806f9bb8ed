//! Strategies: what is done to a request, and the pieces that hostile values are made of.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::shot::{Pairs, Shot};

/// One change of a request.
#[derive(Debug, Clone)]
pub(crate) enum Mutation {
    Drop(Index),
    Twice(Index),
    TwiceAs(Index, Piece),
    Swap(Index, Index),
    Value(Index, Piece),
    Before(Index, Piece),
    After(Index, Piece),
    Cut(Index, Index),
    Rename(Index, &'static str),
    More(&'static str, Piece),
    /// A parameter as another request of the corpus has it.
    Splice(Index, Index),
    /// The value written anew: every byte escaped.
    EveryByteEscaped(Index),
    Header(&'static str, Piece),
    NoHeader(Index),
    Method(&'static str),
    /// Hundreds of the same.
    Crowd(Index, usize),
}

/// A piece of a value, as it is written.
#[derive(Clone)]
pub(crate) struct Piece(Vec<u8>);

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = &self.0[..self.0.len().min(100)];
        write!(f, "{} ({} bytes)", start.escape_ascii(), self.0.len())
    }
}

impl Piece {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// As the value of a header: whatever does not end it.
    pub(crate) fn header(&self) -> Vec<u8> {
        self.0.iter().copied().filter(|byte| *byte >= b' ' && *byte != 0x7f).collect()
    }

    /// As a segment of a path.
    pub(crate) fn segment(&self) -> Vec<u8> {
        self.0.iter().copied().map(|byte| if matches!(byte, b'/' | b'?') { b'.' } else { byte }).collect()
    }
}

/// Values that mean something somewhere, and values that must not.
const WORDS: &[&str] = &[
    "zq<qzq\"qzq'qzq>q",
    "zq\"q></script><script>alert(1)</script>",
    "zq'q onload='x",
    "javascript:alert(1)//zq<q",
    "zq>\r\nx-injected: zq",
    "\r\nSet-Cookie: zq=1\r\n\r\n<script>",
    "\n",
    "\0",
    "a\0b",
    "\u{202e}zq<q",
    "\u{fffd}",
    "𝒳é",
    "%",
    "%zz",
    "%0d%0a",
    "..%2f",
    "../",
    "//evil.example",
    "https://evil.example/",
    "http://127.0.0.1:8400/sso/callback@evil.example",
    " ",
    "  openid  ",
    "",
    "0",
    "-1",
    "1",
    "3155760001",
    "99999999999999999999",
    "18446744073709551616",
    "1e400",
    "NaN",
    "null",
    "true",
    "{}",
    "[]",
    "{\"id_token\":{\"sub\":{\"value\":\"zq<q\"}}}",
    "{\"id_token\":[]}",
    "{\"userinfo\":{\"email\":{\"essential\":true}}}",
    "code",
    "token",
    "id_token",
    "code id_token token",
    "none",
    "login",
    "consent",
    "select_account",
    "none login",
    "query",
    "fragment",
    "form_post",
    "openid",
    "openid email offline_access",
    "offline_access",
    "S256",
    "plain",
    "kaseya-mdr",
    "other-product",
    "spa",
    "worker",
    "television",
    "hybrid",
    "kaseya-mdr-test-secret-not-a-secret",
    "other-product-test-secret-not-a-secret",
    "http://127.0.0.1:8400/sso/callback",
    "http://127.0.0.1:8500/sso/callback",
    "http://127.0.0.1:8600/callback",
    "http://127.0.0.1:8700/callback?keep=1",
    "http://127.0.0.1:8400/sso/callback#x",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "implicit",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "urn:ietf:params:oauth:token-type:access_token",
    "urn:ietf:params:oauth:token-type:id_token",
    "urn:ietf:params:oauth:request_uri:zq<q",
    "verifier-verifier-verifier-verifier-verifier-1",
    "EqEGs5pIMuljbpLTjRMiwvPGs2tOQNVxme9rjGjCFD0",
    "dana",
    "zoe",
    "k1-northwind-dana",
    "dana.reyes@northwind.example",
    "123456",
    "Bearer zq<q",
    "Basic zq",
    "Basic Og==",
    "Basic a2FzZXlhLW1kcg==",
    "DPoP a.b.c",
    "eyJhbGciOiJub25lIn0.e30.",
    "a.b.c",
    "..",
    "{{code}}",
    "{{spa_code}}",
    "{{used_code}}",
    "{{refresh_token}}",
    "{{access_token}}",
    "{{id_token}}",
    "{{pushed}}",
    "{{interaction}}",
    "{{device_code}}",
    "{{allowed_device_code}}",
    "{{assertion}}",
    "{{hybrid_code}}",
    "{{basic kaseya-mdr:kaseya-mdr-test-secret-not-a-secret}}",
    "{{session}}",
];

/// Names of parameters that some endpoint reads.
const NAMES: &[&str] = &[
    "acr_values",
    "actor_token",
    "actor_token_type",
    "allow",
    "assertion",
    "audience",
    "cancel",
    "claims",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "company",
    "count",
    "deny",
    "device_code",
    "display",
    "dpop_jkt",
    "filter",
    "grant_type",
    "id_token_hint",
    "interaction",
    "login_hint",
    "logout_hint",
    "max_age",
    "nonce",
    "password",
    "person",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_uri",
    "requested_token_type",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "startIndex",
    "state",
    "subject_token",
    "subject_token_type",
    "token",
    "token_type_hint",
    "ui_locales",
    "user_code",
    "username",
    "zq<qzq\"qzq'qzq>q",
    "",
];

const HEADERS: &[&str] = &[
    "Accept",
    "Authorization",
    "Content-Type",
    "Cookie",
    "DPoP",
    "Origin",
    "Referer",
    "Sec-Fetch-Site",
    "X-Forwarded-Host",
    "X-Forwarded-Prefix",
    "X-Forwarded-Proto",
];

const METHODS: &[&str] = &["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "ZQ"];

/// Bytes as they came from somewhere.
pub(crate) fn raw_piece() -> impl Strategy<Value = Vec<u8>> {
    let long = (
        select(vec!["x", "é", "%", "[", "{\"a\":", "zq<q", " ", "𝒳éa"]),
        select(vec![200usize, 4096, 4097, 9_000, 70_000]),
    );
    prop_oneof![
        30 => select(WORDS).prop_map(|word| word.as_bytes().to_vec()),
        8 => "\\PC{0,12}".prop_map(String::into_bytes),
        5 => vec(any::<u8>(), 0..12),
        2 => long.prop_map(|(text, length)| text.repeat(length / text.len()).into_bytes()),
    ]
}

/// A piece as it stands in a parameter: escaped, or partly left as it is.
pub(crate) fn piece() -> impl Strategy<Value = Piece> {
    let escaped = raw_piece().prop_map(|bytes| Piece(escape(&bytes)));
    let bare = raw_piece().prop_map(|bytes| Piece(bare(&bytes)));
    prop_oneof![5 => escaped, 1 => bare]
}

/// Places that the world fills in stay as they are.
fn is_place(bytes: &[u8]) -> bool {
    bytes.starts_with(b"{{") && bytes.ends_with(b"}}")
}

pub(crate) fn escape(bytes: &[u8]) -> Vec<u8> {
    if is_place(bytes) {
        return bytes.to_vec();
    }
    url::form_urlencoded::byte_serialize(bytes).collect::<String>().into_bytes()
}

/// Escaped only where the request would fall apart.
fn bare(bytes: &[u8]) -> Vec<u8> {
    let one = |byte: &u8| match byte {
        0..=b' ' | 0x7f | b'#' => format!("%{byte:02X}").into_bytes(),
        other => vec![*other],
    };
    bytes.iter().flat_map(one).collect()
}

/// One change.
pub(crate) fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    let name = || select(NAMES);
    prop_oneof![
        2 => at().prop_map(Mutation::Drop),
        2 => at().prop_map(Mutation::Twice),
        2 => (at(), piece()).prop_map(|(at, piece)| Mutation::TwiceAs(at, piece)),
        2 => (at(), at()).prop_map(|(one, other)| Mutation::Swap(one, other)),
        6 => (at(), piece()).prop_map(|(at, piece)| Mutation::Value(at, piece)),
        2 => (at(), piece()).prop_map(|(at, piece)| Mutation::Before(at, piece)),
        3 => (at(), piece()).prop_map(|(at, piece)| Mutation::After(at, piece)),
        1 => (at(), at()).prop_map(|(at, end)| Mutation::Cut(at, end)),
        1 => (at(), name()).prop_map(|(at, name)| Mutation::Rename(at, name)),
        5 => (name(), piece()).prop_map(|(name, piece)| Mutation::More(name, piece)),
        3 => (at(), at()).prop_map(|(seed, at)| Mutation::Splice(seed, at)),
        1 => at().prop_map(Mutation::EveryByteEscaped),
        2 => (select(HEADERS), raw_piece()).prop_map(|(name, bytes)| Mutation::Header(name, Piece(bytes))),
        1 => at().prop_map(Mutation::NoHeader),
        1 => select(METHODS).prop_map(Mutation::Method),
        1 => (at(), select(vec![20usize, 300, 3_000])).prop_map(|(at, times)| Mutation::Crowd(at, times)),
    ]
}

/// A seed and what is done to it.
pub(crate) fn plan() -> impl Strategy<Value = (Index, Vec<Mutation>)> {
    (any::<Index>(), vec(mutation(), 0..5))
}

/// Changes a request; `others` are those that parameters are taken from.
pub(crate) fn mutate(mut shot: Shot, mutations: &[Mutation], others: &[Shot]) -> Shot {
    for mutation in mutations {
        match mutation {
            Mutation::Header(name, piece) => {
                shot.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
                shot.headers.push(((*name).to_owned(), piece.header()));
            }
            Mutation::NoHeader(at) if !shot.headers.is_empty() => {
                let at = at.index(shot.headers.len());
                shot.headers.remove(at);
            }
            Mutation::Method(method) => (*method).clone_into(&mut shot.method),
            Mutation::Splice(from, at) => {
                let mut other = others[from.index(others.len())].clone();
                let theirs = other.pairs();
                if !theirs.is_empty() {
                    let pair = theirs.swap_remove(at.index(theirs.len()));
                    shot.pairs().retain(|(name, _)| *name != pair.0);
                    shot.pairs().push(pair);
                }
            }
            Mutation::More(name, Piece(value)) => shot.pairs().push((escape(name.as_bytes()), value.clone())),
            other => change(shot.pairs(), other),
        }
    }
    shot
}

fn change(pairs: &mut Pairs, mutation: &Mutation) {
    if pairs.is_empty() {
        return;
    }
    let count = pairs.len();
    match mutation {
        Mutation::Drop(at) => drop(pairs.remove(at.index(count))),
        Mutation::Twice(at) => pairs.push(pairs[at.index(count)].clone()),
        Mutation::TwiceAs(at, Piece(value)) => pairs.push((pairs[at.index(count)].0.clone(), value.clone())),
        Mutation::Swap(one, other) => {
            let (one, other) = (one.index(count), other.index(count));
            let value = std::mem::take(&mut pairs[one].1);
            let value = std::mem::replace(&mut pairs[other].1, value);
            pairs[one].1 = value;
        }
        Mutation::Value(at, Piece(value)) => pairs[at.index(count)].1.clone_from(value),
        Mutation::Before(at, Piece(piece)) => {
            let value = &mut pairs[at.index(count)].1;
            *value = [piece.as_slice(), value].concat();
        }
        Mutation::After(at, Piece(piece)) => pairs[at.index(count)].1.extend(piece),
        Mutation::Cut(at, end) => {
            let value = &mut pairs[at.index(count)].1;
            value.truncate(end.index(value.len() + 1));
        }
        Mutation::Rename(at, name) => pairs[at.index(count)].0 = escape(name.as_bytes()),
        Mutation::EveryByteEscaped(at) => {
            let value = &mut pairs[at.index(count)].1;
            if !value.contains(&b'%') && !value.contains(&b'{') && !value.contains(&b'+') {
                *value = value.iter().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect();
            }
        }
        Mutation::Crowd(at, times) => {
            let pair = pairs[at.index(count)].clone();
            if (pair.0.len() + pair.1.len()) * times < 50_000 {
                pairs.extend(std::iter::repeat_n(pair, *times));
            }
        }
        _ => {}
    }
}
