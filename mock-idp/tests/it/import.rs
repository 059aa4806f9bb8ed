//! Configurations of other providers: what is printed is accepted, and the people in it can sign in.

use mock_idp::{ConfigFormat, ImportFormat, MockIdp, MockIdpBuilder, RealmHandle, import};
use serde_json::{Value, json};

use crate::support::{Browser, VERIFIER, authorize_url, decode, encode};

async fn served(format: ImportFormat, text: &str) -> (MockIdp, String) {
    let config = import(format, text, "file").unwrap_or_else(|error| panic!("{error}"));
    let builder = MockIdpBuilder::from_config(&config, ConfigFormat::Toml)
        .unwrap_or_else(|error| panic!("{error}\n{config}"));
    (builder.start().await.expect("a free port"), config)
}

/// A whole sign-in; the claims of the ID token and of userinfo.
async fn sign_in(
    root: &RealmHandle,
    realm: &RealmHandle,
    client: (&str, &str, &str),
    person: &str,
) -> (Value, Value) {
    let (id, secret, callback) = client;
    let browser = Browser::new();
    let document = browser.get(&realm.discovery_url()).await.json();
    let at = |member: &str| document[member].as_str().unwrap_or_else(|| panic!("no {member}"));
    let asked = [("client_id", id), ("redirect_uri", callback), ("prompt", "select_account")];
    let query = authorize_url(realm, &asked);
    let query = query.split_once('?').expect("a query").1;
    let answer = browser.get(&format!("{}?{query}", at("authorization_endpoint"))).await;
    let page = browser.get(&root.url(answer.location.as_deref().expect("a page"))).await;
    let there = realm.people().get(person).is_some();
    let field = if there { "person" } else { "username" };
    let form = [("interaction", page.interaction()), (field, person.to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let code = browser.post(&realm.url("/account/people"), &form).await.param("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", callback),
        ("code_verifier", VERIFIER),
        ("client_id", id),
    ];
    let form = form.into_iter().collect();
    let mut request =
        browser.http().post(at("token_endpoint")).header("content-type", "application/x-www-form-urlencoded");
    if !secret.is_empty() {
        request = request.basic_auth(id, Some(secret));
    }
    let tokens = browser.send(request.body(encode(&form))).await.json();
    let claims = decode(tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))).1;
    let access_token = tokens["access_token"].as_str().expect("a token");
    assert_eq!(decode(access_token).1["client_id"], id, "a JWT, as elsewhere");
    let asked = browser.http().get(at("userinfo_endpoint")).bearer_auth(access_token);
    (claims, browser.send(asked).await.json())
}

const APP: (&str, &str, &str) = ("app", "secret", "http://127.0.0.1:8400/sso/callback");
const ANY: (&str, &str, &str) = ("whoever", "whatever", "http://localhost:5173/back");

