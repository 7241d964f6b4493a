//! Reads a CNI configuration from standard input and writes it to standard output, as wrtpod would: the smallest program that reads and
//! writes them. What the plugins would refuse is told, with its line and column.
//!
//! ```sh
//! cargo build --release -p wrtpod-cni --example cni-strict
//! target/release/examples/cni-strict < /etc/cni/net.d/10-lan.conflist
//! ```

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use wrtpod_cni::{Configuration, Fault, line_and_column};

fn main() -> io::Result<ExitCode> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let (written, faults) = match Configuration::parse(&text) {
        Ok(read) => (Some(read.value.write()), read.faults),
        Err(fault) => (None, vec![fault]),
    };
    for Fault { span, what } in &faults {
        let (line, column) = line_and_column(&text, span.start);
        writeln!(io::stderr(), "{line}:{column}: {what}")?;
    }
    if let Some(written) = written {
        writeln!(io::stdout(), "{written}")?;
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
