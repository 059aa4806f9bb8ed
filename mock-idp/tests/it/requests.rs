//! Authorization requests in every form they can have: as a JWT, at an address, pushed ahead; single claims; consent.

use std::sync::{Arc, Mutex};

use fixtures::Client;
use mock_idp::{JournalQuery, MockIdp};
use serde_json::{Value, json};

use crate::assertions::{Signer, client_assertion, soon};
use crate::support::{Answer, Browser, CALLBACK, CLIENT, SECRET, authorize_url, decode};

async fn provider() -> MockIdp {
    MockIdp::builder().seed(1).start().await.expect("a free port")
}

/// A request object of the main client.
fn object(idp: &MockIdp, more: &Value) -> Value {
    let mut claims = json!({
        "iss": CLIENT, "aud": idp.issuer(), "client_id": CLIENT, "response_type": "code",
        "redirect_uri": CALLBACK, "scope": "openid", "state": "inside", "exp": soon(),
    });
    claims.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    claims
}

fn registered(idp: &MockIdp, change: impl FnOnce(&mut Client)) {
    idp.clients().change(CLIENT, change).expect("the client");
}

/// The address of a request object of the main client, which has registered it and the key that signs it.
fn by_reference(idp: &MockIdp, site: &Site, more: &Value) -> String {
    let signer = Signer::of("ES256");
    let uri = site.put("/request", signer.sign(&object(idp, more)));
    registered(idp, |client| {
        client.request_uris = vec![uri.clone()];
        client.jwks = Some(signer.jwks());
    });
    uri
}

fn error_of(answer: &Answer) -> Option<String> {
    answer.param("error")
}

#[tokio::test]
async fn a_signed_request_object_replaces_what_stands_outside() {
    let idp = provider().await;
    let document = Browser::new().get(&idp.url("/.well-known/openid-configuration")).await.json();
    let advertised =
        document["request_object_signing_alg_values_supported"].as_array().expect("a list").clone();
    assert_eq!(advertised.len(), 12);
    for alg in advertised.iter().filter_map(Value::as_str) {
        let signer = if alg.starts_with("HS") { Signer::hmac(SECRET, alg) } else { Signer::of(alg) };
        registered(&idp, |client| client.jwks = Some(signer.jwks()));
        let request = signer.sign(&object(&idp, &json!({"nonce": "inside", "max_age": 600})));
        let browser = Browser::new();
        let answer = browser.sign_in(&idp, "dana", &[("request", &request), ("nonce", "outside")]).await;
        assert_eq!(answer.param("state").as_deref(), Some("inside"), "{alg}");
        let tokens = browser.redeem(&idp, &answer.param("code").expect("a code")).await.json();
        assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["nonce"], "inside", "{alg}");
        assert_eq!(tokens["scope"], "openid", "{alg}");
    }
}

#[tokio::test]
async fn a_request_object_that_is_not_as_it_should_be_is_refused() {
    let idp = provider().await;
    let signer = Signer::of("ES256");
    registered(&idp, |client| client.jwks = Some(signer.jwks()));
    let unsigned =
        format!("eyJhbGciOiJub25lIn0.{}.", signer.sign(&object(&idp, &json!({}))).split('.').nth(1).unwrap());
    for (name, request) in [
        ("by a stranger", Signer::of("RS256").sign(&object(&idp, &json!({})))),
        ("of another client", signer.sign(&object(&idp, &json!({"iss": "spa"})))),
        ("for another client", signer.sign(&object(&idp, &json!({"client_id": "spa"})))),
        ("for another provider", signer.sign(&object(&idp, &json!({"aud": "https://x"})))),
        ("expired", signer.sign(&object(&idp, &json!({"exp": soon() - 600})))),
        ("with one inside", signer.sign(&object(&idp, &json!({"request": "x"})))),
        ("contradicting", signer.sign(&object(&idp, &json!({"response_type": "token"})))),
        ("unsigned", unsigned.clone()),
        ("no JWT", "x".to_owned()),
    ] {
        let answer = Browser::new().get(&authorize_url(&idp, &[("request", &request)])).await;
        assert_eq!(error_of(&answer).as_deref(), Some("invalid_request_object"), "{name}");
    }
    for (typ, taken) in [
        ("JWT", true),
        ("oauth-authz-req+jwt", true),
        ("application/oauth-authz-req+JWT", true),
        ("at+jwt", false),
        ("dpop+jwt", false),
        ("", false),
    ] {
        let header = jsonwebtoken::Header { typ: Some(typ.to_owned()), ..signer.header() };
        let request = signer.sign_with(&header, &object(&idp, &json!({})));
        let answer = Browser::new().authorize(&idp, &[("request", &request)]).await;
        assert_eq!(answer.page() == "kaseyaone-login", taken, "{typ:?}: {answer:?}");
    }
    registered(&idp, |client| client.request_object_signing_alg = Some("none".to_owned()));
    let answer = Browser::new().authorize(&idp, &[("request", &unsigned)]).await;
    assert_eq!(answer.page(), "kaseyaone-login", "unsigned, and registered as unsigned");
    let genuine = signer.sign(&object(&idp, &json!({})));
    let answer = Browser::new().get(&authorize_url(&idp, &[("request", &genuine)])).await;
    assert_eq!(error_of(&answer).as_deref(), Some("invalid_request_object"), "registered is alg none");
    let evil = signer.sign(&object(&idp, &json!({"redirect_uri": "https://evil.example/"})));
    registered(&idp, |client| client.request_object_signing_alg = None);
    let answer = Browser::new().get(&authorize_url(&idp, &[("request", &evil)])).await;
    assert!(answer.location.is_none() && answer.status == 400, "nothing redirects to what is not registered");
}

