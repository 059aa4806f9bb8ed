//! A browser that knows links, redirects and cookies, for the service as a process.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response};
use url::Url;

/// One browser. The two programs share a host name here, so their cookies are kept apart by hand.
#[derive(Clone)]
pub(crate) struct WebBrowser {
    client: Client,
    base_url: String,
    issuer: String,
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

impl WebBrowser {
    /// A new browser.
    pub(crate) fn new(base_url: &str, issuer: &str) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self {
            client: client.expect("an HTTP client"),
            base_url: base_url.to_owned(),
            issuer: issuer.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// From the link on the sign-in page to the callback, which is not opened yet.
    pub(crate) async fn go_to_kaseyaone_and_back(&mut self, person: &str) -> Url {
        let start = format!("{}sso/start", self.base_url);
        let to = location(&self.try_get(&start).await.expect("the service answers"));
        self.log_in(to, person).await
    }

    /// A whole sign-in, with the fresh one that may be asked for.
    pub(crate) async fn sign_in(&mut self, person: &str) {
        let mut callback = self.go_to_kaseyaone_and_back(person).await;
        for _ in 0..2 {
            let to = location(&self.try_get(callback.as_str()).await.expect("the service answers"));
            if !to.as_str().starts_with(&self.issuer) {
                return;
            }
            callback = self.log_in(to, person).await;
        }
    }

    /// Whether the home page sends this browser further in and not to the sign-in page.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let home = self.base_url.clone();
        let to = location(&self.try_get(&home).await.expect("the service answers"));
        matches!(to.path(), "/home" | "/no-access")
    }

    /// The cookies that go along to an address.
    pub(crate) fn cookies_for(&self, url: &Url) -> String {
        let jar = self.cookies.get(&url.origin().ascii_serialization());
        let cookies: Vec<_> =
            jar.into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// The service is at another address from now on; its cookies are still those of the service.
    pub(crate) fn move_to(&mut self, base_url: &str) {
        let origin = |base: &str| Url::parse(base).expect("a URL").origin().ascii_serialization();
        let jar = self.cookies.remove(&origin(&self.base_url));
        self.cookies.extend(jar.map(|jar| (origin(base_url), jar)));
        base_url.clone_into(&mut self.base_url);
    }

    /// Opens a page; an error if the service goes away meanwhile.
    pub(crate) async fn try_get(&mut self, url: &str) -> Result<Response, reqwest::Error> {
        self.send(Url::parse(url).expect("a URL"), None).await
    }

    async fn log_in(&mut self, to: Url, person: &str) -> Url {
        let page = location(&self.send(to, None).await.expect("the provider answers"));
        if page.path() == "/sso/callback" {
            return page;
        }
        let (_, interaction) =
            page.query_pairs().find(|(name, _)| name == "interaction").expect("a login page");
        let form = format!("interaction={interaction}&person={person}");
        let people = Url::parse(&format!("{}/account/people", self.issuer)).expect("a URL");
        location(&self.send(people, Some(form)).await.expect("the provider answers"))
    }

    async fn send(&mut self, url: Url, form: Option<String>) -> Result<Response, reqwest::Error> {
        let origin = url.origin().ascii_serialization();
        let request = match form {
            Some(form) => self
                .client
                .post(url.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            None => self.client.get(url.clone()),
        };
        let cookies = self.cookies_for(&url);
        let response = request.header(COOKIE, cookies).send().await?;
        let jar = self.cookies.entry(origin).or_default();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().expect("a readable cookie").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            jar.insert(name.to_owned(), value.to_owned());
        }
        Ok(response)
    }
}

fn location(response: &Response) -> Url {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let location =
        location.unwrap_or_else(|| panic!("no redirect from {}: {}", response.url(), response.status()));
    response.url().join(location).expect("a redirect to a URL")
}
