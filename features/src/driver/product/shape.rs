//! What the hooks of a product answer, held against what the steps read of it: a member that is not there would count as
//! "none" and "as before".

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::driver::{Reading, Toggle};

/// What `user-details` adds to an account.
const DETAILS: [&str; 7] = ["name", "kind", "status", "origin", "msp_admin", "signs_in_with", "access"];

/// What access is made of.
const ACCESS: [&str; 3] = ["capabilities", "groups", "organizations"];

/// How an account came to be.
const ORIGINS: [&str; 3] = ["automatic", "manual", "bootstrap"];

/// Ways to sign in.
const WAYS: [&str; 2] = ["kaseyaone", "local"];

/// The answer as steps read it: ids are text.
pub(super) fn checked(what: Reading, mut answer: Value, details: bool) -> Result<Value> {
    match what {
        Reading::Users => {
            let Some(users) = answer.as_array_mut() else {
                bail!("it has to be a list of users, not {answer}")
            };
            users.iter_mut().try_for_each(|user| check_user(user, details))?;
        }
        Reading::SingleSignOn => {
            for toggle in [Toggle::Allow, Toggle::Require, Toggle::Create] {
                let key = toggle.key();
                ensure!(answer[key].is_boolean(), "it has to say {key:?}, true or false: {answer}");
            }
        }
        Reading::SignIns => {
            let Some(records) = answer.as_array() else {
                bail!("it has to be a list of records, not {answer}")
            };
            for record in records {
                let began = record["started_at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
                began.with_context(|| format!("each record needs a \"started_at\" (RFC 3339): {record}"))?;
            }
        }
        _ => {}
    }
    Ok(answer)
}

fn check_user(user: &mut Value, details: bool) -> Result<()> {
    if let Some(number) = user["id"].as_number().map(ToString::to_string) {
        user["id"] = Value::String(number);
    }
    for key in ["id", "email"] {
        let said = user[key].as_str().is_some_and(|text| !text.is_empty());
        ensure!(said, "each user needs an {key:?}: {user}");
    }
    if !details {
        return Ok(());
    }
    for key in DETAILS {
        ensure!(user.get(key).is_some(), "with \"user-details\" each user needs {key:?}: {user}");
    }
    ensure!(is_one_of(&user["origin"], &ORIGINS), "an \"origin\" is one of {}: {user}", ORIGINS.join(", "));
    let ways = user["signs_in_with"].as_array();
    ensure!(
        ways.is_some_and(|ways| ways.iter().all(|way| is_one_of(way, &WAYS))),
        "\"signs_in_with\" is a list of {}: {user}",
        WAYS.join(", ")
    );
    for key in ACCESS {
        ensure!(user["access"][key].is_array(), "the \"access\" of each user needs a list {key:?}: {user}");
    }
    Ok(())
}

fn is_one_of(value: &Value, words: &[&str]) -> bool {
    value.as_str().is_some_and(|value| words.contains(&value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_is_told_and_a_number_is_an_id_too() {
        let told = |what, answer| checked(what, answer, false).unwrap_err().to_string();
        assert!(told(Reading::Users, json!({ "items": [] })).starts_with("it has to be a list of users"));
        assert!(
            told(Reading::Users, json!([{ "id": "1", "mail": "a@b" }]))
                .starts_with("each user needs an \"email\"")
        );
        assert!(
            told(Reading::SingleSignOn, json!({ "allow": true })).starts_with("it has to say \"require\"")
        );
        assert!(told(Reading::SignIns, json!([{}])).starts_with("each record needs a \"started_at\""));
        let users = json!([{ "id": 7, "email": "a@b" }]);
        assert_eq!(checked(Reading::Users, users.clone(), false).unwrap()[0]["id"], "7");
        let told = checked(Reading::Users, users, true).unwrap_err().to_string();
        assert!(told.starts_with("with \"user-details\" each user needs \"name\""), "{told}");
        let user = |origin, way| {
            let access = json!({ "capabilities": [], "groups": [], "organizations": [] });
            json!([{ "id": "1", "email": "a@b", "name": "A", "kind": "msp_user", "status": "active", "origin": origin,
                "msp_admin": false, "signs_in_with": [way], "access": access }])
        };
        assert!(checked(Reading::Users, user("bootstrap", "local"), true).is_ok());
        for (origin, way, expected) in [
            ("manual", "local_password", "\"signs_in_with\" is a list of kaseyaone, local"),
            ("by hand", "local", "an \"origin\" is one of automatic, manual, bootstrap"),
        ] {
            let told = checked(Reading::Users, user(origin, way), true).unwrap_err().to_string();
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
