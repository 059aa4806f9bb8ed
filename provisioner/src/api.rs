//! The JSON API beside the pages, with its OpenAPI document. A handler decodes, calls one use case and encodes.
//!
//! It permits nothing the use cases do not permit; a problem carries a stable `code`.

mod body;
mod failure;
mod link;
mod model;
mod organizations;
mod problem;
mod session;
mod sign_ins;
mod single_sign_on;
mod users;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::response::IntoResponse as _;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::AppState;
use crate::front::Route;
use crate::front::security::{Stopped, guard};
use problem::{Problem, ProblemCode, ProblemJson};

/// Where the document is.
const DOCUMENT_AT: &str = "/api/v1/openapi.json";

/// Every operation, and the document of them.
pub(crate) fn router(app: &AppState) -> Router<AppState> {
    let (operations, document) = documented();
    let document = std::sync::Arc::new(document);
    let routes = operations
        .route(
            DOCUMENT_AT,
            get(move || {
                let document = std::sync::Arc::clone(&document);
                async move { axum::Json((*document).clone()) }
            }),
        )
        .route("/api/{*rest}", axum::routing::any(|| async { Problem::new(ProblemCode::NotFound) }))
        .method_not_allowed_fallback(|| async { Problem::new(ProblemCode::MethodNotAllowed) });
    guard(routes, app.base_url(), |stopped| Problem::new(code(stopped)).into_response())
}

/// The routes and their document, from the same declarations.
fn documented() -> (Router<AppState>, OpenApi) {
    let (routes, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::get_session, session::create_session, session::delete_session))
        .routes(routes!(link::get_link, link::confirm_link, link::decline_link))
        .routes(routes!(users::list_users, users::add_user))
        .routes(routes!(users::get_user))
        .routes(routes!(users::deactivate_user))
        .routes(routes!(users::activate_user))
        .routes(routes!(users::remove_user))
        .routes(routes!(users::allow_user_again))
        .routes(routes!(users::review_user))
        .routes(routes!(users::set_msp_admin))
        .routes(routes!(users::assign_capabilities))
        .routes(routes!(users::assign_groups))
        .routes(routes!(users::assign_organizations))
        .routes(routes!(single_sign_on::get_single_sign_on, single_sign_on::change_single_sign_on))
        .routes(routes!(single_sign_on::set_exceptions))
        .routes(routes!(sign_ins::list_sign_ins))
        .routes(routes!(sign_ins::get_sign_in))
        .routes(routes!(sign_ins::list_audit))
        .routes(routes!(organizations::list_organizations, organizations::add_organization))
        .routes(routes!(organizations::get_organization))
        .routes(routes!(organizations::list_groups, organizations::add_group))
        .routes(routes!(organizations::soc_report))
        .routes(routes!(session::health))
        .split_for_parts();
    add_problem_responses(&mut document);
    (routes, document)
}

/// Every operation as a route, and the document itself.
pub(crate) fn routes() -> Vec<Route> {
    let of_path = |(path, item): (&String, &PathItem)| {
        let methods = [
            ("GET", &item.get),
            ("PUT", &item.put),
            ("POST", &item.post),
            ("DELETE", &item.delete),
            ("PATCH", &item.patch),
        ];
        let served = methods.into_iter().filter(|(_, operation)| operation.is_some());
        served.map(|(method, _)| Route { path: path.clone(), method }).collect::<Vec<_>>()
    };
    let mut routes: Vec<Route> = documented().1.paths.paths.iter().flat_map(of_path).collect();
    routes.push(Route { path: DOCUMENT_AT.to_owned(), method: "GET" });
    routes
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Kaseya MDR user provisioning",
        description = "MSP user accounts, Single Sign-On settings and the record of sign-ins. The session cookie of the sign-in page, or of `POST /api/v1/session`, is the credential. Nothing here creates an account from a sign-in; only signing in through KaseyaOne does.",
    ),
    components(schemas(ProblemJson))
)]
struct Document;

/// Says of every operation what its problems look like (RFC 9457).
fn add_problem_responses(document: &mut OpenApi) {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new()
        .description("A problem; `code` is stable")
        .content("application/problem+json", content)
        .build();
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(response.clone()));
        }
    }
}

fn code(stopped: Stopped) -> ProblemCode {
    match stopped {
        Stopped::OtherSite => ProblemCode::OtherSite,
        Stopped::OutOfOrder => ProblemCode::OutOfOrder,
    }
}
