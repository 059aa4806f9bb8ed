//! The browser of a scenario: it follows redirects one by one, keeps cookies, fills forms, and writes down
//! every exchange on the tape of its scenario.
//!
//! It is plain HTTP without scripts, so whatever works here works with scripts turned off.

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Method, header};
use serde_json::Value;
use url::Url;

use super::{
    clock::ScenarioClock,
    jar::Jar,
    page::{Form, Page},
    tape::{Exchange, Tape},
};

/// More redirects than this are a loop.
const MOST_HOPS: usize = 12;

/// A browser.
#[derive(Clone)]
pub struct Browser {
    name: String,
    client: Client,
    clock: ScenarioClock,
    tape: Tape,
    jar: Jar,
    page: Option<Page>,
    recording: bool,
    strips_freshness: bool,
    demands_silence: Option<String>,
    holds_at: Option<String>,
    held: Option<Url>,
    visited: Vec<Url>,
}

struct Answer {
    status: u16,
    location: Option<Url>,
    no_store: bool,
    body: String,
}

#[derive(Clone, Copy)]
enum Body<'a> {
    Form(&'a [(String, String)]),
    Json(Option<&'a Value>),
}

impl Body<'_> {
    fn put_on(self, request: reqwest::RequestBuilder, post: bool) -> reqwest::RequestBuilder {
        match self {
            Self::Form(_) if !post => request.header(header::ACCEPT, "text/html"),
            Self::Form(pairs) => {
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                request.header(header::ACCEPT, "text/html").body(body)
            }
            Self::Json(None) => request.header(header::ACCEPT, "application/json"),
            Self::Json(Some(value)) => {
                let request = request.header(header::ACCEPT, "application/json");
                request.header(header::CONTENT_TYPE, "application/json").body(value.to_string())
            }
        }
    }

    fn sent(self) -> Vec<(String, String)> {
        match self {
            Self::Form(pairs) => pairs.to_vec(),
            Self::Json(Some(Value::Object(members))) => {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                members.iter().map(|(name, value)| (name.clone(), text(value))).collect()
            }
            Self::Json(_) => Vec::new(),
        }
    }
}

fn json_of(body: String) -> Value {
    if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap_or(Value::String(body)) }
}

impl Browser {
    /// A browser without cookies.
    pub fn new(name: impl Into<String>, client: Client, clock: ScenarioClock, tape: Tape) -> Self {
        Self {
            name: name.into(),
            client,
            clock,
            tape,
            jar: Jar::default(),
            page: None,
            recording: true,
            strips_freshness: false,
            demands_silence: None,
            holds_at: None,
            held: None,
            visited: Vec::new(),
        }
    }

