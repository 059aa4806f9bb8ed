//! The console in a real Chromium, as a tester would use it: a fault is armed, a person changed, the clock advanced, and
//! a sign-in that happens meanwhile shows by itself. Screenshots are left in `target/screenshots`.
//!
//! `cargo xtask test` names the browser; a plain `cargo test` says that it was not asked for.

#[expect(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "it/support.rs"]
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use mock_idp::{MockIdp, Target, TokenKind};
use thirtyfour::extensions::query::ElementQueryable as _;
use thirtyfour::{By, ChromiumLikeCapabilities as _, DesiredCapabilities, Key, WebDriver, WebElement};

use crate::support::Browser;

/// How long a page may take, in real time: a bound for a broken page, not a measurement.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(50);
/// How often ChromeDriver is started, until it has a port.
const STARTS: usize = 5;

/// ChromeDriver on a port of its own choice; gone with this value.
struct ChromeDriver {
    child: Child,
    url: String,
}

impl ChromeDriver {
    fn start(program: &Path) -> Result<Self> {
        for _ in 0..STARTS {
            if let Some(started) = Self::try_start(program)? {
                return Ok(started);
            }
        }
        bail!("ChromeDriver named no port, {STARTS} times")
    }

    /// Nothing when it ends at once: it takes a free port at one address, and the same may be taken at the other.
    fn try_start(program: &Path) -> Result<Option<Self>> {
        let child = Command::new(program).arg("--port=0").stdout(Stdio::piped()).spawn()?;
        let mut started = Self { child, url: String::new() };
        let lines = BufReader::new(started.child.stdout.take().context("its output is piped")?).lines();
        let port = |line: String| -> Option<u16> {
            line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok()
        };
        let Some(port) = lines.map_while(Result::ok).find_map(port) else { return Ok(None) };
        started.url = format!("http://127.0.0.1:{port}");
        Ok(Some(started))
    }
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A tester at a browser: finds things by what they say.
struct Tester {
    driver: WebDriver,
}

impl Tester {
    async fn new(chromedriver: &ChromeDriver, chromium: &Path, profile: &Path) -> Result<Self> {
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(&chromium.to_string_lossy())?;
        let profile = format!("--user-data-dir={}", profile.display());
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1500,1300",
            &profile,
        ] {
            capabilities.add_arg(argument)?;
        }
        Ok(Self { driver: WebDriver::new(&chromedriver.url, capabilities).await? })
    }

    /// Finds what is there, or will be as soon as the page has loaded.
    async fn find(&self, by: By) -> Result<WebElement> {
        Ok(self.driver.query(by).wait(PATIENCE, GLANCE).first().await?)
    }

    async fn xpath(&self, xpath: &str) -> Result<WebElement> {
        self.find(By::XPath(xpath.to_owned())).await.with_context(|| format!("nothing is at {xpath}"))
    }

    /// The field behind a label.
    async fn field(&self, label: &str) -> Result<WebElement> {
        let label = self.xpath(&format!("//label[normalize-space()='{label}']")).await?;
        self.find(By::Id(label.attr("for").await?.context("a label names its field")?)).await
    }

