//! What the control interface may answer: a document, nothing, or a problem that says what is wrong (RFC 9457).

use serde_json::Value;

use crate::shot::Shot;
use crate::sound::ensure;
use crate::wire::Answer;

/// Judges the answer of the control interface.
pub(super) fn judge(shot: &Shot, answer: &Answer) -> Result<(), String> {
    let unread = !shot.is_plain() && answer.body.is_empty() && matches!(answer.status, 400 | 414 | 431);
    if !shot.path.starts_with(b"/_control/") || shot.method == "HEAD" || unread {
        return Ok(());
    }
    let is_console = shot.path.starts_with(b"/_control/console");
    let kind = answer.header("content-type").unwrap_or_default();
    match answer.status {
        204 => ensure!(answer.body.is_empty(), "a body where there is none: {}", answer.text()),
        200 | 201 if kind == "application/json" => {
            let Some(document) = answer.json() else { return Err(format!("no JSON: {}", answer.text())) };
            judge_made(&document)?;
        }
        200 => {
            let known = ["text/html", "text/plain", "text/css", "text/javascript", "application/xml"];
            ensure!(known.iter().any(|known| kind.starts_with(known)), "a document of the type {kind:?}");
        }
        303 => {
            let location = answer.header("location").unwrap_or_default();
            // An answer that was given goes once more to wherever it went.
            let again = shot.path.starts_with(b"/_control/console/answers/");
            ensure!(again || location.starts_with("/_control/console"), "a redirect to {location}");
        }
        404 if is_console && answer.is_html() => {}
        422 if is_console => ensure!(answer.is_html(), "no page: {}", answer.text()),
        400..500 => judge_problem(answer)?,
        status => return Err(format!("a {status}: {}", answer.text())),
    }
    Ok(())
}

/// What was taken can be carried out: a rule answers as it says, and browsers can be sent where a client wants them.
fn judge_made(document: &Value) -> Result<(), String> {
    let in_header = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if let Some(then) = document.get("then").and_then(|then| then.get("status")) {
        let right = then["status"].as_u64().is_some_and(|status| (200..600).contains(&status));
        ensure!(right, "a rule that answers by {}", then["status"]);
        ensure!(
            then["content_type"].as_str().is_some_and(in_header),
            "a rule whose answer is {}",
            then["content_type"]
        );
    }
    for list in ["redirect_uris", "post_logout_redirect_uris"] {
        let uris =
            document.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for uri in uris {
            ensure!(in_header(uri) && !uri.is_empty(), "nobody can be sent to {uri:?}");
        }
    }
    Ok(())
}

fn judge_problem(answer: &Answer) -> Result<(), String> {
    let kind = answer.header("content-type").unwrap_or_default();
    ensure!(
        kind == "application/problem+json",
        "a {} of the type {kind:?}: {}",
        answer.status,
        answer.text()
    );
    let problem = answer.json().unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or_default();
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    ensure!(problem["status"] == answer.status, "the status of {problem}");
    ensure!(is_code, "the code of {problem}");
    ensure!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 5), "the detail of {problem}");
    let most = Value::as_str(&problem["detail"]).map_or(0, str::len);
    ensure!(most < 4_000, "a detail of {most} bytes");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tests::{answer, shot, with};

    const PROBLEM: &str = "application/problem+json";

    #[test]
    fn documents_and_problems_pass_and_nothing_else() {
        let at = shot("/_control/people");
        let problem = r#"{"status": 422, "code": "wrong_body", "detail": "at line 1"}"#;
        judge(&at, &answer(422, PROBLEM, problem)).unwrap();
        judge(&at, &answer(200, "application/json", "[]")).unwrap();
        judge(&at, &answer(204, "", "")).unwrap();
        let long = format!(r#"{{"status": 422, "code": "wrong_body", "detail": "{}"}}"#, "x".repeat(5_000));
        for (name, wrong) in [
            ("a refusal in words", answer(400, "text/plain", "Failed to deserialize query string")),
            ("a refusal in silence", answer(404, "", "")),
            ("a problem with another status", answer(400, PROBLEM, problem)),
            ("a problem without a code", answer(422, PROBLEM, r#"{"status": 422, "detail": "at line 1"}"#)),
            (
                "a problem without a word",
                answer(422, PROBLEM, r#"{"status": 422, "code": "wrong", "detail": ""}"#),
            ),
            ("a problem that repeats everything", answer(422, PROBLEM, &long)),
            ("half a document", answer(200, "application/json", "[")),
            ("a nothing that is something", answer(204, "", "x")),
            ("a redirect elsewhere", with(answer(303, "", ""), "location", "https://evil.example/")),
            (
                "a rule that no server can follow",
                answer(
                    201,
                    "application/json",
                    r#"{"then": {"status": {"status": 101, "content_type": "a"}}}"#,
                ),
            ),
            (
                "a rule that brings a header",
                answer(
                    201,
                    "application/json",
                    r#"{"then": {"status": {"status": 200, "content_type": "a\r\nb: c"}}}"#,
                ),
            ),
            (
                "an address with a line break",
                answer(200, "application/json", r#"{"redirect_uris": ["http://x/\r\n"]}"#),
            ),
            ("a document of an unknown type", answer(200, "image/svg+xml", "<svg>")),
        ] {
            assert!(judge(&at, &wrong).is_err(), "{name} passes");
        }
    }
}
