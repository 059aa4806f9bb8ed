//! What each step needs of a product that is not ours. A step that is not written down here is about the pages and the
//! inside of the provisioner of this project, which no other product has.

use crate::{
    driver::product::Offer::{
        self, Clock, LogoutTokens, ManageUsers, Portal, Restart, SignIns, SingleSignOn, UserDetails, Users,
    },
    runner::Fit,
};

/// What people bring about at KaseyaOne or with their browsers, and what is looked at there: any product takes part.
const NO_HOOKS: &[&str] = &[
    "KaseyaOne accepts this application again",
    "KaseyaOne no longer accepts this application",
    "KaseyaOne refused the code because of {string}",
    "KaseyaOne was asked for one token",
    "KaseyaOne was not asked for a token",
    "Nobody has ever been in KaseyaOne",
    "all {int} browsers of {person} are signed in",
    // Without a setting a product is as if it were on.
    "automatic user creation is in effect",
    "that product has just renewed the tokens of {person}",
    "the address of {person} in KaseyaOne becomes {string}",
    "the address of {person} in KaseyaOne is {string}",
    "the browser of {person} demands a silent answer about {person}",
    "the browser of {person} is signed in as {person}",
    "the browser of {person} strips the demand for a fresh sign-in",
    "the fault is over",
    "the fault {string} strikes every sign-in of {person}",
    "the fault {string} strikes the sign-in of {person}",
    "the fault {string} strikes whoever asks",
    "the role of {person} in KaseyaOne is {string}",
    "the variation {string} applies to every sign-in of {person}",
    "the variation {string} applies to the sign-in of {person}",
    "the variation {string} applies to whoever asks",
    "{person} belongs to another KaseyaOne company",
    "{person} cancels at KaseyaOne",
    "{person} comes back from KaseyaOne with the code of the sign-in before",
    "{person} completes the sign-in",
    "{person} completes the sign-in in the second tab",
    "{person} follows a bookmark to the KaseyaOne sign-in",
    "{person} gives KaseyaOne a wrong password",
    "{person} has signed in before",
    "{person} has signed in before and was then deleted from KaseyaOne",
    "{person} is asked to sign in by KaseyaOne",
    "{person} is not signed in",
    "{person} is restored in KaseyaOne",
    "{person} is signed in",
    "{person} is signed in with KaseyaOne",
    "{person} opens a made-up return from KaseyaOne",
    "{person} opens the return from KaseyaOne again",
    "{person} opens the return from KaseyaOne meant for {person}",
    "{person} opens the return from KaseyaOne that {person} used",
    "{person} signs in with KaseyaOne",
    "{person} signs in with KaseyaOne in {int} browsers at the same moment",
    "{person} started to sign in with KaseyaOne and did not finish",
    "{person} starts to sign in with KaseyaOne",
    "{person} starts to sign in with KaseyaOne in a second tab",
    "{person} tried to sign in with KaseyaOne and was refused",
    "{person} tries to sign in with KaseyaOne",
    "{person} tries to sign in with a wrong (KaseyaOne password|one-time code)",
    "{person} uses a new browser",
    "{person} uses the browser of {person}",
    "{person} was asked to sign in by KaseyaOne",
    "{person} was asked to sign in by KaseyaOne twice",
    "{person} was deactivated in KaseyaOne",
    "{person} was deleted from KaseyaOne",
    "{person} was invited to KaseyaOne anew, with the same address",
    "{person} was not asked to sign in by KaseyaOne",
    "{person} was not sent to KaseyaOne",
];

/// What is true of a scenario and says nothing about the product.
const ABOUT_THE_SCENARIO: &[&str] = &[
    "KaseyaOne was asked to change nothing",
    "KaseyaOne would have given tokens for that code again",
    "the fault has struck",
    "the people in KaseyaOne are as they were",
    "{person} is stopped by KaseyaOne: {string}",
];

