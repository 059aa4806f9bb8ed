//! Logout that a client begins, and who is told of it.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mock_idp::{MockIdp, Params};
use serde_json::{Value, json};

use super::party::{Got, Mode, Party, RESPONSE_TYPES, provider};
use crate::assertions::Signer;
use crate::support::{Answer, encode};

const AFTERWARDS: &str = "http://127.0.0.1:8400/post_logout_redirect";

/// Somebody who signed in and wants to be signed out.
struct SignedIn<'a> {
    party: Party<'a>,
    got: Got,
    state: String,
}

impl<'a> SignedIn<'a> {
    async fn new(idp: &'a MockIdp) -> Self {
        Self::by(idp, "code", &json!({})).await
    }

    async fn by(idp: &'a MockIdp, response_type: &str, more: &Value) -> Self {
        let mut all = json!({"post_logout_redirect_uris": [AFTERWARDS]});
        all.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let party = Party::with(idp, response_type, Mode::Usual, &all).await;
        let got = party.sign_in(&[]).await;
        Self { party, got, state: "Aa0-._~".repeat(18) + "zz" }
    }

    /// Asks for logout; an empty value leaves a parameter out.
    async fn leave(&self, more: &[(&str, &str)]) -> Answer {
        let mut params = vec![
            ("id_token_hint", self.got.id_token.as_str()),
            ("post_logout_redirect_uri", AFTERWARDS),
            ("state", self.state.as_str()),
        ];
        for (name, value) in more {
            let pair = params.iter_mut().find(|(other, _)| other == name).expect("a parameter");
            pair.1 = value;
        }
        let sent = params.into_iter().filter(|(_, value)| !value.is_empty());
        let sent = sent.into_iter().collect();
        let url = format!("{}?{}", self.party.idp.url("/connect/endsession"), encode(&sent));
        self.party.browser.get(&url).await
    }

    async fn is_over(&self) {
        let answer = self.party.open(self.party.params(&[("prompt", "none"), ("state", &self.state)])).await;
        assert_eq!(self.party.error(&answer, &self.state), "login_required");
    }

    /// A logout token is genuine, and about this session (Back-Channel Logout 2.4).
    fn is_named_in(&self, logout_token: &str) {
        let (id_token, claims) = (self.got.claims(), self.party.genuine(logout_token));
        for same in ["iss", "sub", "aud", "sid"] {
            assert!(!claims[same].is_null());
            assert_eq!(claims[same], id_token[same], "{same}");
        }
        let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
        assert_eq!((&claims["events"], claims.get("nonce")), (&event, None));
        assert_eq!(claims["iat"], self.party.idp.clock().now().as_second());
        assert!(claims["jti"].as_str().is_some_and(|jti| !jti.is_empty()), "{claims}");
    }

    /// A page says why nobody goes back to the client, and the session lives on.
    async fn is_refused(&self, more: &[(&str, &str)], because: &str) {
        let answer = self.leave(more).await;
        let found = (answer.status.as_u16(), answer.page(), &answer.location);
        assert_eq!(found, (400, "kaseyaone-error", &None), "{more:?}");
        assert!(answer.body.contains(because) && !answer.body.contains("http-equiv"), "{}", answer.body);
        self.party.silently(&[("prompt", "none")]).await;
    }

    /// A page asks, and another says that the session is over.
    async fn is_asked_and_ends_on_a_page(&self, more: &[(&str, &str)]) {
        let asked = self.leave(more).await;
        assert_eq!((asked.status.as_u16(), asked.page()), (200, "kaseyaone-logout"), "{more:?}");
        self.party.silently(&[("prompt", "none")]).await;
        self.ended_on_a_page(&self.party.browser.answer_logout(self.party.idp, &asked, &[]).await).await;
    }

    /// A page says that the session is over.
    async fn ends_on_a_page(&self, more: &[(&str, &str)]) {
        self.ended_on_a_page(&self.leave(more).await).await;
    }

    async fn ended_on_a_page(&self, answer: &Answer) {
        let found = (answer.status.as_u16(), answer.page(), &answer.location);
        assert_eq!(found, (200, "kaseyaone-signed-out", &None));
        assert!(!answer.body.contains("http-equiv"), "nobody goes anywhere: {}", answer.body);
        self.is_over().await;
    }
}

#[tokio::test]
async fn the_browser_comes_back_with_the_state_and_nothing_else() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let somebody = SignedIn::by(&idp, response_type, &json!({})).await;
        let answer = somebody.leave(&[]).await;
        let query = answer.location.as_deref().and_then(|it| it.strip_prefix(AFTERWARDS)?.strip_prefix('?'));
        let state = ("state".to_owned(), somebody.state.clone());
        assert_eq!(query.map(Params::parse), Some([state].into_iter().collect()));
        somebody.is_over().await;
    }
}

#[tokio::test]
async fn the_browser_comes_back_without_a_state_that_was_not_sent() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    assert_eq!(somebody.leave(&[("state", "")]).await.location.as_deref(), Some(AFTERWARDS));
    somebody.is_over().await;
}

#[tokio::test]
async fn an_address_that_is_not_registered_gets_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    let elsewhere = "http://127.0.0.1:8400/bad_post_logout_redirect_uri";
    let more = [("post_logout_redirect_uri", elsewhere)];
    somebody.is_refused(&more, "post_logout_redirect_uri").await;
}

