//! Launches from the portal: the provider begins, and the application is asked to (OIDC Core 4), or gets an answer that it
//! never asked for.

use mock_idp::{Launch, LaunchError, MockIdp, Params};
use serde_json::json;

use crate::support::{Browser, CALLBACK, CLIENT, NORTHWIND};

pub(crate) const START: &str = "http://127.0.0.1:8400/sso/start";

pub(crate) async fn provider() -> MockIdp {
    let idp = MockIdp::builder().seed(1).on_current_runtime().start().await.expect("a free port");
    idp.clients()
        .change(CLIENT, |client| client.initiate_login_uri = Some(START.to_owned()))
        .expect("the client");
    idp
}

pub(crate) fn query(location: &str) -> Params {
    Params::parse(location.split_once('?').expect("a query").1)
}

#[tokio::test]
async fn whoever_opens_a_launch_is_signed_in_and_the_application_is_asked_to_begin() {
    let idp = provider().await;
    let launch = Launch::of(CLIENT).target("http://127.0.0.1:8400/home?a=b&c=d");
    let address = idp.people().launch("dana", launch).unwrap();
    let browser = Browser::new();
    let answer = browser.get(&address).await;
    let location = answer.location.clone().expect("a redirect");
    assert_eq!((answer.status.as_u16(), location.split('?').next()), (303, Some(START)));
    let params = query(&location);
    assert_eq!(params.first("iss"), Some(idp.issuer()));
    assert_eq!(params.first("login_hint"), Some("dana"));
    assert_eq!(params.first("target_link_uri"), Some("http://127.0.0.1:8400/home?a=b&c=d"));
    let code =
        browser.authorize(&idp, &[("login_hint", "dana")]).await.param("code").expect("no page in between");
    assert_eq!(browser.redeem(&idp, &code).await.status, 200);
    let entry =
        idp.journal().entries().into_iter().find(|entry| entry.operation == "launch").expect("an entry");
    assert_eq!((entry.person.as_deref(), entry.client.as_deref()), (Some("dana"), Some(CLIENT)));
    assert_eq!(entry.path, "/portal/launch/(secret)");
}

#[tokio::test]
async fn a_launch_is_good_once_and_for_five_minutes() {
    let idp = provider().await;
    let address = idp.people().launch("dana", Launch::of(CLIENT)).unwrap();
    assert_eq!(Browser::new().get(&address).await.status, 303);
    let again = Browser::new().get(&address).await;
    assert_eq!(
        (again.status.as_u16(), again.page(), again.location.as_deref()),
        (400, "kaseyaone-error", None)
    );
    let late = idp.people().launch("dana", Launch::of(CLIENT)).unwrap();
    idp.clock().advance(jiff::SignedDuration::from_mins(6));
    let late = Browser::new().get(&late).await;
    assert_eq!((late.status.as_u16(), late.headers.get("set-cookie")), (400, None));
}

