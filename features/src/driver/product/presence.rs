//! Whether a product is still there after a scenario that failed, and answers in time. A request that fails may be what the scenario is about; a
//! product that nobody can connect to would fail every scenario that is left for the same reason.

use std::{sync::atomic::Ordering, time::Duration};

use anyhow::anyhow;
use reqwest::Client;
use url::Url;

use super::Product;

/// How long is waited for an answer of any kind. What is only slow is there.
const GLANCE: Duration = Duration::from_secs(5);

/// So often a product is asked again, a second later each time: somebody may start it again.
const AGAIN: usize = 5;

/// After so many scenarios one after the other in which the hooks did not answer in time the next would wait in vain too.
const ENOUGH: usize = 3;

impl Product {
    /// Every step of a scenario could be carried out, so the hooks answer.
    pub fn answers(&self) {
        self.described.hooks.take_late();
        self.in_vain.store(0, Ordering::Relaxed);
    }

    /// Why it would be in vain to begin another scenario after one that failed, if it would.
    pub async fn gone(&self) -> Option<String> {
        if let Some(asked) = self.described.hooks.take_late() {
            let in_vain = self.in_vain.fetch_add(1, Ordering::Relaxed) + 1;
            return (in_vain >= ENOUGH).then(|| {
                format!(
                    "the product's hooks did not answer within {} s in {in_vain} scenarios one after the other, last {asked}; see what it waits for, or say a longer patience in {}",
                    self.described.description.patience.as_secs(),
                    self.described.description.file.display()
                )
            });
        }
        self.in_vain.store(0, Ordering::Relaxed);
        let (hooks, start) = (&self.described.description.hooks, &self.described.description.start);
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
#[expect(clippy::disallowed_methods, reason = "nothing tells when somebody else starts a program again")]
async fn unreachable(client: &Client, url: &Url) -> Option<String> {
    let mut why = None;
    for attempt in 0..=AGAIN {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        match client.get(url.clone()).timeout(GLANCE).send().await {
            Err(error) if !error.is_timeout() => why = Some(anyhow!(error).root_cause().to_string()),
            _ => return None,
        }
    }
    why
}
