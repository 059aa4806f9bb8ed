//! Endpoints that are elsewhere: as other products have them, or wherever somebody wants them.

use fixtures::{AuthMethod, Grant};
use mock_idp::{ConfigFormat, Endpoint, Layout, MockIdp, MockIdpBuilder, RealmHandle, Target};
use serde_json::{Value, json};

use crate::assertions::Signer;
use crate::support::{Browser, CALLBACK, CLIENT, SECRET, VERIFIER, authorize_url, decode};

/// What an application with a discovery document does: everything from sign-in to logout.
async fn signs_in(idp: &RealmHandle, document: &Value) {
    let browser = Browser::new();
    let at = |member: &str| document[member].as_str().unwrap_or_else(|| panic!("no {member}")).to_owned();
    let query = authorize_url(idp, &[]).split_once('?').expect("a query").1.to_owned();
    let asked = format!("{}?{query}", at("authorization_endpoint"));
    let back = browser.post(&asked, &[("sub", "dana")]).await;
    assert_eq!(back.param("iss").as_deref(), Some(idp.issuer()));
    let code = back.param("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ];
    let tokens = browser.post(&at("token_endpoint"), &form).await.json();
    let id_token = tokens["id_token"].as_str().expect("an ID token");
    assert_eq!(decode(id_token).1["iss"], idp.issuer());
    let keys = browser.get(&at("jwks_uri")).await.json();
    let kids: Vec<_> = keys["keys"].as_array().expect("keys").iter().map(|key| &key["kid"]).collect();
    assert!(kids.contains(&&decode(id_token).0["kid"]));
    let access_token = tokens["access_token"].as_str().expect("an access token");
    let asked = browser.http().get(at("userinfo_endpoint")).bearer_auth(access_token);
    assert_eq!(browser.send(asked).await.json()["email"], "dana@northwind.example");
    let credentials = [("token", access_token), ("client_id", CLIENT), ("client_secret", SECRET)];
    assert_eq!(browser.post(&at("introspection_endpoint"), &credentials).await.json()["active"], true);
    assert_eq!(browser.post(&at("revocation_endpoint"), &credentials).await.status, 200);
    assert_eq!(browser.post(&at("introspection_endpoint"), &credentials).await.json()["active"], false);
    let pushed = format!("{query}&client_secret={SECRET}");
    let pushed: Vec<_> = pushed.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let pushed: Vec<_> = pushed.iter().map(|(name, value)| (*name, urlencoding(value))).collect();
    let pushed: Vec<_> = pushed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post(&at("pushed_authorization_request_endpoint"), &pushed).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let out = format!("{}?id_token_hint={id_token}", at("end_session_endpoint"));
    assert_eq!(browser.get(&out).await.status, 200);
    let asked = format!("{}?{query}&prompt=none", at("authorization_endpoint"));
    assert_eq!(browser.get(&asked).await.param("error").as_deref(), Some("login_required"));
}

/// The value as it was before it was encoded.
fn urlencoding(value: &str) -> String {
    mock_idp::Params::parse(&format!("x={value}")).first("x").unwrap_or_default().to_owned()
}

async fn document_of(idp: &RealmHandle) -> Value {
    let address = format!("{}/.well-known/openid-configuration", idp.issuer().trim_end_matches('/'));
    assert_eq!(address, idp.discovery_url());
    let document = Browser::new().get(&address).await.json();
    assert_eq!(document["issuer"], idp.issuer());
    document
}

#[tokio::test]
async fn every_layout_serves_a_whole_sign_in_at_the_root_and_in_a_realm() {
    for layout in Layout::ALL {
        let idp = MockIdp::builder().layout(layout).start().await.expect("a free port");
        let realm = idp.realms().create("acme/eu").expect("a realm");
        for idp in [&*idp, &realm] {
            signs_in(idp, &document_of(idp).await).await;
        }
    }
}

#[tokio::test]
async fn addresses_are_those_of_the_product() {
    for (layout, realm, issuer, token) in [
        (Layout::Auth0, "tenant", "/tenant/", "/tenant/oauth/token"),
        (Layout::Entra, "tenant", "/tenant/v2.0", "/tenant/oauth2/v2.0/token"),
        (Layout::Google, "google", "/google", "/google/token"),
        (Layout::Keycloak, "realms/acme", "/realms/acme", "/realms/acme/protocol/openid-connect/token"),
        (Layout::Okta, "oauth2/default", "/oauth2/default", "/oauth2/default/v1/token"),
    ] {
        let idp = MockIdp::start().await;
        let realm = idp.realms().builder(realm).layout(layout).create().expect("a realm");
        let document = document_of(&realm).await;
        assert_eq!(realm.issuer(), idp.url(issuer));
        assert_eq!(document["token_endpoint"], idp.url(token));
        signs_in(&realm, &document).await;
        // RFC 8414 3.1: the well-known path stands before that of the issuer.
        let path = issuer.trim_end_matches('/');
        let address = idp.url(&format!("/.well-known/oauth-authorization-server{path}"));
        assert_eq!(Browser::new().get(&address).await.json(), document, "{layout:?}");
        // The realm at the root is as it was.
        assert_eq!(document_of(&idp).await["token_endpoint"], idp.url("/connect/token"));
    }
}

#[tokio::test]
async fn where_an_endpoint_usually_is_there_is_nothing() {
    let idp =
        MockIdp::builder().endpoint(Endpoint::Token, "/oauth/token").start().await.expect("a free port");
    let browser = Browser::new();
    let form = [("grant_type", "client_credentials")];
    let usual = browser.post(&idp.url("/connect/token"), &form).await;
    assert_eq!((usual.status.as_u16(), &usual.json()["code"]), (404, &json!("nothing_here")));
    assert_eq!(browser.post(&idp.url("/oauth/token"), &form).await.status, 401);
    let entry = idp.journal().entries().pop().expect("an entry");
    assert_eq!((entry.operation, &*entry.path), ("token", "/oauth/token"));
    assert!(entry.raw_request.starts_with(b"POST /oauth/token HTTP/1.1\r\n"));
    signs_in(&idp, &document_of(&idp).await).await;
}

#[tokio::test]
async fn a_client_configuration_endpoint_is_below_the_registration_endpoint() {
    let builder = MockIdp::builder().with_registration().endpoint(Endpoint::Registration, "/clients");
    let idp = builder.start().await.expect("a free port");
    let browser = Browser::new();
    let body = json!({"redirect_uris": [CALLBACK]}).to_string();
    let request =
        browser.http().post(idp.url("/clients")).header("content-type", "application/json").body(body);
    let client = browser.send(request).await.json();
    let address = client["registration_client_uri"].as_str().expect("an address");
    assert!(address.starts_with(&idp.url("/clients/")), "{address}");
    let token = client["registration_access_token"].as_str().expect("a token");
    let read = browser.send(browser.http().get(address).bearer_auth(token)).await;
    assert_eq!(read.json()["client_id"], client["client_id"]);
}

#[tokio::test]
async fn moved_endpoints_work_whatever_the_issuer_ends_with() {
    for (layout, slash) in
        [(Layout::Usual, false), (Layout::Usual, true), (Layout::Auth0, false), (Layout::Entra, true)]
    {
        let builder = MockIdp::builder().layout(layout);
        let builder = if slash { builder.trailing_slash() } else { builder };
        let idp = builder.start().await.expect("a free port");
        for fault in ["ok-discovery", "disc-endpoint-moved"] {
            idp.faults().arm(fault, Target::next(), 1).expect("a fault");
            let document = document_of(&idp).await;
            let token = document["token_endpoint"].as_str().expect("an address");
            assert!(token.starts_with(&idp.url("/moved/")), "{token}");
            signs_in(&idp, &document).await;
        }
        idp.faults().arm("jwks-uri-random", Target::next(), 1).expect("a fault");
        let address = document_of(&idp).await["jwks_uri"].as_str().expect("an address").to_owned();
        assert!(address.starts_with(&idp.url("/keys/")), "{address}");
        assert_eq!(Browser::new().get(&address).await.status, 200);
    }
    // The one may be how the other begins.
    for issuer in ["http://login", "http://idp"] {
        let builder = MockIdp::builder().issuer(issuer).back_channel("http://idp:9400");
        let idp = builder.start().await.expect("a free port");
        idp.faults().arm("ok-discovery", Target::next(), 1).expect("a fault");
        let address = format!("http://{}/.well-known/openid-configuration", idp.address());
        let document = Browser::new().get(&address).await.json();
        assert_eq!(document["token_endpoint"], "http://idp:9400/moved/connect/token");
        assert_eq!(document["authorization_endpoint"], format!("{issuer}/moved/connect/authorize"));
    }
}

#[tokio::test]
async fn layout_and_endpoints_come_from_a_file_and_over_http() {
    let text = "layout = \"okta\"\n[endpoints]\ntoken = \"/v2/token\"\n[[realms]]\npath = \"a\"\n\
        [[realms]]\npath = \"b\"\nlayout = \"usual\"\n";
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Toml).expect("a configuration");
    let idp = idp.start().await.expect("a free port");
    let token = async |path: &str| {
        let realm = idp.realms().get(path).expect("a realm");
        document_of(&realm).await["token_endpoint"].as_str().expect("an address").to_owned()
    };
    assert_eq!(token("").await, idp.url("/v2/token"));
    assert_eq!(token("a").await, idp.url("/a/v2/token"));
    assert_eq!(token("b").await, idp.url("/b/connect/token"));
    let browser = Browser::new();
    let create = async |body: Value| {
        let request = browser.http().post(idp.url("/_control/realms")).body(body.to_string());
        browser.send(request).await
    };
    let made = create(json!({"path": "c", "layout": "entra", "endpoints": {"userinfo": "/me"}})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let realm = idp.realms().get("c").expect("a realm");
    assert_eq!(document_of(&realm).await["userinfo_endpoint"], idp.url("/c/me"));
    for (body, status, sentence) in [
        (json!({"path": "d", "layout": "oktaa"}), 422, "did you mean"),
        (json!({"path": "d", "endpoints": {"tokn": "/x"}}), 422, "did you mean \\\"token\\\""),
        (json!({"path": "d", "endpoints": {"token": "x"}}), 422, "write it from the realm on"),
        (json!({"path": "d", "endpoints": {"token": "/a", "jwks": "/a"}}), 422, "the jwks endpoint is there"),
        (json!({"path": "v1"}), 409, "would hide /v1/authorize"),
        (json!({"path": "c/v2.0"}), 409, "would hide /v2.0 of the realm \\\"c\\\""),
    ] {
        let answer = create(body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(answer.body.contains(sentence), "{body}: {}", answer.body);
    }
    for (text, sentence) in [
        ("layout: oktaa\n", "configuration:1: unknown variant \"oktaa\"; did you mean \"okta\"?"),
        (
            "endpoints:\n  token: oauth/token\n",
            "configuration:2: \"oauth/token\" cannot be the path of the token",
        ),
        ("endpoints:\n  token: /account/login\n", "configuration:2: \"/account/login\" cannot be the path"),
        (
            "layout: okta\nendpoints:\n  token: /v1/authorize\n",
            "configuration:3: \"/v1/authorize\" cannot be the path of the token endpoint: the authorization endpoint is there",
        ),
    ] {
        let error =
            MockIdpBuilder::from_config(text, ConfigFormat::Yaml).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
    // A realm has the endpoints of the root, and what is moved away there is in nobody's way.
    let text =
        "layout = \"keycloak\"\n[[realms]]\npath = \"a\"\nendpoints = { userinfo = \"/connect/token\" }\n";
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Toml).expect("a configuration");
    assert!(idp.start().await.is_ok());
    let wrong = MockIdp::builder().endpoint(Endpoint::Token, "oauth/token").start().await.unwrap_err();
    assert!(wrong.to_string().contains("write it from the realm on"), "{wrong}");
}

#[tokio::test]
async fn proofs_and_assertions_are_for_the_address_that_was_asked() {
    let idp = MockIdp::builder().layout(Layout::Okta).start().await.expect("a free port");
    idp.faults().arm("ok-discovery", Target::next(), 1).expect("a fault");
    let moved = document_of(&idp).await["token_endpoint"].as_str().expect("an address").to_owned();
    let at = document_of(&idp).await["token_endpoint"].as_str().expect("an address").to_owned();
    assert_ne!(moved, at);
    let signer = Signer::of("ES256");
    idp.clients()
        .change(CLIENT, |client| {
            client.jwks = Some(signer.jwks());
            client.auth_methods = vec![AuthMethod::PrivateKeyJwt];
            client.grants.push(Grant::ClientCredentials);
        })
        .expect("the client");
    let now = idp.clock().now().as_second();
    let browser = Browser::new();
    let ask = async |address: &str, htu: &str, id: &str| {
        let assertion = signer.sign(&json!({
            "iss": CLIENT, "sub": CLIENT, "aud": address, "exp": now + 60, "iat": now, "jti": id
        }));
        let form = format!(
            "grant_type=client_credentials&client_assertion={assertion}\
             &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        );
        let proof = signer.proof(&json!({"htm": "POST", "htu": htu, "iat": now, "jti": id}));
        let request = browser.http().post(address).header("dpop", proof);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        browser.send(request).await
    };
    for (number, address) in [&moved, &at].into_iter().enumerate() {
        let answer = ask(address, address, &number.to_string()).await;
        assert_eq!(answer.status, 200, "{address}: {}", answer.body);
        // RFC 9449 4.3: compared as addresses are.
        let loud = address.replacen("http://127.0.0.1", "HTTP://127.0.0.1", 1);
        assert_eq!(ask(address, &loud, &format!("loud {number}")).await.status, 200);
    }
    let answer = ask(&at, &moved, "crossed").await;
    let sentence = format!("htu of the proof must be {at}");
    assert_eq!(answer.json()["error_description"], sentence.as_str());
}

#[tokio::test]
async fn the_metadata_of_rfc_8414_stands_before_the_whole_path_of_the_issuer() {
    let browser = Browser::new();
    for layout in Layout::ALL {
        let idp = MockIdp::builder().layout(layout).start().await.expect("a free port");
        let below = idp.realms().create("e").expect("a realm");
        let get = async |path: &str| browser.get(&idp.url(path)).await;
        for realm in [&*idp, &below] {
            let path = realm
                .issuer()
                .strip_prefix(idp.url("").trim_end_matches('/'))
                .expect("an address")
                .to_owned();
            let path = path.trim_end_matches('/');
            let answer = get(&format!("/.well-known/oauth-authorization-server{path}")).await;
            assert_eq!(answer.json()["issuer"], realm.issuer(), "{layout:?}");
        }
        if layout == Layout::Entra {
            for path in ["", "/", "/e", "/e/v3.0"] {
                let answer = get(&format!("/.well-known/oauth-authorization-server{path}")).await;
                assert_eq!(answer.status, 404, "{path}: {}", answer.body);
            }
            assert_eq!(get("/e/.well-known/oauth-authorization-server").await.status, 404);
        }
    }
}

#[tokio::test]
async fn who_looks_for_an_endpoint_elsewhere_is_told_where_it_is() {
    let idp = MockIdp::builder().layout(Layout::Okta).start().await.expect("a free port");
    let browser = Browser::new();
    for (path, told) in [
        ("/token", format!("; the token endpoint is at {}", idp.url("/v1/token"))),
        (
            "/oauth2/default/authorize/",
            format!("; the authorization endpoint is at {}", idp.url("/v1/authorize")),
        ),
        ("/.well-known/jwks.json", format!("; the jwks endpoint is at {}", idp.url("/v1/keys"))),
        ("/Logout", format!("; the end session endpoint is at {}", idp.url("/v1/logout"))),
        ("/console", format!("; the console is at {}", idp.url("/_control/console"))),
        ("/x/.well-known/openid-configuration", "; the discovery document is at ".to_owned()),
    ] {
        let answer = browser.get(&idp.url(path)).await;
        assert_eq!(answer.status, 404, "{path}");
        let detail = answer.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(detail.contains(&told), "{path}: {detail}");
    }
    let answer = browser.get(&idp.url("/nowhere")).await.json();
    assert!(!answer["detail"].as_str().unwrap().contains(" is at "), "{answer}");
}
