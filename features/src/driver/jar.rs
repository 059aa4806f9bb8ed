//! The cookies of one browser, kept per program as if each had a host name of its own.
//!
//! Both programs listen on the loopback address with different ports; real deployments do not share a host.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::clock::ScenarioClock;

/// Cookies by origin and name.
#[derive(Clone, Debug, Default)]
pub struct Jar(BTreeMap<(String, String), Cookie>);

#[derive(Clone, Debug)]
struct Cookie {
    value: String,
    path: String,
    until: Option<Timestamp>,
}

impl Jar {
    /// Takes over a `Set-Cookie` header.
    pub fn set(&mut self, url: &Url, header: &str, now: Timestamp) {
        let mut parts = header.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let mut cookie = Cookie { value: value.to_owned(), path: "/".into(), until: None };
        let attributes = parts.map(|it| it.split_once('=').unwrap_or((it, "")));
        let attributes: Vec<(String, &str)> =
            attributes.map(|(key, value)| (key.to_ascii_lowercase(), value)).collect();
        let has_max_age = attributes.iter().any(|(key, _)| key == "max-age");
        for (key, value) in &attributes {
            match key.as_str() {
                "path" => (*value).clone_into(&mut cookie.path),
                // Max-Age wins over Expires, wherever they stand (RFC 6265 5.3).
                "expires" if !has_max_age => {
                    // Some servers write 01-Jan-1970.
                    let at = jiff::fmt::rfc2822::parse(&value.replace('-', " ")).ok();
                    let at = at.map(|at| at.timestamp());
                    // Whoever deletes a cookie names a time that is long past; any other is reckoned by the clock on
                    // the wall, which need not be that of the scenario.
                    cookie.until = at.filter(|at| *at <= ScenarioClock::on_the_wall().now());
                }
                "max-age" => {
                    let life = value.parse().ok().map(SignedDuration::from_secs);
                    cookie.until = life.map(|life| now.checked_add(life).unwrap_or(Timestamp::MAX));
                }
                _ => {}
            }
        }
        let key = (url.origin().ascii_serialization(), name.to_owned());
        if cookie.until.is_some_and(|until| until <= now) {
            self.0.remove(&key);
        } else {
            self.0.insert(key, cookie);
        }
    }

    /// The `Cookie` header for a request, if there is any cookie for it.
    pub fn header(&self, url: &Url, now: Timestamp) -> Option<String> {
        let origin = url.origin().ascii_serialization();
        let pairs: Vec<String> = self
            .0
            .iter()
            .filter(|((of, _), cookie)| *of == origin && cookie.applies(url.path(), now))
            .map(|((_, name), cookie)| format!("{name}={}", cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The cookies of one program as if another one had set them, and no others.
    #[must_use]
    pub fn moved(&self, from: &Url, to: &Url) -> Self {
        let [from, to] = [from, to].map(|url| url.origin().ascii_serialization());
        let own = self.0.iter().filter(|((of, _), _)| *of == from);
        Self(own.map(|((_, name), cookie)| ((to.clone(), name.clone()), cookie.clone())).collect())
    }

    /// Takes over all cookies of another jar.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Forgets every cookie of one program.
    pub fn forget(&mut self, origin: &Url) {
        let origin = origin.origin().ascii_serialization();
        self.0.retain(|(of, _), _| *of != origin);
    }
}

impl Cookie {
    fn applies(&self, path: &str, now: Timestamp) -> bool {
        let under = self.path == "/"
            || path == self.path
            || path
                .strip_prefix(self.path.as_str())
                .is_some_and(|rest| self.path.ends_with('/') || rest.starts_with('/'));
        under && self.until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::clock::START;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_cookie_goes_back_to_the_program_that_set_it_and_to_no_other() {
        let mut jar = Jar::default();
        jar.set(&url("http://127.0.0.1:1/"), "a=1; Path=/; HttpOnly", START);
        assert_eq!(jar.header(&url("http://127.0.0.1:1/x"), START).as_deref(), Some("a=1"));
        assert_eq!(jar.header(&url("http://127.0.0.1:2/x"), START), None);
    }

    #[test]
    fn a_cookie_ends_with_its_life_or_when_it_is_taken_back() {
        let mut jar = Jar::default();
        let there = url("http://127.0.0.1:1/");
        jar.set(&there, "a=1; Max-Age=60", START);
        assert!(jar.header(&there, START + SignedDuration::from_secs(59)).is_some());
        assert!(jar.header(&there, START + SignedDuration::from_secs(60)).is_none());
        jar.set(&there, "a=; Max-Age=0", START);
        assert!(jar.header(&there, START).is_none());
        jar.set(&there, "a=1; Max-Age=999999999999", START);
        assert!(jar.header(&there, START).is_some());
        jar.set(&there, "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", START);
        assert!(jar.header(&there, START).is_some());
        for gone in [
            "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "a=max-age=1; Expires=Thu, 01-Jan-1970 00:00:10 GMT",
        ] {
            jar.set(&there, "a=1", START);
            jar.set(&there, gone, START);
            assert!(jar.header(&there, START).is_none(), "{gone}");
        }
    }

    #[test]
    fn a_path_covers_what_is_below_it() {
        let mut jar = Jar::default();
        jar.set(&url("http://127.0.0.1:1/sso/start"), "a=1; Path=/sso", START);
        assert!(jar.header(&url("http://127.0.0.1:1/sso/callback"), START).is_some());
        assert!(jar.header(&url("http://127.0.0.1:1/ssoX"), START).is_none());
    }
}
