//! A small browser for tests: a cookie jar, redirects, forms. It runs no scripts, as the pages need none.

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// Most redirects in a row; more is a loop.
const MOST_REDIRECTS: usize = 12;

/// One person's browser.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<(String, String), String>,
    extra: Option<(&'static str, &'static str)>,
}

/// What a browser shows.
pub(crate) struct Shown {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, cookies: BTreeMap::new(), extra: None }
    }

    /// Opens an address and follows redirects.
    pub(crate) async fn open(&mut self, url: impl AsRef<str>) -> Shown {
        let url = Url::parse(url.as_ref()).unwrap();
        let shown = self.send(Method::GET, url, None).await;
        self.follow(shown).await
    }

    /// Follows a link of a page.
    pub(crate) async fn click(&mut self, page: &Shown, css: &str) -> Shown {
        let href = page.attribute(css, "href").unwrap_or_else(|| panic!("no link {css} in {}", page.body));
        self.open(page.url.join(&href).unwrap()).await
    }

    /// Sends a form of a page with its own values, some of them replaced or added, and follows redirects.
    pub(crate) async fn submit(&mut self, page: &Shown, form: &str, fields: &[(&str, &str)]) -> Shown {
        let shown = self.submit_once(page, form, fields).await;
        self.follow(shown).await
    }

    /// Sends a form and stays with the answer.
    pub(crate) async fn submit_once(&mut self, page: &Shown, form: &str, fields: &[(&str, &str)]) -> Shown {
        let (method, action, mut values) = page.form(form);
        for (name, value) in fields {
            values.retain(|(known, _)| known != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.send_form(method, page.url.join(&action).unwrap(), &values).await
    }

    /// Posts values to an address, as a form of the same site would, without following.
    pub(crate) async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Shown {
        let values: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.send_form(Method::POST, Url::parse(url).unwrap(), &values).await
    }

    /// Sends one request with a JSON body, or none.
    pub(crate) async fn json(
        &mut self,
        method: Method,
        url: &str,
        body: Option<&serde_json::Value>,
    ) -> Shown {
        let body = body.map(|value| ("application/json".to_owned(), value.to_string()));
        self.send(method, Url::parse(url).unwrap(), body).await
    }

    /// Posts values as a browser does for a page of this or another site.
    pub(crate) async fn post_from(
        &mut self,
        site: &'static str,
        url: &str,
        fields: &[(&str, &str)],
    ) -> Shown {
        self.extra = Some(("sec-fetch-site", site));
        let shown = self.post(url, fields).await;
        self.extra = None;
        shown
    }

    /// Fetches what nobody has asked for yet.
    pub(crate) async fn prefetch(&mut self, url: &str) -> Shown {
        self.extra = Some(("sec-purpose", "prefetch;prerender"));
        let shown = self.send(Method::GET, Url::parse(url).unwrap(), None).await;
        self.extra = None;
        shown
    }

    async fn send_form(&mut self, method: Method, mut url: Url, values: &[(String, String)]) -> Shown {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        if method == Method::GET {
            url.set_query(Some(&encoded));
            return self.send(method, url, None).await;
        }
        let body = ("application/x-www-form-urlencoded".to_owned(), encoded);
        self.send(method, url, Some(body)).await
    }

    async fn follow(&mut self, mut shown: Shown) -> Shown {
        for _ in 0..MOST_REDIRECTS {
            let Some(location) = shown.headers.get(LOCATION).filter(|_| shown.status.is_redirection()) else {
                return shown;
            };
            let next = shown.url.join(location.to_str().unwrap()).unwrap();
            shown = self.send(Method::GET, next, None).await;
        }
        panic!("a redirect loop at {}", shown.url);
    }

    async fn send(&mut self, method: Method, url: Url, body: Option<(String, String)>) -> Shown {
        let site = site(&url);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| *of == site)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut request = self.http.request(method, url.clone());
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some((name, value)) = self.extra {
            request = request.header(name, value);
        }
        if let Some((kind, body)) = body {
            request = request.header(CONTENT_TYPE, kind).body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        self.keep(&site, &headers);
        Shown { url, status, headers, body: response.text().await.unwrap() }
    }

    fn keep(&mut self, site: &str, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let key = (site.to_owned(), name.trim().to_owned());
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }
}

/// Cookies of two ports of one host meet in a real browser; the names differ, so tests keep them apart.
fn site(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl Shown {
    pub(crate) fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The name of the page.
    pub(crate) fn name(&self) -> String {
        self.attribute("body", "data-page").unwrap_or_else(|| format!("no page: {}", self.body))
    }

    /// The text of every match, with white space collapsed.
    pub(crate) fn texts(&self, css: &str) -> Vec<String> {
        self.html().select(&selector(css)).map(text).collect()
    }

    /// The text of the first match, or nothing.
    pub(crate) fn text(&self, css: &str) -> String {
        self.texts(css).into_iter().next().unwrap_or_default()
    }

    pub(crate) fn attribute(&self, css: &str, attribute: &str) -> Option<String> {
        let html = self.html();
        html.select(&selector(css)).next()?.value().attr(attribute).map(str::to_owned)
    }

    pub(crate) fn has(&self, css: &str) -> bool {
        self.html().select(&selector(css)).next().is_some()
    }

    /// The address of the first link with this text.
    pub(crate) fn html_link(&self, words: &str) -> String {
        let html = self.html();
        let link = html.select(&selector("a[href]")).find(|link| text(*link) == words);
        link.unwrap_or_else(|| panic!("no link {words}")).value().attr("href").unwrap().to_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Method, action and the values a form starts with.
    fn form(&self, css: &str) -> (Method, String, Vec<(String, String)>) {
        let html = self.html();
        let form =
            html.select(&selector(css)).next().unwrap_or_else(|| panic!("no form {css} in {}", self.body));
        let method = match form.value().attr("method") {
            Some(method) if method.eq_ignore_ascii_case("post") => Method::POST,
            _ => Method::GET,
        };
        let action = form.value().attr("action").unwrap_or_default().to_owned();
        let values = form
            .select(&selector("input[name]"))
            .filter(|input| !is_unchecked(input))
            .map(|input| {
                let attribute = |name| input.value().attr(name).unwrap_or_default().to_owned();
                (attribute("name"), attribute("value"))
            })
            .collect();
        (method, action, values)
    }
}

fn is_unchecked(input: &ElementRef<'_>) -> bool {
    input.value().attr("type") == Some("checkbox") && input.value().attr("checked").is_none()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}
