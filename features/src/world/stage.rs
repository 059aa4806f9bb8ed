//! The running programs of one scenario, with everybody's browser.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, Result, bail};
use fixtures::Person;
use jiff::{SignedDuration, Timestamp};
use mock_idp::{ArmedFault, Minted, MockIdp, RealmHandle};
use reqwest::Client;
use serde_json::Value;

use super::{
    Target,
    attempt::Attempt,
    baseline::{Baseline, list},
    person::Who,
};
use crate::driver::{
    Reading, Refusal,
    browser::Browser,
    clock::ScenarioClock,
    errand::Reply,
    jar::Jar,
    product::Product,
    provider::{self, Credentials, Until},
    reference::{self, Preparation, Reference},
    sut::Sut,
    tape::Tape,
};

mod other_product;
mod staging;
mod told;

/// A session lives twelve hours; after this much of it Mona signs in again before she looks anything up.
const SESSION_FOR_CERTAIN: SignedDuration = SignedDuration::from_hours(11);

/// The running programs and the people in front of them.
pub struct Stage {
    clock: ScenarioClock,
    /// The stand-in for KaseyaOne.
    pub idp: RealmHandle,
    /// The system under test.
    pub sut: Sut,
    /// The providers that run for this scenario alone, the present one last.
    own_providers: Vec<MockIdp>,
    client: Client,
    tape: Tape,
    browsers: Vec<Browser>,
    /// Since when Mona is signed in at her first browser, if she is.
    admin_since: Option<Timestamp>,
    whose: BTreeMap<Who, usize>,
    /// What people typed as their KaseyaOne user name on the sign-in page.
    pub hints: BTreeMap<Who, String>,
    /// Accounts by person, as they were noted for "the same account as before".
    pub noted_accounts: BTreeMap<Who, String>,
    /// Attempts to sign in, oldest first.
    pub attempts: Vec<Attempt>,
    faults: Vec<ArmedFault>,
    before: Option<Baseline>,
    story_began: Option<Timestamp>,
    census_before: Value,
    people_before: Value,
    /// Where the provider's journal stood when the story began.
    pub journal_before: usize,
    /// Lines for the transcript about what is not worth telling request by request.
    pub summaries: Vec<String>,
    /// What the service answered to people who tried something; `None` when it did as they said.
    pub refusals: BTreeMap<Who, Option<Refusal>>,
    /// What came of the last errand of each person, request by request.
    pub replies: BTreeMap<Who, Vec<Reply>>,
    /// What came of every errand of a person when it was noted.
    pub noted_replies: BTreeMap<Who, Vec<String>>,
    /// Browsers that signed in all at once.
    pub crowd: Vec<Browser>,
    /// The client secret before it was changed at KaseyaOne.
    pub former_secret: Option<String>,
    tabs: BTreeMap<Who, Browser>,
    broken_table: Option<&'static str>,
    /// The tokens that another product of the same provider has of people.
    other_product: BTreeMap<Who, Minted>,
}

impl Stage {
    /// Starts both programs; another product is put back to where nobody has signed in yet.
    pub async fn start(target: &Target, preparation: &Preparation) -> Result<Self> {
        let product = match target {
            Target::Product(product) => product,
            Target::Reference(database) => {
                let clock = ScenarioClock::new();
                let provider = reference::start_provider(&clock).await?;
                let (sut, cookies) = Reference::start(&provider, &clock, database, preparation).await?;
                let idp = provider.clone();
                let mut stage =
                    Self::with(clock, idp, Sut::Reference(Box::new(sut)), reference::client(), cookies);
                stage.own_providers.push(provider);
                return Ok(stage);
            }
        };
        product.reset().await.context("the product could not be put back to its beginning")?;
        if preparation.in_effect {
            product.put_into_effect().await?;
        }
        let (clock, idp) = (product.clock().clone(), product.provider().clone());
        Ok(Self::with(clock, idp, Sut::Product(Arc::clone(product)), product.client(), Jar::default()))
    }

    fn with(clock: ScenarioClock, idp: RealmHandle, sut: Sut, client: Client, cookies: Jar) -> Self {
        let tape = sut.product().map_or_else(|| reference::tape(&idp), Product::tape);
        let mona = Browser::new("mona", client.clone(), clock.clone(), tape.clone()).with_cookies(cookies);
        Self {
            admin_since: Some(clock.now()),
            clock,
            idp,
            sut,
            own_providers: Vec::new(),
            client,
            tape,
            browsers: vec![mona],
            whose: BTreeMap::from([(Who::mona(), 0)]),
            hints: BTreeMap::new(),
            noted_accounts: BTreeMap::new(),
            attempts: Vec::new(),
            faults: Vec::new(),
            before: None,
            story_began: None,
            census_before: Value::Null,
            people_before: Value::Null,
            journal_before: 0,
            summaries: Vec::new(),
            refusals: BTreeMap::new(),
            replies: BTreeMap::new(),
            noted_replies: BTreeMap::new(),
            crowd: Vec::new(),
            former_secret: None,
            tabs: BTreeMap::new(),
            broken_table: None,
            other_product: BTreeMap::new(),
        }
    }

