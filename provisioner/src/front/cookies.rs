//! The two cookies: the session, and what binds a sign-in to the browser that began it and makes a browser known.
//!
//! Their values are opaque here; what they mean is the use cases' business.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use url::Url;

use crate::app::App;
use crate::usecase::{BROWSER_KNOWN_FOR, SignedIn};

/// How the cookies are named and marked, by the scheme of the base URL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    secure: bool,
}

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CookieKind {
    /// The token of a session.
    Session,
    /// The secret of the browser in which a sign-in began, or in which somebody signed in locally.
    Browser,
}

impl Cookies {
    pub(crate) fn new(base_url: &Url) -> Self {
        Self { secure: base_url.scheme() == "https" }
    }

    /// `__Host-` needs `Secure`; on plain HTTP (loopback, tests) the bare name is used.
    fn name(self, kind: CookieKind) -> &'static str {
        match (kind, self.secure) {
            (CookieKind::Session, true) => "__Host-mdr-session",
            (CookieKind::Session, false) => "mdr-session",
            (CookieKind::Browser, true) => "__Host-mdr-browser",
            (CookieKind::Browser, false) => "mdr-browser",
        }
    }

    /// The value a browser sent.
    pub(crate) fn read(self, kind: CookieKind, headers: &HeaderMap) -> Option<String> {
        let jar = CookieJar::from_headers(headers);
        jar.get(self.name(kind)).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
    }

    /// A header that sets the cookie; `Lax` survives the way back from the provider. A session ends when the browser
    /// closes, and a browser is known for longer.
    pub(crate) fn set(self, kind: CookieKind, value: &str) -> SetCookie {
        let text = self.marked(Cookie::new(self.name(kind), value.to_owned()));
        SetCookie::from_text(&match kind {
            CookieKind::Session => text,
            CookieKind::Browser => format!("{text}; Max-Age={}", BROWSER_KNOWN_FOR.as_secs()),
        })
    }

    /// A header that removes the cookie.
    pub(crate) fn clear(self, kind: CookieKind) -> SetCookie {
        let mut cookie = Cookie::new(self.name(kind), "");
        cookie.make_removal();
        // It is by the clock of the machine; `Max-Age=0` says it all.
        cookie.unset_expires();
        SetCookie::from_text(&self.marked(cookie))
    }

    fn marked(self, mut cookie: Cookie<'static>) -> String {
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_secure(self.secure);
        cookie.set_same_site(SameSite::Lax);
        cookie.to_string()
    }
}

/// What a browser keeps after a sign-in.
pub(crate) fn signed_in_cookies(app: &App, signed_in: &SignedIn) -> (SetCookie, Option<SetCookie>) {
    let cookies = Cookies::new(app.base_url());
    let session = cookies.set(CookieKind::Session, signed_in.session.expose());
    let browser = signed_in.browser.as_ref();
    (session, browser.map(|browser| cookies.set(CookieKind::Browser, browser.expose())))
}

/// A `Set-Cookie` header as a part of a response.
#[derive(Clone, Debug)]
pub(crate) struct SetCookie(Option<HeaderValue>);

impl SetCookie {
    fn from_text(text: &str) -> Self {
        Self(HeaderValue::from_str(text).ok())
    }
}

impl axum::response::IntoResponseParts for SetCookie {
    type Error = std::convert::Infallible;

    fn into_response_parts(
        self,
        mut response: axum::response::ResponseParts,
    ) -> Result<axum::response::ResponseParts, Self::Error> {
        if let Some(value) = self.0 {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    //! What a browser is told about the cookies.

    use super::*;

    fn header(base_url: &str) -> String {
        let cookies = Cookies::new(&Url::parse(base_url).unwrap());
        let SetCookie(value) = cookies.set(CookieKind::Session, "secret");
        value.unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn over_tls_the_cookie_belongs_to_this_host_alone() {
        assert_eq!(
            header("https://mdr.example"),
            "__Host-mdr-session=secret; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
    }

    #[test]
    fn on_plain_http_the_cookie_is_not_marked_secure() {
        assert_eq!(header("http://127.0.0.1:8400"), "mdr-session=secret; HttpOnly; SameSite=Lax; Path=/");
    }

    #[test]
    fn a_browser_is_known_for_half_a_year() {
        let SetCookie(value) =
            Cookies::new(&Url::parse("http://127.0.0.1:8400").unwrap()).set(CookieKind::Browser, "secret");
        assert!(value.unwrap().to_str().unwrap().ends_with("; Max-Age=15552000"));
    }

    #[test]
    fn a_cookie_of_the_other_scheme_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("mdr-session=planted"));
        let cookies = Cookies::new(&Url::parse("https://mdr.example").unwrap());
        assert_eq!(cookies.read(CookieKind::Session, &headers), None);
    }
}
