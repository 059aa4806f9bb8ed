//! Configuration files: TOML and YAML alike, refused with line and remedy, overridden by whatever is set afterwards.

use mock_idp::{ConfigFormat, Mint, MockIdp, MockIdpBuilder, Target, Then};

use crate::support::{Browser, decode};

const TOML: &str = r#"
issuer = "http://idp.example"
trailing_slash = true
seed = 7
registration = true
without_auth_time = true

[claim_names]
company_id = "tenant"

[clock]
frozen = true
at = "2027-01-01T00:00:00Z"

[[companies]]
key = "acme"
roles = ["Night Watch"]

[[people]]
key = "alice"
email = "alice@acme.example"
role = "Night Watch"
[people.claims]
groups = ["staff"]

[[clients]]
id = "shop"
secret = "shop-secret"
redirect_uris = ["http://127.0.0.1:8400/sso/callback"]

[[faults]]
fault = "idt-nonce-wrong"
target = { person = "alice" }

[[rules]]
when = { operation = "token", client = "shop" }
then = { oauth_error = { error = "invalid_grant" } }
times = 1

[[realms]]
path = "acme/eu"
invented_people = 3
[[realms.people]]
key = "bob"
[[realms.rules]]
when = { nth = 99 }
then = "hang"
[realms.clock]
frozen = true
at = "2028-01-01T00:00:00Z"
"#;

const YAML: &str = r#"
issuer: http://idp.example
trailing_slash: true
seed: 7
registration: true
without_auth_time: true
claim_names: {company_id: tenant}
clock: {frozen: true, at: 2027-01-01T00:00:00Z}
companies:
  - {key: acme, roles: [Night Watch]}
people:
  - key: alice
    email: alice@acme.example
    role: Night Watch
    claims:
      groups: [staff]
clients:
  - id: shop
    secret: shop-secret
    redirect_uris: ["http://127.0.0.1:8400/sso/callback"]
faults:
  - fault: idt-nonce-wrong
    target: {person: alice}
rules:
  - when: {operation: token, client: shop}
    then: {oauth_error: {error: invalid_grant}}
    times: 1
realms:
  - path: acme/eu
    invented_people: 3
    people: [{key: bob}]
    rules: [{when: {nth: 99}, then: hang}]
    clock: {frozen: true, at: 2028-01-01T00:00:00Z}
"#;

#[tokio::test]
async fn both_formats_set_up_the_same_provider() {
    let mut minted = Vec::new();
    for (text, format) in [(TOML, ConfigFormat::Toml), (YAML, ConfigFormat::Yaml)] {
        let idp = MockIdpBuilder::from_config(text, format).unwrap().start().await.unwrap();
        assert_eq!(idp.issuer(), "http://idp.example/");
        assert_eq!(idp.clock().now().to_string(), "2027-01-01T00:00:00Z");
        assert!(idp.clock().reading().frozen);
        assert_eq!((idp.people().list().len(), idp.clients().list().len()), (1, 1));
        assert_eq!(idp.faults().list()[0].target, Target::person("alice"));
        assert_eq!(idp.rules().list()[0].rule.times, Some(1));
        let realm = idp.realms().get("acme/eu").expect("the realm");
        assert_eq!(realm.people().get("bob").map(|bob| bob.company), Some("acme".to_owned()));
        assert_eq!(realm.clock().now().to_string(), "2028-01-01T00:00:00Z");
        assert_eq!((realm.rules().list().len(), realm.faults().list().len()), (1, 0));
        assert_eq!((realm.people().list().len(), idp.people().list().len()), (4, 1));
        assert_eq!(realm.clients().list().len(), 1, "a realm has the clients of the root");
        let tokens = idp.mint(&Mint::new("alice", "shop")).unwrap();
        let claims = decode(&tokens.id_token).1;
        assert_eq!((&claims["tenant"], &claims["groups"][0]), (&"acme".into(), &"staff".into()));
        assert!(claims.get("auth_time").is_none());
        minted.push(tokens);
    }
    assert_eq!(minted[0], minted[1]);
}