/// A server of a client: documents by path, and how often each was asked for.
pub(crate) struct Site {
    pub(crate) url: String,
    documents: Arc<Mutex<Vec<(String, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let documents: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (served, heard) = (Arc::clone(&documents), Arc::clone(&asked));
        let serve = move |uri: axum::http::Uri| {
            heard.lock().expect("no panic").push(uri.path().to_owned());
            let found =
                served.lock().expect("no panic").iter().rev().find(|(path, _)| path == uri.path()).cloned();
            async move {
                match found {
                    Some((_, text)) => (axum::http::StatusCode::OK, text),
                    None => (axum::http::StatusCode::NOT_FOUND, String::new()),
                }
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(serve)).await });
        Self { url, documents, asked }
    }

    pub(crate) fn put(&self, path: &str, text: impl Into<String>) -> String {
        self.documents.lock().expect("no panic").push((path.to_owned(), text.into()));
        format!("{}{path}", self.url)
    }

    pub(crate) fn asked(&self, path: &str) -> usize {
        self.asked.lock().expect("no panic").iter().filter(|asked| *asked == path).count()
    }
}

#[tokio::test]
async fn a_request_object_is_fetched_from_registered_addresses_only() {
    let idp = provider().await;
    let site = Site::start().await;
    let signer = Signer::of("ES256");
    let keys = site.put("/keys", signer.jwks().to_string());
    let uri = site.put("/request", signer.sign(&object(&idp, &json!({"login_hint": "zoe"}))));
    registered(&idp, |client| {
        client.request_uris = vec![format!("{uri}#v1")];
        client.jwks_uri = Some(keys);
    });
    let page = Browser::new().authorize(&idp, &[("request_uri", &uri)]).await;
    assert!(page.page() == "kaseyaone-login" && page.body.contains("value=\"zoe\""), "{}", page.body);
    assert_eq!((site.asked("/request"), site.asked("/keys")), (1, 1));
    let elsewhere = site.put("/elsewhere", "x");
    let answer = Browser::new().get(&authorize_url(&idp, &[("request_uri", &elsewhere)])).await;
    assert_eq!(error_of(&answer).as_deref(), Some("invalid_request_uri"));
    assert_eq!(site.asked("/elsewhere"), 0, "what is not registered is not asked for");
    let gone = format!("{}/gone", site.url);
    registered(&idp, |client| client.request_uris.push(gone.clone()));
    let answer = Browser::new().get(&authorize_url(&idp, &[("request_uri", &gone)])).await;
    assert_eq!(error_of(&answer).as_deref(), Some("invalid_request_uri"));
    idp.journal().assert_count(&JournalQuery::operation("fetch").status(404), 1);
}

