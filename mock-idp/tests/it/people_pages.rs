//! The people to choose from on a page: those who are looked for, and what is said of each.

use mock_idp::{ConfigFormat, MockIdp, MockIdpBuilder};

use crate::support::Browser;

const FIELD: &str = "<input id=\"q\" name=\"q\"";

/// The three pages on which somebody is chosen, with a question mark or an ampersand for more.
async fn pages(browser: &Browser, idp: &MockIdp) -> [String; 3] {
    let interaction = browser.authorize(idp, &[]).await.interaction();
    let people = idp.url(&format!("/account/people?interaction={interaction}&"));
    [people, idp.url("/portal?"), idp.url("/device?user_code=ABCD&")]
}

#[tokio::test]
async fn where_there_are_many_they_are_looked_for_without_a_script() {
    let idp = MockIdp::start().await;
    let browser = Browser::new();
    for page in pages(&browser, &idp).await {
        assert!(!browser.get(&page).await.body.contains(FIELD), "everybody is in view: {page}");
    }
    let dana = idp.people().get("dana").expect("dana");
    for number in 0..300 {
        let key = format!("crowd-{number:03}");
        let person = fixtures::Person { username: key.clone(), subject: key.clone(), key, ..dana.clone() };
        idp.people().add(person);
    }
    idp.people().change_email("crowd-299", Some("Last@crowd.example")).expect("somebody");
    for page in pages(&browser, &idp).await {
        assert!(browser.get(&page).await.body.contains(FIELD), "{page}");
        for wanted in ["CROWD-299", "last%40CROWD"] {
            let found = browser.get(&format!("{page}q={wanted}")).await;
            assert_eq!(found.status, 200);
            assert!(found.body.contains("value=\"crowd-299\""), "{page}: {}", found.body);
            assert_eq!(found.body.matches("name=\"person\"").count(), 1, "{page}");
        }
        let many = browser.get(&format!("{page}q=crowd-")).await.body;
        assert!(many.contains("and 200 more, who are not shown"), "{many}");
        let nobody = browser.get(&format!("{page}q=%22%3E%3Cimg")).await.body;
        assert!(nobody.contains("Nobody is called that.") && !nobody.contains("<img"), "{nobody}");
    }
    let [people, _, device] = pages(&browser, &idp).await;
    assert!(browser.get(&people).await.body.contains("<input type=\"hidden\" name=\"interaction\""));
    assert!(browser.get(&device).await.body.contains("name=\"user_code\" value=\"ABCD\""));
}

#[tokio::test]
async fn a_reason_that_is_the_same_of_all_gives_way_to_the_address() {
    let file = "invented_people = 3\n[[companies]]\nkey = \"acme\"\n[[people]]\nkey = \"alice\"\nemail = \"a@acme.example\"\n\
                [[people]]\nkey = \"bob\"\n[[people]]\nkey = \"carol\"\nwhy = \"is on leave\"\nemail = \"c@acme.example\"\n";
    let builder = MockIdpBuilder::from_config(file, ConfigFormat::Toml).expect("a configuration");
    let idp = builder.on_current_runtime().start().await.expect("a free port");
    let page = Browser::new().get(&idp.url("/portal")).await.body;
    for why in ["a@acme.example", "bob", "is on leave"] {
        assert!(page.contains(&format!("<span class=\"why\">{why}</span>")), "{why}: {page}");
    }
    assert!(
        page.matches("@acme.example</span>").count() == 4,
        "those who were made up have addresses: {page}"
    );
    assert!(!page.contains("was made up") && !page.contains("configuration file"), "{page}");
}