#[tokio::test]
async fn oidc_provider_mock_people_keep_their_claims() {
    let text = "
- sub: alice@acme.example
  email: alice@acme.example
  name: Alice van Dam
  email_verified: 'yes'
  custom: [foo, {deep: 1.5}]
  nothing: null
- {sub: bob, aud: other, preferred_username: Bobby}
- sub: bob
";
    let (idp, config) = served(ImportFormat::OidcProviderMock, text).await;
    let (token, userinfo) = sign_in(&idp, &idp, APP, "alice@acme.example").await;
    assert_eq!(token["sub"], "alice@acme.example");
    assert_eq!(userinfo["name"], "Alice van Dam");
    for absent in ["company_id", "company_name", "role", "modules"] {
        assert!(token.get(absent).is_none() && userinfo.get(absent).is_none(), "{absent}: {userinfo}");
    }
    assert_eq!(userinfo["email_verified"], "yes", "an awkward claim stays awkward");
    assert_eq!(sign_in(&idp, &idp, ANY, "bob").await.0["aud"], "whoever");
    assert_eq!(sign_in(&idp, &idp, ANY, "somebody else").await.0["sub"], "somebody else");
    assert_eq!(userinfo["custom"][1]["deep"], 1.5);
    assert_eq!(idp.people().get("bob").unwrap().username, "Bobby");
    for note in [
        "claim aud of bob",
        "claim nothing of alice@acme.example",
        "a second person",
        "--require-nonce",
        "any_client",
        "any_person",
    ] {
        assert!(
            config.lines().any(|line| line.starts_with("# - ") && line.contains(note)),
            "{note}\n{config}"
        );
    }
    let document = Browser::new().get(&idp.discovery_url()).await.json();
    for (member, path) in [
        ("authorization_endpoint", "/oauth2/authorize"),
        ("token_endpoint", "/oauth2/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("jwks_uri", "/jwks"),
        ("end_session_endpoint", "/oauth2/end_session"),
        ("registration_endpoint", "/oauth2/clients"),
    ] {
        assert_eq!(document[member], idp.url(path), "{member}");
    }
    let json = r#"[{"sub": "carol", "groups": ["a"]}]"#;
    assert_eq!(served(ImportFormat::OidcProviderMock, json).await.0.people().list().len(), 1);
}

#[tokio::test]
async fn navikt_without_callbacks_has_the_issuer_default() {
    let (idp, config) = served(ImportFormat::Navikt, r#"{"interactiveLogin": true}"#).await;
    assert!(config.contains("any_client = true") && config.contains("any_person = true"), "{config}");
    let realm = idp.realms().get("default").expect("the realm");
    assert_eq!(sign_in(&idp, &realm, ANY, "somebody").await.0["sub"], "somebody");
}

#[tokio::test]
async fn navikt_issuers_become_realms() {
    let text = r#"{
        "interactiveLogin": false,
        "httpServer": "NettyWrapper",
        "tokenProvider": {"systemTime": "2027-02-03T04:05:06Z", "keyProvider": {"algorithm": "ES256"}},
        "tokenCallbacks": [
            {"issuerId": "first", "tokenExpiry": 120, "requestMappings": [
                {"requestParam": "client_id", "match": "shop",
                 "claims": {"sub": "ann", "aud": ["https://shop.test", "billing"], "name": "Ann Other", "roles": ["buyer"]}},
                {"requestParam": "client_id", "match": "shop", "claims": {"sub": "second", "aud": ["other", ""]}},
                {"requestParam": "scope", "match": "admin.*", "claims": {"sub": "root"}, "typeHeader": "at+jwt"}]},
            {"issuerId": "two words", "requestMappings": [
                {"requestParam": "username", "match": "carl", "claims": {"level": 4}},
                {"requestParam": "client_id", "match": "*", "claims": {"sub": "${clientId}"}}]}
        ]}"#;
    let (idp, config) = served(ImportFormat::Navikt, text).await;
    assert_eq!(idp.realms().paths(), ["", "first", "two-words"]);
    assert!(config.contains("headless = true\n") && config.contains("kaseya_claims = false\n"), "{config}");
    assert_eq!(idp.clock().now().to_string(), "2027-02-03T04:05:06Z");
    assert!(config.contains("headless_as = \"ann\"\n"), "{config}");
    let first = idp.realms().get("first").unwrap();
    let shop = ("shop", "secret", APP.2);
    let (token, userinfo) = sign_in(&idp, &first, shop, "ann").await;
    assert_eq!((&token["sub"], &userinfo["roles"][0]), (&"ann".into(), &"buyer".into()));
    let shop = first.clients().get("shop").unwrap();
    assert_eq!((shop.access_token_seconds, shop.id_token_seconds), (Some(120), Some(120)));
    assert_eq!(shop.audience, ["https://shop.test", "billing"]);
    assert_eq!(token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap(), 120);
    let second = idp.realms().get("two-words").unwrap();
    assert_eq!(sign_in(&idp, &second, APP, "carl").await.1["level"], 4);
    assert_eq!(sign_in(&idp, &second, ANY, "carl").await.1["level"], 4, "any client is taken");
    assert!(idp.people().get("ann").is_some(), "the root is like the first issuer");
    for note in [
        "httpServer",
        "keyProvider",
        "typeHeader",
        "scope = \"admin.*\"",
        "two words",
        "${",
        "interactiveLogin",
        "any_client",
        "any_person",
        "the audience other of the client shop, which has one already",
    ] {
        assert!(
            config.lines().any(|line| line.starts_with("# - ") && line.contains(note)),
            "{note}\n{config}"
        );
    }
}

const KEYCLOAK: &str = r#"{
    "realm": "demo", "enabled": true, "accessTokenLifespan": 300, "sslRequired": "external",
    "identityProviders": [{"alias": "other"}],
    "users": [
        {"id": "0b1f", "username": "erna", "email": "erna@demo.example", "emailVerified": true, "firstName": "Erna",
         "lastName": "Ek", "enabled": true, "attributes": {"department": ["sales"], "phones": ["1", "2"]},
         "realmRoles": ["manager"], "clientRoles": {"shop": ["buyer"]}, "groups": ["/staff"],
         "credentials": [{"type": "password", "value": "open sesame", "temporary": false}]},
        {"username": "fred", "enabled": false, "requiredActions": ["CONFIGURE_TOTP"],
         "credentials": [{"type": "password", "secretData": "{}", "credentialData": "{}"}]},
        {"username": "service-account-shop", "serviceAccountClientId": "shop"}],
    "clients": [
        {"clientId": "account", "publicClient": true},
        {"clientId": "shop", "secret": "shop-secret", "rootUrl": "http://127.0.0.1:8400",
         "redirectUris": ["/sso/callback", "http://127.0.0.1:8400/app/*", "http://127.0.0.1:8400/*/back", "myapp://back", "com.example.app:/cb", "*"],
         "serviceAccountsEnabled": true, "directAccessGrantsEnabled": true,
         "attributes": {"post.logout.redirect.uris": "+", "backchannel.logout.url": "http://127.0.0.1:8400/out"}},
        {"clientId": "page", "publicClient": true, "implicitFlowEnabled": true,
         "attributes": {"frontchannel.logout.url": "${BASE}/logout"},
         "redirectUris": ["http://127.0.0.1:8600/callback"]},
        {"clientId": "hidden", "secret": "**********", "redirectUris": []},
        {"clientId": "saml", "protocol": "saml"}, {"clientId": "api", "bearerOnly": true}]
    }"#;

