//! Apache's mod_auth_openidc, which Debian ships: the relying party is a web server in front of a page, and the browser goes
//! through it. Logout tokens reach it as they reach any application.

use mock_idp::{MockIdp, Target};
use serde_json::Value;

use crate::apache::Apache;
use crate::scenario::{asks_in_full, has_served, parameter, provider, sign_in};
use crate::support::{Answer, Browser, CLIENT};
use crate::tools;

/// A provider and an Apache that knows it; nothing where Apache is not there.
async fn both() -> Option<(MockIdp, Apache)> {
    let variables = ["FOREIGN_CLIENT_APACHE", "FOREIGN_CLIENT_APACHE_MODULES"];
    let [program, modules] = tools("mod_auth_openidc", variables)?;
    let idp = provider().await;
    let apache = Apache::start(program, &modules, &idp);
    let (sso, told) = (apache.url("/app/sso"), apache.url("/app/sso?logout=backchannel"));
    let signed_out = apache.url("/signed-out");
    let registered = idp.clients().change(CLIENT, |client| {
        client.redirect_uris = vec![sso];
        client.post_logout_redirect_uris = vec![signed_out];
        client.backchannel_logout_uri = Some(told);
    });
    registered.expect("the main client");
    Some((idp, apache))
}

/// Asks for the page, signs Dana in on the way, and answers what came after the way back.
async fn arrive(browser: &Browser, idp: &MockIdp, apache: &Apache) -> Answer {
    let address = browser.get(&apache.url("/app/page")).await.location.expect("a way to the provider");
    asks_in_full(&address);
    browser.get(&sign_in(browser, idp, &address, "dana").await).await
}

/// The same, to the page.
async fn signed_in(idp: &MockIdp, apache: &Apache) -> Browser {
    let browser = Browser::new();
    let back = arrive(&browser, idp, apache).await;
    assert_eq!(back.location.as_deref(), Some(apache.url("/app/page").as_str()), "{}", apache.log());
    browser
}

async fn sees_the_page(browser: &Browser, apache: &Apache) -> bool {
    browser.get(&apache.url("/app/page")).await.body == "the protected page\n"
}

/// What the module knows of the session.
async fn session(browser: &Browser, apache: &Apache) -> Value {
    browser.get(&apache.url("/app/sso?info=json")).await.json()
}

/// Has the module refresh; the words of its refusal, if it refused.
async fn refresh(browser: &Browser, apache: &Apache) -> Option<String> {
    let session = session(browser, apache).await;
    let access_token = session["access_token"].as_str().expect("an access token");
    let query = format!("refresh={}&access_token={access_token}", apache.url("/app/page"));
    let back = browser.get(&apache.url(&format!("/app/sso?{query}"))).await.location.expect("a way back");
    assert!(back.starts_with(&apache.url("/app/page")), "{back}");
    parameter(&back, "error_code")
}

