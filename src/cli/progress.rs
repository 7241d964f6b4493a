//! What happens on the cluster, as it is shown: one line that is rewritten on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::cluster::{Event, Outcome, Progress};
use crate::shown;

/// Shows events on stderr.
pub struct Show {
    printer: Printer,
    /// The line at the bottom of a terminal.
    live: Option<ProgressBar>,
    /// The last plain line: the same one is not written twice in a row.
    last: String,
}

impl Show {
    /// For the terminal that the run has, or has not.
    pub fn new(printer: Printer) -> Self {
        let live = printer.is_live().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("our own template"));
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            bar
        });
        Self { printer, live, last: String::new() }
    }

    /// A line that stays.
    fn line(&mut self, text: String) {
        if text == self.last {
            return;
        }
        match &self.live {
            Some(bar) => bar.suspend(|| self.printer.line(&text)),
            None => self.printer.line(&text),
        }
        self.last = text;
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        if let Some(bar) = &self.live {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Show {
    fn event(&mut self, event: &Event) {
        let passing = matches!(event, Event::Stage(..) | Event::WaitingForPodGone(_))
            || matches!(event, Event::Applied(_, Outcome::Unchanged));
        match (&self.live, passing) {
            (Some(bar), true) => bar.set_message(shown::line(&event.to_string()).into_owned()),
            _ => self.line(event.to_string()),
        }
    }
}
