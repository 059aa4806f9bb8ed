//! What every relying party has to get done, and what every one has to refuse. It plays the browser and the person; what
//! a token is worth is for the relying party to say.

use mock_idp::{MockIdp, Outcome, Target};
use serde::Deserialize;
use url::Url;

use crate::support::{Browser, CALLBACK, CLIENT};

/// Where the relying parties take people after logout.
pub(crate) const SIGNED_OUT: &str = "http://127.0.0.1:8400/sign-in";
/// What they ask for.
pub(crate) const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// What a relying party knows after it has validated an ID token and asked for user information.
#[derive(Debug, Deserialize)]
pub(crate) struct SignedIn {
    /// From the ID token.
    pub(crate) subject: String,
    /// From the user information.
    pub(crate) email: String,
    pub(crate) refresh_token: String,
}

/// A relying party, as far as its web server would go. `Err` is its own refusal, in its own words.
pub(crate) trait RelyingParty {
    /// Where it sends the browser to sign in.
    async fn begin(&mut self, prompt: Option<&str>) -> String;
    /// The browser came back to this address.
    async fn finish(&mut self, address: &str) -> Result<SignedIn, String>;
    async fn refresh(&mut self, refresh_token: &str) -> Result<SignedIn, String>;
    /// Where it sends the browser to sign out: with the newest ID token as a hint, and with a state.
    async fn log_out(&mut self) -> String;
    /// The browser came back to this address after logout.
    async fn logged_out(&mut self, address: &str) -> Result<(), String>;
}

/// A provider whose main client is the relying party of [`CALLBACK`] and [`SIGNED_OUT`] and takes no logout tokens.
pub(crate) async fn provider() -> MockIdp {
    let idp = MockIdp::start().await;
    let mut client = idp.clients().get(CLIENT).expect("the main client");
    client.redirect_uris = vec![CALLBACK.to_owned()];
    client.post_logout_redirect_uris = vec![SIGNED_OUT.to_owned()];
    client.backchannel_logout_uri = None;
    idp.clients().add(client);
    idp
}

/// Opens an address at the provider, chooses a person there, and answers where the provider sends the browser.
pub(crate) async fn sign_in(browser: &Browser, idp: &MockIdp, address: &str, person: &str) -> String {
    let asked = browser.get(address).await;
    let location = asked.location.unwrap_or_else(|| panic!("nobody is asked to sign in: {}", asked.body));
    let page = Url::parse(address).and_then(|address| address.join(&location)).expect("an address");
    let interaction = browser.get(page.as_str()).await.interaction();
    assert!(!interaction.is_empty(), "nobody is asked to sign in at {page}");
    let form = [("interaction", interaction.as_str()), ("person", person)];
    let answer = browser.post(&idp.url("/account/people"), &form).await;
    answer.location.unwrap_or_else(|| panic!("no way back: {}", answer.body))
}

/// A parameter in the query of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let address = Url::parse(address).expect("an address");
    address.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned())
}

/// Sign-in, silent sign-in, refresh, logout.
pub(crate) async fn completes(idp: &MockIdp, party: &mut impl RelyingParty) {
    let browser = Browser::new();
    let address = party.begin(None).await;
    asks_in_full(&address);
    let first = party.finish(&sign_in(&browser, idp, &address, "dana").await).await.expect("a sign-in");
    is_dana(&first);

    let again = browser.get(&party.begin(Some("none")).await).await.location.expect("an answer");
    let silent = party.finish(&again).await.expect("the session at the provider answers silently");
    is_dana(&silent);

    let second = party.refresh(&silent.refresh_token).await.expect("a refresh");
    is_dana(&second);
    assert_ne!(second.refresh_token, silent.refresh_token, "refresh tokens rotate");
    let refused = party.refresh(&silent.refresh_token).await.expect_err("a refresh token is good once");
    assert!(refused.contains("invalid_grant"), "{refused}");

    let address = party.log_out().await;
    let state = parameter(&address, "state").expect("a state");
    assert!(parameter(&address, "id_token_hint").is_some(), "{address}");
    let back = browser.get(&address).await.location.expect("a way back");
    assert_eq!(back, format!("{SIGNED_OUT}?state={state}"));
    party.logged_out(&format!("{SIGNED_OUT}?state=another")).await.expect_err("this state is not its own");
    party.logged_out(&back).await.expect("the state is its own");

    let none = browser.get(&party.begin(Some("none")).await).await.location.expect("an answer");
    let refused = party.finish(&none).await.expect_err("the session at the provider is over");
    assert!(refused.contains("login_required"), "{refused}");
    has_served(idp, &["discovery", "jwks", "authorize", "token", "userinfo", "end_session"]);
    is_judged(idp);
}

