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
