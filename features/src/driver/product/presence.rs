//! Whether a product is still there after a scenario that failed. A request that fails may be what the scenario is about; a
//! product that nobody can connect to would fail every scenario that is left for the same reason.

use std::time::Duration;

use anyhow::anyhow;
use reqwest::Client;
use url::Url;

use super::Product;

/// How long is waited for an answer of any kind. What is only slow is there.
const GLANCE: Duration = Duration::from_secs(5);

impl Product {
    /// Why it would be in vain to begin another scenario, if it would.
    pub async fn gone(&self) -> Option<String> {
        let (hooks, start) = (&self.description.hooks, &self.description.start);
        // Where people sign in may be another program than where the hooks are.
        let further = Some(start).filter(|start| start.origin() != hooks.origin());
        for url in std::iter::once(hooks).chain(further) {
            if let Some(why) = unreachable(&self.client, url).await {
                return Some(format!(
                    "the product can no longer be reached, GET {url} gets no answer ({why}); start it again and run what was not run"
                ));
            }
        }
        None
    }
}

/// Why an address gives no answer over HTTP, if it gives none.
async fn unreachable(client: &Client, url: &Url) -> Option<String> {
    match client.get(url.clone()).timeout(GLANCE).send().await {
        Err(error) if !error.is_timeout() => Some(anyhow!(error).root_cause().to_string()),
        _ => None,
    }
}
