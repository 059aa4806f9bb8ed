//! Addresses as RFC 3986 writes and compares them. What browsers forgive is no address here.

use std::fmt::Write as _;

/// Whether it is an absolute URI (4.3): a scheme and something behind it, in the letters of URIs, without a fragment.
pub(crate) fn is_absolute(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        is_scheme(scheme) && !rest.is_empty() && !rest.contains('#') && unescaped(rest).is_some()
    })
}

/// An http or https address in the one spelling that all with the same meaning have (6.2.2, 6.2.3). None when it is no
/// such address, or has a query, a fragment or a user.
pub(crate) fn normalized(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let rest = unescaped(rest)?;
    if rest.contains(['@', '?', '#']) {
        return None;
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.strip_suffix(port).or(host.strip_suffix(':')).unwrap_or(host).to_ascii_lowercase();
    (!host.is_empty()).then(|| format!("{scheme}://{host}{}", without_dots(path)))
}

fn is_scheme(text: &str) -> bool {
    let may = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(may)
}

/// Escaped only where it has to be, and in capitals (6.2.2.1, 6.2.2.2). None when a letter may not stand in a URI.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let escaped = u8::try_from(digit()? * 16 + digit()?).ok()?;
            if escaped.is_ascii_alphanumeric() || b"-._~".contains(&escaped) {
                plain.push(char::from(escaped));
            } else {
                let _ = write!(plain, "%{escaped:02X}");
            }
        } else if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&byte) {
            plain.push(char::from(byte));
        } else {
            return None;
        }
    }
    Some(plain)
}

/// A path without `.` and `..` (5.2.4); an empty one is the root (6.2.3).
fn without_dots(path: &str) -> String {
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_uri_has_a_scheme_and_no_fragment() {
        for right in ["https://api.example/a?b=%2f", "urn:x:y", "http://[::1]:8/", "a+b-c.d:e"] {
            assert!(is_absolute(right), "{right}");
        }
        for wrong in
            ["", "api", "/a", "//host/a", "urn:", ":x", "1a:b", "https://a/#", "a:b c", "a:%2", "a:ü", "a:\\"]
        {
            assert!(!is_absolute(wrong), "{wrong}");
        }
    }

    #[test]
    fn spellings_of_one_address_are_one_and_those_that_browsers_forgive_are_none() {
        for same in [
            "http://idp.test/a/~b/%2F",
            "HTTP://IDP.Test:80/a/%7eb/%2f",
            "http://idp.test:/a/c/../%7Eb/./%2f",
            "http://idp.test/../a/%2e/~b/%2F",
        ] {
            assert_eq!(normalized(same).as_deref(), Some("http://idp.test/a/~b/%2F"), "{same}");
        }
        for (text, expected) in [
            ("https://idp.test", "https://idp.test/"),
            ("https://idp.test:443/a/..", "https://idp.test/"),
            ("https://[::1]:443/a/.", "https://[::1]/a/"),
            ("https://idp.test:80/a//b/", "https://idp.test:80/a//b/"),
            ("http://127.1/a", "http://127.1/a"),
        ] {
            assert_eq!(normalized(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in [
            "http:idp.test/a",
            " http://idp.test/a",
            "http://idp.test\\a",
            "http:///a",
            "ftp://idp.test/",
            "http://u@h/",
            "http://h/%zz",
            "http://h/a?b",
            "http://ü/",
        ] {
            assert_eq!(normalized(wrong), None, "{wrong}");
        }
    }
}
