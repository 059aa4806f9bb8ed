//! The end of a session: who is told, how, and what the faults make of it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use mock_idp::{Mint, MockIdp, Params, StoryOutcome};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, decode};

pub(crate) const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A client that writes down what it is told, and answers what it is asked to answer.
pub(crate) struct Client {
    told: Arc<Mutex<Vec<String>>>,
    answer: Arc<Mutex<StatusCode>>,
    pub(crate) uri: String,
}

type Writing = (Arc<Mutex<Vec<String>>>, Arc<Mutex<StatusCode>>);

impl Client {
    pub(crate) async fn start(answer: StatusCode) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new(answer));
        let take = move |State((told, answer)): State<Writing>, body: String| async move {
            let token = Params::parse(&body).first("logout_token").expect("a logout token").to_owned();
            told.lock().expect("no panic").push(token);
            let answer = *answer.lock().expect("no panic");
            (answer, r#"{"error":"invalid_request","error_description":"not for me"}"#)
        };
        let state = (Arc::clone(&told), Arc::clone(&answer));
        let router = Router::new().route("/told", post(take)).with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let uri = format!("http://{}/told", listener.local_addr().expect("an address"));
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { told, answer, uri }
    }

    /// What it answers from now on.
    pub(crate) fn answers(&self, answer: StatusCode) {
        *self.answer.lock().expect("no panic") = answer;
    }

    pub(crate) fn tokens(&self) -> Vec<String> {
        self.told.lock().expect("no panic").clone()
    }
}

/// A provider whose clock stands still and whose main client is told of logouts at this address.
pub(crate) async fn provider(client: &Client) -> MockIdp {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    idp.clock().freeze();
    let uri = client.uri.clone();
    idp.clients().change("kaseya-mdr", |main| main.backchannel_logout_uri = Some(uri)).expect("the client");
    idp
}

pub(crate) async fn signed_in(idp: &MockIdp, person: &str) -> (Browser, Value) {
    let browser = Browser::new();
    let code = browser.sign_in(idp, person, &[]).await.param("code").expect("a code");
    let tokens = browser.redeem(idp, &code).await.json();
    let claims = decode(tokens["id_token"].as_str().expect("an ID token")).1;
    (browser, claims)
}

#[tokio::test]
async fn a_logout_token_goes_to_the_client_that_took_part() {
    let client = Client::start(StatusCode::OK).await;
    let idp = provider(&client).await;
    let (browser, claims) = signed_in(&idp, "dana").await;
    signed_in(&idp, "rui").await;
    assert_eq!(browser.sign_out(&idp, "").await.page(), "kaseyaone-signed-out");
    let tokens = client.tokens();
    assert_eq!(tokens.len(), 1, "rui's session goes on");
    let (header, logout) = decode(&tokens[0]);
    let now = idp.clock().now().as_second();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("RS256")));
    let said = json!({
        "iss": idp.issuer(), "sub": claims["sub"], "aud": "kaseya-mdr", "iat": now, "exp": now + 120,
        "jti": logout["jti"], "events": { EVENT: {} }, "sid": claims["sid"],
    });
    assert_eq!(logout, said);
    assert!(logout["jti"].as_str().is_some_and(|jti| jti.len() > 20));
    assert_eq!(browser.sign_out(&idp, "").await.page(), "kaseyaone-signed-out");
    assert_eq!(client.tokens().len(), 1, "a session ends once");
}