#[tokio::test]
async fn keycloak_users_and_clients_come_along() {
    let (idp, config) = served(ImportFormat::Keycloak, KEYCLOAK).await;
    let realm = idp.realms().get("realms/demo").expect("the path of Keycloak's issuers");
    let callback = "http://127.0.0.1:8400/sso/callback";
    let (token, userinfo) = sign_in(&idp, &realm, ("shop", "shop-secret", callback), "erna").await;
    assert_eq!(token["sub"], "0b1f");
    assert_eq!((&userinfo["given_name"], &userinfo["email_verified"]), (&"Erna".into(), &true.into()));
    assert_eq!((&userinfo["department"], &userinfo["phones"][1]), (&"sales".into(), &"2".into()));
    assert_eq!(userinfo["realm_access"]["roles"][0], "manager");
    assert_eq!(userinfo["resource_access"]["shop"]["roles"][0], "buyer");
    assert_eq!(userinfo["groups"][0], "/staff");
    assert_eq!(realm.people().get("erna").unwrap().password, "open sesame");
    sign_in(&idp, &realm, ("page", "", "http://127.0.0.1:8600/callback"), "erna").await;
    let shop = realm.clients().get("shop").unwrap();
    assert_eq!(shop.redirect_uris, [callback, "http://127.0.0.1:8400/app/", "com.example.app:/cb"]);
    assert_eq!(realm.clients().get("page").unwrap().frontchannel_logout_uri, None);
    let form = [
        ("grant_type", "password"),
        ("username", "erna"),
        ("password", "open sesame"),
        ("client_id", "shop"),
        ("client_secret", "shop-secret"),
    ];
    let tokens = Browser::new().post(&realm.url("/protocol/openid-connect/token"), &form).await;
    assert!(tokens.json()["access_token"].is_string(), "{}", tokens.body);
    let document = Browser::new().get(&realm.discovery_url()).await.json();
    assert_eq!(document["token_endpoint"], realm.url("/protocol/openid-connect/token"));
    assert_eq!(shop.post_logout_redirect_uris, shop.redirect_uris);
    assert_eq!((shop.access_token_seconds, shop.grants.len()), (Some(300), 4));
    assert!(!shop.rotate_refresh_tokens, "revokeRefreshToken is off unless it is said");
    let ids: Vec<_> = realm.clients().list().into_iter().map(|client| client.id).collect();
    assert_eq!(ids, ["hidden", "page", "shop"]);
    for note in [
        "of the realm demo: identityProviders",
        "requiredActions of the user fred",
        "password of the user fred",
        "user service-account-shop",
        "client account is Keycloak's own",
        "\"myapp://back\"",
        "frontchannel_logout_uri of the client page: \"${BASE}/logout\" is not an absolute address",
        "there are no wildcards",
        "secret of the client hidden",
        "client saml does not speak",
        "client api only takes tokens",
    ] {
        assert!(
            config.lines().any(|line| line.starts_with("# - ") && line.contains(note)),
            "{note}\n{config}"
        );
    }
}

