//! Which faults a matrix has: those that are named, or all that a sign-in can meet.

use crate::fault::{CatalogueEntry, Point, armable, catalogue};
use crate::matrix::MatrixError;

/// Those that are named, or every one that a sign-in can meet, in the order of the catalogue.
pub(super) fn chosen(
    names: &[impl AsRef<str>],
    by_tls: bool,
) -> Result<Vec<&'static CatalogueEntry>, MatrixError> {
    let here = catalogue::all().filter(|entry| armable(entry.id, by_tls).is_ok());
    if names.is_empty() {
        return Ok(here.filter(|entry| is_met(entry)).collect());
    }
    for name in names.iter().map(AsRef::as_ref) {
        // Of a pattern one has to be of use here, and why the first is none is told.
        let mut tried = alike(name)?.into_iter().map(|entry| armable(entry.id, by_tls).map(|_| ()));
        if let Some(Err(error)) = tried.next()
            && !tried.any(|it| it.is_ok())
        {
            return Err(error.into());
        }
        if !alike(name)?.into_iter().any(is_met) {
            return Err(MatrixError::NotOfSignIns(name.to_owned()));
        }
    }
    Ok(here.filter(|entry| is_met(entry) && is_among(entry, names)).collect())
}

/// Without those that are named.
pub(super) fn remove(
    faults: &mut Vec<&'static CatalogueEntry>,
    names: &[impl AsRef<str>],
) -> Result<(), MatrixError> {
    names.iter().try_for_each(|name| alike(name.as_ref()).map(|_| ()))?;
    faults.retain(|entry| !is_among(entry, names));
    Ok(())
}

/// What a name or a pattern means; there is at least one.
fn alike(name: &str) -> Result<Vec<&'static CatalogueEntry>, MatrixError> {
    let alike: Vec<_> = catalogue::all().filter(|entry| is_like(entry.id, name)).collect();
    if alike.is_empty() {
        catalogue::find(name)?;
    }
    Ok(alike)
}

fn is_among(entry: &CatalogueEntry, names: &[impl AsRef<str>]) -> bool {
    names.iter().any(|name| is_like(entry.id, name.as_ref()))
}

/// Whether a sign-in comes where it strikes: the end of sessions and launches are something else.
fn is_met(entry: &CatalogueEntry) -> bool {
    let elsewhere = |point: &Point| {
        matches!(point, Point::Launch | Point::Logout | Point::LogoutToken | Point::LogoutFrame)
    };
    !entry.strikes.iter().all(elsewhere)
}

/// Whether an id looks like this; a star stands for anything.
fn is_like(id: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return id == pattern };
    let Some(mut left) = id.strip_prefix(start) else { return false };
    let mut parts: Vec<_> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, is) in [
            ("idt-nonce-wrong", true),
            ("idt-nonce", false),
            ("idt-*", true),
            ("*", true),
            ("*wrong", true),
            ("*-nonce-*", true),
            ("i*n*wrong", true),
            ("idt-nonce-wrong*", true),
            ("*wrong*wrong", false),
            ("sig-*", false),
            ("", false),
        ] {
            assert_eq!(is_like("idt-nonce-wrong", pattern), is, "{pattern}");
        }
    }

    #[test]
    fn what_is_named_is_there_and_staged_here() {
        let none: [&str; 0] = [];
        let all = chosen(&none, false).unwrap();
        let with_tls = chosen(&none, true).unwrap();
        assert!(all.len() > 300 && with_tls.len() > all.len(), "{} {}", all.len(), with_tls.len());
        assert!(all.iter().all(|entry| !entry.id.starts_with("out-bcl-")), "a sign-in ends no session");
        let sentence = |names: &[&str]| chosen(names, false).unwrap_err().to_string();
        assert!(sentence(&["idt-nonce-wrng"]).contains("did you mean \"idt-nonce-wrong\""));
        assert!(sentence(&["idz-*"]).contains("there is no fault \"idz-*\""));
        assert!(sentence(&["sess-callback-reload"]).contains("staged by browser"));
        assert!(sentence(&["net-tls-expired"]).contains("that serves by TLS"));
        assert!(sentence(&["net-tls-*"]).contains("that serves by TLS"));
        let net = chosen(&["net-*"], false).unwrap();
        assert!(net.len() > 10 && net.iter().all(|entry| !entry.id.starts_with("net-tls-")));
        assert_eq!(chosen(&["net-*"], true).unwrap().len(), net.len() + 3);
        assert!(sentence(&["out-bcl-*"]).contains("out-bcl-* strikes what comes after a sign-in"));
        assert!(sentence(&["idt-nonce-wrong", "out-bcl-alg-none"]).contains("out-bcl-alg-none strikes"));
        let named = chosen(&["*aud*", "idt-nonce-wrong"], false).unwrap();
        assert!(
            named.iter().all(|entry| entry.family() != "out"),
            "of a pattern, what a sign-in meets is tried"
        );
    }
}
