//! The matrix of faults: what relying parties do with each, held against what a correct one does.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use mock_idp::{Attempt, Did, Matrix, MatrixError, MatrixOutcome, MockIdp, RealmHandle};

use crate::support::{Browser, decode};

/// A relying party that checks state and nonce, and no signature.
async fn careless(idp: &RealmHandle) -> bool {
    let browser = Browser::new();
    let Some(code) = browser.sign_in(idp, "dana", &[]).await.param("code") else { return false };
    let token = browser.redeem(idp, &code).await;
    let id_token = token.is_json().then(|| token.json()["id_token"].as_str().map(str::to_owned)).flatten();
    id_token.is_some_and(|id_token| decode(&id_token).1["nonce"] == "nonce-1")
}

fn plan(faults: &[&str]) -> mock_idp::MatrixPlan {
    MockIdp::builder().on_current_runtime().matrix(faults).expect("faults of the catalogue")
}

fn outcomes(matrix: &Matrix) -> Vec<(&'static str, Did, MatrixOutcome)> {
    matrix.rows.iter().map(|row| (row.fault, row.did, row.outcome)).collect()
}

#[tokio::test]
async fn every_row_says_what_the_relying_party_did_and_whether_that_is_right() {
    let plan = plan(&["sig-none-lower", "idt-nonce-*", "claim-locale", "idt-replay", "ui-hang"]);
    let told = RefCell::new(Vec::new());
    let known = RefCell::new(Vec::new());
    let attempt = async |idp: &MockIdp, fault: Option<&'static str>| {
        known.borrow_mut().push(fault);
        Attempt { said: "it looked at the nonce".to_owned(), ..careless(idp).await.into() }
    };
    let matrix = plan.run_and_tell(attempt, |row| told.borrow_mut().push(row.fault)).await.unwrap();
    assert_eq!(
        outcomes(&matrix),
        [
            ("idt-nonce-wrong", Did::Refused, MatrixOutcome::Right),
            ("idt-nonce-missing", Did::Refused, MatrixOutcome::Right),
            // There is an earlier sign-in to go back to in the second try.
            ("idt-replay", Did::SignedIn, MatrixOutcome::Wrong),
            ("sig-none-lower", Did::SignedIn, MatrixOutcome::Wrong),
            ("ui-hang", Did::SignedIn, MatrixOutcome::NotReached),
            ("claim-locale", Did::SignedIn, MatrixOutcome::Right),
            ("no-fault", Did::SignedIn, MatrixOutcome::Right),
        ]
    );
    assert_eq!(told.into_inner(), matrix.rows.iter().map(|row| row.fault).collect::<Vec<_>>());
    assert_eq!(known.into_inner().iter().filter(|fault| fault.is_none()).count(), 2);
    assert_eq!(
        matrix.sum(),
        "7 sign-ins: 4 right, 2 WRONG, 0 where both is right, 1 whose fault was not reached"
    );
    let wrong = matrix.with(MatrixOutcome::Wrong).last().unwrap();
    assert!(wrong.fired > 0 && wrong.story.as_ref().is_some_and(|story| story.contains("sig-none-lower")));
    let text = matrix.text();
    for part in
        ["sig-none-lower", "WRONG\n", "a correct relying party refuses", "    | it looked at the nonce"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = matrix.json();
    assert_eq!(
        (&json["rows"][3]["did"], &json["rows"][3]["correct"]),
        (&"signed_in".into(), &"refuse".into())
    );
    let junit = matrix.junit();
    assert!(junit.contains("tests=\"7\" skipped=\"1\" failures=\"2\" errors=\"0\""), "{junit}");
    let panic = std::panic::catch_unwind(|| matrix.assert_clean()).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("sig-none-lower"));
}

#[tokio::test]
async fn several_are_tried_at_once_and_each_stays_alone() {
    let plan = plan(&["idt-nonce-*", "idt-aud-*", "claim-locale"]).at_once(3);
    let faults: Vec<_> = plan.faults().iter().map(|entry| entry.id).collect();
    let (issuers, armed) = (RefCell::new(Vec::new()), Cell::new(0));
    let attempt = async |idp: &MockIdp, fault| {
        issuers.borrow_mut().push(idp.issuer().to_owned());
        let before = idp.faults().list();
        armed.set(armed.get() + before.len());
        assert_eq!(before.first().map(|record| record.fault), fault);
        careless(idp).await
    };
    let matrix = plan.run(attempt).await.unwrap();
    let rows: Vec<_> = matrix.rows.iter().map(|row| row.fault).collect();
    assert_eq!(rows[..faults.len()], faults);
    let mut issuers = issuers.into_inner();
    issuers.sort();
    issuers.dedup();
    assert_eq!((issuers.len(), rows.last()), (3, Some(&"no-fault")));
    assert!(armed.get() >= faults.len());
}

