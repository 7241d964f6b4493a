//! The contexts of a kubeconfig.

use std::path::Path;

use kube::config::Kubeconfig;

/// Their names, in the file's order: of this file, else of `KUBECONFIG` or the default one. None where it cannot be read.
pub fn contexts(path: Option<&Path>) -> Vec<String> {
    let file = match path {
        // Whoever reads a pipe waits for its writer.
        Some(path) if !path.is_file() => return Vec::new(),
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    file.map_or_else(|_| Vec::new(), |file| file.contexts.into_iter().map(|context| context.name).collect())
}
