//! Tasks of this repository: `cargo xtask ci` checks everything, `cargo xtask generate` writes what is generated.
#![expect(clippy::print_stdout, reason = "a task talks to whoever runs it")]

mod charts;
mod ci;
mod cli_reference;
mod diagnostics;
mod documents;
mod generate;
mod step;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Every check, each with its time; goes on behind a failure and fails at the end
    Ci {
        /// Only these steps
        #[arg(value_name = "STEP")]
        only: Vec<String>,
        /// Leave this step out; can be repeated
        #[arg(long, value_name = "STEP")]
        skip: Vec<String>,
    },
    /// Write the generated files: docs/reference and charts
    Generate {
        /// Write nothing; fail when a file is not current
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository");
    std::env::set_current_dir(root)?;
    let good = match Args::parse().task {
        Task::Ci { only, skip } => ci::run(&only, &skip)?,
        Task::Generate { check } => generate::run(check)?,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
