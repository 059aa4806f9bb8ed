//! The main job in a real Chromium, as a person would do it: from the sign-in page to Settings > Users,
//! and one refusal. Screenshots are left in `target/screenshots`.
//!
//! `cargo xtask test` names the browser; a plain `cargo test` says that it was not asked for.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use mock_idp::MockIdp;
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, Key, WebDriver, WebElement,
    extensions::query::ElementQueryable as _,
};

const PASSWORD: &str = "local-mona-password";
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

/// The toggle under this heading.
fn toggle(label: &str) -> String {
    format!("//button[@role='switch'][@aria-labelledby=//h3[normalize-space()='{label}']/@id]")
}

/// A person at a browser: finds things by what they say.
struct Person {
    driver: WebDriver,
}

impl Person {
    async fn new(chromedriver: &ChromeDriver, chromium: &Path, profile: &Path, width: u32) -> Result<Self> {
        let mut capabilities = DesiredCapabilities::chrome();
        capabilities.set_binary(&chromium.to_string_lossy())?;
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
        ] {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--window-size={width},1100"))?;
        capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        Ok(Self { driver: WebDriver::new(&chromedriver.url, capabilities).await? })
    }

    /// Finds what is there, or will be as soon as the page has loaded.
    async fn find(&self, by: By) -> Result<WebElement> {
        Ok(self.driver.query(by).wait(PATIENCE, GLANCE).first().await?)
    }

    async fn type_into(&self, label: &str, text: &str) -> Result<()> {
        let label = self.find(By::XPath(format!("//label[normalize-space()='{label}']"))).await?;
        let id = label.attr("for").await?.context("a label names its field")?;
        let field = self.find(By::Id(id)).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    async fn press(&self, words: &str) -> Result<()> {
        let xpath = format!("//*[self::a or self::button][normalize-space()='{words}']");
        let found = self.find(By::XPath(xpath)).await;
        Ok(found.with_context(|| format!("nothing to press says '{words}'"))?.click().await?)
    }

    async fn flip(&self, label: &str) -> Result<()> {
        Ok(self.find(By::XPath(toggle(label))).await?.click().await?)
    }

    /// Waits until the toggle says that it is on.
    async fn expect_on(&self, label: &str) -> Result<()> {
        // In one question: between two of them the page may be another one.
        let on = format!("{}[@aria-checked='true']", toggle(label));
        self.find(By::XPath(on)).await.with_context(|| format!("'{label}' is not on"))?;
        Ok(())
    }

    /// Waits until this page is there.
    async fn expect_page(&self, name: &str) -> Result<()> {
        if self.find(By::Css(format!("body[data-page='{name}']"))).await.is_err() {
            bail!("expected the page '{name}', this is:\n{}", self.text().await?);
        }
        Ok(())
    }

    async fn text(&self) -> Result<String> {
        Ok(self.driver.find(By::Tag("body")).await?.text().await?)
    }

    async fn picture(&self, name: &str) -> Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        std::fs::create_dir_all(&folder)?;
        Ok(self.driver.screenshot(&folder.join(format!("{name}.png"))).await?)
    }

    /// The login in KaseyaOne's manner: user name and company, password, one-time code.
    async fn sign_in_at_kaseyaone(&self, user: &str, picture: Option<&str>) -> Result<()> {
        self.expect_page("kaseyaone-login").await?;
        self.type_into("User name", user).await?;
        self.type_into("Company name", "Northwind MSP").await?;
        if let Some(name) = picture {
            self.picture(name).await?;
        }
        self.press("Next").await?;
        self.expect_page("kaseyaone-password").await?;
        self.type_into("Password", &format!("kaseya-{user}")).await?;
        self.press("Next").await?;
        self.expect_page("kaseyaone-code").await?;
        self.type_into("One-time code", "123456").await?;
        self.press("Log in").await
    }

