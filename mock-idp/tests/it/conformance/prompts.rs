//! When a person is asked, and when a session answers.

use jiff::SignedDuration;
use serde_json::json;

use super::party::{MODES, Mode, Party, RESPONSE_TYPES, provider};

/// Long and odd enough to show what is corrupted on the way.
fn long_state() -> String {
    "Aa0-._~".repeat(18) + "zz"
}

#[tokio::test]
async fn prompt_login_asks_again_and_the_second_login_is_later() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let first = party.sign_in(&[]).await;
        idp.clock().advance(SignedDuration::from_secs(1));
        let second = party.sign_in(&[("prompt", "login")]).await;
        assert!(second.claims()["auth_time"].as_i64() > first.claims()["auth_time"].as_i64());
        assert_eq!(second.claims()["sub"], first.claims()["sub"]);
    }
}

#[tokio::test]
async fn a_session_older_than_max_age_is_asked_again() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let first = party.sign_in(&[]).await;
        idp.clock().advance(SignedDuration::from_secs(2));
        let second = party.sign_in(&[("max_age", "1")]).await;
        assert!(second.claims()["auth_time"].as_i64() > first.claims()["auth_time"].as_i64());
        assert_eq!(second.claims()["auth_time"], idp.clock().now().as_second());
    }
}

#[tokio::test]
async fn a_session_younger_than_max_age_answers_with_its_auth_time() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::new(&idp, response_type).await;
        let first = party.sign_in(&[("max_age", "15000")]).await;
        idp.clock().advance(SignedDuration::from_secs(5));
        let second = party.silently(&[("max_age", "10000")]).await;
        for same in ["auth_time", "sub"] {
            assert!(!first.claims()[same].is_null());
            assert_eq!(second.claims()[same], first.claims()[same], "{same}");
        }
    }
}

#[tokio::test]
async fn prompt_none_without_a_session_comes_back_with_login_required_and_the_state() {
    let idp = provider().await;
    let state = long_state();
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let answer = party.open(party.params(&[("prompt", "none"), ("state", &state)])).await;
            assert_eq!(party.error(&answer, &state), "login_required", "{response_type}");
        }
    }
}

#[tokio::test]
async fn prompt_none_with_a_session_answers_for_the_same_person_and_login() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        for mode in MODES {
            let party = Party::with(&idp, response_type, mode, &json!({})).await;
            let first = party.sign_in(&[]).await;
            idp.clock().advance(SignedDuration::from_secs(5));
            let second = party.silently(&[("prompt", "none")]).await;
            for same in ["auth_time", "sub"] {
                assert_eq!(second.claims()[same], first.claims()[same], "{same}");
            }
        }
    }
}

#[tokio::test]
async fn an_id_token_hint_lets_the_session_of_that_person_answer() {
    let idp = provider().await;
    for response_type in RESPONSE_TYPES {
        let party = Party::with(&idp, response_type, Mode::Usual, &json!({})).await;
        let first = party.sign_in(&[]).await;
        let hint = [("prompt", "none"), ("id_token_hint", first.id_token.as_str())];
        let second = party.silently(&hint).await;
        for same in ["auth_time", "sub"] {
            assert_eq!(second.claims()[same], first.claims()[same], "{same}");
        }
    }
}