/// What takes more than signing in.
const HOOKS: &[(&[Offer], &[&str])] = &[
    (
        &[Users],
        &[
            "no account has been created",
            "nobody but Mona has an account",
            "nobody's account has changed",
            "{int} account(s) exist(s)",
            "{person} exists in KaseyaOne and has no account",
            "{person} has exactly one account",
            "{person} has no account",
            "{person} has no account so far",
            "{person} has the same account as before",
        ],
    ),
    (
        &[UserDetails],
        &[
            "nobody's access has changed",
            "the access group {string} exists",
            "the account of {person} says:",
            "the organization {string} exists",
            "{person} has no access at all",
        ],
    ),
    (
        &[ManageUsers],
        &[
            "Mona allows {person} again",
            "Mona removed {person}",
            "Mona removed {person} and allowed that person again",
            "Mona removes {person}",
            "{person} added a user with the address {string}",
            "{person} added {person} as a user",
            "{person} adds {person} as a user",
            "{person} has signed in before and Mona (deactivated|removed) {word}",
        ],
    ),
    (
        &[SingleSignOn],
        &[
            "KaseyaOne login was set up",
            "the Single Sign-On settings are as they were",
            "{person} turns {state} {toggle}",
            "{toggle} is {state}",
        ],
    ),
    (
        &[UserDetails, SingleSignOn],
        &[
            "nothing has changed but the account of {person}",
            "nothing has changed but the records of sign-ins",
        ],
    ),
    (
        &[SignIns],
        &["the record of the sign-in says:", "{int} of the records of the sign-ins say(s) {string}"],
    ),
    (
        &[Clock],
        &[
            "{int} (second|minute|hour|day)(s) pass",
            "{person} comes back from KaseyaOne with a code that has expired",
            "{person} completes the sign-in after {int} minutes",
            "{person} fails the one-time code and {int} minutes pass",
            "{person} gives up and {int} minutes pass",
            "{person} leaves at the password and {int} minutes pass",
            "{person} signed in to another KaseyaOne product {int} minutes ago",
        ],
    ),
    (
        &[LogoutTokens],
        &[
            "the fault {string} strikes the sign-out of {person}",
            "the product refused word of the sign-out",
            "the product took word of the first sign-out and refused it when it came again",
            "the product took word of the sign-out",
            "the variation {string} applies to the sign-out of {person}",
            "{person} has signed out at KaseyaOne",
            "{person} signs out at KaseyaOne",
        ],
    ),
    (
        &[Portal],
        &[
            "{person} opens the product from the KaseyaOne portal",
            "{person} tries to open the product from the KaseyaOne portal",
        ],
    ),
    (&[Restart], &["KaseyaOne cannot be reached", "the service was restarted"]),
    (&[Restart, Clock], &["KaseyaOne can be reached again"]),
];

/// How a step, as its definition is written, fits a product that offers something.
pub fn fit(step: &str, offers: impl Fn(Offer) -> bool) -> Fit {
    if ABOUT_THE_SCENARIO.contains(&step) {
        return Fit::ProvesNothing;
    }
    if NO_HOOKS.contains(&step) {
        return Fit::Works;
    }
    let Some((needs, _)) = HOOKS.iter().find(|(_, steps)| steps.contains(&step)) else {
        return Fit::Lacks("is known by its sign-in and its hooks alone".to_owned());
    };
    match needs.iter().find(|offer| !offers(**offer)) {
        Some(missing) => Fit::Lacks(missing.lacked()),
        None => Fit::Works,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        runner::{Specs, step_usage},
        world::World,
    };

    #[test]
    fn every_step_that_is_written_down_here_is_one_and_is_written_down_once() {
        let usage = step_usage::<World>(&Specs::embedded().unwrap());
        let known: BTreeSet<&str> = usage.iter().map(|step| step.expression.as_str()).collect();
        let below = HOOKS.iter().flat_map(|(_, steps)| *steps);
        let written: Vec<&str> = NO_HOOKS.iter().chain(ABOUT_THE_SCENARIO).chain(below).copied().collect();
        for step in &written {
            assert!(known.contains(step), "there is no step {step:?}");
        }
        assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), written.len());
    }

    #[test]
    fn what_is_missing_is_told() {
        let told = |step: &str, offered: &[Offer]| fit(step, |offer| offered.contains(&offer));
        assert_eq!(told("{person} is signed in", &[]), Fit::Works);
        assert_eq!(told("the fault has struck", &[]), Fit::ProvesNothing);
        assert_eq!(told("{person} has no account", &[Users]), Fit::Works);
        assert_eq!(told("{person} has no account", &[]), Fit::Lacks("offers no \"users\"".into()));
        assert_eq!(
            told("KaseyaOne can be reached again", &[Restart]),
            Fit::Lacks("offers no \"clock\"".into())
        );
        assert!(matches!(told("{person} opens the Users page", &Offer::BY_HOOKS), Fit::Lacks(_)));
    }
}
