//! The end of a session: who is told, how, and what the faults make of it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use mock_idp::{MockIdp, Params};
use serde_json::{Value, json};

use crate::support::{Browser, decode};

pub(crate) const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A client that writes down what it is told, and answers what it is asked to answer.
pub(crate) struct Client {
    told: Arc<Mutex<Vec<String>>>,
    uri: String,
}

impl Client {
    pub(crate) async fn start(answer: StatusCode) -> Self {
        let told = Arc::new(Mutex::new(Vec::new()));
        let take = move |State(told): State<Arc<Mutex<Vec<String>>>>, body: String| async move {
            let token = Params::parse(&body).first("logout_token").expect("a logout token").to_owned();
            told.lock().expect("no panic").push(token);
            (answer, r#"{"error":"invalid_request","error_description":"not for me"}"#)
        };
        let router = Router::new().route("/told", post(take)).with_state(Arc::clone(&told));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let uri = format!("http://{}/told", listener.local_addr().expect("an address"));
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { told, uri }
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
    assert_eq!(browser.get(&idp.url("/connect/endsession")).await.page(), "kaseyaone-signed-out");
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
    browser.get(&idp.url("/connect/endsession")).await;
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
    let client = Client { told: Arc::default(), uri: "http://127.0.0.1:1/told".to_owned() };
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
    let page = browser.get(&idp.url(&format!("/connect/endsession?{query}"))).await;
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
