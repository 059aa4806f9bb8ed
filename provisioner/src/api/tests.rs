//! The document and the problems, held to what clients rely on.

use std::collections::BTreeSet;

use super::documented;
use super::problem::ProblemCode;

#[test]
fn problem_codes_are_unique_and_stable() {
    let codes: Vec<_> = ProblemCode::ALL
        .iter()
        .map(|code| {
            let (status, code, title) = code.parts();
            format!("{} {code}: {title}", status.as_u16())
        })
        .collect();
    let unique: BTreeSet<_> = ProblemCode::ALL.iter().map(|code| code.parts().1).collect();
    assert_eq!(unique.len(), codes.len());
    insta::assert_snapshot!(codes.join("\n"));
}

#[test]
fn every_operation_has_its_own_id_and_describes_its_problems() {
    let document = serde_json::to_value(documented().1).unwrap();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(
                operation["responses"]["default"]["content"]["application/problem+json"].is_object(),
                "{id}"
            );
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{id}");
        }
    }
    assert!(ids.len() >= 31, "coverage may not shrink: {ids:?}");
}

#[test]
fn every_reference_in_the_document_resolves() {
    let document = serde_json::to_value(documented().1).unwrap();
    let text = document.to_string();
    let references: BTreeSet<_> =
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let known = document["components"]["schemas"].as_object().unwrap();
    for reference in references {
        assert!(known.contains_key(reference), "{reference} is not described");
    }
}

#[test]
fn a_time_and_a_page_are_described_as_what_they_are() {
    let document = serde_json::to_value(documented().1).unwrap();
    let parameters = document["paths"]["/api/v1/users"]["get"]["parameters"].as_array().unwrap();
    let schema = |name: &str| &parameters.iter().find(|one| one["name"] == name).unwrap()["schema"];
    assert_eq!(schema("created_since")["format"], "date-time", "{}", schema("created_since"));
    assert!(schema("page").to_string().contains("integer"), "{}", schema("page"));
}
