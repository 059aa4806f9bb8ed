//! TLS by an authority of the provider's own, and certificates that are wrong on request.

use mock_idp::{MockIdp, Target};

/// Faults of the handshake.
pub(crate) const HANDSHAKES: [&str; 3] = ["net-tls-selfsigned", "net-tls-expired", "net-tls-wronghost"];

/// A client that trusts what the provider says it may.
fn client(authority: Option<&str>) -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    let builder = match authority {
        Some(pem) => builder.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).expect("PEM")]),
        None => builder,
    };
    builder.build().expect("a client")
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_connects_and_no_other_does() {
    let idp = MockIdp::builder().tls(["idp.test"]).start().await.expect("a free port");
    assert!(idp.issuer().starts_with("https://127.0.0.1:"), "{}", idp.issuer());
    let url = idp.url("/.well-known/openid-configuration");
    let trusting = client(idp.authority_pem());
    let document: serde_json::Value = trusting.get(&url).send().await.expect("trusted").json().await.unwrap();
    assert_eq!(document["issuer"], idp.issuer());
    let pem =
        trusting.get(idp.url("/_control/tls/authority.pem")).send().await.unwrap().text().await.unwrap();
    assert_eq!(Some(pem.as_str()), idp.authority_pem());
    assert!(client(None).get(&url).send().await.is_err(), "nobody else vouches for it");
}

#[tokio::test]
async fn wrong_certificates_are_shown_once_and_refused() {
    let idp = MockIdp::builder().tls([""; 0]).start().await.expect("a free port");
    let url = idp.url("/.well-known/openid-configuration");
    for fault in HANDSHAKES {
        let armed = idp.faults().arm(fault, Target::next(), 1).expect("staged by the provider");
        let refused = client(idp.authority_pem()).get(&url).send().await;
        assert!(refused.is_err() && armed.fired() == 1, "{fault}: {refused:?}");
        assert!(client(idp.authority_pem()).get(&url).send().await.is_ok(), "{fault} is over");
    }
}

#[tokio::test]
async fn files_are_used_as_they_are_and_what_is_none_is_refused_with_a_sentence() {
    let error = MockIdp::builder().tls_pem("no certificate", "no key").start().await.unwrap_err();
    assert!(error.to_string().contains("both are PEM"), "{error}");
    let plain = MockIdp::start().await;
    let answer = reqwest::get(plain.url("/_control/tls/authority.pem")).await.unwrap();
    assert_eq!(answer.status(), 404);
}
