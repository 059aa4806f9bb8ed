//! What an entry shows of an answer that it kept as bytes.

use serde_json::json;

use super::*;

fn shown(sent: &Value) -> Entry {
    let mut note = Note::default();
    note.response.unread = true;
    let raw_response =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{sent}").into_bytes();
    let mut journal = Journal::default();
    journal.add(Entry { operation: "token", raw_response, ..Entry::of(Timestamp::UNIX_EPOCH, note) });
    journal.entries().pop().expect("one entry")
}

#[test]
fn what_was_sent_as_json_is_read_from_its_bytes() {
    // {"alg":"none"}, {"sub":"dana"}
    let id_token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkYW5hIn0.";
    let sent = json!({"id_token": id_token, "text": "\r\n\r\n{}", "list": [null, 1.5]});
    let response = shown(&sent).response;
    assert_eq!(response.body, Some(sent));
    assert_eq!(response.id_token_header, Some(json!({"alg": "none"})));
    assert_eq!(response.id_token_claims, Some(json!({"sub": "dana"})));
}

#[test]
fn what_is_nested_too_deep_to_read_stays_in_its_bytes() {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let entry = shown(&deep);
    assert_eq!(entry.response.body, None);
    assert!(entry.raw_response.ends_with(deep.to_string().as_bytes()));
}