#[tokio::test]
async fn a_reset_brings_back_what_the_file_armed() {
    let idp = MockIdpBuilder::from_config(TOML, ConfigFormat::Toml).unwrap().start().await.unwrap();
    idp.faults().disarm_all();
    idp.rules().take_all_back();
    idp.reset();
    assert!(idp.faults().list()[0].armed && idp.rules().list()[0].active);
}

#[tokio::test]
async fn a_realm_of_the_file_has_sign_ins_of_its_own() {
    let text = "realms: [{path: acme/eu, people: [{key: bob, company: northwind}]}]";
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Yaml).unwrap().start().await.unwrap();
    let realm = idp.realms().get("acme/eu").unwrap();
    let browser = Browser::new();
    let code = browser.sign_in_at(&idp, &realm, "bob").await.param("code").expect("a code");
    let tokens = browser.redeem(&realm, &code).await.json();
    assert_eq!(decode(tokens["id_token"].as_str().unwrap()).1["sub"], "bob");
}

#[tokio::test]
async fn a_file_is_read_by_its_name_and_what_is_set_later_overrides_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("idp.yml");
    std::fs::write(&file, "issuer: http://file.example\nkeys: keys\n").unwrap();
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/keys");
    std::fs::create_dir(dir.path().join("keys")).unwrap();
    for entry in std::fs::read_dir(keys).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.path().join("keys").join(entry.file_name())).unwrap();
    }
    let builder = MockIdp::builder().config_file(&file).unwrap();
    assert_eq!(builder.clone().start().await.unwrap().issuer(), "http://file.example");
    let named = MockIdp::builder().rename_claim("role=rolle").unwrap().config_file(&file).unwrap();
    let token = named.start().await.unwrap().mint(&Mint::new("dana", "kaseya-mdr")).unwrap().id_token;
    assert_eq!(decode(&token).1["rolle"], "User", "what was set before and the file does not say stays");
    let derived = MockIdp::builder().derived_issuer();
    let pinned = derived.clone().config_file(&file).unwrap().start().await.unwrap();
    assert_eq!(pinned.issuer(), "http://file.example");
    let pinned = derived.issuer("http://set.example").start().await.unwrap();
    let discovery = format!("http://{}/.well-known/openid-configuration", pinned.address());
    assert_eq!(Browser::new().get(&discovery).await.json()["issuer"], "http://set.example");
    assert_eq!(builder.issuer("http://set.example").start().await.unwrap().issuer(), "http://set.example");

    std::fs::remove_file(dir.path().join("keys/test-es256.pem")).unwrap();
    let error = MockIdp::builder().config_file(&file).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("keys/test-es256.toml") && error.contains("there is no file"), "{error}");
    let error = MockIdp::builder().config_file("idp.json").map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "idp.json: is neither TOML nor YAML by its name; name it .toml, .yaml or .yml");
    let error = MockIdp::builder().config_file("nowhere.toml").map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with("nowhere.toml: cannot be read ("), "{error}");
}

#[tokio::test]
async fn a_value_alone_is_the_first_member_of_what_a_rule_does() {
    let text = "[[rules]]\nthen = { status = 503 }\n[[rules]]\nthen = { oauth_error = \"invalid_grant\" }\n";
    let idp =
        MockIdpBuilder::from_config(text, ConfigFormat::Toml).expect("rules").start().await.expect("a port");
    let rules: Vec<_> = idp.rules().list().into_iter().map(|record| record.rule.then).collect();
    assert_eq!(rules, [Then::status(503), Then::oauth_error("invalid_grant")]);
}

