//! `wrtpod delete`: the appliance goes, its data stays.

use super::args::DeleteArgs;
use super::cluster::{block_on, connect};
use super::error::{CliError, Outcome};
use super::load::place;
use super::printer::Printer;
use super::progress::Show;
use crate::cluster::DeleteOptions;

/// Runs the verb. The appliance's document may be gone already: its name and namespace are enough.
pub fn run(args: &DeleteArgs, printer: Printer) -> Result<Outcome, CliError> {
    let namespace = place(&args.documents, printer)?.namespace;
    block_on(async {
        let cluster = connect(&args.cluster, printer).await?;
        let namespace = namespace.unwrap_or_else(|| cluster.default_namespace().to_owned());
        for appliance in &args.names {
            let options = DeleteOptions {
                appliance: appliance.clone(),
                namespace: namespace.clone(),
                delete_data: args.delete_data,
                timeout: args.timeout,
            };
            let report = {
                let mut show = Show::new(printer, format!("deleting the objects of {appliance}"));
                cluster.delete(&options, &mut show).await?
            };
            printer.line(&format!("{appliance}: {} objects deleted", report.deleted.len()));
            for kept in &report.kept {
                printer.line(&format!("kept {}: {}", kept.identity, kept.reason));
            }
        }
        Ok(Outcome::Done)
    })
}