#[tokio::test]
async fn a_person_is_signed_out_everywhere_and_the_answers_are_told() {
    let client = Client::start(StatusCode::BAD_REQUEST).await;
    let idp = provider(&client).await;
    signed_in(&idp, "dana").await;
    let (second, claims) = signed_in(&idp, "dana").await;
    let deliveries = idp.people().sign_out_everywhere("dana").await.expect("dana");
    assert_eq!(deliveries.iter().map(|it| it.status).collect::<Vec<_>>(), [Some(400), Some(400)]);
    assert_eq!(deliveries[0].body.as_ref().expect("JSON")["error_description"], "not for me");
    let sids: Vec<_> = client.tokens().iter().map(|token| decode(token).1["sid"].clone()).collect();
    assert!(sids.len() == 2 && sids[0] != sids[1] && sids.contains(&claims["sid"]), "{sids:?}");
    let asked = second.authorize(&idp, &[]).await;
    assert!(asked.page().starts_with("kaseyaone-"), "the session is over");
    assert!(idp.people().sign_out_everywhere("nobody").await.is_err());
    let entries = idp.journal().entries();
    let told = entries.iter().filter(|entry| entry.operation == "backchannel_logout");
    assert!(told.clone().all(|entry| entry.status == 400 && entry.person.as_deref() == Some("dana")));
    assert_eq!(told.count(), 2);
}

#[tokio::test]
async fn a_client_that_is_down_keeps_nobody_signed_in() {
    let client = Client { uri: "http://127.0.0.1:1/told".to_owned(), ..Client::start(StatusCode::OK).await };
    let idp = provider(&client).await;
    signed_in(&idp, "dana").await;
    let deliveries = idp.people().sign_out_everywhere("dana").await.expect("dana");
    assert_eq!(deliveries[0].status, None);
    assert!(deliveries[0].error.as_ref().is_some_and(|error| error.contains("refused")), "{deliveries:?}");
}

#[tokio::test]
async fn the_browser_loads_a_frame_before_it_returns() {
    let client = Client::start(StatusCode::OK).await;
    let idp = provider(&client).await;
    let framed = |main: &mut fixtures::Client| {
        main.frontchannel_logout_uri = Some("http://127.0.0.1:8400/framed".to_owned());
    };
    idp.clients().change("kaseya-mdr", framed).expect("the client");
    let (browser, claims) = signed_in(&idp, "dana").await;
    let query =
        "client_id=kaseya-mdr&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fsign-in&state=%3Cb%3E";
    let page = browser.sign_out(&idp, query).await;
    assert_eq!((page.status.as_u16(), page.page()), (200, "kaseyaone-signed-out"));
    let (issuer, sid) =
        (idp.issuer().replace(':', "%3A").replace('/', "%2F"), claims["sid"].as_str().unwrap());
    let frame = format!("<iframe src=\"http://127.0.0.1:8400/framed?iss={issuer}&#38;sid={sid}\"");
    assert!(page.body.contains(&frame), "{}", page.body);
    assert!(
        page.body.contains("http-equiv=\"refresh\"") && page.body.contains("state=%3Cb%3E"),
        "{}",
        page.body
    );
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("frame-src http://127.0.0.1:8400") && policy.contains("default-src 'none'"));
}

/// What the browser was told, and whether its session lives.
async fn after(idp: &MockIdp, browser: &Browser, answer: Answer) -> (String, bool) {
    let lives = browser.authorize(idp, &[("prompt", "none")]).await.param("code").is_some();
    (answer.page().to_owned(), lives)
}

#[tokio::test]
async fn who_is_signed_in_is_asked_unless_the_hint_is_about_them() {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    let hint = |person: &str, client: &str| {
        format!("id_token_hint={}", idp.mint(&Mint::new(person, client)).expect("tokens").id_token)
    };
    let own = signed_in(&idp, "dana").await.0;
    // Another session of the same person: it is about whoever is signed in.
    let answer = own.get(&idp.url(&format!("/connect/endsession?{}", hint("dana", "kaseya-mdr")))).await;
    assert_eq!(after(&idp, &own, answer).await, ("kaseyaone-signed-out".to_owned(), false));

    for query in [hint("rui", "kaseya-mdr"), "client_id=kaseya-mdr".to_owned(), "state=s".to_owned()] {
        let browser = signed_in(&idp, "dana").await.0;
        let asked = browser.get(&idp.url(&format!("/connect/endsession?{query}"))).await;
        assert!(asked.body.contains("<strong>Dana "), "{}", asked.body);
        let names_client = asked.body.contains("Kaseya MDR asks to sign you out");
        assert_eq!(names_client, !query.starts_with("state"), "{}", asked.body);
        let stays = browser.answer_logout(&idp, &asked, &[("stay", "stay")]).await;
        let still = ("kaseyaone-still-signed-in".to_owned(), true);
        assert_eq!(after(&idp, &browser, stays).await, still, "{query}");
        let leaves = browser.answer_logout(&idp, &asked, &[]).await;
        let out = ("kaseyaone-signed-out".to_owned(), false);
        assert_eq!(after(&idp, &browser, leaves).await, out, "{query}");
        let again = browser.get(&idp.url(&format!("/connect/endsession?{query}"))).await;
        assert_eq!(again.page(), "kaseyaone-signed-out", "nobody is there to be asked");
    }
}

