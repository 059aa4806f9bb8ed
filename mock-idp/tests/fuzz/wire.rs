//! Requests as bytes and answers as bytes: a client that sends whatever it is told, as no HTTP library would. It judges
//! nothing but whether an answer came, whole and in time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Nothing in these tests has a reason to take longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The only header of this name; more than one counts as none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found =
            self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        found.next().filter(|_| found.next().is_none())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(crate) fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// The `data-page` of a page.
    pub(crate) fn page(&self) -> String {
        let text = self.text();
        let after = text.split_once("data-page=\"").map_or("", |(_, after)| after);
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

/// Sends bytes on a connection of their own.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> Result<Answer, String> {
    let failed = |what: &str, error: std::io::Error| format!("{what}: {error}");
    let mut stream = TcpStream::connect(address).map_err(|error| failed("no connection", error))?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|error| failed("no timeout", error))?;
    // Whoever refuses early stops reading: what counts is the answer.
    let sent = stream.write_all(request);
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    match (sent, read) {
        (_, Ok(_)) => {}
        (_, Err(_)) if is_whole(&bytes) => {}
        (Err(error), _) | (_, Err(error)) => return Err(failed("no answer", error)),
    }
    let head_only = request.starts_with(b"HEAD ");
    read_answer(&bytes, head_only)
}

fn is_whole(bytes: &[u8]) -> bool {
    read_answer(bytes, false).is_ok()
}

/// Takes an answer apart.
pub(crate) fn read_answer(bytes: &[u8], head_only: bool) -> Result<Answer, String> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| format!("the connection ended without an answer: {} bytes", bytes.len()))?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| "the head of the answer is not UTF-8")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status = status.and_then(|line| line.get(..3)).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("no status: {head:?}"))?;
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("no header: {line:?}"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let body = bytes[end + 4..].to_vec();
    let answer = Answer { status, headers, body };
    let promised = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if promised.is_some_and(|promised| promised != answer.body.len()) && !head_only {
        return Err(format!("{} bytes of {promised:?} came", answer.body.len()));
    }
    Ok(answer)
}

#[test]
fn half_an_answer_is_none() {
    assert!(read_answer(b"", false).is_err());
    assert!(read_answer(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc", false).is_err());
    assert!(read_answer(b"nonsense\r\n\r\n", false).is_err());
    let answer = read_answer(b"HTTP/1.1 200 OK\r\nA: b\r\ncontent-length: 3\r\n\r\nabc", false).unwrap();
    assert_eq!((answer.status, answer.header("a"), &*answer.body), (200, Some("b"), b"abc" as &[u8]));
}
