//! The read-only directory of a company (SCIM 2.0).

use mock_idp::MockIdp;
use serde_json::{Value, json};

use crate::support::{Answer, Browser};

const NORTHWIND: &str = "northwind-directory-test-token";

async fn get(idp: &MockIdp, token: &str, path: &str) -> Answer {
    let browser = Browser::new();
    browser.send(browser.http().get(idp.url(&format!("/scim/v2{path}"))).bearer_auth(token)).await
}

async fn find(idp: &MockIdp, token: &str, filter: &str) -> Value {
    let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    get(idp, token, &format!("/Users?filter={filter}")).await.json()
}

#[tokio::test]
async fn a_company_sees_its_own_people_and_no_others() {
    let idp = MockIdp::start().await;
    let dana = find(&idp, NORTHWIND, "userName eq \"DANA\"").await;
    assert_eq!(
        (&dana["totalResults"], &dana["Resources"][0]["id"]),
        (&json!(1), &json!("k1-northwind-dana"))
    );
    assert_eq!(find(&idp, NORTHWIND, "userName eq \"carl\"").await["totalResults"], 0);
    let carl = find(&idp, "contoso-directory-test-token", "emails.value eq \"carl@contoso.example\"").await;
    assert_eq!(carl["Resources"][0]["userName"], "carl");
    assert_eq!(get(&idp, NORTHWIND, "/Users/k1-contoso-carl").await.status, 404);
    assert_eq!(get(&idp, NORTHWIND, "/Users/k1-northwind-dana").await.json()["active"], true);
}

#[tokio::test]
async fn the_deleted_are_not_there_and_the_deactivated_are_not_active() {
    let idp = MockIdp::start().await;
    assert_eq!(find(&idp, NORTHWIND, "userName eq \"olga\"").await["totalResults"], 0);
    for person in ["dirk", "ivan"] {
        let found = find(&idp, NORTHWIND, &format!("userName eq \"{person}\"")).await;
        assert_eq!(found["Resources"][0]["active"], false, "{person}");
    }
}

#[tokio::test]
async fn wrong_tokens_and_wrong_filters_are_refused() {
    let idp = MockIdp::start().await;
    assert_eq!(get(&idp, "", "/Users").await.status, 401);
    assert_eq!(get(&idp, "northwind-directory-test-tokem", "/Users").await.status, 401);
    for filter in
        ["", "userName", "userName co \"d\"", "userName eq dana", "name eq \"x\"", "userName eq \"a\" and x"]
    {
        assert_eq!(find(&idp, NORTHWIND, filter).await["scimType"], "invalidFilter", "{filter}");
    }
    for query in ["startIndex=0", "startIndex=18446744073709551615", "count=-1", "count=0", "startIndex=x"] {
        assert_eq!(get(&idp, NORTHWIND, &format!("/Users?{query}")).await.status, 200, "{query}");
    }
    assert_eq!(get(&idp, "", "/ServiceProviderConfig").await.json()["filter"]["supported"], true);
}
