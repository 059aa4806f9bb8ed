//! Work that comes to its end although nobody waits for it any more.
//!
//! The server drops a request whose client has gone, at whatever it waits for. Anybody can hang up, so what others
//! rely on does not hang on a request.

use tracing::Instrument as _;

/// Does the work in a task of its own and waits for it; whoever stops waiting does not stop the work.
pub(crate) async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and whoever waits with it.
            Err(_) => std::future::pending().await,
        },
    }
}
