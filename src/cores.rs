//! Work on many items that knows nothing of the others, over the cores of the machine. What comes of it is the same
//! with any number of them.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// Fewer items are done before a thread would have begun.
const FEW: usize = 64;

/// What `work` makes of each item, in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let shares = if items.len() < FEW { 1 } else { cores() };
    if shares == 1 {
        return items.iter().map(work).collect();
    }
    let work_on = |share: &[T]| share.iter().map(&work).collect::<Vec<R>>();
    let work_on = &work_on;
    thread::scope(|scope| {
        let shares = items.chunks(items.len().div_ceil(shares));
        let threads: Vec<_> = shares
            .map(|share| (share, thread::Builder::new().spawn_scoped(scope, move || work_on(share))))
            .collect();
        threads
            .into_iter()
            .flat_map(|(share, thread)| match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // Where the limit of processes is reached, this thread does it.
                Err(_) => work_on(share),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for count in [0, 1, FEW - 1, FEW, 1_001] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