#[tokio::test]
async fn who_may_ask_for_tokens_in_front_has_the_grant_for_it() {
    let text = "[[clients]]\nid = \"x\"\nresponse_types = [\"code\", \"id_token\"]\nredirect_uris = [\"http://a/cb\"]\n";
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Toml)
        .expect("a client")
        .start()
        .await
        .expect("a port");
    let document = Browser::new().get(&idp.url("/.well-known/openid-configuration")).await.json();
    assert_eq!(document["response_types_supported"], serde_json::json!(["code", "id_token"]));
    let query = "client_id=x&redirect_uri=http%3A%2F%2Fa%2Fcb&response_type=id_token&scope=openid&nonce=n";
    let answer = Browser::new().get(&idp.url(&format!("/connect/authorize?{query}"))).await;
    assert!(answer.location.is_some_and(|location| location.starts_with("/account/login?")), "a login");
}

#[test]
fn a_client_that_does_not_fit_together_is_refused_with_line_and_remedy() {
    for (members, words) in [
        (
            "response_types = [\"code id_token\"]\ngrants = [\"authorization_code\"]",
            "3: response type \"code id_token\" takes the grant implicit; add \"implicit\" to grants",
        ),
        (
            "request_object_signing_alg = \"RS265\"",
            "3: requests are not signed by that algorithm; write none, or",
        ),
        ("jwks = { kyes = [] }", "3: jwks is no key set (RFC 7517 5); write keys"),
        (
            "redirect_uris = [\"http://a/cb\", \"http://b/cb\"]\nsubject_type = \"pairwise\"",
            "4: pairwise subjects are for one host, and the redirect URIs have several",
        ),
        (
            "redirect_uris = [\"javascript:alert(1)\"]",
            "3: \"javascript:alert(1)\" is a script, and no address",
        ),
    ] {
        let text = format!("[[clients]]\nid = \"x\"\n{members}\n");
        let error = MockIdpBuilder::from_config(&text, ConfigFormat::Toml).map(drop).unwrap_err().to_string();
        assert!(error.starts_with(&format!("configuration:{words}")), "{error}");
    }
}

