//! Why something cannot be installed.

use crate::types::RootPath;
use crate::{image, shown};

/// Why a package or a file cannot be put into a root.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The root does not take it.
    #[error(transparent)]
    Root(#[from] image::Error),
    /// The package cannot be read.
    #[error("{}: {}", shown::line(.package), shown::line(.problem))]
    Package {
        /// Its name.
        package: String,
        /// What is wrong.
        problem: String,
    },
    /// Two packages have the same file.
    #[error(
        "{} is in {package} and in {owner}, and {package} does not replace {owner}: leave one of them out (one of the base by \
         `-NAME` among the packages)",
        shown::line(&.path.to_string()),
        package = shown::line(.package),
        owner = shown::line(.owner)
    )]
    Clash {
        /// The file.
        path: RootPath,
        /// The package that is being installed.
        package: String,
        /// Whose it is.
        owner: String,
    },
    /// A file of the base cannot be understood.
    #[error("{} of the base: {}", shown::line(&.path.to_string()), shown::line(.problem))]
    Base {
        /// The file.
        path: RootPath,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no such service.
    #[error("there is no service `{}`: no such script is in /etc/init.d", shown::line(.service))]
    NoService {
        /// Its name.
        service: String,
    },
}
