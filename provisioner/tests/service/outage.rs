//! A provider that answers with things no honest provider sends.

use provisioner::config::KaseyaOne;
use provisioner::oidc::ProviderStatus;
use provisioner::usecase::sign_in_options;
use provisioner::{Config, Generator, Runtime, serve};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::database::Database;
use crate::stage::TestClock;

/// What the sign-in page says of a provider whose discovery answers like this.
async fn status_of(template: ResponseTemplate) -> (ProviderStatus, usize) {
    let provider = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/.well-known/openid-configuration"))
        .respond_with(template)
        .mount(&provider)
        .await;
    let database = Database::sqlite();
    let config = Config::new(database.url.as_str(), KaseyaOne::new(provider.uri(), "kaseya-mdr"));
    let runtime = Runtime { clock: std::sync::Arc::new(TestClock::held()), generator: Generator::seeded(1) };
    let server = serve(config, runtime).await.expect("the service starts, whatever the provider does");
    let status = sign_in_options(server.app()).await.expect("the store answers").provider;
    server.stop().await;
    (status, provider.received_requests().await.unwrap_or_default().len())
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_an_endless_body_not_read() {
    let endless = ResponseTemplate::new(200).set_body_string("x".repeat(2 * 1024 * 1024));
    let redirect = ResponseTemplate::new(302).insert_header("location", "/elsewhere");
    let page = ResponseTemplate::new(200).set_body_string("<html>maintenance</html>");
    for template in [endless, redirect, page, ResponseTemplate::new(503)] {
        assert_eq!(status_of(template).await, (ProviderStatus::Unreachable, 1));
    }
}
