//! What happens on the cluster, as it is shown: one line that is rewritten on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

use super::printer::Printer;
use crate::cluster::{Event, Outcome, Progress, Stage};
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
    /// For the terminal that the run has, or has not; there it says what is waited for until something happens, and for how
    /// long.
    pub fn new(printer: Printer, waiting_for: impl Into<String>) -> Self {
        let live = printer.is_live().then(|| {
            let bar = Printer::live().add(ProgressBar::new_spinner());
            bar.set_style(
                ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}").expect("our own template"),
            );
            bar.set_message(waiting_for.into());
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
        self.printer.line(&text);
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
            (Some(bar), true) => bar.set_message(shown::line(&waiting_for(event)).into_owned()),
            _ => self.line(event.to_string()),
        }
    }
}

/// What is waited for after an event.
fn waiting_for(event: &Event) -> String {
    match event {
        Event::Stage(pod, Stage::Ready) => format!("asking Pod {pod} for its NICs"),
        Event::Stage(pod, stage) => format!("waiting for Pod {pod}: {stage}"),
        Event::Applied(identity, _) => format!("applying the objects: {identity} is done"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_waits_for() {
        let stage = |stage| waiting_for(&Event::Stage("openwrt-0".to_owned(), stage));
        assert_eq!(stage(Stage::Pending), "waiting for Pod openwrt-0: pending");
        assert_eq!(stage(Stage::Ready), "asking Pod openwrt-0 for its NICs");
        assert_eq!(
            waiting_for(&Event::WaitingForPodGone("openwrt-0".to_owned())),
            "waiting for Pod openwrt-0 to be gone"
        );
    }
}
