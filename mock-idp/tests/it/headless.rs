//! Signing in without a page: by `login_hint` where that is switched on, and by posting `sub`.

use mock_idp::{ConfigFormat, JournalQuery, MockIdp, MockIdpBuilder};

use crate::support::{Browser, authorize_url, decode};

async fn headless() -> MockIdp {
    MockIdp::builder().headless().on_current_runtime().start().await.expect("a free port")
}

#[tokio::test]
async fn a_hint_signs_in_only_where_that_is_switched_on() {
    let strict = MockIdp::start().await;
    assert_eq!(Browser::new().authorize(&strict, &[("login_hint", "dana")]).await.page(), "kaseyaone-login");
    let idp = headless().await;
    for hint in ["dana", "dana@northwind.example", "k1-northwind-dana", "DANA"] {
        let browser = Browser::new();
        let back = browser.authorize(&idp, &[("login_hint", hint)]).await;
        let code = back.param("code").unwrap_or_else(|| panic!("{hint}: {back:?}"));
        let tokens = browser.redeem(&idp, &code).await.json();
        assert_eq!(decode(tokens["id_token"].as_str().expect("an ID token")).1["sub"], "k1-northwind-dana");
        assert!(
            browser.authorize(&idp, &[]).await.param("code").is_some(),
            "the browser is in a session now"
        );
    }
    assert_eq!(Browser::new().authorize(&idp, &[]).await.page(), "kaseyaone-login", "nobody was named");
    assert_eq!(Browser::new().authorize(&idp, &[("login_hint", "nobody")]).await.page(), "kaseyaone-login");
    let browser = Browser::new();
    for idp in [&idp, &strict] {
        browser.post(&authorize_url(idp, &[]), &[("sub", "dana")]).await;
    }
    let misspelt = [("login_hint", "dnaa")];
    assert_eq!(browser.authorize(&idp, &misspelt).await.page(), "kaseyaone-login", "nobody else is meant");
    assert!(browser.authorize(&strict, &misspelt).await.param("code").is_some(), "a hint is only a hint");
    let none = Browser::new().authorize(&idp, &[("login_hint", "dana"), ("prompt", "none")]).await;
    assert_eq!(none.param("error").as_deref(), Some("login_required"), "that asks for no authentication");
}

#[tokio::test]
async fn whoever_may_not_sign_in_does_not_without_a_page_either() {
    let idp = headless().await;
    idp.people().lock("dana").unwrap();
    let refused = Browser::new().authorize(&idp, &[("login_hint", "dana")]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.page(), refused.headers.get("set-cookie")),
        (400, "kaseyaone-error", None)
    );
}

#[tokio::test]
async fn a_fresh_authentication_is_fresh_without_a_page_too() {
    let idp = headless().await;
    let browser = Browser::new();
    let hint = ("login_hint", "dana");
    browser.authorize(&idp, &[hint]).await;
    idp.clock().advance(jiff::SignedDuration::from_mins(5));
    let now = idp.clock().now().as_second();
    let code = browser.authorize(&idp, &[hint, ("prompt", "login")]).await.param("code").expect("a code");
    let tokens = browser.redeem(&idp, &code).await.json();
    let auth_time = decode(tokens["id_token"].as_str().expect("an ID token")).1["auth_time"].clone();
    assert!(auth_time.as_i64().is_some_and(|time| time >= now), "{auth_time} {now}");
}

#[tokio::test]
async fn a_test_posts_sub_to_the_address_it_was_sent_to() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    let back = browser.post(&authorize_url(&idp, &[]), &[("sub", "k1-northwind-dana")]).await;
    assert_eq!(back.param("state").as_deref(), Some("state-1"));
    assert_eq!(browser.redeem(&idp, &back.param("code").expect("a code")).await.status, 200);
    let verdict = idp.verdict().of("kaseya-mdr");
    for id in ["state-present", "nonce-present", "pkce-present"] {
        let check = verdict.clients[0].checks.iter().find(|check| check.id == id).expect("a check");
        assert_eq!(
            check.outcome,
            mock_idp::Outcome::Pass,
            "{id}: the request is in the address: {}",
            check.detail
        );
    }
    let other = browser.post(&authorize_url(&idp, &[]), &[("sub", "rui")]).await;
    let tokens = browser.redeem(&idp, &other.param("code").expect("a code")).await.json();
    assert_eq!(decode(tokens["id_token"].as_str().expect("an ID token")).1["sub"], "k1-northwind-rui");
    let nobody = browser.post(&authorize_url(&idp, &[]), &[("sub", "<b>nobody")]).await;
    assert_eq!((nobody.status.as_u16(), nobody.location.as_deref()), (400, None));
    assert!(
        nobody.body.contains("there is no person") && !nobody.body.contains("<b>nobody"),
        "{}",
        nobody.body
    );
    let evil = authorize_url(&idp, &[("redirect_uri", "https://evil.example/")]);
    let refused = Browser::new().post(&evil, &[("sub", "dana")]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.location, refused.headers.get("set-cookie")),
        (400, None, None)
    );
}

#[tokio::test]
async fn a_configuration_switches_it_on() {
    let builder = MockIdpBuilder::from_config("headless = true\n", ConfigFormat::Toml).unwrap();
    let idp = builder.start().await.unwrap();
    assert!(Browser::new().authorize(&idp, &[("login_hint", "dana")]).await.param("code").is_some());
}