    /// The scenario's clock.
    pub fn clock(&self) -> &ScenarioClock {
        &self.clock
    }

    /// Time passes for everybody.
    pub async fn pass(&self, time: SignedDuration) -> Result<()> {
        self.clock.advance(time);
        match self.sut.product() {
            Some(product) => product.tell_the_time().await,
            None => Ok(()),
        }
    }

    /// What browsers exchanged since the story began.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Whether the first `When` was reached.
    pub fn has_begun(&self) -> bool {
        self.before.is_some()
    }

    /// How things were when the story began.
    pub fn before(&self) -> Result<&Baseline> {
        self.before.as_ref().context("nothing has happened yet in this scenario")
    }

    /// When the first `When` began.
    pub fn story_began(&self) -> Result<Timestamp> {
        self.story_began.context("nothing has happened yet in this scenario")
    }

    /// The stored entities when the story began; for the transcript.
    pub fn census_before(&self) -> &Value {
        &self.census_before
    }

    /// The people in KaseyaOne when the story began.
    pub fn people_before(&self) -> &Value {
        &self.people_before
    }

    /// Everybody in KaseyaOne.
    pub fn people_now(&self) -> Result<Value> {
        Ok(serde_json::to_value(self.idp.people().list())?)
    }

    /// Notes how everything is, so that a scenario can say what is different afterwards.
    pub async fn begin_the_story(&mut self) -> Result<()> {
        self.story_began = Some(self.clock.now());
        self.before = Some(self.as_it_is().await?);
        self.census_before = self.sut.census().await?;
        self.people_before = self.people_now()?;
        self.journal_before = self.idp.journal().entries().len();
        self.tape.rewind();
        Ok(())
    }

    /// Everything an administrator can read, now.
    pub async fn as_it_is(&mut self) -> Result<Baseline> {
        self.admin().await?;
        let (sut, mona) = self.seat(&Who::mona());
        Baseline::read(sut, mona).await
    }

    /// The system and the browser of a person; a person without a browser gets one.
    pub fn seat(&mut self, who: &Who) -> (&Sut, &mut Browser) {
        let at = match self.whose.get(who) {
            Some(at) => *at,
            None => self.give_browser(who),
        };
        (&self.sut, &mut self.browsers[at])
    }

    /// Gives a person a browser without cookies.
    pub fn give_browser(&mut self, who: &Who) -> usize {
        let earlier = self
            .browsers
            .iter()
            .filter(|it| it.name() == who.key() || it.name().starts_with(&format!("{who} (")))
            .count();
        let name = if earlier == 0 { who.to_string() } else { format!("{who} ({})", earlier + 1) };
        let browser = Browser::new(name, self.client.clone(), self.clock.clone(), self.tape.clone());
        self.add_browser(who, browser)
    }

    /// The person comes back another day: no cookies, but the addresses that were visited are remembered.
    pub fn another_day(&mut self, who: &Who) {
        let (_, browser) = self.seat(who);
        let browser = browser.another_day(who.to_string());
        self.add_browser(who, browser);
    }

    /// Gives a person this browser.
    pub fn add_browser(&mut self, who: &Who, browser: Browser) -> usize {
        self.browsers.push(browser);
        self.whose.insert(who.clone(), self.browsers.len() - 1);
        self.browsers.len() - 1
    }

    /// Opens a second tab: another page in a browser with the same cookies.
    pub fn open_tab(&mut self, who: &Who) {
        let (_, browser) = self.seat(who);
        let first = browser.clone();
        browser.show(None);
        self.tabs.insert(who.clone(), first);
    }

    /// Goes back and forth between the two tabs of a person. Cookies are those of the tab that was left.
    pub fn switch_tab(&mut self, who: &Who) {
        let Some(other) = self.tabs.get(who).cloned() else { return };
        let (_, browser) = self.seat(who);
        let page = other.page().ok().cloned();
        let left = browser.clone();
        browser.show(page);
        self.tabs.insert(who.clone(), left);
    }