    async fn type_into(&self, label: &str, text: &str) -> Result<()> {
        let field = self.field(label).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Searches, and waits for the page that was asked for: the one before may show the same things and go away.
    async fn search(&self, label: &str, text: &str) -> Result<()> {
        let field = self.field(label).await?;
        let id = field.attr("id").await?.context("a field with a label has an id")?;
        field.clear().await?;
        field.send_keys(text + Key::Enter).await?;
        self.xpath(&format!("//input[@id='{id}'][@value='{text}']")).await.map(drop)
    }

    async fn press(&self, words: &str) -> Result<()> {
        let named = format!("normalize-space()='{words}' or @aria-label='{words}'");
        Ok(self.xpath(&format!("//*[self::a or self::button][{named}]")).await?.click().await?)
    }

    /// Waits until the page says so: it was loaded anew.
    async fn expect_done(&self, sentence: &str) -> Result<()> {
        let said = self.xpath(&format!("//*[@role='status'][normalize-space()='{sentence}']")).await;
        if said.is_err() {
            bail!("the page does not say {sentence:?}:\n{}", self.text().await?);
        }
        Ok(())
    }

    async fn text(&self) -> Result<String> {
        Ok(self.find(By::Tag("body")).await?.text().await?)
    }

    async fn picture(&self, name: &str) -> Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        Ok(self.driver.screenshot(&folder.join(format!("mock-idp-{name}.png"))).await?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tester_uses_the_console_in_a_real_browser() -> Result<()> {
    let program = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let (Some(chromium), Some(chromedriver)) =
        (program("BROWSER_TEST_CHROMIUM"), program("BROWSER_TEST_CHROMEDRIVER"))
    else {
        ensure!(std::env::var_os("REQUIRE_BROWSER").is_none(), "a browser is required and none was named");
        // Not by `eprintln!`: what a test that passes prints that way nobody sees.
        let text = "\nNOT RUN: no browser was started, because BROWSER_TEST_CHROMIUM and BROWSER_TEST_CHROMEDRIVER name none; \
                    cargo xtask test finds or installs one\n";
        std::io::stderr().write_all(text.as_bytes())?;
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let idp = MockIdp::builder().seed(1).start().await?;
    idp.clients().change("kaseya-mdr", |client| client.backchannel_logout_uri = None)?;
    let chromedriver = ChromeDriver::start(&chromedriver)?;
    let tester = Tester::new(&chromedriver, &chromium, folder.path()).await?;
    let told = async {
        tester.driver.goto(idp.url("/")).await?;
        tester.press("/_control/console").await?;
        tester.expect_live().await?;
        tester.arms_a_fault(&idp).await?;
        tester.changes_a_person(&idp).await?;
        tester.sets_the_clock(&idp).await?;
        tester.watches_a_sign_in(&idp).await?;
        tester.reads_the_story().await?;
        tester.driver.goto(idp.url("/_control/console")).await?;
        tester.issues_tokens(&idp).await?;
        tester.opens_the_portal(&idp).await
    };
    let told = told.await;
    if told.is_err() {
        tester.picture("at-the-failure").await?;
    }
    tester.driver.quit().await?;
    told
}

impl Tester {
    /// The script runs under the policy of the page.
    async fn expect_live(&self) -> Result<()> {
        self.xpath("//*[@id='watching'][not(@hidden)][normalize-space()='live']").await.map(drop)
    }

    /// By keyboard alone, once the search has the focus.
    async fn arms_a_fault(&self, idp: &MockIdp) -> Result<()> {
        self.search("Search the catalogue", "nonce is another").await?;
        self.find(By::Css("input[name=arm][value=idt-nonce-wrong]")).await?.send_keys(" ").await?;
        self.field("For").await?.send_keys("person").await?;
        self.type_into("Person, client or state", "dana").await?;
        self.field("Times").await?.send_keys(Key::Enter).await?;
        self.expect_done("The fault is armed.").await?;
        self.xpath("//table//td[normalize-space()='person dana']").await?;
        let armed = idp.faults().list();
        ensure!(armed.len() == 1 && armed[0].target == Target::person("dana"), "{armed:?}");
        self.picture("1-fault-armed").await
    }

    async fn changes_a_person(&self, idp: &MockIdp) -> Result<()> {
        self.search("Search", "reyes").await?;
        self.find(By::Id("edit-dana")).await?.click().await?;
        let email = self.find(By::Id("email-dana")).await?;
        email.clear().await?;
        email.send_keys("dana.new@northwind.example").await?;
        self.picture("2-person").await?;
        self.press("Save dana").await?;
        self.expect_done("The person was changed.").await?;
        let dana = idp.people().get("dana").context("dana")?;
        ensure!(dana.email.as_deref() == Some("dana.new@northwind.example"), "{:?}", dana.email);
        self.find(By::Id("edit-dana")).await?.click().await?;
        self.press("Lock dana").await?;
        self.expect_done("The person was locked; sessions have ended.").await?;
        self.press("Restore dana").await?;
        self.expect_done("The person is active again.").await
    }

    async fn issues_tokens(&self, idp: &MockIdp) -> Result<()> {
        self.type_into("Person", "dana").await?;
        self.press("Issue").await?;
        let token = self.field("ID token").await?.prop("value").await?.context("a token")?;
        ensure!(
            token == idp.replay().last_token(TokenKind::IdToken, "dana").context("a token")?.token,
            "{token}"
        );
        self.picture("5-tokens").await?;
        self.find(By::Id("expire-person")).await?.send_keys("dana").await?;
        self.press("Codes and tokens").await?;
        self.expect_done("Expired.").await
    }

    /// From the console to the portal, and from there to an application.
    async fn opens_the_portal(&self, idp: &MockIdp) -> Result<()> {
        let start = idp.url("/?started");
        idp.clients().change("kaseya-mdr", |client| client.initiate_login_uri = Some(start.clone()))?;
        self.driver.goto(idp.url("/portal?login_hint=dana")).await?;
        self.picture("6-portal-people").await?;
        self.find(By::Css("button[name=person][value=dana]")).await?.click().await?;
        self.find(By::Css("body[data-page=kaseyaone-portal]")).await?;
        self.picture("7-portal").await?;
        self.find(By::Css("button[name=client][value=kaseya-mdr]")).await?.click().await?;
        self.find(By::Css("body[data-page=kaseyaone-home]")).await?;
        let address = self.driver.current_url().await?;
        ensure!(address.as_str().starts_with(&format!("{start}&iss=")), "{address}");
        Ok(())
    }

    async fn sets_the_clock(&self, idp: &MockIdp) -> Result<()> {
        self.press("Freeze").await?;
        self.xpath("//button[normalize-space()='Let it run']").await?;
        self.press("+1 h").await?;
        self.xpath("//p[contains(., 'stands still, moved by 3600 s')]").await?;
        let reading = idp.clock().reading();
        ensure!(reading.frozen && reading.advanced_seconds == 3_600, "{reading:?}");
        Ok(())
    }

    /// Somebody else signs in; nobody touches this page.
    async fn watches_a_sign_in(&self, idp: &MockIdp) -> Result<()> {
        self.expect_live().await?;
        let browser = Browser::new();
        let code =
            browser.sign_in(idp, "dana", &[("state", "seen-live")]).await.param("code").context("a code")?;
        let tokens = browser.redeem(idp, &code).await.json();
        browser.userinfo(idp, tokens["access_token"].as_str().context("a token")?).await;
        self.xpath("//table[contains(@class, 'journal')]//tr[contains(., 'userinfo')]").await?;
        self.xpath("//tr[td[normalize-space()='person dana']]/td[4][normalize-space()='1']").await?;
        self.picture("3-console").await
    }

    async fn reads_the_story(&self) -> Result<()> {
        self.press("dana at kaseya-mdr").await?;
        self.find(By::Css("body[data-page=story]")).await?;
        let text = self.text().await?;
        for words in [
            "tokens were given (struck: idt-nonce-wrong)",
            "dana.new@northwind.example",
            "It used the tokens although",
        ] {
            ensure!(text.contains(words), "the story does not say {words:?}:\n{text}");
        }
        let background = self.find(By::Css("header")).await?.css_value("border-radius").await?;
        ensure!(background != "0px", "the policy of the page lets its own style through");
        self.picture("4-story").await
    }
}