/// A configuration, and how the sentence about it begins.
const MISTAKES: &[(&str, &str)] = &[
    ("listen = 9400\n", "1: invalid type: integer \"9400\"; expected a string; put it in quotes"),
    ("listen = \"9400\"\n", "1: listen \"9400\" names no port; write address and port"),
    ("\nsead = 1\n", "2: unknown field \"sead\"; did you mean \"seed\"? Known are: "),
    ("seed = 1\nseed = 2\n", "2: duplicate key \"seed\"; a table has each of its keys once"),
    (
        "[[clients]]\nid = \"c\"\nredirect_uris = \"http://127.0.0.1/x\"\n",
        "3: invalid type: string \"http://127.0.0.1/x\"; expected a list; put it in brackets: redirect_uris = [",
    ),
    (
        "[[clients]]\nid = \"c\"\n",
        "1: a client with the grant authorization_code has no address that browsers come back to; add redirect_uris = [",
    ),
    (
        "[[people]]\nkey = \"a\"\ncompany = \"northwind\"\n[people.claims]\naud = \"x\"\n",
        "4: the claim aud is set by the provider; write it as the audience of the client: that of its access tokens",
    ),
    (
        "[[people]]\nkey = \"a\"\ncompany = \"northwind\"\n[people.id_token_claims]\niss = \"x\"\n",
        "4: the claim iss is set by the provider; leave it out, or arm a fault to send a wrong one",
    ),
    ("seed = \n", "1: no value stands behind the =; write one"),
    ("seed = 7\nlisten = \"127\n", "2: a quote is not closed; close it with \" on the same line"),
    ("issuer = 'http://x\"\n", "1: a quote is not closed; close it with ' on the same line"),
    ("seed 7\n", "1: no = stands behind a key; write it as in seed = 7"),
    ("seed = 7\n[tls\nnames = []\n", "2: a header is not closed; close it as in [tls]"),
    ("[[people]\nkey = \"a\"\n", "1: a header is not closed; close it with two brackets, as in [[people]]"),
    ("[tls]\nnames = [\"a\"\n", "2: a list is not closed; close it with ]"),
    ("listen = here\n", "1: this is no value; put a text in quotes, as in listen = "),
    ("keys = \"C:\\Users\"\n", "1: a backslash stands for itself nowhere in double quotes; write it twice"),
    (
        "[control]\nlayout = \"okta\"\n",
        "2: unknown field \"layout\"; known are: listen, key; or is it the layout of the whole file? That key belongs above the first [table]",
    ),
    (
        "[tls]\nnames = [\"a b\"]\n",
        "2: \"a b\" is no host name and no IP address; write one, as in \"idp.test\"",
    ),
    ("[claim_names]\nrolle = \"x\"\n", "2: unknown field \"rolle\"; did you mean \"role\"?"),
    ("[clock]\nat = \"noon\"\n", "2: at \"noon\" is no time; write it as in \"2027-01-01T00:00:00Z\""),
    ("seed = -1\n", "1: invalid value: integer \"-1\"; expected a whole number that is not negative"),
    ("[[rules]]\nthen = { hang = 1 }\n", "2: \"hang\" takes nothing more; "),
    (
        "[[rules]]\nthen = { hang = 1, reset = 2 }\n",
        "2: there is not one choice here; expected exactly one of \"fault\", \"oauth_error\"",
    ),
    ("[[rules]]\nthen = 5\n", "2: neither a name nor a table; expected one of \"fault\", \"oauth_error\""),
    ("issuer = \"idp\"\n", "1: issuer \"idp\" cannot be one; write an http or https URL"),
    ("\nback_channel = \"http://x/\"\n", "2: back_channel \"http://x/\" cannot be one; write"),
    (
        "issuer = \"http://x\"\nderived_issuer = true\n",
        "2: derived_issuer and issuer exclude each other; remove one of the two",
    ),
    ("[[people]]\nemail = \"x@x.example\"\n", "1: missing field \"key\"; add \"key\" here"),
    (
        "[[people]]\nkey = \"alice\"\n",
        "1: missing field \"company\"; add \"company\" here: which of the companies, or give one",
    ),
    (
        "[[people]]\nkey = \"alice\"\n\ncompany = \"nortwind\"\n",
        "4: there is no company \"nortwind\"; did you mean \"northwind\"? Known are: contoso, northwind",
    ),
    (
        "[[people]]\nkey = \"a\"\ncompany = \"northwind\"\nrole = \"Boss\"\n",
        "4: there is no KaseyaOne role \"Boss\"; ",
    ),
    (
        "[[people]]\nkey = \"a\"\none_time_code = 123456\n",
        "3: invalid type: integer \"123456\"; expected a string; put",
    ),
    (
        "[[companies]]\nkey = \"acme\"\n",
        "1: alan (people): there is no company \"northwind\"; give people of your own too",
    ),
    (
        "[[people]]\nkey = \"a\"\ncompany = \"northwind\"\n[[people]]\nkey = \"a\"\ncompany = \"northwind\"\n",
        "5: \"a\" is in people twice; give each its own key",
    ),
    ("[[clients]]\nid = \"\"\n", "2: id is empty in clients; give it a name"),
    (
        "people = []\n[[companies]]\nkey = \"acme\"\n[[companies]]\nkey = \"other\"\nname = \"Acme\"\n",
        "6: the name \"Acme\" is already that of the company acme; write another one: people sign in with it",
    ),
    (
        "people = []\n[[companies]]\nkey = \"acme\"\n[[companies]]\nkey = \"other\"\nid = \"acme\"\n",
        "6: the id \"acme\" is already that of the company acme; write another one",
    ),
    (
        "[[people]]\nkey = \"a\"\ncompany = \"northwind\"\nwithheld_claims = [\n  \"email\",\n  \"sub\"]\n",
        "6: the claim sub cannot be withheld: a person always has a subject; leave it out",
    ),
    (
        "[[clients]]\nid = \"c\"\nredirect_uris = [\n  \"http://x/a\",\n  \"http://x/*\"]\n",
        "5: \"http://x/*\" has a wildcard: only the port of this machine may be any, as in http://127.0.0.1:*/callback; write the whole",
    ),
    (
        "[[clients]]\nid = \"c\"\ngrants = [\"authorisation_code\"]\n",
        "3: unknown variant \"authorisation_code\"; did you mean \"authorization_code\"?",
    ),
    (
        "[[faults]]\nfault = \"idt-nonce-wrng\"\n",
        "2: there is no fault \"idt-nonce-wrng\"; did you mean \"idt-nonce-wrong\"? mock-idp faults lists them all",
    ),
    (
        "[[faults]]\nfault = \"idt-nonce-wrong\"\ntarget = { person = \"dnaa\" }\n",
        "3: there is no person \"dnaa\"; did you mean \"dana\"?",
    ),
    (
        "[[faults]]\nfault = \"idt-nonce-wrong\"\ntarget = { persn = \"dana\" }\n",
        "3: unknown variant \"persn\"; did you mean \"person\"?",
    ),
    (
        "[[rules]]\nwhen = { operation = \"tokn\" }\nthen = \"hang\"\n",
        "2: there is no operation \"tokn\"; did you mean \"token\"?",
    ),
    (
        "[[rules]]\nwhen = { client = \"shop\" }\nthen = \"hang\"\n",
        "2: there is no client \"shop\"; known are: kaseya-mdr",
    ),
    (
        "[[faults]]\nfault = \"idt-nonce-wrong\"\ntarget = \"dana\"\n",
        "3: unknown variant \"dana\"; write \"next\", or one of { person = … }",
    ),
    (
        "[[rules]]\nthen = { status = 99999 }\n",
        "2: invalid value: integer \"99999\"; expected a whole number from 0 to 65535",
    ),
    ("[[rules]]\nthen = \"hung\"\n", "2: unknown variant \"hung\"; did you mean \"hang\"?"),
    ("[[rules]]\nthen = \"status\"\n", "2: \"status\" takes more, as in { status = … }; "),
    (
        "[[rules]]\nthen = { status = { status = 1000 } }\n",
        "2: status 1000 is none that an answer ends with; write one from 200 to 599",
    ),
    (
        "[[rules]]\n[rules.then]\nfault = \"nix\"\n",
        "3: there is no fault \"nix\"; mock-idp faults lists them all",
    ),
    (
        "[[realms]]\npath = \"connect\"\n",
        "2: realm path \"connect\" cannot be one; it must be one or more segments",
    ),
    (
        "[[realms]]\npath = \"a\"\n[[realms]]\npath = \"a\"\n",
        "4: there are two realms \"a\"; give each a path of its own",
    ),
    ("[[realms]]\npath = \"a\"\npeple = []\n", "3: unknown field \"peple\"; did you mean \"people\"?"),
    (
        "[[realms]]\npath = \"a\"\n[[realms.faults]]\nfault = \"nix\"\n",
        "4: there is no fault \"nix\"; mock-idp faults lists them all",
    ),
];

