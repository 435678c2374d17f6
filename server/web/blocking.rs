//! Work that would hold a task up.

/// Does what takes its time, or waits for the machine, where no other request waits for it.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("what is handed over does not panic")
}
