//! What holds of every answer, whatever was asked: it is no server error, says that it is a test, carries no header of the
//! request's making, and no markup of it either.

use std::collections::BTreeSet;

use crate::shot::Shot;
use crate::wire::Answer;

/// What stands in many hostile values. In a page it may be there escaped, never as it is.
const MARKERS: [&str; 4] = ["zq<q", "zq\"q", "zq'q", "zq>q"];

/// Headers that the provider has a reason to send.
const HEADERS: [&str; 23] = [
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "allow",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "location",
    "pragma",
    "referrer-policy",
    "set-cookie",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-mock-idp",
    "x-mock-idp-check",
];

/// Elements that pages are made of.
const ELEMENTS: &str = "a body button code datalist dd details div dl dt fieldset form h1 h2 h3 head header html iframe \
     input label legend li link main meta nav noscript ol option p pre script section select span strong summary style \
     table tbody td textarea th thead time title tr ul";

macro_rules! ensure {
    ($right:expr, $($wrong:tt)+) => {
        if !$right {
            return Err(format!($($wrong)+));
        }
    };
}
pub(crate) use ensure;

/// Checks what holds of every answer.
pub(crate) fn check(shot: &Shot, answer: &Answer) -> Result<(), String> {
    let status = answer.status;
    if is_refused_unread(shot, answer) {
        return Ok(());
    }
    ensure!((200..500).contains(&status), "status {status}: {}", answer.text());
    for (name, value) in [
        ("x-mock-idp", "testing-only"),
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ] {
        let found = answer.header(name);
        ensure!(found == Some(value), "{name} is {found:?} and not {value}");
    }
    let policy = answer.header("content-security-policy").unwrap_or_default();
    ensure!(policy.starts_with("default-src 'none'"), "the policy is {policy:?}");
    ensure!(!policy.contains("zq") && !policy.contains("unsafe"), "the policy is {policy:?}");
    for (name, value) in &answer.headers {
        ensure!(HEADERS.contains(&name.as_str()), "the header {name}: {value} is not ours");
        let is_check = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        ensure!(name != "x-mock-idp-check" || is_check, "{value} is no name of a check");
        ensure!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{name} is {value:?}");
        let ours = name != "set-cookie" || value.starts_with("mock_idp_");
        ensure!(ours, "a cookie that is not ours: {value}");
    }
    ensure!(
        (300..400).contains(&status) == answer.header("location").is_some(),
        "a {status} and its location"
    );
    ensure!(
        answer
            .header("set-cookie")
            .is_none_or(|cookie| !cookie.contains("zq%") && MARKERS.iter().all(|it| !cookie.contains(it))),
        "a cookie of the request's making"
    );
    if answer.is_html() { check_page(&answer.text()) } else { Ok(()) }
}

/// What is not HTTP, or endless, the server refuses before anybody reads it: by a bare 400, 414 or 431.
fn is_refused_unread(shot: &Shot, answer: &Answer) -> bool {
    let bare = answer.body.is_empty() && answer.header("location").is_none();
    let known = answer
        .headers
        .iter()
        .all(|(name, _)| matches!(name.as_str(), "connection" | "content-length" | "date"));
    !shot.is_plain() && bare && known && matches!(answer.status, 400 | 414 | 431)
}

