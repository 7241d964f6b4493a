//! The contexts of a kubeconfig.

use super::ConnectOptions;
use super::connect::kubeconfig;

/// Their names, in the order of the files that [`connect`](super::connect()) would read. None where these cannot be read.
pub fn contexts(options: &ConnectOptions) -> Vec<String> {
    let mut paths = options.kubeconfig.iter().chain(&options.looked_for);
    // Whoever reads a pipe waits for its writer.
    if paths.any(|path| path.exists() && !path.is_file()) {
        return Vec::new();
    }
    let file = kubeconfig(options).ok().flatten();
    let contexts = file.map_or_else(Vec::new, |(file, _)| file.contexts);
    contexts.into_iter().map(|context| context.name).collect()
}
