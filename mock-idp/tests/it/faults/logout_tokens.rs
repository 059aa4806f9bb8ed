//! Faults of the logout token.

use axum::http::StatusCode;
use mock_idp::Target;
use serde_json::Value;

use crate::logout::{Client, EVENT, provider, signed_in};
use crate::support::decode;

/// A fault, and what it does to header and claims of the logout token, held against an ID token of before and the token
/// of before.
type Row = (&'static str, Effect);
type Effect = fn(&Value, &Value, &Told) -> bool;

pub(crate) struct Told {
    token: String,
    before: String,
    now: i64,
    issuer: String,
    /// How many tokens came beside it.
    further: usize,
}

one_test_each!(
    strikes_one_logout,
    Row,
    (out_bcl_ok, |_, claims, _| claims["x_unknown"].is_object() && claims["events"][EVENT].is_object()),
    (out_bcl_alg_none, |header, _, told| header["alg"] == "none" && told.token.ends_with('.')),
    (out_bcl_wrong_alg, |header, _, _| header["alg"] == "HS256"),
    (out_bcl_wrong_iss, |_, claims, told| claims["iss"] == format!("{}/1", told.issuer)),
    (out_bcl_wrong_aud, |_, claims, _| claims["aud"] == "other-product"),
    (out_bcl_no_event, |_, claims, _| claims["events"].is_null()),
    (out_bcl_wrong_event, |_, claims, _| claims["events"][EVENT].is_null() && claims["events"].is_object()),
    (out_bcl_with_nonce, |_, claims, _| claims["nonce"].is_string() && claims["events"].is_object()),
    (out_bcl_expired, |_, claims, told| claims["exp"].as_i64().is_some_and(|exp| exp < told.now - 500)),
    (out_bcl_replay_jti, |_, _, told| told.token == told.before),
    (out_bcl_no_sub_sid, |_, claims, _| claims["sub"].is_null() && claims["sid"].is_null()),
    (out_bcl_id_token, |header, claims, _| header["typ"] == "JWT" && claims["nonce"] == "nonce-1"),
    (out_bcl_typ, |header, claims, _| header["typ"] == "at+jwt" && claims["events"].is_object()),
    (out_bcl_unknown_sid, |_, claims, _| {
        claims["sid"] == "a-session-nobody-has" && claims["sub"].is_null()
    }),
    (out_bcl_storm, |_, claims, told| claims["sid"].is_string() && told.further == 100),
    (out_bcl_sub_only, |_, claims, _| claims["sid"].is_null() && claims["sub"].is_string()),
);

async fn strikes_one_logout(fault: &str, effect: Effect) {
    let client = Client::start(StatusCode::OK).await;
    let idp = provider(&client).await;
    for _ in 0..2 {
        signed_in(&idp, "dana").await;
        let armed = (!client.tokens().is_empty())
            .then(|| idp.faults().arm(fault, Target::person("dana"), 1).expect("staged by the provider"));
        idp.people().sign_out_everywhere("dana").await.expect("dana");
        assert_eq!(armed.map_or(1, |armed| armed.fired()), 1, "{fault} did not fire");
    }
    let tokens = client.tokens();
    let told = Told {
        token: tokens[1].clone(),
        before: tokens[0].clone(),
        now: idp.clock().now().as_second(),
        issuer: idp.issuer().to_owned(),
        further: tokens.len() - 2,
    };
    let (header, claims) = decode_unsigned(&told.token);
    assert!(effect(&header, &claims, &told), "{fault}: {header} {claims}");
    signed_in(&idp, "dana").await;
    idp.people().sign_out_everywhere("dana").await.expect("dana");
    let honest = Told { token: client.tokens().pop().expect("a token"), further: 0, ..told };
    let (header, claims) = decode(&honest.token);
    assert!(!effect(&header, &claims, &honest), "{fault} shows in an honest token: {header} {claims}");
}

/// As `decode`, for a token whose signature may be missing.
fn decode_unsigned(token: &str) -> (Value, Value) {
    decode(token.trim_end_matches('.'))
}
