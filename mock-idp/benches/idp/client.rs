//! The application that people sign in to: how it proves itself, where it is answered, what its sign-ins must give.

/// Where browsers are sent back to. Nobody listens there; a redirect is read and not followed.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:8400/sso/callback";
/// [`CALLBACK`] as a value in a form.
pub(crate) const CALLBACK_ESCAPED: &str = "http%3A%2F%2F127.0.0.1%3A8400%2Fsso%2Fcallback";
/// Secret of every client of the benchmark.
pub(crate) const SECRET: &str = "bench-test-secret-not-a-secret";

/// The example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// What [`VERIFIER`] hashes to.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// Base64url of the signature: 2048 bits, or two numbers of 256 (RFC 7518 3.3, 3.4).
    pub(crate) fn signature_length(self) -> usize {
        match self {
            Self::Rs256 => 342,
            Self::Es256 => 86,
        }
    }
}

/// What a sign-in at a client must give.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    pub(crate) client: &'static str,
    pub(crate) algorithm: Algorithm,
}
