//! What leads from the console further: other realms, the catalogue, the verdict and the entries of the journal as pages.

use mock_idp::{JournalQuery, MockIdp};

use crate::console::{CONSOLE, Console};
use crate::support::{Answer, Browser};

#[tokio::test]
async fn realms_are_linked_for_whoever_may_control_them() {
    let console = Console::open().await;
    let home = async |idp: &MockIdp| console.browser.get(&idp.url("/")).await.body;
    assert!(!home(&console.idp).await.contains("Realms of this process"), "there is one");
    let acme = console.idp.realms().create("acme/eu").expect("a realm");
    let link = |path: &str| format!("href=\"{}\"", console.idp.url(path));
    let page = home(&console.idp).await;
    assert!(
        page.contains(&link("/acme/eu/")) && page.contains("href=\"/acme/eu/_control/console\""),
        "{page}"
    );
    let page = console.show("").await;
    assert!(
        page.contains(&link("/acme/eu/")) && page.contains("href=\"/acme/eu/_control/console\""),
        "{page}"
    );
    let page = console.browser.get(&acme.url(CONSOLE)).await.body;
    assert!(
        page.contains("<strong>/acme/eu</strong>") && page.contains("href=\"/_control/console\""),
        "{page}"
    );
    assert!(page.contains(&format!("{}>Home</a>", link("/acme/eu/"))), "control may be elsewhere: {page}");
    let rebound = console.browser.http().get(console.idp.url("/")).header("host", "evil.example");
    let page = console.browser.send(rebound).await.body;
    assert!(page.contains("A fake KaseyaOne") && !page.contains("acme"), "{page}");
    let kept = MockIdp::builder().control_key("key").start().await.expect("a free port");
    kept.realms().create("acme").expect("a realm");
    assert!(!home(&kept).await.contains("acme"), "nobody showed the key");
    let shown = Browser::new().http().get(kept.url("/")).bearer_auth("key");
    assert!(Browser::new().send(shown).await.body.contains("/acme/_control/console"));
}

#[tokio::test]
async fn a_realm_is_reset_by_its_form() {
    let console = Console::open().await;
    let acme = console.idp.realms().create("acme").expect("a realm");
    for people in [console.idp.people(), acme.people()] {
        people.lock("dana").expect("dana");
    }
    drop(console.idp.faults().arm("tok-503", mock_idp::Target::next(), 1).expect("a fault"));
    console.done("reset", &[], "/_control/console?did=reset#realm").await;
    assert_eq!(console.idp.people().get("dana").expect("dana").status, fixtures::Status::Active);
    assert!(console.idp.faults().list().is_empty());
    assert_eq!(
        acme.people().get("dana").expect("dana").status,
        fixtures::Status::Locked,
        "the other one stays"
    );
    assert!(console.show("did=reset").await.contains("Everything is as it was when the realm was made."));
}

/// What a browser gets, which asks for pages.
async fn seen(console: &Console, path: &str) -> Answer {
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let answer = console
        .browser
        .send(console.browser.http().get(console.idp.url(path)).header("accept", accept))
        .await;
    let policy = answer.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    answer
}

#[tokio::test]
async fn a_verdict_is_a_page_for_browsers_and_what_it_was_for_programs() {
    let console = Console::open().await;
    let browser = Browser::new();
    let address = "/_control/verdict";
    assert!(seen(&console, address).await.body.contains("No application was seen yet."));
    let code = browser.sign_in(&console.idp, "dana", &[]).await.param("code").expect("a code");
    browser.redeem(&console.idp, &code).await;
    browser.redeem(&console.idp, &code).await;
    let page = seen(&console, address).await;
    assert_eq!((page.status.as_u16(), page.page()), (200, "verdict"));
    for part in [
        "<span class=\"chip bad\">failed</span>",
        "<span class=\"chip good\">passed</span>",
        "/_control/verdict?client=kaseya-mdr",
        "format=text",
        "format=junit",
    ] {
        assert!(page.body.contains(part), "no {part} in {}", page.body);
    }
    let wrong = console.idp.journal().find(&JournalQuery::operation("token"))[1].seq;
    assert!(page.body.contains(&format!("href=\"/_control/journal/{wrong}\">#{wrong}</a>")), "{}", page.body);
    let kind = async |path: &str| {
        let answer = browser.get(&console.idp.url(path)).await;
        answer.headers["content-type"].to_str().expect("ASCII").to_owned()
    };
    assert_eq!(kind(address).await, "application/json");
    assert_eq!(kind("/_control/verdict?format=junit").await, "application/xml");
    assert!(kind("/_control/verdict?format=html").await.starts_with("text/html"));
    let text = seen_as(&console, "/_control/verdict?format=text").await;
    assert!(text.starts_with("kaseya-mdr: "), "what is named counts more: {text}");
}

