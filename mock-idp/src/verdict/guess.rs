//! Whether somebody else could guess a value, judged by what can be seen: length, alphabet, and what the one before
//! looked like. It errs on the side of the relying party.

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

/// Why a value can be guessed, if it can.
pub(super) fn weakness(value: &str, enough: f64) -> Option<String> {
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

/// Why a value can be told from the one before, if it can. Equal values are another check's business.
pub(super) fn foreseen(before: &str, value: &str) -> Option<String> {
    if before == value {
        return None;
    }
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
