//! A panic of the client library as an error: it unwraps tokens and addresses that a registry chose and that no header
//! or request can hold (oci-client 0.18, `apply_auth`, `push_chunk`).

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a question to a registry; `None` when it panicked, of which nothing is printed.
pub(super) async fn caught<F: Future>(question: F) -> Option<F::Output> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                usual(info);
            }
        }));
    });
    let mut question = pin!(question);
    poll_fn(|context| {
        GUARDED.set(true);
        // The question is not polled again after a panic.
        let polled = panic::catch_unwind(AssertUnwindSafe(|| question.as_mut().poll(context)));
        GUARDED.set(false);
        polled.map_or(Poll::Ready(None), |poll| poll.map(Some))
    })
    .await
}