#[tokio::test]
async fn requests_that_share_an_object_do_not_take_it_from_each_other() {
    let threads = std::num::NonZeroUsize::new(4).expect("four");
    let idp = MockIdp::builder().threads(threads).start().await.expect("a free port");
    let site = Site::start().await;
    let uri = by_reference(&idp, &site, &json!({}));
    let url = authorize_url(&idp, &[("request_uri", &uri)]);
    let asked = (0..200).map(|_| async { error_of_page(&Browser::new().get(&url).await) });
    let errors = futures_util::future::join_all(asked).await;
    assert!(errors.iter().all(Option::is_none), "{errors:?}");
}

#[tokio::test]
async fn a_rule_refuses_a_request_that_has_to_be_fetched_too() {
    let idp = provider().await;
    let site = Site::start().await;
    let uri = by_reference(&idp, &site, &json!({"state": "inside"}));
    let then = mock_idp::Then::oauth_error("server_error");
    idp.when(mock_idp::When::operation("authorize")).then(then).expect("a rule");
    let answer = Browser::new().get(&authorize_url(&idp, &[("request_uri", &uri), ("state", "")])).await;
    assert_eq!(error_of(&answer).as_deref(), Some("server_error"));
    assert_eq!((answer.param("state").as_deref(), site.asked("/request")), (Some("inside"), 1));
}

#[tokio::test]
async fn a_new_key_of_a_client_is_fetched_once_it_is_used() {
    let idp = provider().await;
    let site = Site::start().await;
    let (old, new) = (Signer::of("ES256"), Signer::of("RS256"));
    let keys = site.put("/keys", old.jwks().to_string());
    registered(&idp, |client| client.jwks_uri = Some(keys));
    let ask = |signer: Signer| {
        let request = signer.sign(&object(&idp, &json!({})));
        let url = authorize_url(&idp, &[("request", &request)]);
        async move { Browser::new().get(&url).await }
    };
    assert!(error_of_page(&ask(old.clone()).await).is_none());
    assert!(error_of_page(&ask(old.clone()).await).is_none());
    assert_eq!(site.asked("/keys"), 1, "known keys are not fetched again");
    assert!(error_of_page(&ask(new.clone()).await).is_some());
    site.put("/keys", new.jwks().to_string());
    assert!(error_of_page(&ask(new).await).is_none());
    assert_eq!(site.asked("/keys"), 3);
}

/// The error of a redirect to the client; none for one to the login page.
fn error_of_page(answer: &Answer) -> Option<String> {
    let location = answer.location.clone().expect("a redirect");
    location.starts_with(CALLBACK).then(|| answer.param("error")).flatten()
}

pub(crate) async fn push(idp: &MockIdp, form: &[(&str, &str)]) -> Answer {
    let browser = Browser::new();
    let body = crate::support::encode(&form.iter().copied().collect());
    let request = browser
        .http()
        .post(idp.url("/connect/par"))
        .basic_auth(CLIENT, Some(SECRET))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    browser.send(request).await
}

