//! Clients that hang up. The server drops their requests at whatever those wait for; nobody else may notice.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mock_idp::Target;
use provisioner::usecase::sign_out_by_logout_token;

use crate::database::Database;
use crate::gate::Held;
use crate::stage::{Browser, Stage};

/// Drops a request as soon as what it asks for has come to the gate; what lets that go on.
async fn hang_up(request: impl Future, held: Held) -> tokio::sync::oneshot::Sender<()> {
    tokio::select! {
        _ = request => panic!("it waits for what is held"),
        reached = held.reached => reached.expect("the gate stands"),
    }
    held.release
}

#[tokio::test]
async fn a_stranger_who_hangs_up_spends_no_renewal_of_the_keys() {
    let (stage, gate) = Stage::in_effect_behind_a_gate(&Database::sqlite()).await;
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let forged = format!("{}.{}.{}", encode(r#"{"alg":"RS256","kid":"unknown"}"#), encode("{}"), encode("x"));
    let held = gate.hold("/.well-known/openid-configuration/jwks");
    let release = hang_up(sign_out_by_logout_token(stage.server.app(), &forged), held).await;
    release.send(()).expect("the service still waits for the keys");
    let rotated = stage.idp.faults().arm("jwks-rotate-just-before", Target::person("dana"), 1).unwrap();
    stage.sign_in(&mut Browser::default(), "dana").await.expect("the new keys are fetched for her");
    assert_eq!(rotated.fired(), 1);
}