#[test]
fn every_mistake_is_one_sentence_with_line_and_remedy() {
    for (text, expected) in MISTAKES {
        let error =
            MockIdpBuilder::from_config(text, ConfigFormat::Toml).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("configuration:{expected}")), "{text}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn names_numbers_and_addresses_that_cannot_be_are_refused() {
    let cases = [
        (
            "[claim_names]\nrole = \"\"\n",
            "2: \"role=\" is not of the form role=CLAIM; write the name of another",
        ),
        ("[claim_names]\ncompany_id = \"sub\"\n", "2: \"sub\" is a claim of the protocol (OIDC Core 2)"),
        (
            "[claim_names]\ncompany_id = \"tenant\"\nrole = \"tenant\"\n",
            "3: \"tenant\" is the claim of company_id already; write the name of another claim",
        ),
        (
            "[claim_names]\ncompany_id = \"role\"\n",
            "2: \"role\" is the claim of role already; write the name of another claim",
        ),
        (
            "[claim_names]\ncompany_id = \"email\"\n",
            "2: \"email\" is a standard claim (OIDC Core 5.1), and says something else than company_id; write",
        ),
        (
            "[[people]]\nkey = \"a\"\ncompany = \"northwind\"\nclaims = { x = nan }\n",
            "4: \"nan\" is no number that JSON has",
        ),
        ("[[clients]]\nid = \"a\"\nsecret = \"\"\n", "3: the secret is empty; write one, or leave it out"),
        (
            "[[clients]]\nid = \"a\"\nbackchannel_logout_uri = \"x y\"\n",
            "3: \"x y\" is not an absolute address; ",
        ),
    ];
    for (text, expected) in cases {
        let error =
            MockIdpBuilder::from_config(text, ConfigFormat::Toml).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("configuration:{expected}")), "{text}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn mistakes_in_yaml_have_their_lines_too() {
    let cases = [
        ("seed: 1\nsead: 1\n", "2: unknown field \"sead\"; did you mean \"seed\"?"),
        ("people:\n  - key: a\n    company: nortwind\n", "3: there is no company \"nortwind\"; did you mean"),
        (
            "people:\n  - key: a\n    one_time_code: 123456\n",
            "3: invalid type: integer \"123456\"; expected a string; put",
        ),
        ("faults:\n  - fault: nix\n", "2: there is no fault \"nix\"; mock-idp faults lists them all"),
        ("tls:\n  certificate: a.pem\n", "2: certificate has no key; add \"key\""),
        ("tls: {key: a.pem}\n", "1: key has no certificate; add \"certificate\""),
        (
            "tls:\n  certificate: a.pem\n  key: b.pem\n  names: [x]\n",
            "4: names and certificate exclude each other; remove",
        ),
        ("tls: {certificat: a.pem}\n", "1: unknown field \"certificat\"; did you mean \"certificate\"?"),
        ("control:\n  listen: here\n", "2: listen \"here\" names no port; write address and port"),
        ("control:\n  key: ''\n", "2: key is empty; write a key, or leave it out"),
        ("seed: [1\n", "1: a list is not closed; close it with ]"),
        ("seed: 1\nissuer: 'x\n", "2: a quote is not closed; close it with"),
        ("seed: 1\nseed: 2\n", "2: duplicate mapping key: seed; "),
        ("people:\n  - key: a\n    claims: {x: null}\n", "3: null is no value here; leave the member out"),
        ("seed: 1\n---\nseed: 2\n", "3: multiple YAML documents detected; mock-idp's README"),
        ("- 1\n", "1: a list stands here; expected a table"),
        ("clock: 1\n", "1: a number stands here; expected a table"),
    ];
    for (text, expected) in cases {
        let error =
            MockIdpBuilder::from_config(text, ConfigFormat::Yaml).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("configuration:{expected}")), "{text}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn a_configuration_says_how_the_provider_is_reached() {
    let text = "headless: true\ntls: {names: [idp.test]}\ncontrol: {listen: '127.0.0.1:0', key: sesame}\n";
    let idp = MockIdpBuilder::from_config(text, ConfigFormat::Yaml).unwrap().start().await.unwrap();
    assert!(idp.issuer().starts_with("https://127.0.0.1:"), "{}", idp.issuer());
    assert_eq!(idp.control_key(), Some("sesame"));
    assert!(!idp.control_url().starts_with(idp.issuer()), "{}", idp.control_url());
    let authority = reqwest::Certificate::from_pem(idp.authority_pem().expect("an authority").as_bytes());
    let http =
        reqwest::Client::builder().add_root_certificate(authority.expect("PEM")).build().expect("a client");
    let people = http.get(format!("{}/people", idp.control_url()));
    assert_eq!(people.try_clone().expect("a copy").send().await.expect("an answer").status(), 401);
    assert_eq!(people.bearer_auth("sesame").send().await.expect("an answer").status(), 200);
}

