//! What faults do to a finished ID token as a text: more parts, fewer, and what is no part at all (RFC 7515 3, 7.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::jose::TokenDraft;

pub(super) fn token(id: &str, draft: &mut TokenDraft) -> bool {
    let reshape: fn(&str) -> String = match id {
        "sig-shape-2" => without_signature,
        "sig-shape-4" => |token| format!("{token}.c2ln"),
        "sig-shape-5" => |token| format!("{token}.c2ln.c2ln"),
        "sig-shape-pad" => |token| format!("{token}=="),
        "sig-shape-ws" => |token| token.replacen('.', ".\n", 1),
        "sig-shape-dots" => |_| ".".repeat(1_000_000),
        "sig-shape-jwe" => encrypted,
        _ => return false,
    };
    draft.reshape = Some(reshape);
    true
}

fn without_signature(token: &str) -> String {
    token.rsplit_once('.').map_or_else(String::new, |(message, _)| message.to_owned())
}

/// Five parts that look like an encrypted token (RFC 7516 3.1); nobody can open it.
fn encrypted(token: &str) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = part(br#"{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"JWT"}"#);
    let [key, vector, tag] = [part(&[7; 256]), part(&[7; 12]), part(&[7; 16])];
    format!("{header}.{key}.{vector}.{}.{tag}", part(token.as_bytes()))
}