#[tokio::test]
async fn whoever_agrees_goes_where_the_application_asked_and_no_other_site_agrees_for_them() {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    let browser = signed_in(&idp, "dana").await.0;
    let query = "client_id=kaseya-mdr&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8400%2Fsign-in&state=%22%3Cb%3E";
    let asked = browser.get(&idp.url(&format!("/connect/endsession?{query}"))).await;
    assert!(!asked.body.contains("<b>"), "{}", asked.body);
    let policy = asked.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:8400;"), "{policy}");
    let forged = browser
        .http()
        .post(idp.url("/account/logout"))
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(query);
    let forged = browser.send(forged).await;
    assert_eq!((forged.status.as_u16(), forged.page()), (400, "kaseyaone-error"));
    assert!(browser.authorize(&idp, &[("prompt", "none")]).await.param("code").is_some(), "nothing ended");
    let leaves = browser.answer_logout(&idp, &asked, &[]).await;
    assert_eq!(leaves.location.as_deref(), Some("http://127.0.0.1:8400/sign-in?state=%22%3Cb%3E"));
    let unregistered = "client_id=kaseya-mdr&post_logout_redirect_uri=https%3A%2F%2Fevil.example";
    let form: Vec<_> = unregistered.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let elsewhere = browser.post(&idp.url("/account/logout"), &form).await;
    assert_eq!((elsewhere.status.as_u16(), elsewhere.page()), (400, "kaseyaone-error"));
}

#[tokio::test]
async fn a_headless_provider_asks_nobody() {
    let idp = MockIdp::builder().headless().on_current_runtime().start().await.expect("a free port");
    let browser = Browser::new();
    assert!(browser.authorize(&idp, &[("login_hint", "dana")]).await.param("code").is_some());
    let answer = browser.get(&idp.url("/connect/endsession")).await;
    assert_eq!(after(&idp, &browser, answer).await, ("kaseyaone-signed-out".to_owned(), false));
}

