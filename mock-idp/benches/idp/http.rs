//! One keep-alive connection of HTTP/1.1, as little of it as two providers on this machine need: the client shares the
//! processors with what it measures. It knows nothing of OpenID Connect.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

/// Longest answer that is read, in bytes: the list of clients, with room to spare.
const LONGEST: usize = 256 * 1024;
/// How long an answer may take before the measurement fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that asks one thing after the other.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as long as nothing else is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a str,
    pub(crate) body: &'a str,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("nobody listens on {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; LONGEST] })
    }

    /// Sends a finished request and reads its answer to the end.
    pub(crate) fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let head_ends = loop {
            let searched = filled;
            filled += self.read_more(filled)?;
            let from = searched.saturating_sub(3);
            if let Some(at) = self.buffer[from..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break from + at;
            }
        };
        let length = body_length(text(&self.buffer[..head_ends])?)?;
        let end = head_ends + 4 + length;
        while filled < end {
            filled += self.read_more(filled)?;
        }
        ensure!(filled == end, "more came than one answer");
        let head = text(&self.buffer[..head_ends])?;
        Ok(Answer { status: status(head)?, head, body: text(&self.buffer[head_ends + 4..end])? })
    }

    fn read_more(&mut self, filled: usize) -> anyhow::Result<usize> {
        ensure!(filled < self.buffer.len(), "an answer is longer than {LONGEST} bytes");
        let read = self.stream.read(&mut self.buffer[filled..]).context("no answer came")?;
        ensure!(read > 0, "the provider closed the connection before it had answered");
        Ok(read)
    }
}

impl<'a> Answer<'a> {
    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        find_header(self.head, name)
    }

    /// The answer, if it has this status.
    pub(crate) fn expect(self, status: u16) -> anyhow::Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        bail!("status {} instead of {status}: {}", self.status, self.body)
    }
}

fn find_header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn text(bytes: &[u8]) -> anyhow::Result<&str> {
    std::str::from_utf8(bytes).context("an answer is not UTF-8")
}

fn status(head: &str) -> anyhow::Result<u16> {
    let code = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).context("not HTTP/1.1")?;
    code.parse().with_context(|| format!("no status: {code}"))
}

fn body_length(head: &str) -> anyhow::Result<usize> {
    match find_header(head, "content-length") {
        Some(length) => length.parse().with_context(|| format!("no length: {length}")),
        None if status(head)? == 204 => Ok(0),
        None => bail!("an answer without a length: {head}"),
    }
}
