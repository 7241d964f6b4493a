//! The `wrtpod` program: a thin shell round [`wrtpod::cli::run`].

fn main() -> std::process::ExitCode {
    wrtpod::cli::run(std::env::args_os())
}
