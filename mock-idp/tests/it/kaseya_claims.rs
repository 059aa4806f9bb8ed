//! Claims that only KaseyaOne has, left out: for applications of other products.

use mock_idp::{ConfigFormat, MockIdp, MockIdpBuilder, Target};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, decode};

const KASEYAONE: [&str; 4] = ["company_id", "company_name", "role", "modules"];
const NEUTRAL: &str = "https://refeds.org/profile/mfa";

async fn provider() -> MockIdp {
    MockIdp::builder().without_kaseya_claims().on_current_runtime().start().await.expect("a free port")
}

/// What the ID token and user information say after a sign-in of Dana.
async fn told(idp: &MockIdp, more: &[(&str, &str)]) -> (Value, Value) {
    let browser = Browser::new();
    let back = browser.sign_in(idp, "dana", more).await;
    let tokens = browser.redeem(idp, &back.param("code").unwrap_or_else(|| panic!("{back:?}"))).await.json();
    let userinfo = browser.userinfo(idp, tokens["access_token"].as_str().expect("a token")).await.json();
    (decode(tokens["id_token"].as_str().expect("an ID token")).1, userinfo)
}

fn claims_supported(document: &Answer) -> Vec<String> {
    let claims = document.json()["claims_supported"].as_array().expect("a list").clone();
    claims.iter().map(|claim| claim.as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn nobody_is_told_of_company_role_and_modules() {
    let idp = provider().await;
    let wanted = r#"{"id_token": {"role": null}, "userinfo": {"company_id": null, "modules": null}}"#;
    let (token, userinfo) = told(&idp, &[("claims", wanted)]).await;
    let supported = claims_supported(&Browser::new().get(&idp.discovery_url()).await);
    for absent in KASEYAONE {
        assert!(
            token.get(absent).is_none() && userinfo.get(absent).is_none(),
            "{absent}: {token} {userinfo}"
        );
        assert!(!supported.iter().any(|claim| claim == absent), "{supported:?}");
    }
    for said in ["name", "email", "preferred_username"] {
        assert!(token.get(said).is_some() && userinfo.get(said).is_some(), "{said}: {token} {userinfo}");
        assert!(supported.iter().any(|claim| claim == said), "{said}");
    }
    let (token, _) = told(&MockIdp::start().await, &[]).await;
    assert!(KASEYAONE.iter().all(|claim| token.get(claim).is_some()), "{token}");
}

#[tokio::test]
async fn a_claim_of_the_person_stays_whatever_it_is_called() {
    let idp = provider().await;
    idp.people().change("dana", |dana| drop(dana.claims.insert("role".to_owned(), "buyer".into()))).unwrap();
    let (token, userinfo) = told(&idp, &[]).await;
    assert_eq!((&token["role"], &userinfo["role"]), (&json!("buyer"), &json!("buyer")));
}

#[tokio::test]
async fn the_authentication_context_is_of_no_product() {
    let idp = provider().await;
    let document = Browser::new().get(&idp.discovery_url()).await.json();
    assert_eq!(document["acr_values_supported"], json!([NEUTRAL]));
    let essential = |acr: &str| json!({"id_token": {"acr": {"essential": true, "value": acr}}}).to_string();
    let (token, _) = told(&idp, &[("claims", &essential(NEUTRAL))]).await;
    assert_eq!(token["acr"], NEUTRAL);
    let other = [("claims", &*essential("urn:kaseyaone:mfa"))];
    let refused = Browser::new().authorize(&idp, &other).await;
    assert_eq!(refused.param("error").as_deref(), Some("unmet_authentication_requirements"));
    assert!(refused.param("error_description").is_some_and(|reason| reason.contains(NEUTRAL)));
}

#[tokio::test]
async fn faults_of_what_is_not_told_strike_nothing() {
    let idp = provider().await;
    let dana = || Target::person("dana");
    let silent = ["id-role-admin", "idt-tenant-other", "id-jit-other-org", "claim-role-array"];
    let silent = silent.map(|fault| idp.faults().arm(fault, dana(), 1).expect(fault));
    let changed = idp.faults().arm("id-email-changed", dana(), 1).expect("a fault");
    let (token, userinfo) = told(&idp, &[]).await;
    assert!(KASEYAONE.iter().all(|claim| token.get(claim).is_none() && userinfo.get(claim).is_none()));
    assert_eq!((silent.map(|armed| armed.fired()), changed.fired()), ([0; 4], 1));
}

#[tokio::test]
async fn a_configuration_switches_them_off_in_every_realm() {
    for (text, format) in [
        ("kaseya_claims = false\n[[realms]]\npath = \"acme\"\n", ConfigFormat::Toml),
        ("kaseya_claims: false\nrealms: [{path: acme}]\n", ConfigFormat::Yaml),
    ] {
        let idp = MockIdpBuilder::from_config(text, format).unwrap().start().await.unwrap();
        for realm in ["", "acme"] {
            let realm = idp.realms().get(realm).expect("the realm");
            let supported = claims_supported(&Browser::new().get(&realm.discovery_url()).await);
            assert!(!supported.iter().any(|claim| KASEYAONE.contains(&claim.as_str())), "{supported:?}");
        }
    }
    for text in ["kaseya_claims = true\n", ""] {
        let idp = MockIdpBuilder::from_config(text, ConfigFormat::Toml).unwrap().start().await.unwrap();
        let supported = claims_supported(&Browser::new().get(&idp.discovery_url()).await);
        assert!(supported.iter().any(|claim| claim == "company_id"), "{text}");
    }
    let off = "kaseya_claims = false\n[claim_names]\n";
    let named = format!("{off}username = \"login\"\n");
    assert!(MockIdpBuilder::from_config(&named, ConfigFormat::Toml).is_ok());
    for (text, said) in [
        (
            "kaseya_claims = 0\n".to_owned(),
            "configuration:1: invalid type: integer \"0\"; expected true or false",
        ),
        (
            format!("{off}role = \"title\"\n"),
            "configuration:3: role has a name, and kaseya_claims = false leaves it out; remove one of the two",
        ),
    ] {
        let error = MockIdpBuilder::from_config(&text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}