#[tokio::test]
async fn whoever_the_request_demands_answers_or_nobody_does() {
    let idp = headless().await;
    let dana = idp.mint(&mock_idp::Mint::new("dana", "kaseya-mdr")).unwrap().id_token;
    let hint = ("id_token_hint", dana.as_str());
    let claims = ("claims", r#"{"id_token":{"sub":{"value":"k1-northwind-dana"}}}"#);
    for demand in [hint, claims] {
        let url = authorize_url(&idp, &[demand]);
        let by_sub = Browser::new().post(&url, &[("sub", "rui")]).await;
        let by_hint = Browser::new().authorize(&idp, &[demand, ("login_hint", "rui")]).await;
        let by_click = Browser::new().sign_in(&idp, "rui", &[demand]).await;
        for answer in [by_sub, by_hint, by_click] {
            assert_eq!(answer.param("error").as_deref(), Some("login_required"), "{answer:?}");
            assert_eq!(answer.headers.get("set-cookie"), None);
        }
        assert!(Browser::new().post(&url, &[("sub", "dana")]).await.param("code").is_some());
        assert!(Browser::new().sign_in(&idp, "dana", &[demand]).await.param("code").is_some());
    }
}

#[tokio::test]
async fn where_nobody_is_hinted_at_somebody_may_be_named_beforehand() {
    let idp = MockIdp::builder().headless_as("DANA@northwind.example").on_current_runtime().start().await;
    let idp = idp.expect("a free port");
    let subject = async |browser: &Browser, more: &[(&str, &str)]| {
        let back = browser.authorize(&idp, more).await;
        let code = back.param("code").unwrap_or_else(|| panic!("{more:?}: {back:?}"));
        let tokens = browser.redeem(&idp, &code).await.json();
        decode(tokens["id_token"].as_str().expect("an ID token")).1["sub"].clone()
    };
    let browser = Browser::new();
    assert_eq!(subject(&browser, &[]).await, "k1-northwind-dana");
    assert_eq!(subject(&browser, &[("login_hint", "rui")]).await, "k1-northwind-rui", "a hint goes first");
    assert_eq!(subject(&browser, &[]).await, "k1-northwind-rui", "and so does the session");
    assert_eq!(subject(&browser, &[("prompt", "login")]).await, "k1-northwind-dana");
    for (more, page) in [
        (("prompt", "select_account"), "kaseyaone-people"),
        (("login_hint", "nobody"), "kaseyaone-login"),
        (("claims", r#"{"id_token": {"sub": {"value": "k1-northwind-rui"}}}"#), "kaseyaone-login"),
    ] {
        assert_eq!(Browser::new().authorize(&idp, &[more]).await.page(), page, "{more:?}");
    }
    let silent = Browser::new().authorize(&idp, &[("prompt", "none")]).await;
    assert_eq!(silent.param("error").as_deref(), Some("login_required"));
    idp.people().lock("dana").unwrap();
    assert_eq!(Browser::new().authorize(&idp, &[]).await.page(), "kaseyaone-error");
}

#[tokio::test]
async fn each_realm_may_name_somebody_of_its_own_who_has_to_be_there() {
    let text = "headless_as = \"dana\"\n[[realms]]\npath = \"acme\"\nheadless_as = \"bob\"\n\
                [[realms.people]]\nkey = \"bob\"\ncompany = \"northwind\"\n";
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Toml).unwrap().start().await.unwrap();
    let realm = idp.realms().get("acme").expect("the realm");
    let other = idp.realms().builder("other").headless_as("rui").create().expect("a realm");
    for (realm, key) in [(&*idp, "dana"), (&realm, "bob"), (&other, "rui")] {
        let back = Browser::new().authorize(realm, &[]).await;
        assert!(back.param("code").is_some(), "{back:?}");
        let entries = realm.journal().find(&JournalQuery::operation("authorize").person(key));
        assert_eq!(entries.len(), 1);
    }
    for (text, said) in [
        (
            text.replace("\"dana\"", "\"dna\""),
            "configuration:1: there is no person \"dna\"; did you mean \"dana\"?",
        ),
        (text.replace("as = \"bob\"", "as = \"dana\""), "configuration:4: there is no person \"dana\""),
    ] {
        let error = MockIdpBuilder::from_config(&text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
    let error = MockIdp::builder().headless_as("dna").start().await.map(drop).unwrap_err().to_string();
    assert!(
        error.starts_with("--headless-as: there is no person \"dna\"; did you mean \"dana\"?"),
        "{error}"
    );
    assert!(MockIdp::builder().headless_as("anybody").any_person().start().await.is_ok());
    for before in ["", "any_person = true\n"] {
        let text = format!("{before}headless_as = \"Olga\"\n");
        let error = MockIdpBuilder::from_config(&text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
        let line = text.lines().count();
        assert!(
            error.starts_with(&format!("configuration:{line}: \"Olga\" was deleted; restore")),
            "{error}"
        );
    }
    let error = MockIdp::builder().headless_as("olga").start().await.map(drop).unwrap_err().to_string();
    assert!(error.starts_with("--headless-as: \"olga\" was deleted; restore or recreate"), "{error}");
    for name in ["", "  ", "zoë\n"] {
        let builder = MockIdp::builder().headless_as(name).any_person();
        let error = builder.start().await.map(drop).unwrap_err().to_string();
        assert!(error.starts_with("--headless-as: "), "{error}");
        let text = format!("any_person = true\n[[realms]]\npath = \"acme\"\nheadless_as = {name:?}\n");
        let error = MockIdpBuilder::from_config(&text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
        assert!(error.starts_with("configuration:4: "), "{error}");
    }
}
