//! What an attacker tried once, and must not succeed with again: keys that are mistaken for others, memory that grows with
//! what is sent, pages of other sites.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fixtures::Grant;
use mock_idp::{JournalQuery, Mint, MockIdp, Then, When};
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::assertions::{Signer, soon};
use crate::support::{Answer, Browser, CALLBACK, CLIENT, SECRET, VERIFIER, authorize_url};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

async fn provider() -> MockIdp {
    let idp = MockIdp::builder().seed(1).start().await.expect("a free port");
    idp.clock().freeze();
    idp
}

fn claims(idp: &MockIdp, path: &str, id: &str) -> Value {
    json!({"htm": "POST", "htu": idp.url(path), "iat": idp.clock().now().as_second(), "jti": id})
}

/// A form of the main client to an endpoint, with these headers.
async fn post(idp: &MockIdp, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let browser = Browser::new();
    let form: mock_idp::Params = form.iter().copied().collect();
    let request = browser.http().post(idp.url(path)).basic_auth(CLIENT, Some(SECRET));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.encode());
    browser.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

fn error_of(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

fn refused(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

#[tokio::test]
async fn a_proof_is_by_the_key_that_its_thumbprint_is_made_of() {
    let idp = provider().await;
    let (victim, attacker) = (Signer::of("RS256"), Signer::of("ES256"));
    // The type and the members of the victim's key, and the curve and the point of the attacker's.
    let mut both = attacker.jwk();
    for member in ["kty", "n", "e"] {
        both[member] = victim.jwk()[member].clone();
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let forged = attacker.proof_showing(&both, &claims(&idp, "/connect/token", "1"));
    let answer = post(&idp, "/connect/token", &form, &[("dpop", &forged)]).await;
    assert_eq!(error_of(&answer), refused("invalid_dpop_proof"));
    assert!(answer.body.contains("not signed by the key in its header"), "{}", answer.body);
}

#[tokio::test]
async fn there_is_one_proof_and_one_way_to_authenticate() {
    let idp = provider().await;
    let signer = Signer::of("ES256");
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let proofs = ["1", "2"].map(|id| signer.proof(&claims(&idp, "/connect/token", id)));
    let both = [("dpop", &*proofs[0]), ("dpop", &proofs[1])];
    let answer = post(&idp, "/connect/token", &form, &both).await;
    assert_eq!(error_of(&answer), refused("invalid_dpop_proof"));
    let answer = post(&idp, "/connect/token", &form, &[("authorization", "Basic c3BhOg==")]).await;
    assert_eq!(error_of(&answer), (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn a_pushed_request_is_bound_to_the_key_that_was_shown() {
    let idp = provider().await;
    let signer = Signer::of("ES256");
    let request = |jkt: &'static str| {
        vec![
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("nonce", "n"),
            ("dpop_jkt", jkt),
        ]
    };
    let another = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let proof = signer.proof(&claims(&idp, "/connect/par", "1"));
    let answer = post(&idp, "/connect/par", &request(another), &[("dpop", &proof)]).await;
    assert_eq!(error_of(&answer), refused("invalid_dpop_proof"));
    let proof = signer.proof(&claims(&idp, "/connect/par", "2"));
    let pushed = post(&idp, "/connect/par", &request(""), &[("dpop", &proof)]).await.json();
    let browser = Browser::new();
    let uri = pushed["request_uri"].as_str().expect("a request_uri");
    let code = browser.sign_in(&idp, "dana", &[("request_uri", uri)]).await.param("code").expect("a code");
    let redeem = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let answer = post(&idp, "/connect/token", &redeem, &[]).await;
    assert_eq!(
        error_of(&answer),
        refused("invalid_grant"),
        "an empty dpop_jkt is none, and the proof counts"
    );
    let proof = signer.proof(&claims(&idp, "/connect/token", "3"));
    assert_eq!(post(&idp, "/connect/token", &redeem, &[("dpop", &proof)]).await.status, 200);
}

#[tokio::test]
async fn a_refresh_that_asks_for_less_takes_nothing_away() {
    let idp = provider().await;
    let minted = idp.mint(&Mint::new("dana", CLIENT).scope("openid profile offline_access")).expect("tokens");
    let mut refresh = minted.refresh_token.expect("a refresh token");
    for (scope, given) in
        [("openid", "openid"), ("openid profile", "openid profile"), ("", "openid profile offline_access")]
    {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh), ("scope", scope)];
        let answer = post(&idp, "/connect/token", &form, &[]).await.json();
        assert_eq!(answer["scope"], given, "RFC 6749 6: {answer}");
        let claims = crate::support::decode(answer["id_token"].as_str().expect("an ID token")).1;
        assert_eq!(claims["given_name"].is_string(), given.contains("profile"), "{given}: {claims}");
        let browser = Browser::new();
        let userinfo = browser.userinfo(&idp, answer["access_token"].as_str().expect("a token")).await.json();
        assert_eq!(userinfo["given_name"].is_string(), given.contains("profile"), "{given}: {userinfo}");
        answer["refresh_token"].as_str().expect("the next one").clone_into(&mut refresh);
    }
}

#[tokio::test]
async fn a_stranger_with_a_used_code_takes_nothing_away() {
    let idp = provider().await;
    let browser = Browser::new();
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let token =
        browser.redeem(&idp, &code).await.json()["access_token"].as_str().expect("a token").to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "spa"),
    ];
    let stranger = browser.post(&idp.url("/connect/token"), &form).await;
    assert_eq!(error_of(&stranger), refused("invalid_grant"));
    assert_eq!(browser.userinfo(&idp, &token).await.status, 200);
    assert_eq!(error_of(&browser.redeem(&idp, &code).await), refused("invalid_grant"));
    assert_eq!(browser.userinfo(&idp, &token).await.status, 401, "its own client is another matter");
}

#[tokio::test]
async fn a_bound_token_is_exchanged_by_whoever_has_the_key() {
    let idp = provider().await;
    idp.clients().change(CLIENT, |client| client.grants.push(Grant::TokenExchange)).expect("the client");
    let (browser, signer) = (Browser::new(), Signer::of("ES256"));
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let proof = |id: &str| signer.proof(&claims(&idp, "/connect/token", id));
    let tokens = post(&idp, "/connect/token", &redeem, &[("dpop", &proof("1"))]).await.json();
    let token = tokens["access_token"].as_str().expect("a token");
    let exchange = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    let answer = post(&idp, "/connect/token", &exchange, &[]).await;
    assert_eq!(error_of(&answer), refused("invalid_request"));
    let free = idp.mint(&Mint::new("rui", CLIENT)).expect("tokens").access_token;
    let acting = [
        ("grant_type", EXCHANGE),
        ("subject_token", &*free),
        ("subject_token_type", ACCESS_TOKEN),
        ("actor_token", token),
        ("actor_token_type", ACCESS_TOKEN),
    ];
    let answer = post(&idp, "/connect/token", &acting, &[]).await;
    assert_eq!(error_of(&answer), refused("invalid_request"), "nor does anybody act by it");
    let answer = post(&idp, "/connect/token", &acting, &[("dpop", &proof("3"))]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = post(&idp, "/connect/token", &exchange, &[("dpop", &proof("2"))]).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["token_type"]), (200, &json!("DPoP")));
}

