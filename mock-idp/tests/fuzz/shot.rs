//! A request before it becomes bytes. Parameters are kept as they are written on the wire, so that a broken escape stays
//! broken.

use std::fmt;

use url::form_urlencoded;

/// Parameters as they are written: name and value.
pub(crate) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A request.
#[derive(Clone, Default)]
pub(crate) struct Shot {
    pub(crate) method: String,
    pub(crate) path: Vec<u8>,
    pub(crate) query: Pairs,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Body,
}

/// What is sent after the head.
#[derive(Clone)]
pub(crate) enum Body {
    Form(Pairs),
    Raw(Vec<u8>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Raw(Vec::new())
    }
}

pub(crate) fn written(pairs: &Pairs) -> Vec<u8> {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| [name, &b"="[..], value].concat()).collect();
    pairs.join(&b'&')
}

/// What parameters say, read as any reader of forms does.
pub(crate) fn decoded(written: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(written).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

impl Shot {
    pub(crate) fn target(&self) -> Vec<u8> {
        if self.query.is_empty() {
            return self.path.clone();
        }
        [&self.path, &b"?"[..], &written(&self.query)].concat()
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        match &self.body {
            Body::Form(pairs) => written(pairs),
            Body::Raw(bytes) => bytes.clone(),
        }
    }

    pub(crate) fn bytes(&self, host: &str) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target(), b" HTTP/1.1\r\n"].concat();
        let body = self.body();
        if self.header("host").is_none() {
            bytes.extend(format!("Host: {host}\r\n").bytes());
        }
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if !body.is_empty() || self.method == "POST" {
            bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
        }
        bytes.extend(b"Connection: close\r\n\r\n");
        bytes.extend(body);
        bytes
    }

    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// Whether a browser asks whether a page may call (CORS).
    pub(crate) fn is_preflight(&self) -> bool {
        let asks = ["origin", "access-control-request-method"];
        self.method == "OPTIONS" && asks.iter().all(|name| self.header(name).is_some())
    }

    pub(crate) fn is_form(&self) -> bool {
        let kind = self.header("content-type").and_then(|value| std::str::from_utf8(value).ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// The parameters of a form, decoded.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        if self.is_form() { decoded(&self.body()) } else { Vec::new() }
    }

    /// The parameters of an authorization request: the form of a POST, the query of anything else.
    pub(crate) fn params(&self) -> Vec<(String, String)> {
        if self.method == "POST" { self.form() } else { decoded(&written(&self.query)) }
    }

    /// The parameters that mutations change.
    pub(crate) fn pairs(&mut self) -> &mut Pairs {
        match &mut self.body {
            Body::Form(pairs) if !pairs.is_empty() => pairs,
            _ => &mut self.query,
        }
    }

    /// Whether a server has to understand the request as such: nothing but what RFC 3986 allows in the target, nothing
    /// but visible ASCII in headers, nothing endless.
    pub(crate) fn is_plain(&self) -> bool {
        let target = self.target();
        let in_target = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(byte);
        let in_value = |byte: &u8| matches!(byte, b' '..=b'~');
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        self.path.starts_with(b"/")
            && target.len() < 60_000
            && headers < 60_000
            && target.iter().all(in_target)
            && self.headers.iter().all(|(_, value)| value.iter().all(in_value))
    }
}

impl fmt::Debug for Shot {
    /// In the form of the corpus.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |bytes: &[u8]| match bytes.len() {
            // Too long to be read.
            3_000.. => format!("{}… of {} bytes", bytes[..100].escape_ascii(), bytes.len()),
            _ => bytes.escape_ascii().to_string(),
        };
        write!(f, "\n{} {}", self.method, shown(&self.path))?;
        for (at, (name, value)) in self.query.iter().enumerate() {
            let lead = if at == 0 { '?' } else { '&' };
            write!(f, "\n {lead}{}={}", shown(name), shown(value))?;
        }
        for (name, value) in &self.headers {
            write!(f, "\n{name}: {}", shown(value))?;
        }
        match &self.body {
            Body::Form(pairs) => {
                for (at, (name, value)) in pairs.iter().enumerate() {
                    let lead = if at == 0 { "\n\n" } else { "\n&" };
                    write!(f, "{lead}{}={}", shown(name), shown(value))?;
                }
            }
            Body::Raw(bytes) if bytes.is_empty() => {}
            Body::Raw(bytes) => write!(f, "\n\n{}", shown(bytes))?,
        }
        writeln!(f)
    }
}