#[test]
fn files_and_folders_that_are_not_there_are_told_with_the_line_that_names_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("idp.toml");
    for (text, line, sentence) in [
        ("[tls]\ncertificate = \"none.pem\"\nkey = \"none.key\"\n", 2, "certificate \"none.pem\" is no file"),
        ("[tls]\ncertificate = \"idp.toml\"\nkey = \"none.key\"\n", 3, "key \"none.key\" is no file"),
        ("seed = 1\nkeys = \"none\"\n", 2, "keys \"none\" is no folder"),
        ("[[realms]]\npath = \"a\"\nkeys = \"idp.toml\"\n", 3, "keys \"idp.toml\" is no folder"),
    ] {
        std::fs::write(&file, text).expect("a file");
        let error = MockIdp::builder().config_file(&file).map(drop).unwrap_err();
        assert_eq!((error.line, &*error.sentence), (Some(line), sentence));
        assert_eq!(error.file, file.display().to_string());
    }
    let certificate = rcgen::generate_simple_self_signed(["idp.test".to_owned()]).expect("a certificate");
    let other = rcgen::KeyPair::generate().expect("a key");
    for (name, text) in [
        ("good.pem", certificate.cert.pem()),
        ("good.key", certificate.signing_key.serialize_pem()),
        ("other.key", other.serialize_pem()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    for (chain, key, wrong, sentence) in [
        ("idp.toml", "good.key", "idp.toml", "is no certificate in PEM ("),
        ("good.pem", "good.pem", "good.pem", "is no private key in PEM ("),
        ("good.pem", "other.key", "other.key", "is not the key of "),
    ] {
        std::fs::write(&file, format!("[tls]\ncertificate = \"{chain}\"\nkey = \"{key}\"\n"))
            .expect("a file");
        let error = MockIdp::builder().config_file(&file).map(drop).unwrap_err();
        assert!(error.sentence.starts_with(sentence), "{error}");
        assert_eq!(error.file, folder.path().join(wrong).display().to_string());
    }
}

#[test]
fn claims_change_places_and_share_no_name() {
    let swapped =
        "[claim_names]\ncompany_id = \"role\"\nrole = \"company_id\"\nusername = \"preferred_username\"\n";
    assert!(MockIdpBuilder::from_config(swapped, ConfigFormat::Toml).is_ok());
    let renamed = |assignments: &[&str]| {
        let file = "[claim_names]\ncompany_id = \"tenant\"\n";
        let builder = MockIdpBuilder::from_config(file, ConfigFormat::Toml).expect("a configuration");
        let mut names = mock_idp::ClaimNames::default();
        let by_names = assignments.iter().try_for_each(|assignment| names.rename(assignment));
        let by_builder =
            assignments.iter().try_fold(builder, |builder, it| builder.rename_claim(it)).map(drop);
        (by_names.err(), by_builder.err())
    };
    assert_eq!(renamed(&["company_id=t", "role=r"]), (None, None), "a file is overridden");
    for (assignments, sentence) in [
        (
            &["company_id=t", "role=t"] as &[_],
            "\"t\" is the claim of company_id already; write the name of another claim",
        ),
        (&["company_id=a", "company_id=b"], "company_id is called \"a\" already; give it one name"),
        (
            &["role=given_name"],
            "\"given_name\" is a standard claim (OIDC Core 5.1), and says something else than role; write the name of another claim",
        ),
        (
            &["company_name=modules"],
            "\"modules\" is the claim of modules already; write the name of another claim",
        ),
    ] {
        let told = Some(sentence.to_owned());
        assert_eq!(renamed(assignments), (told.clone(), told), "{assignments:?}");
    }
}
