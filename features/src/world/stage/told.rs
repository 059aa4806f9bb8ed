//! What messages and transcripts say of a scenario.

use super::Stage;
use crate::{driver::provider, world::Who};

impl Stage {
    /// What a person has on the screen, for messages.
    pub fn what_is_shown(&mut self, who: &Who) -> String {
        let refused = provider::last_refusal(&self.idp);
        let (_, browser) = self.seat(who);
        let shown = match browser.page() {
            Ok(page) => {
                let reference = page.reference().map_or_else(String::new, |it| format!(" (reference {it})"));
                let kind = Some(page.kind()).filter(|kind| !kind.is_empty());
                let kind = kind.map_or_else(|| format!("at {}", page.url.path()), |kind| format!("{kind:?}"));
                format!("{who} sees the page {kind}{reference}: {}", page.text())
            }
            Err(_) => format!("{who} sees nothing yet"),
        };
        shown + &refused
    }

    /// What addresses are called in the transcript.
    pub fn hosts(&self) -> Vec<(String, String)> {
        let server =
            |number: usize| if number == 0 { "app".to_owned() } else { format!("app{}", number + 1) };
        let servers = (0..self.sut.server_count())
            .map(|it| (self.sut.base(it).origin().ascii_serialization(), server(it)));
        let former = self.own_providers.iter().rev().skip(1);
        let former = former.map(|it| (it.issuer().to_owned(), "former-idp".to_owned()));
        servers.chain(former).chain([(self.idp.issuer().to_owned(), "idp".to_owned())]).collect()
    }
}