#[tokio::test]
async fn apache_signs_in_refreshes_and_logs_out() {
    let Some((idp, apache)) = both().await else { return };
    let browser = signed_in(&idp, &apache).await;
    let page = browser.get(&apache.url("/app/page")).await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "the protected page\n"));
    for (header, value) in [
        ("x-remote-user", "k1-northwind-dana"),
        ("x-claim-email", "dana@northwind.example"),
        ("x-claim-company", "k1-co-1001"),
    ] {
        assert_eq!(page.headers[header], value, "{header}");
    }
    let first = session(&browser, &apache).await;
    assert_eq!(first["userinfo"]["email"], "dana@northwind.example");
    assert_eq!(first["id_token"]["iss"], idp.issuer());

    // Twice: the second takes the token that the first brought.
    for _ in 0..2 {
        let before = session(&browser, &apache).await;
        assert_eq!(refresh(&browser, &apache).await, None, "{}", apache.log());
        let after = session(&browser, &apache).await;
        for token in ["access_token", "refresh_token"] {
            assert!(after[token].is_string() && after[token] != before[token], "{token} is new");
        }
    }
    let used = first["refresh_token"].as_str().expect("a refresh token");
    let used = Browser::new().token(&idp, &[("grant_type", "refresh_token"), ("refresh_token", used)]).await;
    assert_eq!((used.status.as_u16(), &used.json()["error"]), (400, &Value::from("invalid_grant")));
    assert!(refresh(&browser, &apache).await.is_some(), "the family of a token that came twice is revoked");

    let address = format!("/app/sso?logout={}", apache.url("/signed-out"));
    let address = browser.get(&apache.url(&address)).await.location.expect("a way to the provider");
    assert!(parameter(&address, "id_token_hint").is_some(), "{address}");
    let back = browser.get(&address).await.location.expect("a way back");
    assert!(back.starts_with(&apache.url("/signed-out")), "{back}");
    assert!(!sees_the_page(&browser, &apache).await, "the session here is over");
    let silent = browser.get(&apache.url("/app/silent/page")).await.location.expect("a way to the provider");
    let none = browser.get(&silent).await.location.expect("an answer");
    assert_eq!(parameter(&none, "error").as_deref(), Some("login_required"));
    // Which sentence it refuses with depends on its version: 2.4.12 takes an `iss` in an error for a sign-in that
    // began elsewhere (RFC 9207 came later).
    assert!(browser.get(&none).await.location.is_none());
    assert!(!sees_the_page(&browser, &apache).await, "an error is no sign-in");
    has_served(&idp, &["discovery", "jwks", "authorize", "token", "userinfo", "end_session"]);
}

#[tokio::test]
async fn apache_refuses_what_is_falsified() {
    let Some((idp, apache)) = both().await else { return };
    for (fault, words) in [
        ("sig-bad-rs256", "signature"),
        ("idt-nonce-wrong", "nonce value"),
        ("idt-iss-wrong", "\"iss\" value"),
        ("idt-aud-wrong", "\"aud\" claim"),
        ("idt-exp-past", "expired"),
    ] {
        let armed = idp.faults().arm(fault, Target::next(), 1).expect("a fault of the catalogue");
        let browser = Browser::new();
        let known = apache.log().len();
        let answer = arrive(&browser, &idp, &apache).await;
        assert!(answer.location.is_none(), "{fault} was accepted");
        let log = apache.log().split_off(known).to_lowercase();
        assert!(log.contains(words), "{fault} was refused otherwise:\n{log}");
        assert!(!sees_the_page(&browser, &apache).await, "{fault} gave a session");
        assert_eq!(armed.fired(), 1, "{fault}");
    }
    let browser = Browser::new();
    let address = browser.get(&apache.url("/app/page")).await.location.expect("a way to the provider");
    let back = sign_in(&browser, &idp, &address, "dana").await;
    let state = parameter(&back, "state").expect("a state");
    let answer = browser.get(&back.replace(&state, "another")).await;
    assert!(answer.location.is_none(), "another state was accepted");
    assert!(!sees_the_page(&browser, &apache).await, "another state gave a session");
    let browser = signed_in(&idp, &apache).await;
    assert!(sees_the_page(&browser, &apache).await, "what is honest is taken");
}

#[tokio::test]
async fn apache_ends_the_session_for_an_honest_logout_token_only() {
    let Some((idp, apache)) = both().await else { return };
    for fault in ["out-bcl-wrong-aud", "out-bcl-wrong-iss", "out-bcl-no-event", "out-bcl-with-nonce"] {
        let browser = signed_in(&idp, &apache).await;
        let armed = idp.faults().arm(fault, Target::person("dana"), 1).expect("a fault of the catalogue");
        let told = idp.people().sign_out_everywhere("dana").await.expect("dana");
        assert_eq!(told.iter().map(|it| it.status).collect::<Vec<_>>(), [Some(400)], "{fault}: {told:?}");
        assert_eq!(armed.fired(), 1, "{fault}");
        assert!(sees_the_page(&browser, &apache).await, "{fault} ended the session");
    }
    let browser = signed_in(&idp, &apache).await;
    let told = idp.people().sign_out_everywhere("dana").await.expect("dana");
    assert_eq!(told.iter().map(|it| it.status).collect::<Vec<_>>(), [Some(200)], "{told:?} {}", apache.log());
    assert!(!sees_the_page(&browser, &apache).await, "the session is over");
}
