//! Addresses as RFC 3986 writes them. What browsers forgive is no address here.

use std::fmt::Write as _;

/// Whether it is an absolute URI (4.3): a scheme and something behind it, in the letters of URIs, without a fragment.
pub(crate) fn is_absolute(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        is_scheme(scheme) && !rest.is_empty() && !rest.contains('#') && unescaped(rest).is_some()
    })
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
}