#[tokio::test]
async fn nobody_acts_by_the_token_of_somebody_who_may_not_sign_in() {
    type End = fn(&MockIdp);
    let ends: [(&str, End); 3] = [
        ("deactivated", |idp| idp.people().deactivate("rui").expect("rui")),
        ("locked", |idp| idp.people().lock("rui").expect("rui")),
        ("deleted", |idp| idp.people().delete("rui").expect("rui")),
    ];
    for (how, end) in ends {
        let idp = provider().await;
        idp.clients().change(CLIENT, |client| client.grants.push(Grant::TokenExchange)).expect("the client");
        let token = |person: &str| idp.mint(&Mint::new(person, CLIENT)).expect("tokens").access_token;
        let (subject, actor) = (token("dana"), token("rui"));
        let exchange = [
            ("grant_type", EXCHANGE),
            ("subject_token", &subject),
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", &actor),
            ("actor_token_type", ACCESS_TOKEN),
        ];
        assert_eq!(post(&idp, "/connect/token", &exchange, &[]).await.status, 200, "{how}");
        end(&idp);
        let answer = post(&idp, "/connect/token", &exchange, &[]).await;
        assert_eq!(error_of(&answer), refused("invalid_request"), "{how}");
    }
}

#[tokio::test]
async fn there_is_an_end_to_acting_for_each_other() {
    let idp = provider().await;
    idp.clients().change(CLIENT, |client| client.grants.push(Grant::TokenExchange)).expect("the client");
    let mut token = idp.mint(&Mint::new("dana", CLIENT)).expect("tokens").access_token;
    for number in 1.. {
        let exchange = [
            ("grant_type", EXCHANGE),
            ("subject_token", &token),
            ("subject_token_type", ACCESS_TOKEN),
            ("actor_token", &token),
            ("actor_token_type", ACCESS_TOKEN),
        ];
        let answer = post(&idp, "/connect/token", &exchange, &[]).await;
        if number == 17 {
            assert_eq!(error_of(&answer), refused("invalid_request"));
            break;
        }
        assert_eq!(answer.status, 200, "{number}: {}", answer.body);
        answer.json()["access_token"].as_str().expect("a token").clone_into(&mut token);
    }
}