#[tokio::test]
async fn keycloak_addresses_that_stand_for_all_are_told_as_they_are_written_and_none_comes_twice() {
    let text = r#"{"realm": "demo", "clients": [
        {"clientId": "shop", "secret": "s", "redirectUris": ["*", "+", "http://127.0.0.1/cb", "http://127.0.0.1/cb*"],
         "attributes": {"post.logout.redirect.uris": "+##http://127.0.0.1/cb##http://127.0.0.1/out##*"}}]}"#;
    let (idp, config) = served(ImportFormat::Keycloak, text).await;
    let shop = idp.clients().get("shop").expect("the client");
    assert_eq!(shop.redirect_uris, ["http://127.0.0.1/cb"]);
    assert_eq!(shop.post_logout_redirect_uris, ["http://127.0.0.1/cb", "http://127.0.0.1/out"]);
    assert!(is_noted(&config, "address \"*\" of the client shop: ") && !config.contains("\"\""), "{config}");
    assert!(
        is_noted(&config, "redirect_uris of the client shop: \"+\" is not an absolute address"),
        "{config}"
    );
}

#[test]
fn what_is_no_such_file_is_refused_with_its_line() {
    for (format, text, expected) in [
        (
            ImportFormat::Navikt,
            "{\n\"tokenCallbacks\": 1}",
            "file:2: invalid type: integer \"1\", expected a sequence; the file is",
        ),
        (ImportFormat::Navikt, "{}", "file: has no tokenCallbacks; the file is"),
        (ImportFormat::Keycloak, "{}", "file:1: missing field \"realm\"; the file is the export"),
        (ImportFormat::OidcProviderMock, "sub: x", "file:1: is no list; the file is a list"),
        (
            ImportFormat::OidcProviderMock,
            "- email: x",
            "file: person 1 has no \"sub\" that is a text; the file is",
        ),
    ] {
        let error = import(format, text, "file").unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

fn is_noted(config: &str, note: &str) -> bool {
    config.lines().any(|line| line.starts_with("# - ") && line.contains(note))
}

#[tokio::test]
async fn issuers_that_are_in_the_way_have_a_path_of_their_own() {
    let long = "x".repeat(300);
    let names = [
        "token",
        "authorize",
        "jwks",
        "a",
        "a/token",
        "b/token",
        "b",
        "c d",
        "c-d",
        "c-d",
        "",
        "_x",
        "connect",
        &long,
    ];
    let callbacks: Vec<_> = names.iter().map(|name| json!({"issuerId": name})).collect();
    let (idp, config) = served(ImportFormat::Navikt, &json!({"tokenCallbacks": callbacks}).to_string()).await;
    let paths = idp.realms().paths();
    assert_eq!(paths.len(), 1 + names.len(), "{paths:?}");
    for own in ["a", "b/token", "c-d"] {
        assert!(paths.iter().any(|path| path == own), "{own}: {paths:?}");
    }
    for (name, path) in [
        ("token", "realm-token"),
        ("a/token", "realm-a-token"),
        ("b", "realm-b"),
        ("c d", "c-d"),
        ("c-d", "realm-c-d-2"),
    ] {
        assert!(is_noted(&config, &format!("issuer {name:?} is the realm {path}: ")), "{name}\n{config}");
    }
    assert!(is_noted(&config, "xxx\" is the realm realm-xxx"), "{config}");
    let browser = Browser::new();
    for path in &paths {
        let realm = idp.realms().get(path).expect("a realm");
        let document = browser.get(&realm.discovery_url()).await.json();
        for endpoint in ["token_endpoint", "authorization_endpoint", "jwks_uri"] {
            let answer = browser.get(document[endpoint].as_str().expect("an address")).await;
            assert_ne!(answer.status, 404, "{endpoint} of {path}");
        }
    }
}

#[tokio::test]
async fn whatever_names_are_like_what_is_printed_is_accepted() {
    let long = "y".repeat(300);
    let odd = "o\u{1}d\u{7f}d\u{85}\n[x]\r\u{0}";
    let names = ["demo", "demo/protocol", odd, &long, "demo"];
    let exports: Vec<_> = names
        .iter()
        .map(|name| {
            json!({
                "realm": name, odd: [1],
                "users": [{"username": name, odd: [1]}, {"username": name, "attributes": {odd: [odd]}}],
                "clients": [
                    {"clientId": name}, {"clientId": name}, {"clientId": "m\u{fc}ller"}, {"clientId": ""},
                    {"clientId": "odd", "redirectUris": [odd, "https://m\u{fc}ller.example/"]},
                ],
            })
        })
        .collect();
    let (idp, config) = served(ImportFormat::Keycloak, &json!(exports).to_string()).await;
    assert_eq!(idp.realms().paths().len(), 1 + names.len(), "{:?}", idp.realms().paths());
    for note in [
        "a second client demo",
        "client \"m\u{fc}ller\": ",
        "client \"\": ",
        "realm \"demo/protocol\" is the realm realm-realms-demo-protocol",
    ] {
        assert!(is_noted(&config, note), "{note}\n{config}");
    }
    let mapping =
        |id: &str| json!({"requestParam": "client_id", "match": id, "claims": {"sub": odd, odd: odd}});
    let file = json!({
        odd: 1, "tokenProvider": {"systemTime": odd},
        "tokenCallbacks": [{"issuerId": odd, odd: 1, "requestMappings": [mapping(odd), mapping(&long), mapping("m\u{fc}ller")]}],
    });
    let (_, config) = served(ImportFormat::Navikt, &file.to_string()).await;
    for note in ["tokenProvider.systemTime", "cannot be a client_id"] {
        assert!(is_noted(&config, note), "{note}\n{config}");
    }
    let nested = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    // YAML wants these two escaped.
    let odd = json!(odd).to_string().replace('\u{7f}', "\\u007f").replace('\u{85}', "\\u0085");
    let people =
        format!(r#"[{{"sub": {odd}, "preferred_username": "", "deep": {nested}}}, {{"sub": "{long}"}}]"#);
    let (_, config) = served(ImportFormat::OidcProviderMock, &people).await;
    for note in ["claim deep of o-d-d", "subject of yyy"] {
        assert!(is_noted(&config, note), "{note}\n{config}");
    }
}