async fn seen_as(console: &Console, path: &str) -> String {
    let request = console.browser.http().get(console.idp.url(path)).header("accept", "text/html");
    console.browser.send(request).await.body
}

#[tokio::test]
async fn the_catalogue_is_a_page_for_browsers_and_is_searched() {
    let console = Console::open().await;
    let address = "/_control/faults/catalogue";
    let page = seen(&console, address).await;
    assert_eq!((page.status.as_u16(), page.page()), (200, "catalogue"));
    let all = mock_idp::catalogue().count();
    assert!(page.body.contains(&format!("{all} found")) && page.body.matches("<li id=").count() == all);
    for words in ["should be refused", "must be accepted", "staged by people", "The key set"] {
        assert!(page.body.contains(words), "{words}");
    }
    assert!(page.body.contains("href=\"/_control/console?fault=idt-nonce-wrong#faults\""), "{}", page.body);
    let found = seen(&console, &format!("{address}?q=keycloak+ENDPOINT")).await.body;
    assert!(found.contains("Got wrong by") && !found.contains("id=\"tok-503\""), "{found}");
    let hostile = seen(&console, &format!("{address}?q=%22%3E%3Cimg")).await.body;
    assert!(hostile.contains("No fault says that.") && !hostile.contains("<img"), "{hostile}");
    let json = console.browser.get(&console.idp.url(address)).await.json();
    assert_eq!(json.as_array().map(Vec::len), Some(all), "programs get all of it");
    let json = console.browser.get(&console.idp.url(&format!("{address}?q=tok-503"))).await.json();
    assert_eq!(json[0]["id"], "tok-503");
    assert!(console.show("").await.contains(&format!("href=\"{address}\"")));
}

#[tokio::test]
async fn every_entry_of_the_journal_is_a_page_without_secrets() {
    let console = Console::open().await;
    let browser = Browser::new();
    let code =
        browser.sign_in(&console.idp, "dana", &[("state", "a<b")]).await.param("code").expect("a code");
    let tokens = browser.redeem(&console.idp, &code).await.json();
    let list = console.show("").await;
    for entry in console.idp.journal().entries() {
        let address = format!("/_control/journal/{}", entry.seq);
        assert!(list.contains(&format!("href=\"{address}\"")), "{address}");
        let page = seen(&console, &address).await;
        assert_eq!((page.status.as_u16(), page.page()), (200, "entry"));
        let access_token = tokens["access_token"].as_str().expect("a token");
        assert!(!page.body.contains(&code) && !page.body.contains(access_token), "{}", page.body);
        assert!(!page.body.contains("a<b"), "{}", page.body);
        let json = browser.get(&console.idp.url(&address)).await.json();
        assert_eq!((&json["seq"], &json["raw_request"]), (&entry.seq.into(), &serde_json::Value::Null));
    }
    let token = console.idp.journal().find(&JournalQuery::operation("token"))[0].seq;
    let page = seen(&console, &format!("/_control/journal/{token}")).await.body;
    for part in ["The application redeems the code", "ID token: claims", "(secret)", "#entry-"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    let raw = format!("/_control/journal/{token}?raw=true");
    assert!(browser.get(&console.idp.url(&raw)).await.body.contains(&code));
    assert_eq!(browser.get(&console.idp.url("/_control/journal/999")).await.status, 404);
    assert_eq!(browser.get(&console.idp.url("/_control/journal/last")).await.status, 400);
    assert_eq!(browser.get(&console.idp.url("/_control/journal/1?rawr=true")).await.status, 422);
}
