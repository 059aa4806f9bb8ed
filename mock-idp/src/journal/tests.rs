//! What an entry shows of an answer that it kept as bytes.

use serde_json::json;

use super::*;

fn shown(sent: &Value) -> Entry {
    let mut note = Note::default();
    note.response.unread = true;
    let raw_response =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{sent}").into_bytes();
    let mut journal = Journal::new(Journals::default());
    journal.add(Entry { operation: "token", raw_response, ..Entry::of(Timestamp::UNIX_EPOCH, note) });
    journal.all().read().pop().expect("one entry")
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

fn of_a_mebibyte() -> Entry {
    let at = Timestamp::UNIX_EPOCH;
    Entry { raw_response: vec![b'x'; 1 << 20], ..Entry::of(at, Note::default()) }
}

#[test]
fn the_oldest_entries_give_way_and_are_counted() {
    let mut journal = Journal::new(Journals::default());
    for _ in 0..40 {
        journal.add(of_a_mebibyte());
    }
    let first = journal.iter().next().map(|entry| entry.seq);
    assert_eq!((journal.len(), journal.forgotten(), first), (31, 9, Some(10)));
    journal.clear();
    assert_eq!((journal.len(), journal.forgotten()), (0, 0));
}

#[test]
fn many_journals_share_what_the_process_gives_them() {
    let all = Journals::default();
    let mut journals: Vec<_> = (0..6).map(|_| Journal::new(all.clone())).collect();
    for journal in &mut journals {
        for _ in 0..31 {
            journal.add(of_a_mebibyte());
        }
    }
    let mebibytes = |journals: &Journals| journals.bytes() >> 20;
    assert!((126..=129).contains(&mebibytes(&all)), "{} MiB", mebibytes(&all));
    let lengths: Vec<_> = journals.iter().map(Journal::len).collect();
    assert_eq!(lengths, [31, 31, 31, 31, 3, 1], "who comes late takes nothing from the others");
    // A small entry is kept by the latest too: something is every journal's own.
    journals[5].add(Entry::of(Timestamp::UNIX_EPOCH, Note::default()));
    assert_eq!(journals[5].len(), 1);
    // A snapshot keeps what the journal forgets, and takes no more by being made.
    let snapshot = journals[0].clone();
    assert!(mebibytes(&all) < 129);
    journals.clear();
    assert_eq!(mebibytes(&all), 31);
    drop(snapshot);
    assert_eq!(all.bytes(), 0);
}