/// Each fault of the ID token, armed for one sign-in, is refused with a word that names it; so are another state and a
/// falsified refresh. What is honest is taken in between.
pub(crate) async fn refuses(idp: &MockIdp, party: &mut impl RelyingParty, faults: &[(&str, &str)]) {
    for (fault, word) in faults {
        let armed = idp.faults().arm(fault, Target::next(), 1).expect("a fault of the catalogue");
        let back = way_back(idp, party).await;
        let refused = party.finish(&back).await.expect_err(fault);
        assert!(refused.to_lowercase().contains(word), "{fault} was refused as {refused:?}");
        assert_eq!(armed.fired(), 1, "{fault}");
    }
    let back = way_back(idp, party).await;
    let state = parameter(&back, "state").expect("a state");
    let refused = party.finish(&back.replace(&state, "another")).await.expect_err("another state");
    assert!(refused.to_lowercase().contains("state"), "{refused}");

    let back = way_back(idp, party).await;
    let honest = party.finish(&back).await.expect("an honest sign-in");
    let armed = idp.faults().arm("sig-bad-rs256", Target::person("dana"), 1).expect("a fault");
    let refused = party.refresh(&honest.refresh_token).await.expect_err("a refreshed ID token is validated");
    assert!(refused.to_lowercase().contains("signature"), "{refused}");
    assert_eq!(armed.fired(), 1, "sig-bad-rs256 at the refresh");
    is_judged(idp);
}

/// No check of the verdict blames a relying party for anything but the second use of a refresh token, which was asked of
/// it.
fn is_judged(idp: &MockIdp) {
    let verdict = idp.verdict().of(CLIENT);
    let blamed = verdict
        .with(Outcome::Fail)
        .find(|(_, check)| !["errors-not-retried", "refresh-token-once"].contains(&check.id));
    assert!(blamed.is_none() && verdict.with(Outcome::Pass).count() > 10, "{}", verdict.text());
}

/// Where the provider sends the browser after Dana has signed in, in a browser of her own.
async fn way_back(idp: &MockIdp, party: &mut impl RelyingParty) -> String {
    let address = party.begin(None).await;
    sign_in(&Browser::new(), idp, &address, "dana").await
}

/// PKCE, state and nonce are there: the provider would do without some of them.
pub(crate) fn asks_in_full(address: &str) {
    let said = |name| parameter(address, name).unwrap_or_default();
    assert_eq!((said("response_type"), said("code_challenge_method")), ("code".into(), "S256".into()));
    for name in ["code_challenge", "state", "nonce"] {
        assert!(!said(name).is_empty(), "no {name} in {address}");
    }
    let scope = said("scope");
    assert!(SCOPES.iter().all(|wanted| scope.split(' ').any(|it| it == *wanted)), "{scope}");
}

fn is_dana(signed_in: &SignedIn) {
    let who = (signed_in.subject.as_str(), signed_in.email.as_str());
    assert_eq!(who, ("k1-northwind-dana", "dana@northwind.example"));
}

/// The provider answered each of these at least once.
pub(crate) fn has_served(idp: &MockIdp, operations: &[&str]) {
    let entries = idp.journal().entries();
    for operation in operations {
        let served = |entry: &&mock_idp::Entry| entry.operation == *operation && entry.status < 400;
        assert!(entries.iter().find(served).is_some(), "nobody asked for {operation}");
    }
}
