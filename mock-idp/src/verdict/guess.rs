//! Whether somebody else could guess a value, judged by what can be seen: length, alphabet, and what the one before
//! looked like. What is JSON or text in base64 is judged by what is in it. It errs on the side of the relying party.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// RFC 6749 10.10: the chance of a guess must be 2^-128 at most.
pub(super) const STATE_BITS: f64 = 128.0;
/// OIDC Core names no number for a nonce. This is the least that any algorithm may offer today (NIST SP 800-57 part 1,
/// 5.6.3), and less than the 119 bits of Authlib, which is honest.
pub(super) const NONCE_BITS: f64 = 112.0;
/// What differs from the value before has to be this much at least; less is a counter or a clock. Half of what is
/// asked for, because a value may carry an address or a signature beside its randomness.
const ENOUGH_NEW_BITS: f64 = 64.0;
/// A random value of 128 bits has more different letters than this, in any alphabet.
const FEWEST_LETTERS: usize = 6;

/// How deep one encoding may lie in another.
const DEEPEST: usize = 4;

/// Values of one relying party, in the order in which they came.
#[derive(Default)]
pub(super) struct Values {
    before: Option<String>,
    /// Every value, and every member of one.
    came: BTreeSet<String>,
}

impl Values {
    /// Why the next value can be guessed, if it can.
    pub(super) fn weakness(&mut self, value: &str, enough: f64) -> Option<String> {
        let parts = parts(value, DEEPEST);
        let weakness = if self.came.contains(value) {
            Some("it came before".to_owned())
        } else {
            let known = |part: &&String| self.came.contains(*part);
            judged(value, parts.as_deref(), known, enough)
                .or_else(|| self.before.as_deref().and_then(|before| foreseen(before, value)))
        };
        self.came.extend(parts.into_iter().flatten());
        self.came.insert(value.to_owned());
        self.before = Some(value.to_owned());
        weakness
    }
}

fn judged(
    value: &str,
    parts: Option<&[String]>,
    is_known: impl Fn(&&String) -> bool,
    enough: f64,
) -> Option<String> {
    let Some(parts) = parts else { return weakness(value, enough) };
    let is_random = |part: &String| weakness(part, enough).is_none();
    if parts.iter().filter(|part| !is_known(part)).any(is_random) {
        return None;
    }
    if parts.iter().any(is_random) {
        return Some("it is readable, and whatever in it looks random came before".to_owned());
    }
    Some(format!(
        "it is readable (JSON, an address or base64 of such), and nothing in it has {enough} random bits"
    ))
}

