//! Proof Key for Code Exchange, S256 only (RFC 7636; RFC 9700 2.1.1 rules `plain` out).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::protocol::error::Refusal;

/// Whether a challenge has the only shape S256 can have: 43 characters of base64url (RFC 7636 4.2).
pub(crate) fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The challenge of a verifier (RFC 7636 4.2).
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Compares what the token request proves with what the authorization request promised (RFC 7636 4.6).
/// Enforced both ways: a verifier without a challenge is a downgrade (RFC 9700 4.8.2).
pub(crate) fn check(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    let no = |reason: &str| Err(Refusal::new("pkce", reason));
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            no("a code_verifier was sent, but the authorization request had no code_challenge")
        }
        (Some(_), None) => {
            no("the authorization request had a code_challenge, but no code_verifier was sent")
        }
        (Some(_), Some(verifier)) if !is_verifier(verifier) => {
            no("the code_verifier is not 43 to 128 unreserved characters")
        }
        (Some(challenge), Some(verifier)) => {
            let same = challenge.as_bytes().ct_eq(challenge_of(verifier).as_bytes());
            if bool::from(same) { Ok(()) } else { no("the code_verifier does not match the code_challenge") }
        }
    }
}

fn is_verifier(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge_of(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(check(Some(&challenge_of(verifier)), Some(verifier)), Ok(()));
    }

    #[test]
    fn a_missing_wrong_or_unexpected_verifier_is_refused() {
        let challenge = challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let wrong = "x".repeat(43);
        for (challenge, verifier) in [
            (Some(challenge.as_str()), None),
            (None, Some(wrong.as_str())),
            (Some(&challenge), Some(&wrong)),
            (Some(&challenge), Some("short")),
        ] {
            assert_eq!(check(challenge, verifier).unwrap_err().check, "pkce");
        }
    }
}
