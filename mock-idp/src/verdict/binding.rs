//! Whether what a correct relying party does is a duty of this one, in this sign-in.

use super::seen::asked;
use crate::fault::Binds;
use crate::journal::{Entry, Params};

/// Whether a verdict binds whoever sent these requests, which are of one sign-in.
pub(crate) fn in_sign_in(binds: Binds, entries: &[Entry]) -> bool {
    match binds {
        Binds::Userinfo => return entries.iter().any(|entry| entry.operation == "userinfo"),
        Binds::Signature if checks_signatures(entries) => return true,
        _ => {}
    }
    let mut requests = entries.iter().filter(|entry| entry.operation == "authorize");
    binds == Binds::Everyone || requests.any(|entry| by_request(binds, &asked(entry, entries)))
}

/// Whether nothing but the signature proves an ID token here, or it is checked anyhow: keys were fetched for it.
fn checks_signatures(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.operation == "jwks" || entry.has_id_token_without_tls())
}

/// Whether a verdict binds whoever sent this authorization request, as far as that tells.
pub(super) fn by_request(binds: Binds, request: &Params) -> bool {
    let sent = |name| request.first(name).filter(|value| !value.is_empty());
    match binds {
        Binds::Everyone => true,
        Binds::OwnRule | Binds::Userinfo => false,
        Binds::MaxAge => sent("max_age").is_some(),
        Binds::IdTokenHint => sent("id_token_hint").is_some(),
        Binds::Nonce => sent("nonce").is_some(),
        Binds::FrontChannel | Binds::Signature => {
            sent("response_type").is_some_and(|kind| kind.split(' ').any(|part| part == "id_token"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_is_of_whoever_asked_for_it() {
        let binds = |binds, request: &str| by_request(binds, &Params::parse(request));
        for request in ["response_type=code", "response_type=code&max_age=&id_token_hint="] {
            assert!(binds(Binds::Everyone, request));
            for whom in [
                Binds::OwnRule,
                Binds::MaxAge,
                Binds::IdTokenHint,
                Binds::FrontChannel,
                Binds::Userinfo,
                Binds::Nonce,
            ] {
                assert!(!binds(whom, request), "{whom:?} by {request}");
            }
        }
        assert!(binds(Binds::MaxAge, "max_age=0"));
        assert!(binds(Binds::Nonce, "nonce=n"));
        assert!(binds(Binds::Signature, "response_type=id_token"));
        assert!(binds(Binds::IdTokenHint, "id_token_hint=a.b.c"));
        assert!(binds(Binds::FrontChannel, "response_type=code+id_token"));
        assert!(!binds(Binds::FrontChannel, "response_type=code+token"));
        assert!(!binds(Binds::OwnRule, "max_age=0&id_token_hint=a.b.c&response_type=id_token"));
    }

    #[test]
    fn tls_stands_in_for_the_signature_unless_keys_are_fetched() {
        let entry = |operation: &'static str, issuer: &str| {
            let mut entry = Entry::of(jiff::Timestamp::UNIX_EPOCH, crate::journal::Note::default());
            entry.operation = operation;
            entry.response.id_token_header = (operation == "token").then(|| serde_json::json!({}));
            entry.response.id_token_claims = Some(serde_json::json!({ "iss": issuer }));
            entry
        };
        let binds = |entries: &[Entry]| in_sign_in(Binds::Signature, entries);
        let (plain, by_tls) = (entry("token", "http://idp.test"), entry("token", "https://idp.test"));
        assert!(binds(&[plain]) && !binds(std::slice::from_ref(&by_tls)));
        assert!(binds(&[entry("jwks", ""), by_tls]));
    }
}