#[tokio::test]
async fn what_is_asked_for_twice_is_given_once() {
    let idp = provider().await;
    let browser = Browser::new();
    let scope = format!("openid{}", " email".repeat(500));
    let code = browser.sign_in(&idp, "dana", &[("scope", &scope)]).await.param("code").expect("a code");
    assert_eq!(browser.redeem(&idp, &code).await.json()["scope"], "openid email");
}

#[tokio::test]
async fn a_state_that_cannot_come_back_as_it_was_is_refused() {
    let idp = provider().await;
    for state in ["%ff", "%00", "a%0d%0ab", "%C3%BC"] {
        let url = authorize_url(&idp, &[]).replace("state=state-1", &format!("state={state}"));
        let answer = Browser::new().get(&url).await;
        assert_eq!(
            answer.param("error").as_deref(),
            Some("invalid_request"),
            "{state}: {:?}",
            answer.location
        );
        assert_eq!(answer.param("state"), None, "{state}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_signs_nobody_in_whatever_its_browser_says() {
    let idp = provider().await;
    let browser = Browser::new();
    let host = idp.issuer().trim_start_matches("http://").to_owned();
    let ours = idp.issuer().to_owned();
    for (headers, status) in [
        (vec![("sec-fetch-site", "cross-site")], 400),
        (vec![("origin", "http://evil.example")], 400),
        (vec![("origin", "null")], 400),
        (vec![("origin", &*ours)], 303),
        (vec![("origin", "http://idp:9400"), ("host", "idp:9400")], 303),
        (vec![("origin", "http://idp:94"), ("host", "idp:9400")], 400),
        (vec![("sec-fetch-site", "same-origin"), ("origin", "null")], 303),
        (vec![("host", &*host)], 303),
    ] {
        let request = browser
            .http()
            .post(idp.url("/portal"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("person=dana");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(browser.send(request).await.status, status, "{headers:?}");
        for form in ["sub=dana", "username=dana", "sub=&username=dana"] {
            let request = browser.http().post(authorize_url(&idp, &[]));
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
            let request =
                headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            assert_eq!(browser.send(request).await.status, status, "{form} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_verdict_holds_what_strangers_send_as_xml_and_as_text() {
    let idp = provider().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "\u{1b}[31mred\u{0}\u{1}"),
        ("client_secret", "x"),
    ];
    Browser::new().post(&idp.url("/connect/token"), &form).await;
    let verdict = idp.verdict();
    let (text, junit) = (verdict.text(), verdict.junit());
    assert!(text.contains("\u{fffd}[31mred\u{fffd}\u{fffd}: "), "{text}");
    assert!(!junit.chars().any(|letter| letter.is_control() && letter != '\n'), "{junit}");
}

#[tokio::test]
async fn a_device_shows_its_code_to_its_person_and_not_in_the_masked_journal() {
    let idp = provider().await;
    let asked = Browser::new()
        .post(&idp.url("/connect/deviceauthorization"), &[("client_id", "television")])
        .await
        .json();
    let code = asked["user_code"].as_str().expect("a code");
    let entries = idp.journal().find(&JournalQuery::operation("device_authorization"));
    assert!(!serde_json::to_string(&entries[0].masked()).expect("JSON").contains(code));
}

#[tokio::test]
async fn a_sign_in_goes_on_in_the_browser_that_began_it_and_in_no_other() {
    let idp = provider().await;
    let (attacker, victim) = (Browser::new(), Browser::new());
    let page =
        attacker.authorize(&idp, &[("prompt", "login consent"), ("scope", "openid offline_access")]).await;
    let name = page.interaction();
    for path in ["login", "people", "password", "code", "consent"] {
        let url = idp.url(&format!("/account/{path}?interaction={name}"));
        let shown = victim.get(&url).await;
        assert_eq!((shown.status.as_u16(), shown.page()), (400, "kaseyaone-error"), "{path}");
        assert!(shown.body.contains("begun in another browser"), "{}", shown.body);
        let form = [
            ("interaction", &*name),
            ("username", "dana"),
            ("company", "Northwind MSP"),
            ("person", "dana"),
            ("allow", "allow"),
        ];
        let sent = victim.post(&idp.url(&format!("/account/{path}")), &form).await;
        assert_eq!((sent.status.as_u16(), sent.location), (400, None), "{path}");
    }
    // One of its own is no good there either, nor what the victim makes of an empty cookie.
    assert_eq!(victim.authorize(&idp, &[]).await.page(), "kaseyaone-login");
    assert_eq!(victim.get(&idp.url(&format!("/account/login?interaction={name}"))).await.status, 400);
    // In the one that began it, two at once go on side by side.
    let second = attacker.authorize(&idp, &[]).await.interaction();
    for name in [&second, &name] {
        let form = [("interaction", name.as_str()), ("person", "dana")];
        assert_eq!(attacker.post(&idp.url("/account/people"), &form).await.status, 303);
    }
    let form = [("interaction", name.as_str()), ("allow", "allow")];
    assert_eq!(victim.post(&idp.url("/account/consent"), &form).await.status, 400);
    assert!(attacker.post(&idp.url("/account/consent"), &form).await.param("code").is_some());
}

#[tokio::test]
async fn a_request_that_another_site_posts_is_opened_again_where_cookies_come_along() {
    let idp = provider().await;
    let url = authorize_url(&idp, &[("state", "posted")]);
    let (address, query) = url.split_once('?').expect("a query");
    // No browser sends cookies along with this.
    let posted = async |query: String| {
        let browser = Browser::new();
        let request = browser.http().post(address).header("sec-fetch-site", "cross-site");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        browser.send(request.body(query)).await
    };
    let browser = Browser::new();
    let waiting = browser.authorize(&idp, &[]).await.interaction();
    let answer = posted(query.to_owned()).await;
    assert_eq!((answer.status.as_u16(), answer.headers.get("set-cookie")), (303, None));
    let opened = answer.location.expect("an address");
    assert!(opened.starts_with("/connect/authorize?") && opened.contains("state=posted"), "{opened}");
    let form = [("interaction", waiting.as_str()), ("person", "dana")];
    let signed_in = browser.post(&idp.url("/account/people"), &form).await;
    assert!(signed_in.param("code").is_some(), "the other tab goes on: {signed_in:?}");
    let again = browser.get(&idp.url(&opened)).await;
    assert_eq!(again.param("state").as_deref(), Some("posted"), "and its session answers");
    let check = |id: &str| {
        let verdict = idp.verdict().of(CLIENT);
        verdict.clients[0].checks.iter().find(|check| check.id == id).map(|check| check.outcome)
    };
    assert_eq!(check("state-present"), Some(mock_idp::Outcome::Pass));
    assert_eq!(check("state-unique"), Some(mock_idp::Outcome::Pass), "it came once");
    let long = format!("{query}&ui_locales={}", "x".repeat(17_000));
    assert_ne!(posted(long).await.location.as_deref().map(|to| to.starts_with("/connect/")), Some(true));
}

#[tokio::test]
async fn what_a_client_registers_controls_no_provider() {
    let idp = MockIdp::builder().with_registration().start().await.expect("a free port");
    let other = MockIdp::start().await;
    for (number, control) in [idp.control_url(), other.control_url()].into_iter().enumerate() {
        let browser = Browser::new();
        let metadata = json!({
            "redirect_uris": ["http://127.0.0.1/cb"],
            "backchannel_logout_uri": format!("{control}/people/rui/deactivate"),
            "jwks_uri": format!("{control}/clients"),
            "token_endpoint_auth_method": "private_key_jwt",
        });
        let registered =
            browser.send(browser.http().post(idp.url("/connect/register")).body(metadata.to_string())).await;
        let id = registered.json()["client_id"].as_str().expect("an id").to_owned();
        let asked = [("client_id", &*id), ("redirect_uri", "http://127.0.0.1/cb")];
        assert!(browser.sign_in(&idp, "dana", &asked).await.param("code").is_some());
        browser.sign_out(&idp, "").await;
        let told = idp.journal().find(&JournalQuery::operation("backchannel_logout"));
        assert_eq!(told.iter().map(|entry| entry.status).collect::<Vec<_>>(), vec![403; number + 1]);
        let claims = json!({"iss": id, "sub": id, "aud": idp.issuer(), "exp": soon(), "jti": "1"});
        let assertion = Signer::new().sign(&claims);
        let assertion = [
            ("grant_type", "authorization_code"),
            ("client_id", &*id),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &*assertion),
        ];
        assert_eq!(browser.post(&idp.url("/connect/token"), &assertion).await.status, 401);
        let fetched = idp.journal().find(&JournalQuery::operation("fetch"));
        assert!(fetched.iter().all(|entry| entry.status == 403) && fetched.len() > number, "{fetched:?}");
    }
    for idp in [&idp, &other] {
        assert_eq!(idp.people().get("rui").expect("rui").status, fixtures::Status::Active);
    }
}

#[tokio::test]
async fn the_newest_launches_are_kept_in_so_many_bytes() {
    let idp = provider().await;
    let launch = |length: usize| {
        let target = format!("http://127.0.0.1:8400/{}", "x".repeat(length));
        idp.people().launch("dana", mock_idp::Launch::of(CLIENT).target(&*target)).expect("a launch")
    };
    let (first, second) = (launch(0), launch(0));
    for _ in 0..15 {
        launch((1 << 20) + 80_000);
    }
    let third = launch(0);
    launch(60_000);
    let status = async |address: &str| Browser::new().get(address).await.status.as_u16();
    let known = (status(&first).await, status(&second).await, status(&third).await);
    assert_eq!(known, (400, 400, 303), "16 MiB hold what is new");
}

#[tokio::test]
async fn snapshots_and_registrations_are_not_without_end() {
    let idp = MockIdp::builder().with_registration().start().await.expect("a free port");
    let browser = Browser::new();
    let put = |name: String| {
        let request = browser.http().put(idp.url(&format!("/_control/snapshots/{name}")));
        browser.send(request.body(""))
    };
    for number in 0..16 {
        assert_eq!(put(number.to_string()).await.status, 204);
    }
    assert_eq!(put("16".to_owned()).await.json()["code"], "too_many_snapshots");
    assert_eq!(put("15".to_owned()).await.status, 204, "one may be taken anew");
    let register = |length: usize| {
        let metadata = json!({"redirect_uris": ["http://127.0.0.1/cb"], "x": "x".repeat(length)});
        browser.send(browser.http().post(idp.url("/connect/register")).body(metadata.to_string()))
    };
    let mut taken = 0;
    while register(60_000).await.status == 201 {
        taken += 1;
    }
    assert!((60..75).contains(&taken), "{taken} of 60 kB each fit into 4 MiB");
    assert_eq!(register(10).await.status, 201, "there is room for a short one");
}

#[tokio::test]
async fn a_registration_keeps_its_secret_and_says_so() {
    let idp = MockIdp::builder().with_registration().start().await.expect("a free port");
    let browser = Browser::new();
    let metadata = json!({"redirect_uris": ["http://127.0.0.1/cb"]});
    let made = browser.send(browser.http().post(idp.url("/connect/register")).body(metadata.to_string()));
    let made = made.await.json();
    let text = |name: &str| made[name].as_str().expect("a member").to_owned();
    let put = |secret: &str| {
        let metadata = json!({
            "client_id": made["client_id"], "client_secret": secret, "redirect_uris": ["http://127.0.0.1/cb"],
        });
        let request = browser.http().put(text("registration_client_uri"));
        browser.send(request.bearer_auth(text("registration_access_token")).body(metadata.to_string()))
    };
    assert_eq!(error_of(&put("another").await), refused("invalid_client_metadata"));
    assert_eq!(put(&text("client_secret")).await.status, 200);
}

#[tokio::test]
async fn a_large_change_takes_no_time_of_others() {
    let idp = provider().await;
    let members: Vec<_> = (0..20_000).map(|number| format!("\"m{number}\":1")).collect();
    let body = format!("{{\"claims\":{{{}}}}}", members.join(","));
    let browser = Browser::new();
    for _ in 0..2 {
        let request = browser.http().patch(idp.url("/_control/people/dana")).body(body.clone());
        assert_eq!(browser.send(request).await.status, 200);
    }
    assert_eq!(idp.people().get("dana").expect("dana").claims.len(), 20_000);
}

#[tokio::test]
async fn a_signed_token_has_three_parts_and_no_more() {
    let idp = provider().await;
    let claims = json!({"iss": CLIENT, "client_id": CLIENT, "aud": idp.issuer(), "state": "inside"});
    let key = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
    let parts = [json!({"alg": "HS256"}), claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    for (message, expected) in
        [(parts.join("."), None), (format!("{}.x", parts.join(".")), Some("invalid_request_object"))]
    {
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256);
        let object = format!("{message}.{}", signature.expect("a signature"));
        let answer = Browser::new().get(&authorize_url(&idp, &[("request", &object)])).await;
        assert_eq!(
            answer.location.as_deref().map(|_| answer.param("error")),
            Some(expected.map(str::to_owned))
        );
    }
}

#[tokio::test]
async fn a_thumbprint_is_one() {
    let idp = provider().await;
    for jkt in ["x".repeat(4_000), "x".repeat(42), format!("{}+", "x".repeat(42))] {
        let answer = Browser::new().authorize(&idp, &[("dpop_jkt", &jkt)]).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_request"), "{jkt}");
    }
}

#[tokio::test]
async fn signed_user_information_is_no_hint() {
    let idp = provider().await;
    idp.clients()
        .change(CLIENT, |client| {
            client.userinfo_signed_response_alg = Some(fixtures::SigningAlgorithm::RS256);
        })
        .expect("the client");
    let tokens = idp.mint(&Mint::new("dana", CLIENT)).expect("tokens");
    let browser = Browser::new();
    let userinfo = browser.userinfo(&idp, &tokens.access_token).await.body;
    assert_eq!(userinfo.split('.').count(), 3, "{userinfo}");
    let out = "/connect/endsession?post_logout_redirect_uri=http://127.0.0.1:8400/sign-in&id_token_hint=";
    assert_eq!(browser.get(&idp.url(&format!("{out}{userinfo}"))).await.status, 400);
    assert_eq!(browser.get(&idp.url(&format!("{out}{}", tokens.id_token))).await.status, 303);
    browser.sign_in(&idp, "dana", &[]).await;
    let asked = browser.authorize(&idp, &[("prompt", "none"), ("id_token_hint", &userinfo)]).await;
    assert!(asked.param("error").is_some(), "{asked:?}");
}

#[tokio::test]
async fn a_fault_for_one_client_is_not_spent_on_what_another_tries() {
    let idp = provider().await;
    let thief = fixtures::Client::new("thief").with_secret("a secret of the thief");
    idp.clients().add(thief);
    let browser = Browser::new();
    let armed = idp.faults().arm("tok-503", mock_idp::Target::client(CLIENT), 1).expect("a fault");
    let code = browser.sign_in(&idp, "dana", &[]).await.param("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("client_id", "thief"),
        ("client_secret", "a secret of the thief"),
    ];
    assert_eq!(browser.post(&idp.url("/connect/token"), &form).await.status, 400);
    assert_eq!((armed.fired(), browser.redeem(&idp, &code).await.status.as_u16()), (0, 503));
    assert_eq!((armed.fired(), browser.redeem(&idp, &code).await.status.as_u16()), (1, 200));
}

#[tokio::test]
async fn an_exchange_names_resources_by_their_addresses_and_actors_by_their_tokens() {
    let idp = provider().await;
    idp.clients().change(CLIENT, |client| client.grants.push(Grant::TokenExchange)).expect("the client");
    let token = idp.mint(&Mint::new("dana", CLIENT)).expect("tokens").access_token;
    let exchange = async |name: &'static str, value: &'static str| {
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", &*token),
            ("subject_token_type", ACCESS_TOKEN),
            (name, value),
        ];
        post(&idp, "/connect/token", &form, &[]).await
    };
    for (name, value, error) in [
        ("resource", "api", "invalid_target"),
        ("resource", "/api", "invalid_target"),
        ("resource", "https://api.example/#part", "invalid_target"),
        ("resource", " https://api.example/", "invalid_target"),
        ("actor_token_type", ACCESS_TOKEN, "invalid_request"),
    ] {
        assert_eq!(error_of(&exchange(name, value).await), refused(error), "{name}={value}");
    }
    for (name, value) in [
        ("resource", "https://api.example/?of=x"),
        ("resource", "urn:api"),
        ("audience", "api"),
        ("actor_token_type", ""),
    ] {
        assert_eq!(exchange(name, value).await.status, 200, "{name}={value}");
    }
}

/// What the token endpoint says to a proof with this key and these changes to its claims.
async fn proven(idp: &MockIdp, signer: &Signer, jwk: &Value, changes: &Value) -> (u16, String) {
    let mut claims = claims(idp, "/connect/token", &format!("{jwk}{changes}"));
    claims["jti"] = json!(URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(claims["jti"].to_string())));
    for (name, value) in changes.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let proof = signer.proof_showing(jwk, &claims);
    error_of(&post(idp, "/connect/token", &form, &[("dpop", &proof)]).await)
}

#[tokio::test]
async fn a_key_is_written_in_one_way_and_shows_nothing_but_its_public_half() {
    let idp = provider().await;
    let decoded = |jwk: &Value, name: &str| {
        URL_SAFE_NO_PAD.decode(jwk[name].as_str().expect("a member")).expect("base64url")
    };
    for (alg, numbers) in [("ES256", ["x", "y"]), ("ES384", ["x", "y"]), ("RS256", ["n", "e"])] {
        let signer = Signer::of(alg);
        let right = signer.jwk();
        assert_eq!(proven(&idp, &signer, &right, &json!({})).await, refused("invalid_grant"), "{alg}");
        let mut wrong = Vec::new();
        let [first, second] = numbers.map(|name| decoded(&right, name));
        // The end of one is the beginning of the other: the same point in the same octets.
        let whole = [first.clone(), second.clone()].concat();
        for at in [first.len() - 1, first.len() + 1] {
            let mut jwk = right.clone();
            jwk[numbers[0]] = json!(URL_SAFE_NO_PAD.encode(&whole[..at]));
            jwk[numbers[1]] = json!(URL_SAFE_NO_PAD.encode(&whole[at..]));
            wrong.push(jwk);
        }
        for name in numbers {
            let mut jwk = right.clone();
            jwk[name] = json!(URL_SAFE_NO_PAD.encode([vec![0], decoded(&right, name)].concat()));
            wrong.push(jwk);
        }
        for (name, value) in [
            ("d", json!("AQ")),
            ("dp", json!("AQ")),
            ("dq", json!("AQ")),
            ("qi", json!("AQ")),
            ("oth", json!([])),
            ("use", json!("enc")),
            ("key_ops", json!(["encrypt"])),
        ] {
            let mut jwk = right.clone();
            jwk[name] = value;
            wrong.push(jwk);
        }
        for jwk in wrong {
            assert_eq!(proven(&idp, &signer, &jwk, &json!({})).await, refused("invalid_dpop_proof"), "{jwk}");
        }
        let mut said = right.clone();
        said["use"] = json!("sig");
        said["key_ops"] = json!(["verify"]);
        assert_eq!(proven(&idp, &signer, &said, &json!({})).await, refused("invalid_grant"), "{alg}");
    }
}

#[tokio::test]
async fn a_proof_has_a_time_with_or_without_a_fraction_and_an_address_by_rfc_3986() {
    let idp = provider().await;
    let signer = Signer::of("ES256");
    let port = idp.address().port();
    let now = i32::try_from(idp.clock().now().as_second()).map(f64::from).expect("this century");
    for (changes, is_right) in [
        (json!({"iat": now + 0.25}), true),
        (json!({"iat": now - 300.0}), true),
        (json!({"iat": now + 400.5}), false),
        (json!({"iat": now.to_string()}), false),
        (json!({"htu": format!("HTTP://127.0.0.1:{port}/x/../connect/%74oken?a#b")}), true),
        (json!({"htu": format!("http:127.0.0.1:{port}/connect/token")}), false),
        (json!({"htu": format!("http:\\\\127.0.0.1:{port}\\connect\\token")}), false),
        (json!({"htu": format!(" http://127.0.0.1:{port}/connect/token")}), false),
        (json!({"htu": format!("http://127.1:{port}/connect/token")}), false),
        (json!({"htu": format!("http://127.0.0.1:{port}/connect/to\nken")}), false),
    ] {
        let expected = refused(if is_right { "invalid_grant" } else { "invalid_dpop_proof" });
        assert_eq!(proven(&idp, &signer, &signer.jwk(), &changes).await, expected, "{changes}");
    }
}

#[tokio::test]
async fn the_error_of_a_rule_is_told_in_the_scheme_that_was_used() {
    let idp = provider().await;
    let error = |name: &str| Then::oauth_error(name);
    for (name, scheme, expected) in [
        (
            "invalid_token",
            "DPoP",
            "DPoP realm=\"mock-idp\", algs=\"RS256 PS256 ES256 ES384 EdDSA Ed25519\", error=\"invalid_token\"",
        ),
        ("invalid_token", "Bearer", "Bearer realm=\"mock-idp\", error=\"invalid_token\""),
        (
            "use_dpop_nonce",
            "Bearer",
            "DPoP realm=\"mock-idp\", algs=\"RS256 PS256 ES256 ES384 EdDSA Ed25519\", error=\"use_dpop_nonce\"",
        ),
    ] {
        idp.when(When::operation("userinfo")).times(1).then(error(name)).expect("a rule");
        let browser = Browser::new();
        let asked =
            browser.http().get(idp.url("/connect/userinfo")).header("authorization", format!("{scheme} x"));
        let answer = browser.send(asked).await;
        assert_eq!(answer.headers["www-authenticate"], expected);
    }
}
