//! What somebody probably meant who misspelt a name.

/// How alike two names have to be before one is offered for the other.
const NEAR: f64 = 0.75;

/// The known name that is most like this one, if one is; letter case does not matter.
pub fn nearest<'a>(meant: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let meant = meant.to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        strsim::normalized_damerau_levenshtein(&meant, &name).max(strsim::jaro_winkler(&meant, &name) - 0.1)
    };
    let alike = known.into_iter().map(|name| (likeness(name), name));
    let near = alike.filter(|(likeness, _)| *likeness >= NEAR);
    near.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(one.1))).map(|(_, name)| name)
}

/// The end of a sentence that says what was probably meant; empty when nothing is like it.
pub fn did_you_mean<'a>(meant: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(meant, known).map_or_else(String::new, |name| format!("; did you mean '{name}'?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_is_offered_and_nothing_when_nothing_is_alike() {
        let known = ["dana", "mona", "dara"];
        assert_eq!(nearest("Danna", known), Some("dana"));
        assert_eq!(did_you_mean("danna", known), "; did you mean 'dana'?");
        assert_eq!(nearest("zebulon", known), None);
        assert_eq!(did_you_mean("zebulon", known), "");
    }
}