    /// A browser beside this one, with the same cookies.
    #[must_use]
    pub fn with_the_same_cookies(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), page: None, held: None, visited: Vec::new(), ..self.clone() }
    }

    /// A browser without cookies that remembers where this one has been: the same person, another day.
    #[must_use]
    pub fn another_day(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), jar: Jar::default(), page: None, held: None, ..self.clone() }
    }

    /// What the scenario calls this browser.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether exchanges are written down.
    pub fn record(&mut self, recording: bool) {
        self.recording = recording;
    }

    /// Lets the browser remove the demand for a fresh sign-in from every address it is sent to.
    pub fn strip_freshness(&mut self) {
        self.strips_freshness = true;
    }

    /// Lets the browser turn every demand to sign in into a silent one that names this ID token.
    pub fn demand_silence(&mut self, id_token: String) {
        self.demands_silence = Some(id_token);
    }

    /// Puts a page on the screen without asking for it, as a browser does when a tab comes to the front.
    pub fn show(&mut self, page: Option<Page>) {
        self.page = page;
    }

    /// Writes down on this tape from now on.
    pub fn tape_on(&mut self, tape: Tape) {
        self.tape = tape;
    }

    /// Stops before an address with this path is opened; [`Self::held`] has it then.
    pub fn hold_at(&mut self, path: &str) {
        self.holds_at = Some(path.to_owned());
    }

    /// Stops holding and hands out the address that was held.
    pub fn take_held(&mut self) -> Option<Url> {
        self.holds_at = None;
        self.held.take()
    }

    /// The address that was held, if the browser stopped before one.
    pub fn held(&self) -> Option<&Url> {
        self.held.as_ref()
    }

    /// The last address with this path that the browser was at.
    pub fn last_visit(&self, path: &str) -> Option<&Url> {
        self.visited.iter().rev().find(|url| url.path() == path)
    }

    /// What is on the screen.
    pub fn page(&self) -> Result<&Page> {
        self.page.as_ref().with_context(|| format!("nothing is open in the browser of {}", self.name))
    }

    /// Its cookies.
    pub fn cookies(&self) -> &Jar {
        &self.jar
    }

    /// Takes over cookies.
    #[must_use]
    pub fn with_cookies(self, jar: Jar) -> Self {
        Self { jar, ..self }
    }

    /// Shows the cookies of one server to another one too, as a browser does to servers of one name.
    pub fn share_cookies(&mut self, of: &Url, with: &Url) {
        self.jar.extend(self.jar.moved(of, with));
    }

    /// Forgets every cookie of one program.
    pub fn forget(&mut self, origin: &Url) {
        self.jar.forget(origin);
    }

    /// Opens an address and follows redirects.
    pub async fn open(&mut self, url: Url) -> Result<&Page> {
        self.go(Method::GET, url, Vec::new()).await
    }

    /// Loads the frames of the page, as a browser does on its own; the page stays on the screen.
    pub async fn load_frames(&mut self) -> Result<()> {
        for frame in self.page()?.frames() {
            self.exchange(&Method::GET, &frame, Body::Form(&[]), self.recording).await?;
        }
        Ok(())
    }

    /// Follows the link with this text.
    pub async fn follow(&mut self, text: &str) -> Result<&Page> {
        let page = self.page()?;
        let Some(url) = page.link(text) else {
            bail!("expected a link {text:?}, but {} shows: {}", page.url.path(), page.text());
        };
        self.open(url).await
    }

    /// Sends a form by the button that begins with these words.
    pub async fn submit(&mut self, form: &Form, button: &str) -> Result<&Page> {
        let pairs = form.press(button);
        if form.post {
            return self.go(Method::POST, form.action.clone(), pairs).await;
        }
        let mut url = form.action.clone();
        url.query_pairs_mut().clear().extend_pairs(&pairs);
        self.open(url).await
    }

    /// Sends the first form that has a button which begins with these words.
    pub async fn press(&mut self, button: &str) -> Result<&Page> {
        let page = self.page()?;
        let Some(form) = page.form_with_button(button) else {
            bail!("expected a button {button:?}, but {} shows: {}", page.url.path(), page.text());
        };
        self.submit(&form, button).await
    }

    /// Reads JSON with the cookies of this browser; it is not written down and changes no page.
    pub async fn read_json(&mut self, url: Url) -> Result<(u16, Value)> {
        let answer = self.exchange(&Method::GET, &url, Body::Json(None), false).await?;
        Ok((answer.status, json_of(answer.body)))
    }

    /// Sends JSON with the cookies of this browser; it changes no page.
    pub async fn send_json(
        &mut self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<(u16, Value)> {
        let answer = self.exchange(&method, &url, Body::Json(body), self.recording).await?;
        Ok((answer.status, json_of(answer.body)))
    }

    async fn go(&mut self, method: Method, url: Url, form: Vec<(String, String)>) -> Result<&Page> {
        let (mut method, mut url, mut form) = (method, url, form);
        for _ in 0..MOST_HOPS {
            if self.holds_at.as_deref() == Some(url.path()) {
                self.held = Some(url);
                return self.page();
            }
            let answer = self.exchange(&method, &url, Body::Form(&form), self.recording).await?;
            self.visited.push(url.clone());
            match answer.location {
                Some(next) if (300..400).contains(&answer.status) => {
                    (method, url, form) = (Method::GET, self.meddled(next), Vec::new());
                }
                _ => {
                    let Answer { status, no_store, body, .. } = answer;
                    return Ok(self.page.insert(Page { url, status, no_store, body }));
                }
            }
        }
        bail!("the browser of {} was sent round more than {MOST_HOPS} times, last to {url}", self.name)
    }

    async fn exchange(&mut self, method: &Method, url: &Url, body: Body<'_>, record: bool) -> Result<Answer> {
        let provider_before = self.tape.provider_position();
        let request = body.put_on(self.request(method, url), *method == Method::POST);
        let response = request.send().await.with_context(|| format!("{url} does not answer"))?;
        let cookies = self.keep_cookies(url, &response);
        let text =
            |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let location = text(header::LOCATION).and_then(|to| url.join(&to).ok());
        let no_store = text(header::CACHE_CONTROL).is_some_and(|value| value.contains("no-store"));
        let status = response.status().as_u16();
        let answer = Answer { status, location, no_store, body: response.text().await? };
        if record {
            self.tape.record(Exchange {
                browser: self.name.clone(),
                at: self.clock.now(),
                provider_before,
                provider_after: self.tape.provider_position(),
                method: method.to_string(),
                url: url.clone(),
                sent: body.sent(),
                status,
                location: answer.location.clone(),
                cookies,
                page: page_kind(url, &answer),
            });
        }
        Ok(answer)
    }

    fn request(&self, method: &Method, url: &Url) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method.clone(), url.clone());
        if let Some(cookies) = self.jar.header(url, self.clock.now()) {
            request = request.header(header::COOKIE, cookies);
        }
        if *method == Method::GET {
            return request;
        }
        request
            .header(header::ORIGIN, url.origin().ascii_serialization())
            .header("sec-fetch-site", "same-origin")
    }

    fn keep_cookies(&mut self, url: &Url, response: &reqwest::Response) -> Vec<String> {
        let now = self.clock.now();
        let headers = response.headers().get_all(header::SET_COOKIE).iter();
        let cookies: Vec<String> =
            headers.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect();
        for cookie in &cookies {
            self.jar.set(url, cookie, now);
        }
        cookies
    }

    /// The address as a meddling browser would open it.
    fn meddled(&self, url: Url) -> Url {
        let names_demand = |name: &str| matches!(name, "prompt" | "max_age" | "id_token_hint");
        let is_request = url.query_pairs().any(|(name, _)| name == "response_type");
        if !is_request || !(self.strips_freshness || self.demands_silence.is_some()) {
            return url;
        }
        let mut meddled = url.clone();
        meddled
            .query_pairs_mut()
            .clear()
            .extend_pairs(url.query_pairs().filter(|(name, _)| !names_demand(name)));
        if let Some(id_token) = &self.demands_silence {
            meddled.query_pairs_mut().append_pair("prompt", "none").append_pair("id_token_hint", id_token);
        }
        meddled
    }
}

fn page_kind(url: &Url, answer: &Answer) -> Option<String> {
    if (300..400).contains(&answer.status) {
        return None;
    }
    let page = Page { url: url.clone(), status: answer.status, no_store: false, body: answer.body.clone() };
    Some(page.kind()).filter(|kind| !kind.is_empty())
}