#[tokio::test]
async fn what_does_not_end_is_wrong_even_where_both_is_right() {
    let plan = plan(&["claim-modules-string"]).patience(Duration::from_millis(300));
    let attempt = async |idp: &MockIdp, fault: Option<&'static str>| {
        let signed_in = careless(idp).await;
        if fault.is_some() {
            std::future::pending::<()>().await;
        }
        signed_in
    };
    let matrix = plan.run(attempt).await.unwrap();
    assert_eq!(outcomes(&matrix)[0], ("claim-modules-string", Did::NotEnded, MatrixOutcome::Wrong));
}

#[tokio::test]
async fn whoever_does_not_recover_is_wrong_in_the_end() {
    let struck = Cell::new(false);
    let attempt = async |idp: &MockIdp, fault: Option<&'static str>| {
        struck.set(struck.get() || fault.is_some());
        careless(idp).await && !struck.get()
    };
    let matrix = plan(&["idt-nonce-wrong"]).run(attempt).await.unwrap();
    assert_eq!(outcomes(&matrix)[1], ("no-fault", Did::Refused, MatrixOutcome::Wrong));
}

#[tokio::test]
async fn without_an_honest_sign_in_there_is_no_matrix() {
    let faults = ["idt-nonce-wrong"];
    let refused = plan(&faults).run(async |_, _| Attempt { said: "no way".to_owned(), ..false.into() }).await;
    let sentence = refused.unwrap_err().to_string();
    for part in [
        "without any fault it did not succeed",
        "The provider was never asked to sign anybody in",
        "It said:\nno way",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    let lost = async |idp: &MockIdp, _| {
        Browser::new().authorize(idp, &[("redirect_uri", "http://127.0.0.1:1/cb")]).await;
        false
    };
    let sentence = plan(&faults).run(lost).await.unwrap_err().to_string();
    assert!(sentence.contains("The provider refused the authorize request (redirect_uri"), "{sentence}");
    let nobody = plan(&faults).run(async |_, _| true).await;
    assert!(matches!(nobody, Err(MatrixError::NobodySignedIn)));
    let patience = Duration::from_millis(1);
    let stuck = plan(&faults).patience(patience).run(async |_, _| std::future::pending::<bool>().await).await;
    assert!(stuck.unwrap_err().to_string().contains("did not end in time"));
    let nothing = plan(&faults).except(&["idt-*"]).map(|_| ()).unwrap_err();
    assert!(matches!(nothing, MatrixError::Nothing));
    for (builder, address) in [
        (MockIdp::builder().bind("127.0.0.1:9400"), "at 127.0.0.1:9400;"),
        (MockIdp::builder().issuer("http://idp.example"), "at http://idp.example;"),
    ] {
        let one = builder.matrix(&["idt-*"]).unwrap().at_once(2);
        let sentence = one.run(async |_, _| true).await.unwrap_err().to_string();
        assert!(sentence.contains(address), "{sentence}");
        assert!(sentence.contains("without a fixed issuer, or try one at a time"), "{sentence}");
    }
}

/// A careless relying party that asks for these things.
async fn careless_with(idp: &RealmHandle, more: &[(&str, &str)]) -> bool {
    let browser = Browser::new();
    let Some(code) = browser.sign_in(idp, "dana", more).await.param("code") else { return false };
    browser.redeem(idp, &code).await.json()["id_token"].is_string()
}

#[tokio::test]
async fn nobody_is_wrong_who_leaves_out_what_binds_others() {
    let faults =
        ["idt-authtime-stale", "idt-hash-at", "id-email-unverified", "idt-iat-stale", "sess-sso-other-user"];
    let free = plan(&faults).run(async |idp: &MockIdp, _| careless_with(idp, &[]).await).await.unwrap();
    let either = |matrix: &Matrix, fault: &str| {
        let row = matrix.rows.iter().find(|row| row.fault == fault).expect("a row");
        assert_eq!(row.did, Did::SignedIn, "{fault}");
        row.outcome
    };
    for fault in ["idt-authtime-stale", "idt-hash-at", "id-email-unverified", "idt-iat-stale"] {
        assert_eq!(either(&free, fault), MatrixOutcome::Either, "{fault}");
    }
    free.assert_clean();
    let asked = async |idp: &MockIdp, _| careless_with(idp, &[("max_age", "300")]).await;
    let bound = plan(&faults).run(asked).await.unwrap();
    assert_eq!(either(&bound, "idt-authtime-stale"), MatrixOutcome::Wrong);
    assert_eq!(either(&bound, "idt-hash-at"), MatrixOutcome::Either);
    let strict =
        plan(&faults).strict().run(async |idp: &MockIdp, _| careless_with(idp, &[]).await).await.unwrap();
    assert_eq!(either(&strict, "id-email-unverified"), MatrixOutcome::Wrong);
    assert_eq!(either(&strict, "idt-authtime-stale"), MatrixOutcome::Either, "no max_age was sent");
}

#[tokio::test]
async fn what_a_signed_request_asks_for_binds_like_what_a_plain_one_does() {
    let signer = crate::assertions::Signer::secret(crate::support::SECRET);
    for max_age in [serde_json::json!(300), serde_json::json!("300")] {
        let attempt = async |idp: &MockIdp, _| {
            let claims = serde_json::json!({"iss": crate::support::CLIENT, "max_age": max_age});
            careless_with(idp, &[("request", &signer.sign(&claims))]).await
        };
        let matrix = plan(&["idt-authtime-stale"]).run(attempt).await.unwrap();
        assert_eq!(matrix.rows[0].outcome, MatrixOutcome::Wrong, "{max_age}");
    }
}

#[tokio::test]
async fn nobody_is_given_the_tokens_of_nobody_else() {
    let only = "[[companies]]\nkey = \"acme\"\n[[people]]\nkey = \"dana\"\n";
    let builder = mock_idp::MockIdpBuilder::from_config(only, mock_idp::ConfigFormat::Toml);
    let builder = builder.expect("a configuration").on_current_runtime();
    let plan = builder.matrix(&["tok-substitution", "tok-substitution-access"]).expect("faults");
    let matrix = plan.run(async |idp: &MockIdp, _| careless_with(idp, &[]).await).await.unwrap();
    let reached = matrix.rows.iter().filter(|row| row.fault.starts_with("tok-")).map(|row| row.outcome);
    assert_eq!(reached.collect::<Vec<_>>(), [MatrixOutcome::NotReached; 2]);
}

#[tokio::test]
async fn a_sign_in_that_failed_for_another_reason_says_nothing_and_is_not_clean() {
    let attempt = async |idp: &MockIdp, fault: Option<&'static str>| fault.is_none() && careless(idp).await;
    let matrix = plan(&["idt-nonce-wrong", "jwks-outage-500"]).run(attempt).await.unwrap();
    let broken: Vec<_> = matrix.with(MatrixOutcome::Broken).map(|row| row.fault).collect();
    assert!(broken.contains(&"idt-nonce-wrong"), "{}", matrix.text());
    assert!(!matrix.is_clean() && matrix.text().contains("BROKEN"));
    assert!(matrix.sum().contains("BROKEN, which say nothing about their faults"), "{}", matrix.sum());
    assert!(
        matrix.junit().contains("errors=\"1\"") || matrix.junit().contains("errors=\"2\""),
        "{}",
        matrix.junit()
    );
}

#[tokio::test]
async fn a_wrong_account_is_wrong_whatever_the_fault() {
    let attempt = async |idp: &MockIdp, fault: Option<&'static str>| {
        let did = if careless(idp).await { Did::SignedIn } else { Did::Refused };
        let did = if fault == Some("claim-locale") { Did::WrongAccount } else { did };
        Attempt { did, said: String::new() }
    };
    let matrix = plan(&["claim-locale", "idt-nonce-wrong"]).run(attempt).await.unwrap();
    let row = matrix.with(MatrixOutcome::Wrong).next().expect("a wrong row");
    assert_eq!((row.fault, row.did), ("claim-locale", Did::WrongAccount));
    assert!(row.text().contains("the account is not what it should be"), "{}", row.text());
}

#[tokio::test]
async fn whoever_is_to_be_known_signs_in_before() {
    let asked = RefCell::new(Vec::new());
    let attempt = async |idp: &MockIdp, fault: Option<&'static str>| {
        asked.borrow_mut().push(fault);
        careless(idp).await
    };
    let matrix = plan(&["id-user-recreated"]).strict().run(attempt).await.unwrap();
    assert_eq!(matrix.rows[0].outcome, MatrixOutcome::Wrong, "{}", matrix.text());
    assert_eq!(asked.into_inner(), [None, None, Some("id-user-recreated"), None]);
}
