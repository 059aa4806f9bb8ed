//! Companies over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use fixtures::Company;

use crate::config;
use crate::control::problem::{Problem, read};
use crate::handles::Companies;
use crate::http::place::Place;

/// All companies.
#[utoipa::path(get, path = "/_control/companies", tag = "companies", responses((status = OK, body = Vec<Company>)))]
pub(crate) async fn list_companies(Place { realm, .. }: Place) -> Json<Vec<Company>> {
    Json(Companies(realm).list())
}

/// Adds a company, with nobody in it. Only `key` is needed; what is not given is as in a configuration file.
#[utoipa::path(post, path = "/_control/companies", tag = "companies", request_body = ref("#/components/schemas/NewCompany"),
    responses((status = CREATED, body = Company), (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn add_company(
    Place { realm, .. }: Place,
    body: Bytes,
) -> Result<(StatusCode, Json<Company>), Problem> {
    let company = config::company(read(&body)?)?;
    if !fixtures::is_name(&company.key) {
        let sentence = format!("the key {:?} of a company is empty or has a control character", company.key);
        return Err(Problem::wrong(format!("{sentence}; write one of visible characters")));
    }
    let mut state = realm.lock();
    if state.people.companies().iter().any(|known| known.key == company.key) {
        return Err(Problem::there("company", &company.key));
    }
    fixtures::check_company(&company).map_err(|wrong| Problem::wrong(wrong.to_string()))?;
    fixtures::check_unlike(&company, state.people.companies()).map_err(|wrong| Problem::unlike(&wrong))?;
    state.people.insert_company(company.clone());
    Ok((StatusCode::CREATED, Json(company)))
}

/// One company.
#[utoipa::path(get, path = "/_control/companies/{key}", tag = "companies", params(("key" = String, Path)),
    responses((status = OK, body = Company), (status = NOT_FOUND, body = Problem)))]
pub(crate) async fn get_company(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<Json<Company>, Problem> {
    let companies = Companies(realm);
    let company = companies.get(&key).ok_or_else(|| companies.0.lock().no_company(&key))?;
    Ok(Json(company))
}

/// Removes a company that nobody is a member of. The deleted are members: they can be restored.
#[utoipa::path(delete, path = "/_control/companies/{key}", tag = "companies", params(("key" = String, Path)),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem), (status = CONFLICT, body = Problem)))]
pub(crate) async fn remove_company(
    Place { realm, .. }: Place,
    Path(key): Path<String>,
) -> Result<StatusCode, Problem> {
    Companies(realm).remove(&key)?;
    Ok(StatusCode::NO_CONTENT)
}
