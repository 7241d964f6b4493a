//! Why an image cannot be resolved or built.

use std::fmt::Display;

use crate::feed::{apk, opkg, usign};
use crate::types::RootPath;
use crate::{fetch, image, install, registry, shown};

/// Why there is no image. The environment's failures and the input's are told apart by [`Error::is_environment`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be had.
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
    /// A registry did not give the base.
    #[error("{}: {error}", shown::line(.image))]
    Registry {
        /// The base.
        image: String,
        /// Why.
        error: registry::Error,
    },
    /// The base, a root or the image is not what it has to be.
    #[error(transparent)]
    Image(#[from] image::Error),
    /// Something cannot be put into the root.
    #[error(transparent)]
    Install(#[from] install::Error),
    /// A list of checksums or an index is not signed by whom it has to be.
    #[error("{}: {}", shown::line(.place), shown::line(.problem))]
    Signature {
        /// What should be signed.
        place: String,
        /// Why it is not trusted.
        problem: String,
    },
    /// A feed, an index or a package is not what it has to be.
    #[error("{}: {}", shown::line(.place), shown::line(.problem))]
    Feed {
        /// Where.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The packages do not go together.
    #[error("{}: {}", shown::line(.architecture), shown::block(.problem))]
    Packages {
        /// For which architecture.
        architecture: String,
        /// Which package wants what.
        problem: String,
    },
    /// The base has no package manager that is known.
    #[error(
        "the base for {architecture} has no package database: neither /usr/lib/opkg/status nor /lib/apk/db/installed; \
         packages cannot be added to it"
    )]
    NoDatabase {
        /// For which architecture.
        architecture: String,
    },
    /// The lock was made of something else.
    #[error("the lock is not of this recipe any more: {problem}")]
    Stale {
        /// What differs.
        problem: String,
    },
    /// A file of the recipe's own cannot be read.
    #[error("{}: {}", shown::line(.path), shown::line(.problem))]
    File {
        /// Which.
        path: String,
        /// Why.
        problem: String,
    },
    /// A file has an owner that the root does not know.
    #[error(
        "{} is to belong to `{}`, and the root has no such user or group: a package may bring it, or write numbers",
        shown::line(&.path.to_string()),
        shown::line(.owner)
    )]
    Owner {
        /// The file.
        path: RootPath,
        /// The owner as written.
        owner: String,
    },
    /// More than one of these, each of which stands for itself.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Error>),
}

impl Error {
    /// Whether the environment failed (network, registry, file system), and not the input; of several, in one of them.
    pub fn is_environment(&self) -> bool {
        match self {
            Self::Fetch(error) => !error.is_of_file(),
            Self::Registry { .. } => true,
            // A layout or an archive that is not there was named wrongly.
            Self::Image(image::Error::Io { source, .. })
            | Self::Install(install::Error::Root(image::Error::Io { source, .. })) => {
                source.kind() != std::io::ErrorKind::NotFound
            }
            Self::Several(errors) => errors.iter().any(Self::is_environment),
            _ => false,
        }
    }

    /// Each fault by itself.
    pub fn each(self) -> Vec<Self> {
        match self {
            Self::Several(errors) => errors.into_iter().flat_map(Self::each).collect(),
            one => vec![one],
        }
    }

    /// Not signed by whom it has to be.
    pub(super) fn untrusted(place: impl Display) -> impl Fn(usign::Error) -> Self {
        let place = place.to_string();
        move |error| Self::Signature { place: place.clone(), problem: error.to_string() }
    }

    /// Why packages cannot be chosen.
    pub(super) fn packages(architecture: &str, problems: Vec<impl Display>) -> Self {
        let errors = problems.into_iter().map(|problem| Self::Packages {
            architecture: architecture.to_owned(),
            problem: problem.to_string(),
        });
        Self::Several(errors.collect())
    }

    pub(super) fn feed(place: impl Display, problem: impl Display) -> Self {
        Self::Feed { place: place.to_string(), problem: problem.to_string() }
    }
}

/// What is wrong, of things that do not hang on each other: all of it is told in one run, and nothing twice.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Error>);

impl Faults {
    /// What a result has; none where it is a fault, which is kept.
    pub(super) fn keep<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        let errors = match result {
            Ok(value) => return Some(value),
            Err(error) => error.each(),
        };
        for error in errors {
            if !self.0.iter().any(|known| known.to_string() == error.to_string()) {
                self.0.push(error);
            }
        }
        None
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the environment failed in one of them.
    pub(super) fn is_environment(&self) -> bool {
        self.0.iter().any(Error::is_environment)
    }

    /// The end of what was gathered: an error where there is any.
    pub(super) fn end(mut self) -> Result<(), Error> {
        match self.0.len() {
            0 => Ok(()),
            1 => Err(self.0.remove(0)),
            _ => Err(Error::Several(self.0)),
        }
    }
}

/// What the readers of packages give: their own faults, and those of who takes the items.
#[derive(Debug)]
pub(super) enum Reading {
    Feed(String),
    Install(install::Error),
}

impl From<opkg::Error> for Reading {
    fn from(error: opkg::Error) -> Self {
        Self::Feed(error.to_string())
    }
}

impl From<apk::Error> for Reading {
    fn from(error: apk::Error) -> Self {
        Self::Feed(error.to_string())
    }
}

impl From<install::Error> for Reading {
    fn from(error: install::Error) -> Self {
        Self::Install(error)
    }
}

impl Reading {
    /// The fault, with the place of the package.
    pub(super) fn at(self, place: &str) -> Error {
        match self {
            Self::Feed(problem) => Error::feed(place, problem),
            Self::Install(error) => error.into(),
        }
    }
}
