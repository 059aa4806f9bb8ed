//! Which faults a matrix has: those that are named, or all that a sign-in can meet.

use crate::fault::{ArmError, CatalogueEntry, Point, StagedBy, UnknownFault, catalogue};
use crate::matrix::MatrixError;

/// Those that are named, or every one that a sign-in can meet, in the order of the catalogue.
pub(super) fn chosen(
    names: &[impl AsRef<str>],
    by_tls: bool,
) -> Result<Vec<&'static CatalogueEntry>, MatrixError> {
    let staged = catalogue::all().filter(|entry| entry.staged_by == StagedBy::Provider);
    if names.is_empty() {
        return Ok(staged.filter(|entry| is_met(entry, by_tls)).collect());
    }
    check(names)?;
    Ok(staged.filter(|entry| is_among(entry, names)).collect())
}

/// Without those that are named.
pub(super) fn remove(
    faults: &mut Vec<&'static CatalogueEntry>,
    names: &[impl AsRef<str>],
) -> Result<(), MatrixError> {
    check(names)?;
    faults.retain(|entry| !is_among(entry, names));
    Ok(())
}

fn is_among(entry: &CatalogueEntry, names: &[impl AsRef<str>]) -> bool {
    names.iter().any(|name| is_like(entry.id, name.as_ref()))
}

/// Whether a sign-in comes where it strikes: the end of sessions and launches are something else.
fn is_met(entry: &CatalogueEntry, by_tls: bool) -> bool {
    entry.strikes.iter().any(|point| match point {
        Point::Handshake => by_tls,
        Point::Launch | Point::Logout | Point::LogoutToken | Point::LogoutFrame => false,
        _ => true,
    })
}

/// Each of them names something that the provider stages.
fn check(names: &[impl AsRef<str>]) -> Result<(), MatrixError> {
    for name in names.iter().map(AsRef::as_ref) {
        let mut alike = catalogue::all().filter(|entry| is_like(entry.id, name)).peekable();
        let Some(first) = alike.peek().copied() else {
            return Err(catalogue::find(name).err().unwrap_or_else(|| unknown(name)).into());
        };
        if !alike.any(|entry| entry.staged_by == StagedBy::Provider) {
            let (id, sentence, staged_by) = (first.id, first.sentence, first.staged_by.as_str());
            return Err(ArmError::NotStagedHere { id, sentence, staged_by }.into());
        }
    }
    Ok(())
}

fn unknown(name: &str) -> UnknownFault {
    UnknownFault { id: name.to_owned(), nearest: String::new() }
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
        let named = chosen(&["out-bcl-*", "idt-nonce-wrong"], false).unwrap();
        assert!(named.iter().any(|entry| entry.family() == "out"), "what is named is tried");
        assert_eq!(named.iter().filter(|entry| entry.family() == "idt").count(), 1);
    }
}