#[tokio::test]
async fn what_is_opened_again_is_where_browsers_reach_it() {
    let idp = MockIdp::builder().derived_issuer().on_current_runtime().start().await.expect("a free port");
    idp.realms().create("acme").expect("a realm");
    for (path, prefix, expected) in [
        ("/connect/endsession", "/idp", "/idp/connect/endsession?state=1"),
        ("/connect/endsession", "", "/connect/endsession?state=1"),
        ("/acme/connect/endsession", "/idp", "/idp/acme/connect/endsession?state=1"),
    ] {
        let browser = Browser::new();
        let request = browser.http().post(idp.url(path)).header("sec-fetch-site", "cross-site");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body("state=1");
        let answer = browser.send(request.header("x-forwarded-prefix", prefix)).await;
        assert_eq!(answer.location.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_hint_ends_nothing_in_another_browser_unless_nobody_is_ever_asked() {
    for headless in [false, true] {
        let builder = MockIdp::builder().on_current_runtime();
        let builder = if headless { builder.headless() } else { builder };
        let idp = builder.start().await.expect("a free port");
        let dana = Browser::new();
        let code = dana.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
        let tokens = dana.redeem(&idp, &code).await.json();
        let hint = tokens["id_token"].as_str().expect("an ID token");
        let rui = signed_in(&idp, "rui").await.0;
        let query = format!("id_token_hint={hint}");
        let path = format!("/connect/endsession?{query}");
        assert_eq!(Browser::new().get(&idp.url(&path)).await.page(), "kaseyaone-signed-out");
        let is_signed_in =
            async |browser: &Browser| browser.authorize(&idp, &[]).await.page() != "kaseyaone-login";
        assert_eq!(is_signed_in(&dana).await, !headless, "headless: {headless}");
        rui.sign_out(&idp, &query).await;
        assert!(!is_signed_in(&rui).await);
        assert_eq!(is_signed_in(&dana).await, !headless, "headless: {headless}");
    }
}

#[tokio::test]
async fn the_story_tells_who_was_asked_who_stayed_and_who_left() {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    let browser = signed_in(&idp, "dana").await.0;
    let outcome = || idp.stories().list().first().expect("a story").outcome;
    let asked = browser.get(&idp.url("/connect/endsession?client_id=kaseya-mdr")).await;
    assert_eq!(outcome(), StoryOutcome::TokensGiven);
    browser.answer_logout(&idp, &asked, &[("stay", "stay")]).await;
    assert_eq!(outcome(), StoryOutcome::TokensGiven);
    browser.answer_logout(&idp, &asked, &[]).await;
    assert_eq!(outcome(), StoryOutcome::SignedOut);
    let story = idp.stories().list().first().expect("a story").id.clone();
    let told = idp.stories().html(&story).expect("a story");
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("no {text:?} in {told}"));
    let asked = at("The person is asked whether to sign out");
    assert!(
        asked < at("The person stays signed in")
            && at("The person stays signed in") < at("The person signs out")
    );
}

#[tokio::test]
async fn what_another_site_posts_is_opened_again_where_the_session_shows() {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    let (browser, _) = signed_in(&idp, "dana").await;
    let posted = |cookie: bool, form: &'static str| {
        // A browser sends no cookie of SameSite=Lax with what another site posts.
        let stranger = Browser::new();
        let (browser, idp) = (&browser, &idp);
        async move {
            let from = if cookie { browser } else { &stranger };
            let request = from.http().post(idp.url("/connect/endsession")).body(form);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            from.send(request.header("sec-fetch-site", "cross-site")).await
        }
    };
    let again = posted(false, "client_id=kaseya-mdr&state=%3Cb%3E").await;
    assert_eq!(again.location.as_deref(), Some("/connect/endsession?client_id=kaseya-mdr&state=%3Cb%3E"));
    assert!(again.headers.get("set-cookie").is_none(), "the session lives");
    let asked = browser.get(&idp.url(again.location.as_deref().unwrap())).await;
    assert_eq!(asked.page(), "kaseyaone-logout");
    assert_eq!(posted(true, "client_id=kaseya-mdr").await.page(), "kaseyaone-logout");
    assert!(browser.authorize(&idp, &[("prompt", "none")]).await.param("code").is_some(), "nothing ended");
    let long = format!("state={}", "s".repeat(40_000));
    let long =
        browser.http().post(idp.url("/connect/endsession")).header("sec-fetch-site", "cross-site").body(long);
    let long = Browser::new().send(long.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_eq!((long.status.as_u16(), long.page(), &long.location), (400, "kaseyaone-error", &None));
    let signs_out = idp.stories().list().iter().any(|line| line.outcome == StoryOutcome::SignedOut);
    assert!(!signs_out, "and no story says so");
}

#[tokio::test]
async fn what_an_application_sends_answers_nothing_for_the_person() {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    let (browser, _) = signed_in(&idp, "dana").await;
    let asked = browser.get(&idp.url("/connect/endsession?stay=1&state=s&x=y")).await;
    assert_eq!(asked.hidden(), [("state".to_owned(), "s".to_owned())]);
    assert_eq!(browser.answer_logout(&idp, &asked, &[]).await.page(), "kaseyaone-signed-out");
}
