//! Everything that the service serves is either refused to a new account by the outline of S-50, or public.

use std::collections::BTreeSet;

use features::driver::{errand::Errand, reference::errands::ERRANDS};
use provisioner::Route;

/// What anybody may ask for, or whoever is signed in about nothing but their own session. A route that is added is
/// put here deliberately, or among the errands.
const PUBLIC: [(&str, &[&str]); 18] = [
    ("/", &["GET"]),
    ("/health", &["GET"]),
    ("/api/v1/openapi.json", &["GET"]),
    ("/api/v1/session", &["DELETE", "GET", "POST"]),
    ("/api/v1/session/kaseyaone-link", &["DELETE", "GET", "POST"]),
    ("/help/unified-login-with-kaseyaone", &["GET"]),
    ("/help/user-roles-and-permission-boundaries", &["GET"]),
    ("/no-access", &["GET"]),
    ("/settings", &["GET"]),
    ("/settings/users/", &["GET"]),
    ("/sign-in", &["GET", "POST"]),
    ("/sign-in/kaseyaone-link", &["GET", "POST"]),
    ("/sign-out", &["POST"]),
    ("/sso/backchannel-logout", &["POST"]),
    ("/sso/callback", &["GET", "HEAD", "POST"]),
    ("/sso/frontchannel-logout", &["GET", "HEAD"]),
    ("/sso/start", &["GET", "HEAD"]),
    ("/static/{name}", &["GET"]),
];

/// The route that a path with names in it leads to: of those that fit, the one that says most literally.
fn served<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<&'a Route> {
    let fits = |route: &&Route| {
        let (ours, theirs) = (path.split('/'), route.path.split('/'));
        route.method == method
            && ours.clone().count() == theirs.clone().count()
            && ours.zip(theirs).all(|(our, their)| their.starts_with('{') || our == their)
    };
    routes.iter().filter(fits).min_by_key(|route| route.path.matches('{').count())
}

fn guarded() -> BTreeSet<Route> {
    let is_public = |route: &Route| {
        PUBLIC.iter().any(|(path, methods)| *path == route.path && methods.contains(&route.method))
    };
    provisioner::routes().into_iter().filter(|route| !is_public(route)).collect()
}

#[test]
fn every_guarded_route_is_an_errand() {
    let routes = provisioner::routes();
    let ways = ERRANDS.iter().flat_map(|errand| errand.ways);
    let tried: BTreeSet<Route> = ways
        .map(|way| {
            let found = served(&routes, way.method(), way.path());
            found.unwrap_or_else(|| panic!("nothing serves {} {}", way.method(), way.path())).clone()
        })
        .collect();
    let guarded = guarded();
    let untried: Vec<_> = guarded.difference(&tried).collect();
    assert!(untried.is_empty(), "no errand tries {untried:?}, and nobody called it public");
    let public: Vec<_> = tried.difference(&guarded).collect();
    assert!(public.is_empty(), "errands try what is public: {public:?}");
}

#[test]
fn what_is_public_is_served() {
    let routes = provisioner::routes();
    for (path, methods) in PUBLIC {
        for method in methods {
            let known = routes.iter().any(|route| route.path == path && route.method == *method);
            assert!(known, "{method} {path} is not served any longer");
        }
    }
}

#[test]
fn the_outline_has_a_row_for_every_errand() {
    let name = |errand: &Errand| format!("A new account is refused at {}", errand.name);
    let errands: BTreeSet<String> = ERRANDS.iter().map(name).collect();
    let cases = super::specs().cases().into_iter().filter(|case| case.tags.iter().any(|tag| tag == "S-50"));
    let rows: BTreeSet<String> = cases.map(|case| case.name).collect();
    let differing: Vec<_> = errands.symmetric_difference(&rows).collect();
    assert!(differing.is_empty(), "only an errand, or only a row of the outline: {differing:?}");
    assert_eq!(errands.len(), ERRANDS.len(), "two errands of one name");
}