/// A page holds the elements it is made of and nothing that came in.
fn check_page(page: &str) -> Result<(), String> {
    for marker in MARKERS {
        ensure!(!page.contains(marker), "{marker} stands in the page as it came: {}", around(page, marker));
    }
    let elements: BTreeSet<_> = ELEMENTS.split_ascii_whitespace().collect();
    for tag in page.split('<').skip(1) {
        let name = tag.trim_start_matches('/').split(|letter: char| !letter.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        ensure!(elements.contains(name.as_str()) || tag.starts_with("!doctype html>"), "an element <{tag}");
        check_attributes(tag.split('>').next().unwrap_or_default())?;
    }
    let scripts = page.matches("<script").count();
    ensure!(scripts <= 1, "{scripts} scripts");
    Ok(())
}

/// Between quotation marks is what came in, if it came in as it should; outside there are names.
fn check_attributes(tag: &str) -> Result<(), String> {
    let parts: Vec<_> = tag.split('"').map(str::to_ascii_lowercase).collect();
    for (at, part) in parts.iter().enumerate() {
        let is_value = at % 2 == 1;
        let is_address =
            is_value && ["href=", "src=", "action="].iter().any(|name| parts[at - 1].ends_with(name));
        let runs =
            ["javascript:", "data:", "vbscript:"].iter().any(|scheme| part.trim_start().starts_with(scheme));
        ensure!(is_value || !part.contains(" on"), "an event in <{tag}");
        ensure!(!(is_address && runs), "an address that runs in <{tag}");
    }
    Ok(())
}

fn around(page: &str, marker: &str) -> String {
    let at = page.find(marker).unwrap_or_default();
    let before: String = page[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    before + &page[at..].chars().take(60).collect::<String>()
}

/// A request that nothing is wrong with.
pub(crate) fn plain_shot() -> Shot {
    Shot { method: "GET".to_owned(), path: b"/".to_vec(), ..Shot::default() }
}

/// RFC 6749 5.2: an `error_description` is printable ASCII without quote and backslash.
pub(crate) fn is_describable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::shot::Body;

    /// An answer that nothing is wrong with.
    pub(crate) fn answer(status: u16, kind: &str, body: &str) -> Answer {
        let headers = [
            ("x-mock-idp", "testing-only"),
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("content-type", kind),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Answer { status, headers, body: body.as_bytes().to_vec() }
    }

    pub(crate) fn with(mut answer: Answer, name: &str, value: &str) -> Answer {
        answer.headers.retain(|(other, _)| other != name);
        answer.headers.push((name.to_owned(), value.to_owned()));
        answer
    }

    pub(crate) fn shot(path: &str) -> Shot {
        let path = path.as_bytes().to_vec();
        Shot { method: "GET".to_owned(), path, body: Body::default(), ..Shot::default() }
    }

    fn page(main: &str) -> Answer {
        answer(200, "text/html; charset=utf-8", &format!("<!doctype html>\n<html><body>{main}</body></html>"))
    }

    #[test]
    fn what_is_right_passes() {
        check(&shot("/"), &page("<p>zq&lt;q <input value=\"zq\"></p>")).unwrap();
        check(&shot("/"), &answer(400, "application/json", "{\"error\":\"zq<b>\"}")).unwrap();
        check(&shot("/"), &with(answer(303, "text/plain", ""), "location", "/account/login")).unwrap();
        let bare = Answer {
            status: 400,
            headers: vec![("connection".to_owned(), "close".to_owned())],
            body: vec![],
        };
        check(&shot("/ "), &bare).unwrap();
    }

    #[test]
    fn what_is_wrong_is_found() {
        let good = || answer(400, "application/json", "{}");
        let bare = Answer {
            status: 400,
            headers: vec![("connection".to_owned(), "close".to_owned())],
            body: vec![],
        };
        let mut silent = good();
        silent.headers.retain(|(name, _)| name != "x-mock-idp");
        let mut twice = good();
        twice.headers.push(("cache-control".to_owned(), "max-age=60".to_owned()));
        for (name, wrong) in [
            ("a server error", answer(500, "application/json", "{}")),
            ("an interim answer", answer(101, "application/json", "{}")),
            ("an answer that does not say that it is a test", silent),
            ("a bare refusal of a good request", bare),
            ("an answer that may be cached after all", twice),
            ("a header of the request", with(good(), "x-injected", "zq")),
            ("a cookie of the request", with(good(), "set-cookie", "zq=1")),
            ("a header that is not ASCII", with(good(), "location", "é")),
            (
                "a policy that the request widened",
                with(good(), "content-security-policy", "default-src 'none'; zq"),
            ),
            ("a redirect to nowhere", answer(303, "text/plain", "")),
            ("a location that nobody follows", with(good(), "location", "/")),
            ("an echo", page("<p>zq<q></p>")),
            ("an echo in an attribute", page("<input value=\"zq\"q\">")),
            ("an element of the request", page("<img src=x>")),
            ("a comment of the request", page("<!-- x -->")),
            ("a script of the request", page("<script></script><script></script>")),
            ("an event", page("<p onload=x>")),
            ("an address that runs", page("<a href=\"javascript:x\">")),
        ] {
            assert!(check(&shot("/"), &wrong).is_err(), "{name} passes");
        }
    }

    #[test]
    fn a_description_has_no_quote() {
        assert!(
            is_describable("a 'b'")
                && !is_describable("a \"b\"")
                && !is_describable("ä")
                && !is_describable("\n")
        );
    }
}
