//! What leads from the console further: other realms, the catalogue, the verdict and the entries of the journal as pages.

use mock_idp::MockIdp;

use crate::console::{CONSOLE, Console};
use crate::support::Browser;

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