#[tokio::test]
async fn a_pushed_request_is_used_once_by_the_client_that_pushed_it() {
    let idp = provider().await;
    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email"),
        ("state", "pushed"),
        ("nonce", "n"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let pushed = push(&idp, &form).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let url =
        |client: &str| format!("{}?client_id={client}&request_uri={uri}", idp.url("/connect/authorize"));
    let other = Browser::new().get(&url("other-product")).await;
    assert!(other.location.is_none(), "nothing to redirect to is proven");
    let browser = Browser::new();
    let asked = browser.get(&url(CLIENT)).await.location.expect("a login page");
    let page = browser.get(&idp.url(&asked)).await;
    let fields = [("interaction", page.interaction()), ("person", "dana".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let back = browser.post(&idp.url("/account/people"), &fields).await;
    assert_eq!(back.param("state").as_deref(), Some("pushed"));
    assert!(browser.get(&url(CLIENT)).await.location.is_none(), "it is good once");
    registered(&idp, |client| client.require_pushed_authorization_requests = true);
    let plain = browser.get(&authorize_url(&idp, &[])).await;
    assert_eq!(error_of(&plain).as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn a_pushed_request_is_checked_as_if_it_had_come_by_the_browser() {
    let idp = provider().await;
    let good = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", "openid")];
    for (name, value, code) in [
        ("redirect_uri", "https://evil.example/", "invalid_request"),
        ("response_type", "token id_token", "unauthorized_client"),
        ("scope", "email", "invalid_scope"),
        ("prompt", "none login", "invalid_request"),
        ("request_uri", "https://x.test/", "invalid_request"),
        ("request", "x.y.z", "invalid_request_object"),
        ("client_id", "spa", "invalid_request"),
    ] {
        let mut form: Vec<_> = good.into_iter().filter(|(other, _)| *other != name).collect();
        form.push((name, value));
        let answer = push(&idp, &form).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!(code)), "{name}={value}");
    }
    let nobody = Browser::new().post(&idp.url("/connect/par"), &[("client_id", CLIENT)]).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn single_claims_are_given_where_they_are_asked_for() {
    let idp = provider().await;
    let claims =
        r#"{"id_token":{"phone_number":null},"userinfo":{"address":{"essential":true},"nonsense":null}}"#;
    let browser = Browser::new();
    let more = [("scope", "openid"), ("claims", claims)];
    let code = browser.sign_in(&idp, "dana", &more).await.param("code").unwrap();
    let tokens = browser.redeem(&idp, &code).await.json();
    let id_token = decode(tokens["id_token"].as_str().unwrap()).1;
    assert_eq!((&id_token["phone_number"], id_token.get("address")), (&json!("+1 425 555 0100"), None));
    let userinfo = browser.userinfo(&idp, tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!((&userinfo["address"]["locality"], userinfo.get("phone_number")), (&json!("Northwind"), None));
    let other = r#"{"id_token":{"sub":{"value":"k1-northwind-zoe"}}}"#;
    let answer = browser.get(&authorize_url(&idp, &[("claims", other), ("prompt", "none")])).await;
    assert_eq!(
        error_of(&answer).as_deref(),
        Some("login_required"),
        "dana's session does not answer for zoe"
    );
}

#[tokio::test]
async fn consent_is_asked_for_and_can_be_denied() {
    let idp = provider().await;
    let browser = Browser::new();
    let next = browser.sign_in(&idp, "dana", &[("prompt", "consent"), ("scope", "openid email")]).await;
    let page = browser.get(&idp.url(next.location.as_deref().expect("the consent"))).await;
    assert!(page.page() == "kaseyaone-consent" && page.body.contains("your e-mail address"), "{}", page.body);
    let interaction = page.interaction();
    let fields = [("interaction", interaction.as_str()), ("allow", "allow")];
    let back = browser.post(&idp.url("/account/consent"), &fields).await;
    assert!(back.param("code").is_some());
    let page = browser.authorize(&idp, &[("prompt", "consent")]).await;
    assert_eq!(page.page(), "kaseyaone-consent", "a live session is asked for the consent alone");
    let interaction = page.interaction();
    let back =
        browser.post(&idp.url("/account/consent"), &[("interaction", &interaction), ("deny", "deny")]).await;
    assert_eq!(error_of(&back).as_deref(), Some("access_denied"));
    let login = Browser::new().authorize(&idp, &[("prompt", "consent")]).await;
    let early = browser
        .post(&idp.url("/account/consent"), &[("interaction", &login.interaction()), ("allow", "x")])
        .await;
    assert_eq!(early.status, 400, "nobody has logged in yet");
}

#[tokio::test]
async fn only_a_yes_is_a_consent() {
    let idp = provider().await;
    let browser = Browser::new();
    browser.sign_in(&idp, "dana", &[]).await;
    let page = browser.authorize(&idp, &[("prompt", "consent")]).await;
    let interaction = page.interaction();
    let answer = async |more: &[(&str, &str)]| {
        let form: Vec<_> = [("interaction", interaction.as_str())].iter().chain(more).copied().collect();
        browser.post(&idp.url("/account/consent"), &form).await
    };
    for silent in [&[][..], &[("allow", "no")], &[("allow", "")], &[("allowed", "allow")]] {
        let again = answer(silent).await;
        assert_eq!((again.status.as_u16(), again.page()), (422, "kaseyaone-consent"), "{silent:?}");
        assert!(again.body.contains("Choose Allow or Deny.") && again.interaction() == interaction);
    }
    let entry = idp.journal().find(&JournalQuery::operation("consent")).pop().expect("an entry");
    assert_eq!(entry.refusal.map(|refusal| refusal.check).as_deref(), Some("consent_given"));
    let both = answer(&[("allow", "allow"), ("deny", "deny")]).await;
    assert_eq!(error_of(&both).as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn an_access_token_may_come_in_the_body_of_a_post() {
    let idp = provider().await;
    let token = idp.mint(&mock_idp::Mint::new("dana", CLIENT)).unwrap().access_token;
    let posted = Browser::new().post(&idp.url("/connect/userinfo"), &[("access_token", &token)]).await;
    assert_eq!(posted.json()["sub"], "k1-northwind-dana");
    let in_url = Browser::new().get(&format!("{}?access_token={token}", idp.url("/connect/userinfo"))).await;
    assert_eq!(in_url.status, 401, "never in a URL");
}

#[tokio::test]
async fn clients_register_themselves_and_look_after_themselves() {
    let idp = MockIdp::builder().seed(1).with_registration().start().await.unwrap();
    let browser = Browser::new();
    let send = |method: reqwest::Method, url: String, bearer: Option<String>, body: Value| {
        let request = browser
            .http()
            .request(method, url)
            .header("content-type", "application/json")
            .body(body.to_string());
        browser.send(match bearer {
            Some(bearer) => request.bearer_auth(bearer),
            None => request,
        })
    };
    let metadata = json!({
        "redirect_uris": [CALLBACK], "client_name": "Newcomer", "token_endpoint_auth_method": "client_secret_post",
        "response_types": ["code", "id_token token"], "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "id_token_signed_response_alg": "ES256", "contacts": null, "x_unknown": 1,
    });
    let made = send(reqwest::Method::POST, idp.url("/connect/register"), None, metadata.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let text = |name: &str| made[name].as_str().expect(name).to_owned();
    let (id, secret, bearer) = (text("client_id"), text("client_secret"), text("registration_access_token"));
    assert_eq!((&made["client_secret_expires_at"], made.get("x_unknown")), (&json!(0), None));
    let code = browser.sign_in(&idp, "dana", &[("client_id", &id)]).await.param("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", crate::support::VERIFIER),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    let tokens = browser.post(&idp.url("/connect/token"), &form).await.json();
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).0["alg"], "ES256");
    let uri = text("registration_client_uri");
    assert_eq!(send(reqwest::Method::GET, uri.clone(), Some(bearer.clone()), Value::Null).await.json(), made);
    assert_eq!(send(reqwest::Method::GET, uri.clone(), Some("x".to_owned()), Value::Null).await.status, 401);
    assert_eq!(send(reqwest::Method::GET, uri.clone(), None, Value::Null).await.status, 401);
    let mut changed = metadata.clone();
    changed["client_id"] = json!(id);
    changed["client_name"] = json!("Renamed");
    let put = send(reqwest::Method::PUT, uri.clone(), Some(bearer.clone()), changed).await.json();
    assert_eq!((&put["client_name"], &put["client_secret"]), (&json!("Renamed"), &json!(secret)));
    assert_eq!(
        send(reqwest::Method::DELETE, uri.clone(), Some(bearer.clone()), Value::Null).await.status,
        204
    );
    assert_eq!(send(reqwest::Method::GET, uri, Some(bearer), Value::Null).await.status, 401);
    for (wrong, code) in [
        (json!([]), "invalid_client_metadata"),
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["x"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": ["https://x.test/#y"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": [CALLBACK], "response_types": ["id_token"]}), "invalid_client_metadata"),
        (json!({"redirect_uris": [CALLBACK], "grant_types": ["magic"]}), "invalid_client_metadata"),
        (
            json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
        ),
        (json!({"redirect_uris": [CALLBACK], "logo_uri": "javascript:1"}), "invalid_client_metadata"),
        (
            json!({"redirect_uris": [CALLBACK], "jwks": {}, "jwks_uri": "https://x.test"}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [CALLBACK, "https://x.test/"], "subject_type": "pairwise"}),
            "invalid_client_metadata",
        ),
    ] {
        let answer = send(reqwest::Method::POST, idp.url("/connect/register"), None, wrong.clone()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!(code)), "{wrong}");
    }
    let closed = provider().await;
    let answer = send(reqwest::Method::POST, closed.url("/connect/register"), None, metadata).await;
    assert!(answer.status == 404 && answer.body.contains("--registration"), "{}", answer.body);
}

#[tokio::test]
async fn a_sector_is_read_and_has_to_list_the_redirect_uris() {
    let idp = MockIdp::builder().with_registration().start().await.unwrap();
    let site = Site::start().await;
    let register = |sector: String| {
        let body =
            json!({"redirect_uris": [CALLBACK], "subject_type": "pairwise", "sector_identifier_uri": sector});
        let url = idp.url("/connect/register");
        async move {
            let browser = Browser::new();
            browser.send(browser.http().post(url).body(body.to_string())).await
        }
    };
    let good = site.put("/good", json!([CALLBACK]).to_string());
    assert_eq!(register(good).await.status, 201);
    for text in [json!(["https://other.test/"]).to_string(), "no JSON".to_owned()] {
        let bad = site.put("/bad", text);
        assert_eq!(register(bad).await.json()["error"], "invalid_client_metadata");
    }
    assert_eq!(register(format!("{}/nowhere", site.url)).await.json()["error"], "invalid_client_metadata");
}

#[tokio::test]
async fn a_fault_is_not_spent_on_an_answer_that_nobody_gets() {
    let idp = provider().await;
    let site = Site::start().await;
    let uri = by_reference(&idp, &site, &json!({}));
    let armed = idp.faults().arm("authz-iss-wrong", mock_idp::Target::next(), 1).expect("a fault");
    let browser = Browser::new();
    let answer = browser.sign_in(&idp, "dana", &[("request_uri", &uri)]).await;
    assert_ne!(answer.param("iss").as_deref(), Some(idp.issuer()), "the answer that was sent is struck");
    assert_eq!((armed.fired(), idp.replay().responses().len()), (1, 1), "and no other one was made");
    assert_eq!(site.asked("/request"), 1);
}

#[tokio::test]
async fn an_address_that_leads_back_to_the_provider_is_fetched_once() {
    let idp = provider().await;
    let object = Signer::of("RS256").sign(&object(&idp, &json!({})));
    let address = authorize_url(&idp, &[("request", &object)]);
    registered(&idp, |client| client.jwks_uri = Some(address.clone()));
    let answer = Browser::new().get(&address).await;
    assert_eq!(error_of(&answer).as_deref(), Some("invalid_request_object"));
    // The one that was asked for, and the one that it was fetched by, which fetches nothing itself.
    idp.journal().assert_count(&JournalQuery::operation("authorize"), 2);
    idp.journal().assert_count(&JournalQuery::operation("fetch"), 1);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_told_apart_from_a_wrong_signature() {
    let idp = provider().await;
    let site = Site::start().await;
    let signer = Signer::of("ES256");
    let none = site.put("/none", "<html>");
    let keys = site.put("/keys", Signer::of("EdDSA").jwks().to_string());
    for (number, (uri, told)) in [
        (format!("{}/gone", site.url), "could not be fetched from"),
        ("http://127.0.0.1:9/keys".to_owned(), "could not be fetched from http://127.0.0.1:9/keys"),
        (none, "is no key set (RFC 7517 5)"),
        (keys, "is not signed by a key of kaseya-mdr"),
    ]
    .into_iter()
    .enumerate()
    {
        registered(&idp, |client| {
            client.secret = None;
            client.jwks_uri = Some(uri.clone());
            client.auth_methods = vec![fixtures::AuthMethod::PrivateKeyJwt];
        });
        let assertion = client_assertion(&signer, CLIENT, idp.issuer(), &number.to_string());
        let form = [
            ("grant_type", "authorization_code"),
            ("client_assertion", &assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ];
        let refused = Browser::new().post(&idp.url("/connect/token"), &form).await;
        assert_eq!(refused.json()["error"], "invalid_client", "{}", refused.body);
        let reason = refused.json()["error_description"].as_str().expect("a sentence").to_owned();
        assert!(reason.contains("the client_assertion is not ") && reason.contains(told), "{uri}: {reason}");
    }
}

#[tokio::test]
async fn credentials_that_are_sent_as_json_are_told_to_be_no_form() {
    let idp = provider().await;
    let body = json!({"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET});
    let http = Browser::new();
    let request = http.http().post(idp.url("/connect/token")).header("content-type", "application/json");
    let refused = http.send(request.body(body.to_string())).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (401, &json!("invalid_client")));
    let sentence = "no client authentication was sent: the body is no form (Content-Type: application/x-www-form-urlencoded)";
    assert_eq!(refused.json()["error_description"], sentence);
}
