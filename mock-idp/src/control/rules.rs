//! Rules and barriers over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Serialize;

use crate::control::number::Number;
use crate::control::problem::{Problem, read};
use crate::handles::Rules;
use crate::http::place::Place;
use crate::rule::{Rule, RuleRecord};

/// Every rule since the start, with how often it struck.
#[utoipa::path(get, path = "/_control/rules", tag = "rules", responses((status = OK, body = Vec<RuleRecord>)))]
pub(crate) async fn list_rules(Place { realm, .. }: Place) -> Json<Vec<RuleRecord>> {
    Json(Rules(realm).list())
}

/// Adds a rule: when a request looks like this, then this goes wrong.
#[utoipa::path(post, path = "/_control/rules", tag = "rules", request_body = Rule,
    responses((status = CREATED, body = RuleRecord), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_rule(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<RuleRecord>), Problem> {
    let rule: Rule = read(&body)?;
    let rules = Rules(realm);
    let added = rules.add(rule)?;
    Ok((StatusCode::CREATED, Json(rules.get(added.id())?)))
}

/// Takes every rule back.
#[utoipa::path(delete, path = "/_control/rules", tag = "rules", responses((status = NO_CONTENT)))]
pub(crate) async fn take_rules_back(Place { realm, .. }: Place) -> StatusCode {
    Rules(realm).take_all_back();
    StatusCode::NO_CONTENT
}

/// One rule, with how often it struck.
#[utoipa::path(get, path = "/_control/rules/{id}", tag = "rules", params(("id" = u64, Path)),
    responses((status = OK, body = RuleRecord), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_rule(
    Place { realm, .. }: Place,
    Number(id): Number,
) -> Result<Json<RuleRecord>, Problem> {
    Ok(Json(Rules(realm).get(id)?))
}

/// Takes one rule back.
#[utoipa::path(delete, path = "/_control/rules/{id}", tag = "rules", params(("id" = u64, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn take_rule_back(
    Place { realm, .. }: Place,
    Number(id): Number,
) -> Result<StatusCode, Problem> {
    Rules(realm).take_back(id)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A barrier.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BarrierReading {
    /// How many requests wait, or waited until now.
    waiting: usize,
}

/// How many requests wait behind a barrier.
#[utoipa::path(get, path = "/_control/barriers/{name}", tag = "rules", params(("name" = String, Path)),
    responses((status = OK, body = BarrierReading)))]
pub(crate) async fn read_barrier(
    Place { realm, .. }: Place,
    Path(name): Path<String>,
) -> Json<BarrierReading> {
    Json(BarrierReading { waiting: Rules(realm).waiting(&name) })
}

/// Lets everybody behind a barrier go on.
#[utoipa::path(post, path = "/_control/barriers/{name}/release", tag = "rules", params(("name" = String, Path)),
    responses((status = OK, body = BarrierReading)))]
pub(crate) async fn release_barrier(
    Place { realm, .. }: Place,
    Path(name): Path<String>,
) -> Json<BarrierReading> {
    Json(BarrierReading { waiting: Rules(realm).release(&name) })
}