/// What a value is made of, where it can be read: members of JSON, pieces of an address, and what is base64 of such.
fn parts(value: &str, deep: usize) -> Option<Vec<String>> {
    let deeper = deep.checked_sub(1)?;
    if let Ok(json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(value) {
        let mut members = Vec::new();
        collect(&json, &mut members);
        return Some(members.into_iter().flat_map(|member| whole_or_parts(member, deeper)).collect());
    }
    if let Some(text) = decoded(value) {
        return Some(whole_or_parts(text, deeper));
    }
    if is_address(value) {
        let pieces = value.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
        return Some(pieces.filter(|piece| !is_words(piece)).map(str::to_owned).collect());
    }
    // A signature or randomness may stand behind what is readable.
    let segments: Vec<&str> = value.split('.').collect();
    let is_readable = segments.len() > 1 && segments.iter().any(|segment| decoded(segment).is_some());
    is_readable.then(|| {
        segments.into_iter().flat_map(|segment| whole_or_parts(segment.to_owned(), deeper)).collect()
    })
}

fn whole_or_parts(value: String, deep: usize) -> Vec<String> {
    parts(&value, deep).unwrap_or_else(|| vec![value])
}

fn collect(json: &Value, members: &mut Vec<String>) {
    match json {
        Value::Object(object) => object.values().for_each(|member| collect(member, members)),
        Value::Array(list) => list.iter().for_each(|member| collect(member, members)),
        Value::String(text) => members.push(text.clone()),
        Value::Number(number) => members.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// The text that this is base64 of. Random bytes are no text: of sixteen, each is a letter once in ten million times.
fn decoded(value: &str) -> Option<String> {
    const SHORTEST: usize = 8;
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let bytes = [URL_SAFE, STANDARD]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(value).ok())?;
    let text = String::from_utf8(bytes).ok()?;
    (text.len() >= SHORTEST && !text.chars().any(char::is_control)).then_some(text)
}

/// An address or a path. Base64 may begin with a slash, too.
fn is_address(value: &str) -> bool {
    let is_base64 = value.chars().any(|letter| letter.is_ascii_uppercase())
        && value.chars().any(|letter| letter.is_ascii_digit())
        && value.chars().all(|letter| letter.is_ascii_alphanumeric() || "+/=".contains(letter));
    value.contains("://") || (value.starts_with('/') && !is_base64)
}

/// Words of small letters, each of which may begin with a capital.
fn is_words(piece: &str) -> bool {
    piece.split(['-', '_']).all(|word| word.chars().skip(1).all(|letter| letter.is_ascii_lowercase()))
}

/// Why a value of which nothing can be read can be guessed, if it can.
fn weakness(value: &str, enough: f64) -> Option<String> {
    let mut letters: Vec<char> = value.chars().collect();
    let bits = bits_per_letter(value) * count(letters.len());
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < FEWEST_LETTERS {
        return Some(match letters.len() {
            0 => "it is empty".to_owned(),
            1 => "all its letters are the same".to_owned(),
            few => format!("it has only {few} different letters"),
        });
    }
    (bits < enough).then(|| format!("its length and alphabet allow {bits:.0} bits, not {enough}"))
}

/// Why a value can be told from the one before, if it can.
fn foreseen(before: &str, value: &str) -> Option<String> {
    let same = |a: &mut dyn Iterator<Item = (char, char)>| a.take_while(|(a, b)| a == b).count();
    let shorter = before.chars().count().min(value.chars().count());
    let start = same(&mut before.chars().zip(value.chars()));
    let end = same(&mut before.chars().rev().zip(value.chars().rev())).min(shorter - start);
    let new = value.chars().count() - start - end;
    let bits = bits_per_letter(value) * count(new);
    (bits < ENOUGH_NEW_BITS).then(|| format!("only {new} letters differ from the one before"))
}

/// Longer values are no better than this long.
fn count(letters: usize) -> f64 {
    u16::try_from(letters).unwrap_or(u16::MAX).into()
}

/// The smallest usual alphabet that the value fits in. Values of mixed case count as base64url, for a short one may
/// lack a digit by chance.
fn bits_per_letter(value: &str) -> f64 {
    let has = |kind: fn(char) -> bool| value.chars().any(kind);
    let digits = has(|letter| letter.is_ascii_digit());
    let (lower, upper) =
        (has(|letter| letter.is_ascii_lowercase()), has(|letter| letter.is_ascii_uppercase()));
    let is_hex = value.chars().filter(|letter| *letter != '-').all(|letter| letter.is_ascii_hexdigit());
    let size: f64 = match (lower, upper, digits) {
        (true, true, _) => 64.0,
        (false, false, _) => 10.0,
        _ if is_hex => 16.0,
        (_, _, true) => 36.0,
        _ => 26.0,
    };
    // The hyphens of a UUID carry nothing.
    if is_hex && value.contains('-') { size.log2() * 32.0 / 36.0 } else { size.log2() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_random_is_taken_for_random() {
        for value in [
            "Fhk2c0zqhXb1mJ9uYk3vTA",                    // 16 bytes, base64url
            "kJyXwLbQmRzDtHsVnPcGfA",                    // the same by bad luck without a digit
            "0f8fad5b-d9cb-469f-a165-70867728950e",      // a UUID
            "9e107d9d372bb6826bd81d3542a419d6",          // 16 bytes, hex
            "MFRGGZDFMZTWQ2LKNNWG23TPOB",                // 16 bytes, base32
            "340282366920938463463374607431768211455",   // 128 bits, decimal
            "eyJyIjoiL2hvbWUifQ.Fhk2c0zqhXb1mJ9uYk3vTA", // with an address beside it
        ] {
            assert_eq!(weakness(value, STATE_BITS), None, "{value}");
        }
    }

    #[test]
    fn what_is_short_or_poor_is_guessable() {
        for value in
            ["", "1", "state-1", "deadbeef", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1732570000123"]
        {
            assert!(weakness(value, NONCE_BITS).is_some(), "{value}");
        }
        assert_eq!(weakness("n", NONCE_BITS).as_deref(), Some("all its letters are the same"));
    }

    fn base64(text: &str) -> String {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn what_can_be_read_is_as_random_as_what_is_in_it() {
        let readable = [
            r#"{"returnTo":"http://127.0.0.1:18022"}"#,
            r#"{"returnTo":"http://127.0.0.1:18022/dashboard/of-the-tenant-northwind","at":1732570000123}"#,
            "http://127.0.0.1:18022/dashboard/of-the-tenant/northwind",
            "/dashboard/of-the-tenant/northwind/and/further",
        ];
        for text in readable {
            for value in [text.to_owned(), base64(text), base64(&base64(text))] {
                let why = Values::default().weakness(&value, STATE_BITS);
                assert!(why.is_some_and(|why| why.starts_with("it is readable")), "{value}");
            }
        }
        let random = [
            r#"{"returnTo":"/home","csrf":"Fhk2c0zqhXb1mJ9uYk3vTA"}"#,
            r#"["/home",{"n":"0f8fad5b-d9cb-469f-a165-70867728950e"}]"#,
            "http://127.0.0.1:18022/dashboard?n=Fhk2c0zqhXb1mJ9uYk3vTA",
            "9e107d9d372bb6826bd81d3542a419d6",
        ];
        for text in random {
            for value in [text.to_owned(), base64(text), format!("{}.c2ln", base64(text))] {
                assert_eq!(Values::default().weakness(&value, STATE_BITS), None, "{value}");
            }
        }
        let signed = format!("{}.kJyXwLbQmRzDtHsVnPcGfA", base64(readable[0]));
        assert_eq!(Values::default().weakness(&signed, STATE_BITS), None);
    }

    #[test]
    fn what_comes_again_can_be_guessed() {
        let mut values = Values::default();
        let state = |to: &str, random: &str| base64(&format!(r#"{{"to":"{to}","key":"{random}"}}"#));
        let same = "Fhk2c0zqhXb1mJ9uYk3vTA";
        let mut came = |value: &str| values.weakness(value, STATE_BITS);
        assert_eq!(came(&state("/home", same)), None);
        assert_eq!(came(&state("/home", same)).as_deref(), Some("it came before"));
        let why = came(&state("/another/page/of/the/same/application", same));
        assert_eq!(why.as_deref(), Some("it is readable, and whatever in it looks random came before"));
        assert_eq!(came(&state("/home", "kJyXwLbQmRzDtHsVnPcGfA")), None);
        assert_eq!(came(same).as_deref(), Some("it came before"));
    }

    #[test]
    fn counters_and_clocks_are_foreseen_and_random_values_are_not() {
        let counter = |number: u32| format!("my-application-with-a-long-name-and-a-number-{number:08}");
        assert!(foreseen(&counter(41), &counter(42)).is_some());
        assert!(foreseen(&counter(9), &counter(10)).is_some());
        assert!(
            foreseen("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")
                .is_none()
        );
        assert!(foreseen("a.Fhk2c0zqhXb1mJ9uYk3vTA.z", "a.kJyXwLbQmRzDtHsVnPcGfA.z").is_none());
        // UUID version 7 begins with a clock and has 74 random bits.
        assert!(
            foreseen("0190163d-8694-739b-aea5-966c26f8ad91", "0190163d-8694-7f2c-b3d1-1a2b3c4d5e6f")
                .is_none()
        );
        assert!(foreseen("x", "xx").is_some());
    }
}
