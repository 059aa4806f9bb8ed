//! Issuers that are not ours: foreign ones, near misses, and the same provider at another origin.

/// Another issuer, and an address all the same.
pub(crate) fn foreign(issuer: &str) -> String {
    format!("{}/1", issuer.trim_end_matches('/'))
}

/// An issuer that equals ours for whoever compares addresses instead of texts (OIDC Core 2, Discovery 4.3).
pub(crate) fn near(how: &str, issuer: &str) -> Option<String> {
    let (scheme, rest) = issuer.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some(match how {
        "slash" => issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned),
        "case" => format!("{}://{}{path}", scheme.to_uppercase(), authority.to_uppercase()),
        "port" => format!("{scheme}://{}{path}", same_port(scheme, authority)),
        "query" => format!("{issuer}?x"),
        _ => return None,
    })
}

/// The same port, written in another way.
fn same_port(scheme: &str, authority: &str) -> String {
    let port = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    match port {
        Some((host, port)) => format!("{host}:0{port}"),
        None if scheme == "https" => format!("{authority}:443"),
        None => format!("{authority}:80"),
    }
}

/// This provider at an origin that is not the issuer's, so that the journal shows whoever follows; where it has no other
/// origin, an address where nobody answers.
pub(crate) fn elsewhere(issuer: &str) -> String {
    let issuer = issuer.trim_end_matches('/');
    for (here, there) in [("127.0.0.1", "localhost"), ("localhost", "127.0.0.1")] {
        for scheme in ["http", "https"] {
            if let Some(rest) = issuer.strip_prefix(&format!("{scheme}://{here}:")) {
                return format!("{scheme}://{there}:{rest}");
            }
        }
    }
    "https://elsewhere.example".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_issuer_is_an_address_and_a_near_one_is_the_same_address() {
        for issuer in ["http://127.0.0.1:9400", "https://one.example", "https://one.example/acme/"] {
            let parse = |text: &str| url::Url::parse(text).expect("an address");
            assert_ne!(parse(&foreign(issuer)), parse(issuer));
            assert_ne!(parse(&elsewhere(issuer)).origin(), parse(issuer).origin());
            for how in ["case", "port"] {
                let near = near(how, issuer).expect("a way");
                assert_ne!(near, issuer, "{how}");
                assert_eq!(parse(&near), parse(issuer), "{how}");
            }
            assert!(
                near("slash", issuer)
                    .is_some_and(|near| near.trim_end_matches('/') == issuer.trim_end_matches('/'))
            );
        }
    }
}
