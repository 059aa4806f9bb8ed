//! Certificates that are wrong.

use mock_idp::{MockIdp, Target};

use crate::networks::client;

/// A fault.
type Row = (&'static str,);

one_test_each!(shows_one_certificate, Row, (net_tls_selfsigned), (net_tls_expired), (net_tls_wronghost),);

async fn shows_one_certificate(fault: &str) {
    let idp = MockIdp::builder().tls([""; 0]).start().await.expect("a free port");
    let url = idp.url("/.well-known/openid-configuration");
    let armed = idp.faults().arm(fault, Target::next(), 1).expect("staged by the provider");
    let refused = client(idp.authority_pem()).get(&url).send().await;
    assert!(refused.is_err() && armed.fired() == 1, "{fault}: {refused:?}");
    assert!(client(idp.authority_pem()).get(&url).send().await.is_ok(), "{fault} is over");
}

#[tokio::test]
async fn a_handshake_is_struck_where_there_is_one() {
    let plain = MockIdp::start().await;
    let error = plain.faults().arm("net-tls-expired", Target::next(), 1).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("at the root of a provider that serves by TLS (--tls)"), "{error}");
    let idp = MockIdp::builder().tls(Vec::<String>::new()).start().await.expect("a free port");
    assert!(idp.faults().arm("net-tls-expired", Target::next(), 1).is_ok());
    let realm = idp.realms().create("acme").expect("a realm");
    assert!(realm.faults().arm("net-tls-expired", Target::next(), 1).is_err(), "no realm is known in it");
}
