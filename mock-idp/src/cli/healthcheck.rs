//! Asking a provider whether it is up, for images that have nothing else to ask with.

use std::process::ExitCode;
use std::time::Duration;

use mock_idp::{Layout, MockIdp};
use reqwest::StatusCode;

#[derive(clap::Args)]
pub(crate) struct Healthcheck {
    /// Address of the provider. [default: the port of MOCK_IDP_LISTEN or of the file MOCK_IDP_CONFIG, or 9400, on this machine]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn run(check: Healthcheck) -> anyhow::Result<ExitCode> {
    let given = check.url.is_some();
    let is_address = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    if let Some(url) = check.url.as_ref().filter(|url| !is_address(url)) {
        anyhow::bail!("--url {url:?} is no address; write it with its scheme, as in http://127.0.0.1:9400");
    }
    let url = check.url.unwrap_or_else(|| here(listens().as_deref()));
    let base = url.trim_end_matches('/').to_owned();
    let mut url = health_of(&base);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut answer = runtime.block_on(status_of(&url));
    if let Ok(StatusCode::NOT_FOUND) = answer
        && let Some(realm) = realm_of(&base)
    {
        url = health_of(realm);
        answer = runtime.block_on(status_of(&url));
    }
    if answer.is_err() && !given {
        // It may be served by TLS.
        let secure = url.replacen("http:", "https:", 1);
        if let Ok(status) = runtime.block_on(status_of(&secure)) {
            (url, answer) = (secure, Ok(status));
        }
    }
    match answer {
        Ok(status) if status.is_success() => {
            println!("mock-idp: {url} is up");
            Ok(ExitCode::SUCCESS)
        }
        Ok(status) => {
            eprintln!("mock-idp: {url} answered {status}; name the address of a mock-idp with --url");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            let error = anyhow::Error::from(error.without_url());
            eprintln!(
                "mock-idp: {url} does not answer ({error:#}); start it, or name another address with --url"
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Where a realm says whether it is up.
fn health_of(realm: &str) -> String {
    format!("{realm}/_control/health")
}

/// The realm of an issuer that ends with more than its path, as some layouts have it.
fn realm_of(issuer: &str) -> Option<&str> {
    let suffixes = Layout::ALL.into_iter().map(|layout| layout.issuer_suffix().trim_end_matches('/'));
    suffixes.filter(|suffix| !suffix.is_empty()).find_map(|suffix| issuer.strip_suffix(suffix))
}

async fn status_of(url: &str) -> reqwest::Result<StatusCode> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        // It asks whether something is up and not who it is, and tells it nothing.
        .danger_accept_invalid_certs(true)
        .build()?;
    Ok(client.get(url).send().await?.status())
}

/// Where a provider with this environment listens.
fn listens() -> Option<String> {
    // An empty variable is one that nobody has set.
    let said = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(listen) = said("MOCK_IDP_LISTEN") {
        return listen.into_string().ok();
    }
    // What is wrong with the file says the provider.
    let configured = MockIdp::builder().config_file(said("MOCK_IDP_CONFIG")?).ok()?;
    configured.listens_on().next().map(str::to_owned).filter(|listen| !listen.ends_with(":0"))
}

/// Where a provider that listens there is reached from its own machine.
fn here(listen: Option<&str>) -> String {
    let port = listen.and_then(|listen| listen.rsplit_once(':')).map_or("9400", |(_, port)| port);
    format!("http://127.0.0.1:{port}")
}