#[tokio::test]
async fn the_application_may_be_told_of_a_stranger() {
    let idp = provider().await;
    let launch = Launch::of(CLIENT).from_issuer("https://evil.example").target("https://evil.example/");
    let answer = Browser::new().get(&idp.people().launch("dana", launch).unwrap()).await;
    let params = query(&answer.location.expect("a redirect"));
    assert_eq!(params.first("iss"), Some("https://evil.example"));
    assert_eq!(params.first("target_link_uri"), Some("https://evil.example/"));
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_has_a_good_code_and_no_state() {
    let idp = provider().await;
    let address = idp.people().launch("dana", Launch::of(CLIENT).unsolicited()).unwrap();
    let browser = Browser::new();
    let answer = browser.get(&address).await;
    let location = answer.location.clone().expect("a redirect");
    assert!(location.starts_with(&format!("{CALLBACK}?")), "{location}");
    let params = query(&location);
    assert_eq!((params.first("state"), params.first("iss")), (None, Some(idp.issuer())));
    let form = [
        ("grant_type", "authorization_code"),
        ("code", params.first("code").expect("a code")),
        ("redirect_uri", CALLBACK),
    ];
    assert_eq!(browser.token(&idp, &form).await.status, 200, "an application that takes it gets tokens");
}

#[tokio::test]
async fn what_cannot_be_launched_is_refused_with_what_to_do() {
    let idp = provider().await;
    let people = idp.people();
    assert!(matches!(people.launch("nobody", Launch::of(CLIENT)), Err(LaunchError::NotFound(_))));
    assert!(matches!(people.launch("dana", Launch::of("nothing")), Err(LaunchError::NotFound(_))));
    let error = people.launch("dana", Launch::of("other-product")).unwrap_err().to_string();
    assert!(
        error.starts_with("client \"other-product\" has no initiate_login_uri (OIDC Core 4); give it one"),
        "{error}"
    );
    people.deactivate("dana").unwrap();
    let refused = Browser::new().get(&people.launch("dana", Launch::of(CLIENT)).unwrap()).await;
    assert_eq!((refused.status.as_u16(), refused.headers.get("set-cookie")), (400, None));
    assert!(refused.body.contains("This account is deactivated"), "{}", refused.body);
}

#[tokio::test]
async fn a_person_opens_the_portal_and_an_application_in_it() {
    let idp = provider().await;
    let browser = Browser::new();
    let portal = idp.url("/portal");
    let page = browser.get(&portal).await;
    assert_eq!(page.page(), "kaseyaone-portal-people");
    let nobody = browser.post(&portal, &[("person", "nobody")]).await;
    assert_eq!((nobody.status.as_u16(), nobody.headers.get("set-cookie")), (422, None));
    let early = browser.post(&portal, &[("client", CLIENT)]).await;
    assert!(early.status == 422 && early.body.contains("Choose who you are first."), "{early:?}");
    let in_again = browser.post(&portal, &[("person", "dana")]).await;
    assert_eq!((in_again.status.as_u16(), in_again.location.as_deref()), (303, Some("/portal")));
    let page = browser.get(&portal).await;
    assert_eq!(page.page(), "kaseyaone-portal");
    assert!(
        page.body.contains("Dana Reyes")
            && page.body.contains(NORTHWIND)
            && page.body.contains("value=\"kaseya-mdr\"")
    );
    assert!(!page.body.contains("other-product"), "it takes no launch");
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:8400;"), "{policy}");
    let launched = browser.post(&portal, &[("client", CLIENT)]).await.location.expect("a redirect");
    assert_eq!(query(&launched).first("login_hint"), Some("dana"));
    let other = browser.get(&format!("{portal}?login_hint=rui")).await;
    assert_eq!(other.page(), "kaseyaone-portal-people", "the portal of somebody else");
    assert!(other.body.contains("value=\"rui\"") && !other.body.contains("value=\"dana\""));
    assert_eq!(browser.post(&portal, &[("client", "other-product")]).await.status, 400);
}

#[tokio::test]
async fn a_user_name_that_two_companies_have_leads_to_nobody_else() {
    let idp = provider().await;
    let mut twin = idp.people().get("dana").expect("dana");
    let other = idp.people().get("sam-contoso").expect("eve").company;
    twin.key = "another-dana".to_owned();
    twin.subject = "k1-another-dana".to_owned();
    twin.company = other;
    idp.people().add(twin);
    for person in ["dana", "another-dana"] {
        let browser = Browser::new();
        let address = idp.people().launch(person, Launch::of(CLIENT)).unwrap();
        let location = browser.get(&address).await.location.expect("a redirect");
        let hint = query(&location).first("login_hint").expect("a hint").to_owned();
        assert!(
            browser.authorize(&idp, &[("login_hint", &hint)]).await.param("code").is_some(),
            "{person}: {hint}"
        );
    }
}

#[tokio::test]
async fn a_launch_is_prepared_over_http() {
    let idp = provider().await;
    let browser = Browser::new();
    let post = |body: serde_json::Value| {
        browser.send(browser.http().post(idp.url("/_control/people/dana/launch")).body(body.to_string()))
    };
    let prepared = post(json!({"client": CLIENT, "target_link_uri": "/home"})).await;
    assert_eq!(prepared.status, 201);
    let location = prepared.json()["location"].as_str().expect("an address").to_owned();
    assert_eq!(browser.get(&location).await.status, 303);
    let wrong = post(json!({"client": "other-product"})).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["code"]), (422, &json!("not_launchable")));
}

#[tokio::test]
async fn a_launch_that_fails_signs_nobody_out() {
    let idp = provider().await;
    let browser = Browser::new();
    browser.sign_in(&idp, "rui", &[]).await;
    let address = idp.people().launch("dana", Launch::of(CLIENT)).unwrap();
    idp.clients().change(CLIENT, |client| client.initiate_login_uri = None).unwrap();
    assert_eq!(browser.get(&address).await.status, 400);
    let code = browser.authorize(&idp, &[]).await.param("code").expect("rui is still signed in");
    let tokens = browser.redeem(&idp, &code).await.json();
    assert_eq!(crate::support::decode(tokens["id_token"].as_str().unwrap()).1["sub"], "k1-northwind-rui");
}

#[tokio::test]
async fn no_address_of_a_client_adds_to_the_policy_of_the_portal() {
    let idp = provider().await;
    let browser = Browser::new();
    browser.post(&idp.url("/portal"), &[("person", "dana")]).await;
    for (address, expected) in [
        ("https://x;sandbox/start", "form-action 'self';"),
        ("https://x,y/start", "form-action 'self';"),
        ("com.app.x:/start", "form-action 'self' com.app.x:;"),
        // No source stands for an address of IPv6 (CSP 2.3.1): browsers ignore one, and the form with it.
        ("https://[::1]:8/start", "form-action 'self' https:;"),
    ] {
        idp.clients().change(CLIENT, |client| client.initiate_login_uri = Some(address.to_owned())).unwrap();
        let page = browser.get(&idp.url("/portal")).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains(expected), "{address}: {policy}");
    }
}

#[tokio::test]
async fn an_address_that_begins_like_another_is_in_the_policy_too() {
    let idp = provider().await;
    let shorter = |client: &mut fixtures::Client| {
        client.initiate_login_uri = Some("http://127.0.0.1:84/start".to_owned());
    };
    idp.clients().change("other-product", shorter).unwrap();
    let browser = Browser::new();
    browser.post(&idp.url("/portal"), &[("person", "dana")]).await;
    let page = browser.get(&idp.url("/portal")).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("'self' http://127.0.0.1:84 http://127.0.0.1:8400;"), "{policy}");
}