#[tokio::test]
async fn a_query_at_the_registered_address_gets_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    let uri = format!("{AFTERWARDS}?foo=bar");
    somebody.is_refused(&[("post_logout_redirect_uri", &uri)], "post_logout_redirect_uri").await;
}

#[tokio::test]
async fn a_hint_that_was_changed_to_alg_none_gets_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    let claims = somebody.got.id_token.split('.').nth(1).expect("claims");
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"none","typ":"JWT"}"#] {
        let header = URL_SAFE_NO_PAD.encode(header);
        for hint in [format!("{header}.{claims}."), format!("{header}.{claims}")] {
            somebody.is_refused(&[("id_token_hint", &hint)], "id_token_hint").await;
        }
    }
}

#[tokio::test]
async fn a_hint_by_somebody_else_gets_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    let (client, now) = (somebody.party.text("client_id").to_owned(), idp.clock().now().as_second());
    let times = (now, now + 300);
    for (iss, aud) in [(client.as_str(), idp.issuer()), (idp.issuer(), client.as_str())] {
        let claims = json!({
            "iss": iss, "aud": aud, "sub": "SubjectID", "nonce": "flibble", "iat": times.0, "exp": times.1,
        });
        let secret = somebody.party.text("client_secret");
        for signer in [Signer::of("RS256"), Signer::of("ES256"), Signer::secret(secret)] {
            let hint = signer.sign(&claims);
            somebody.is_refused(&[("id_token_hint", &hint)], "id_token_hint").await;
        }
    }
}

#[tokio::test]
async fn an_address_without_a_hint_gets_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    somebody.is_refused(&[("id_token_hint", "")], "id_token_hint").await;
}

#[tokio::test]
async fn without_parameters_the_person_is_asked_and_the_session_ends_on_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    let nothing = [("id_token_hint", ""), ("post_logout_redirect_uri", ""), ("state", "")];
    somebody.is_asked_and_ends_on_a_page(&nothing).await;
}

#[tokio::test]
async fn with_a_state_alone_the_person_is_asked_and_the_session_ends_on_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    somebody.is_asked_and_ends_on_a_page(&[("id_token_hint", ""), ("post_logout_redirect_uri", "")]).await;
}

#[tokio::test]
async fn without_an_address_the_session_ends_on_a_page() {
    let idp = provider().await;
    let somebody = SignedIn::new(&idp).await;
    somebody.ends_on_a_page(&[("post_logout_redirect_uri", "")]).await;
}

/// A client that keeps what was posted to it: content type and body.
async fn back_channel() -> (String, Arc<Mutex<Vec<(String, String)>>>) {
    let told: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let heard = Arc::clone(&told);
    let take = move |headers: axum::http::HeaderMap, body: String| async move {
        let kind = headers["content-type"].to_str().expect("ASCII").to_owned();
        heard.lock().expect("no panic").push((kind, body));
        [("cache-control", "no-store")]
    };
    let router = axum::Router::new().route("/backchannel_logout", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let uri = format!("http://{}/backchannel_logout", listener.local_addr().expect("an address"));
    tokio::spawn(async { axum::serve(listener, router).await });
    (uri, told)
}

#[tokio::test]
async fn a_client_is_told_by_a_logout_token_before_the_browser_comes_back() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let (uri, told) = back_channel().await;
        let more = json!({"backchannel_logout_uri": uri, "backchannel_logout_session_required": true});
        let somebody = SignedIn::by(&idp, response_type, &more).await;
        let answer = somebody.leave(&[]).await;
        assert!(answer.location.is_some_and(|location| location.starts_with(AFTERWARDS)));
        let told = told.lock().expect("no panic").clone();
        let [(kind, body)] = told.as_slice() else { panic!("told once: {told:?}") };
        assert_eq!(kind, "application/x-www-form-urlencoded");
        let form = Params::parse(body);
        assert_eq!(form.len(), 1, "{form:?}");
        somebody.is_named_in(form.first("logout_token").expect("a logout token"));
        somebody.is_over().await;
    }
}

#[tokio::test]
async fn a_client_is_told_by_a_frame_with_issuer_and_session_before_the_browser_goes_on() {
    let idp = provider().await;
    let uri = "http://127.0.0.1:8400/frontchannel_logout";
    let more = json!({"frontchannel_logout_uri": uri, "frontchannel_logout_session_required": true});
    for response_type in RESPONSE_TYPES {
        let somebody = SignedIn::by(&idp, response_type, &more).await;
        let page = somebody.leave(&[]).await;
        let between = |before: &str, after: &str| {
            let found = page.body.split_once(before).and_then(|(_, rest)| rest.split_once(after));
            found.unwrap_or_else(|| panic!("no {before} in {}", page.body)).0.replace("&#38;", "&")
        };
        let frame = between("<iframe src=\"", "\"");
        let query = frame.strip_prefix(uri).and_then(|rest| rest.strip_prefix('?')).expect("a query");
        let sid = somebody.got.claims()["sid"].as_str().expect("a session").to_owned();
        let told = [("iss", idp.issuer().to_owned()), ("sid", sid)];
        assert_eq!(Params::parse(query), told.into_iter().collect());
        let onward = between("; url=", "\"");
        let query = onward.strip_prefix(AFTERWARDS).and_then(|rest| rest.strip_prefix('?')).expect("a query");
        assert_eq!(Params::parse(query), [("state", &somebody.state)].into_iter().collect());
        somebody.is_over().await;
    }
}
