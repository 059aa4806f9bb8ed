//! What a client is that nobody registered, by what it sends.

use fixtures::{AccessTokenFormat, AuthMethod, Client, Grant, check_client, has_any_port};

use crate::protocol::error::Refusal;
use crate::protocol::scope::SCOPES;
use crate::protocol::text::{LONGEST, shorten};

/// How such a client may authenticate: not at all, or by whatever secret it likes.
pub(crate) const METHODS: [AuthMethod; 3] =
    [AuthMethod::None, AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];

/// What it may do once it sent a secret, beside what every client may.
pub(crate) const BY_SECRET: [Grant; 4] =
    [Grant::ClientCredentials, Grant::TokenExchange, Grant::JwtBearer, Grant::Password];

/// Why it is there.
pub(crate) const WHY: &str = "nobody registered it: a request named it, and any client is taken here";

/// Addresses of one kind, and scope values, that are kept of one client. The oldest gives way, and is taken again when it is
/// sent again.
const MOST_URIS: usize = 100;

/// Where browsers are sent back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    SignIn,
    SignOut,
}

impl Return {
    /// The parameter that names the address.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::SignIn => "redirect_uri",
            Self::SignOut => "post_logout_redirect_uri",
        }
    }

    fn addresses(self, client: &mut Client) -> &mut Vec<String> {
        match self {
            Self::SignIn => &mut client.redirect_uris,
            Self::SignOut => &mut client.post_logout_redirect_uris,
        }
    }
}

/// What is said of a client that nobody registered where it has to be.
pub(crate) fn unknown(id: &str) -> String {
    format!("there is no client {:?}; register it, or take any with --any-client", shorten(id))
}

/// A client of this id that nothing else is known of.
pub(crate) fn client(id: &str) -> Result<Client, Refusal> {
    bounded("client_id", id)?;
    // Whoever takes tokens of any client mostly reads them.
    let access_token_format = AccessTokenFormat::Jwt;
    let client = Client { why: WHY.to_owned(), access_token_format, ..Client::new(id) };
    match check_client(&client) {
        Ok(()) => Ok(client),
        Err(wrong) => Err(Refusal::new("client_known", wrong.sentence)),
    }
}

/// The client with an address that it is sent back to, if that can be one.
pub(crate) fn with_address(mut client: Client, to: Return, uri: &str) -> Result<Client, Refusal> {
    let name = to.parameter();
    bounded(name, uri)?;
    let mut alone = Client::new("any");
    to.addresses(&mut alone).push(uri.to_owned());
    let wrong = match check_client(&alone) {
        // A registered address may have a star for a port, and no browser is sent to one.
        Ok(()) if has_any_port(uri) => "has a star for its port".to_owned(),
        Ok(()) => String::new(),
        Err(wrong) => wrong.sentence.rsplit_once("\" ").map_or("", |(_, wrong)| wrong).to_owned(),
    };
    if !wrong.is_empty() {
        let reason = format!("{name} {:?} {wrong}", shorten(uri));
        return Err(Refusal::new(&format!("{name}_well_formed"), reason));
    }
    let addresses = to.addresses(&mut client);
    if !addresses.iter().any(|known| known == uri) {
        addresses.drain(..(addresses.len() + 1).saturating_sub(MOST_URIS));
        addresses.push(uri.to_owned());
    }
    Ok(client)
}

/// The client as it has just authenticated: confidential by its secret, or public. An empty secret is none (RFC 6749
/// 2.3.1).
pub(crate) fn authenticated(client: Client, secret: Option<&str>) -> Result<Client, Refusal> {
    let Client { grants, auth_methods, .. } = Client::new("");
    let public = Client { secret: None, grants, auth_methods, ..client };
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { return Ok(public) };
    bounded("client_secret", secret)?;
    let mut confidential = public.with_secret(secret);
    confidential.grants.extend(BY_SECRET);
    Ok(confidential)
}

/// The client with the scope values of APIs that it asks for. What is no scope value is left to whoever looks for it.
pub(crate) fn with_scope(mut client: Client, scope: Option<&str>) -> Client {
    // RFC 6749 3.3.
    let is_value = |value: &&str| value.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~'));
    let scope = scope.filter(|scope| scope.len() <= LONGEST).unwrap_or_default();
    let mut own: Vec<&str> = client.scope.split_ascii_whitespace().collect();
    for value in scope.split_ascii_whitespace().filter(is_value) {
        if !SCOPES.contains(&value) && !own.contains(&value) {
            own.push(value);
        }
    }
    own.drain(..own.len().saturating_sub(MOST_URIS));
    client.scope = own.join(" ");
    client
}

