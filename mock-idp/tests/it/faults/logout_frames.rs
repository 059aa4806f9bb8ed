//! Faults of the frame by which a browser tells a client of a logout.

use axum::http::StatusCode;
use mock_idp::Target;

use crate::logout::{Client, provider, signed_in};

/// A fault, and what stands on the page because of it.
type Row = (&'static str, &'static str);

one_test_each!(
    changes_one_frame,
    Row,
    (out_fc_wrong_sid, "sid=a-session-nobody-has"),
    (out_fc_wrong_iss, "PORT%2F1&#38;sid="),
);

async fn changes_one_frame(fault: &str, changed: &str) {
    let client = Client::start(StatusCode::OK).await;
    let idp = provider(&client).await;
    let framed = |main: &mut fixtures::Client| {
        main.frontchannel_logout_uri = Some("http://127.0.0.1:8400/framed".to_owned());
    };
    idp.clients().change("kaseya-mdr", framed).expect("the client");
    let (browser, _) = signed_in(&idp, "dana").await;
    let armed = idp.faults().arm(fault, Target::person("dana"), 1).expect("staged by the provider");
    let page = browser.sign_out(&idp, "").await;
    assert_eq!(armed.fired(), 1, "{fault} did not fire");
    let changed = &changed.replace("PORT", &idp.address().port().to_string());
    assert!(page.body.contains(changed), "{fault}: {}", page.body);
    let (browser, _) = signed_in(&idp, "dana").await;
    let page = browser.sign_out(&idp, "").await;
    assert!(page.body.contains("/framed?") && !page.body.contains(changed), "{fault}: {}", page.body);
}