    /// Browsers that are not written down, for many people doing the same.
    pub fn crowd(&self, who: &Who, count: usize) -> Vec<Browser> {
        let browser = |number: usize| {
            let name = format!("{who} ({number})");
            let mut browser = Browser::new(name, self.client.clone(), self.clock.clone(), self.tape.clone());
            browser.record(false);
            browser
        };
        (1..=count).map(browser).collect()
    }

    /// A window beside the one of a person, with the same cookies, that is not written down.
    pub fn beside(&mut self, who: &Who) -> Browser {
        let (_, browser) = self.seat(who);
        let mut beside = browser.with_the_same_cookies(format!("{who} (beside)"));
        beside.record(false);
        beside
    }

    /// Lets a person sit down at the browser of somebody else.
    pub fn share_browser(&mut self, who: &Who, of: &Who) {
        let (_, _) = self.seat(of);
        let at = self.whose[of];
        self.whose.insert(who.clone(), at);
    }

    /// What a person types at KaseyaOne. Whoever is not there types what they believe to be theirs.
    pub fn credentials(&self, who: &Who) -> Credentials {
        match self.known_person(who) {
            Some(person) => Credentials::of(&person),
            None => Credentials::of_nobody(who.to_string()),
        }
    }

    /// The e-mail address that a person has in KaseyaOne, or had.
    pub fn address(&self, who: &Who) -> String {
        let email = self.known_person(who).and_then(|person| person.email);
        email.unwrap_or_else(|| format!("{who}@northwind.example"))
    }

    /// A person as KaseyaOne has them, or had them when the scenario began.
    fn known_person(&self, who: &Who) -> Option<Person> {
        self.idp.people().get(who.key()).or_else(|| fixtures::embedded().person(who.key()).cloned())
    }

    /// Makes sure that Mona is signed in, so that she can look things up.
    pub async fn admin(&mut self) -> Result<()> {
        if self.sut.product().is_some() {
            // An administrator of another product is whoever may use its hooks.
            return Ok(());
        }
        let mona = Who::mona();
        let lives = |since: Timestamp| self.clock.now() < since + SESSION_FOR_CERTAIN;
        if self.admin_since.is_some_and(lives) {
            return Ok(());
        }
        let person = fixtures::embedded().person("mona").cloned().context("the fixtures have no mona")?;
        let (email, password) = (person.email.unwrap_or_default(), person.local_password.unwrap_or_default());
        let credentials = self.credentials(&mona);
        let clock = self.clock.clone();
        let (sut, browser) = self.seat(&mona);
        let kept = browser.page().ok().cloned();
        browser.record(false);
        // A second of its own, like every sign-in.
        clock.advance(SignedDuration::from_secs(1));
        sut.sign_in_locally(browser, &email, &password).await?;
        if sut.who_am_i(browser).await?.is_none() {
            sut.start_login(browser, None).await?;
            provider::sign_in(browser, &credentials, Until::Done).await?;
        }
        if sut.who_am_i(browser).await?.is_none() {
            bail!("Mona cannot sign in: {}", browser.page()?.text());
        }
        browser.record(true);
        browser.show(kept);
        self.admin_since = Some(self.clock.now());
        Ok(())
    }

    /// Reads something as Mona.
    pub async fn read(&mut self, what: Reading) -> Result<Value> {
        self.admin().await?;
        let (sut, mona) = self.seat(&Who::mona());
        sut.read(mona, what).await
    }

    /// Reads a listing as Mona.
    pub async fn list(&mut self, what: Reading) -> Result<Vec<Value>> {
        Ok(list(self.read(what).await?))
    }

    /// Reads a listing as Mona; it is empty where the system does not tell it.
    pub async fn list_if_told(&mut self, what: Reading) -> Result<Vec<Value>> {
        self.admin().await?;
        let (sut, mona) = self.seat(&Who::mona());
        Ok(list(sut.read_if_told(mona, what).await?))
    }

    /// Notes that somebody begins to sign in now.
    pub fn attempt(&mut self, who: &Who) {
        self.attempts.push(Attempt { who: who.clone(), at: self.clock.now(), asked: 0 });
    }

    /// Notes how many times KaseyaOne asked in the last attempt.
    pub fn was_asked(&mut self, times: usize) {
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.asked += times;
        }
    }

    /// The last attempt.
    pub fn last_attempt(&self) -> Result<&Attempt> {
        self.attempts.last().context("nobody has tried to sign in")
    }

    /// Stops everything.
    pub async fn stop(self) -> Result<()> {
        let Self { sut, own_providers, .. } = self;
        sut.stop().await?;
        drop(own_providers);
        Ok(())
    }
}
