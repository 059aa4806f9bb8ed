//! Stories over HTTP.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::control::problem::Problem;
use crate::control::query::Asked;
use crate::handles::Stories;
use crate::http::place::Place;
use crate::story::{StoryLine, page};

/// Every sign-in in a line, the newest first.
#[utoipa::path(get, path = "/_control/stories", tag = "stories", responses((status = OK, body = Vec<StoryLine>)))]
pub(crate) async fn list_stories(Place { realm, .. }: Place) -> Json<Vec<StoryLine>> {
    Json(Stories(realm).list())
}

/// How a story is told.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Telling {
    /// As a page, unless `text`.
    #[serde(default)]
    #[param(inline)]
    format: Format,
    /// As a file to keep; the value does not matter.
    download: Option<String>,
}

/// As what.
#[derive(Debug, Default, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// One HTML file that needs nothing else.
    #[default]
    Html,
    /// Lines to read.
    Text,
}

/// One sign-in from the request to what the relying party did next, by its `state`. Secrets are masked.
#[utoipa::path(get, path = "/_control/stories/{state}", tag = "stories", params(("state" = String, Path), Telling),
    responses((status = OK, content((String = "text/html"), (String = "text/plain"))), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(crate) async fn tell_story(
    Place { realm, .. }: Place,
    Path(state): Path<String>,
    Asked(telling): Asked<Telling>,
) -> Result<Response, Problem> {
    let stories = Stories(realm);
    let (mut response, extension) = match telling.format {
        Format::Html => {
            let html = axum::response::Html(stories.html(&state)?);
            (([(header::CONTENT_SECURITY_POLICY, page::policy())], html).into_response(), "html")
        }
        Format::Text => (stories.text(&state)?.into_response(), "txt"),
    };
    if telling.download.is_some() {
        let safe = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        let name: String = state.chars().take(60).map(safe).collect();
        let disposition = format!("attachment; filename=\"sign-in-{name}.{extension}\"");
        if let Ok(disposition) = disposition.parse() {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
        }
    }
    Ok(response)
}