    async fn sign_in_locally(&self, app: &str) -> Result<()> {
        self.driver.goto(format!("{app}/sign-in")).await?;
        self.type_into("E-mail address", "mona@northwind.example").await?;
        self.type_into("Password", PASSWORD).await?;
        self.press("Sign in").await?;
        self.expect_page("home").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_in_a_real_browser() -> Result<()> {
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
    let idp = MockIdp::start().await;
    let server = start_provisioner(&idp, folder.path()).await?;
    let app = server.base_url().as_str().trim_end_matches('/').to_owned();
    let chromedriver = ChromeDriver::start(&chromedriver)?;
    let person = |name: &str, width| {
        let profile = folder.path().join(name);
        let (chromedriver, chromium) = (&chromedriver, &chromium);
        async move { Person::new(chromedriver, chromium, &profile, width).await }
    };

    let admin = person("admin", 1280).await?;
    let told = async {
        administrator_turns_it_on(&admin, &app).await?;
        newcomer_signs_in(&person("newcomer", 1280).await?, &app).await?;
        administrator_sees_the_newcomer(&admin, &app).await?;
        unverified_person_is_refused(&person("refused", 400).await?, &app).await
    };
    let told = told.await;
    if told.is_err() {
        admin.picture("at-the-failure").await?;
    }
    server.stop().await;
    told
}

async fn administrator_turns_it_on(admin: &Person, app: &str) -> Result<()> {
    admin.driver.goto(format!("{app}/sign-in")).await?;
    admin.picture("1-sign-in").await?;
    admin.sign_in_locally(app).await?;
    admin.driver.goto(format!("{app}/settings/users")).await?;
    admin.flip("Allow Users to Log in with KaseyaOne").await?;
    admin.sign_in_at_kaseyaone("mona", Some("2-kaseyaone-login")).await?;
    admin.expect_page("single-sign-on-confirm").await?;
    ensure!(admin.text().await?.contains("Northwind MSP"), "the company is shown before it is linked");
    admin.picture("3-confirm-company").await?;
    admin.find(By::Css("form[action$='/confirm'] button")).await?.click().await?;
    admin.expect_page("users").await?;
    admin.expect_on("Allow Users to Log in with KaseyaOne").await?;
    admin.flip("Enable Automatic User Creation").await?;
    admin.expect_on("Enable Automatic User Creation").await
}

async fn newcomer_signs_in(dana: &Person, app: &str) -> Result<()> {
    dana.driver.goto(format!("{app}/sign-in")).await?;
    dana.driver.action_chain().send_keys(Key::Tab).perform().await?;
    let focused = dana.driver.active_element().await?.text().await?;
    ensure!(focused == "Skip to content", "the first Tab reaches '{focused}', not the skip link");
    dana.press("Log in with KaseyaOne").await?;
    dana.sign_in_at_kaseyaone("dana", None).await?;
    dana.expect_page("no-access").await?;
    dana.picture("4-no-access-yet").await
}

async fn administrator_sees_the_newcomer(admin: &Person, app: &str) -> Result<()> {
    admin.driver.goto(format!("{app}/settings/users")).await?;
    admin.expect_page("users").await?;
    let text = admin.text().await?;
    for words in ["dana@northwind.example", "Created automatically", "None assigned"] {
        ensure!(text.contains(words), "Settings > Users does not say '{words}':\n{text}");
    }
    admin.picture("5-settings-users").await?;
    admin.driver.goto(format!("{app}/settings/users/sign-ins")).await?;
    admin.picture("6-record-of-sign-ins").await
}

async fn unverified_person_is_refused(una: &Person, app: &str) -> Result<()> {
    una.driver.goto(format!("{app}/sign-in")).await?;
    una.press("Log in with KaseyaOne").await?;
    una.sign_in_at_kaseyaone("una", None).await?;
    una.expect_page("refused").await?;
    una.picture("7-refused").await
}

async fn start_provisioner(idp: &MockIdp, folder: &Path) -> Result<provisioner::Server> {
    let config = folder.join("provisioner.toml");
    std::fs::write(
        &config,
        format!(
            "listen = \"127.0.0.1:0\"\ndatabase_url = \"sqlite://{}\"\n[kaseyaone]\nissuer = \"{}\"\nclient_id = \"kaseya-mdr\"\nclient_secret = \"kaseya-mdr-test-secret-not-a-secret\"\n",
            folder.join("browser.sqlite").display(),
            idp.issuer(),
        ),
    )?;
    let config = provisioner::Config::from_file(&config)?;
    let runtime = provisioner::Runtime {
        clock: Arc::new(provisioner::SystemClock),
        generator: provisioner::Generator::from_os()?,
    };
    let password = PASSWORD.to_owned().into();
    provisioner::bootstrap_admin(&config, &runtime, "mona@northwind.example", "Mona Okafor", &password)
        .await?;
    let server = provisioner::serve(config, runtime).await?;
    let callback = format!("{}sso/callback", server.base_url());
    idp.clients().change("kaseya-mdr", |client| client.redirect_uris.push(callback))?;
    Ok(server)
}
