//! What goes on, as it is shown: a line with a rate on a terminal, one line a step elsewhere.

use std::cell::RefCell;
use std::collections::BTreeMap;

use indicatif::{ProgressBar, ProgressStyle};

use crate::build::Watch;
use crate::cli::printer::Printer;
use crate::fetch::{Place, Progress as Fetching};
use crate::registry::{self, Event};
use crate::shown;
use crate::types::Digest;

/// Bytes so far, rate, and the time that is left.
const BYTES: &str = "  {msg:.dim} {bytes}/{total_bytes} {bytes_per_sec}, {eta} left";

/// Shows steps and bytes on stderr.
pub struct Show {
    printer: Printer,
    live: Option<Live>,
}

struct Live {
    step: ProgressBar,
    /// Of the files and blobs that are on their way.
    bars: RefCell<BTreeMap<String, ProgressBar>>,
}

impl Show {
    /// For the terminal that the run has, or has not; there it says what is waited for until the first step.
    pub fn new(printer: Printer, waiting_for: impl Into<String>) -> Self {
        let live = printer.is_live().then(|| {
            let step = Printer::live().add(ProgressBar::new_spinner());
            step.set_style(
                ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}").expect("our own template"),
            );
            step.set_message(waiting_for.into());
            step.enable_steady_tick(std::time::Duration::from_millis(120));
            Live { step, bars: RefCell::default() }
        });
        Self { printer, live }
    }
}

impl Live {
    fn set(&self, key: &str, done: u64, total: Option<u64>) {
        let mut bars = self.bars.borrow_mut();
        let bar = bars.entry(key.to_owned()).or_insert_with(|| {
            let bar = Printer::live().add(ProgressBar::new(total.unwrap_or_default()));
            bar.set_style(ProgressStyle::with_template(BYTES).expect("our own template"));
            bar.set_message(shown::line(key).into_owned());
            bar
        });
        bar.set_position(done);
        if total == Some(done) {
            bar.finish_and_clear();
            bars.remove(key);
        }
    }

    fn end(&self, key: &str) {
        if let Some(bar) = self.bars.borrow_mut().remove(key) {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if let Some(live) = &self.live {
            live.step.finish_and_clear();
        }
    }
}

impl Fetching for Show {
    fn bytes(&mut self, place: &Place, done: u64, total: Option<u64>) {
        if let Some(live) = &self.live {
            live.set(&place.file_name(), done, total);
        }
    }
}

impl Watch for Show {
    fn step(&mut self, what: &str) {
        match &self.live {
            Some(live) => live.step.set_message(shown::line(what).into_owned()),
            None => self.printer.line(what),
        }
    }

    fn bytes(&mut self) -> &mut dyn Fetching {
        self
    }
}

impl registry::Progress for Show {
    fn report(&self, blob: &Digest, event: Event<'_>) {
        let name = blob.short();
        let Some(live) = &self.live else {
            if let Event::Retried(error, pause) = event {
                self.printer.line(&format!("{name}: {error}; again in {} s", pause.as_secs()));
            }
            return;
        };
        match event {
            Event::Begin(total) => live.set(name, 0, Some(total).filter(|total| *total > 0)),
            Event::Bytes(done) => {
                let total = live.bars.borrow().get(name).and_then(ProgressBar::length);
                live.set(name, done, total.filter(|total| *total > done));
            }
            Event::Retried(error, pause) => {
                self.printer.line(&format!("{name}: {error}; again in {} s", pause.as_secs()));
            }
            Event::Skipped | Event::Mounted | Event::Done => live.end(name),
        }
    }
}