/// Whether it is public shows when it redeems, and not before.
pub(crate) fn either_way(client: &Client) -> Client {
    Client { auth_methods: METHODS.to_vec(), ..client.clone() }
}

/// Bytes that requests made it take.
pub(crate) fn size_of(client: &Client) -> usize {
    let addresses = client.redirect_uris.iter().chain(&client.post_logout_redirect_uris);
    let addresses: usize = addresses.map(String::len).sum();
    client.id.len() + client.secret.as_ref().map_or(0, String::len) + client.scope.len() + addresses
}

fn bounded(name: &str, value: &str) -> Result<(), Refusal> {
    if value.len() <= LONGEST {
        return Ok(());
    }
    Err(Refusal::new("parameter_length", format!("{name} has {} bytes; at most {LONGEST}", value.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_as_a_registered_one_is() {
        let with = |uri: &str| with_address(client("spa").unwrap(), Return::SignIn, uri);
        for uri in ["http://127.0.0.1:49152/cb", "https://shop.example/cb?a=b", "com.example.app:/cb"] {
            assert_eq!(with(uri).expect(uri).redirect_uris, [uri]);
        }
        for (uri, said) in [
            ("", "is not an absolute address"),
            ("/cb", "is not an absolute address"),
            ("javascript:alert(1)", "is a script, and no address"),
            ("JavaScript:alert(\"x\" y)", "is a script, and no address"),
            ("data:text/html,x", "is a script, and no address"),
            ("http://shop.example/#part", "has a fragment"),
            ("http://127.0.0.1:*/cb", "has a star for its port"),
            ("http://*.example/cb", "has a wildcard"),
            ("http:///cb", "names no host"),
        ] {
            let refusal = with(uri).expect_err(uri);
            assert!(refusal.reason.contains(said), "{uri}: {}", refusal.reason);
            assert_eq!(refusal.check, "redirect_uri_well_formed");
        }
        for uri in ["http://shop.example/\r\nx: y", "http://shop.example/\u{0}", "http://shop.example/ x"] {
            assert!(with(uri).is_err(), "{uri:?}");
        }
        let long = format!("http://shop.example/{}", "a".repeat(LONGEST));
        assert_eq!(with(&long).expect_err("long").check, "parameter_length");
    }

    #[test]
    fn the_oldest_address_of_many_gives_way() {
        let mut spa = client("spa").unwrap();
        for port in 1..=MOST_URIS + 2 {
            let uri = format!("http://127.0.0.1:{port}/cb");
            spa = with_address(spa, Return::SignIn, &uri).unwrap();
            spa = with_address(spa, Return::SignIn, &uri).unwrap();
        }
        assert_eq!((spa.redirect_uris.len(), &*spa.redirect_uris[0]), (MOST_URIS, "http://127.0.0.1:3/cb"));
    }

    #[test]
    fn what_it_asks_for_is_its_scope() {
        let asked = |client: Client, scope: &str| with_scope(client, Some(scope)).scope;
        let shop = Client { scope: "a b".to_owned(), ..client("shop").unwrap() };
        assert_eq!(asked(shop.clone(), "openid api.read b  profile"), "a b api.read");
        assert_eq!(asked(shop.clone(), "x\"y ü a\\b"), "a b");
        let many = (0..200).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(asked(shop.clone(), &many).split(' ').collect::<Vec<_>>()[..2], ["100", "101"]);
        assert_eq!(asked(shop.clone(), &"x".repeat(LONGEST + 1)), "a b");
        assert_eq!(with_scope(shop, None).scope, "a b");
    }

    #[test]
    fn what_it_sends_as_a_secret_says_what_it_is() {
        let spa = client("spa").unwrap();
        let shop = authenticated(spa.clone(), Some("s")).unwrap();
        assert!(!shop.is_public() && shop.grants.contains(&Grant::ClientCredentials));
        for secret in [None, Some("")] {
            assert_eq!(authenticated(shop.clone(), secret).unwrap(), spa);
        }
        assert!(check_client(&shop).is_ok() && client("").is_err() && client("a\nb").is_err());
    }
}
