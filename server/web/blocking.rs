//! Slow work beside the tasks of the server.

/// Does slow work, such as reading a database, on a thread of its own, so that no other request waits for it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("the work does not panic")
}
