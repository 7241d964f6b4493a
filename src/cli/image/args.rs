//! What can be typed behind `wrtpod image`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::{complete, examples};

/// `wrtpod image`.
#[derive(Debug, Args)]
pub struct ImageArgs {
    /// What to do
    #[command(subcommand)]
    pub verb: ImageVerb,
}

/// What to do with images.
#[derive(Debug, Subcommand)]
pub enum ImageVerb {
    /// Build an image: into a folder, an archive or a registry
    #[command(after_help = examples::IMAGE_BUILD)]
    Build(BuildArgs),
    /// Resolve a recipe, and write down what it comes to
    #[command(after_help = examples::IMAGE_LOCK)]
    Lock(LockArgs),
    /// Say why a package is in an image
    #[command(after_help = examples::IMAGE_WHY)]
    Why(WhyArgs),
    /// Compare two images: packages and files
    #[command(after_help = examples::IMAGE_DIFF)]
    Diff(ImageDiffArgs),
    /// Check every digest and layer of an image
    #[command(after_help = examples::IMAGE_VERIFY)]
    Verify(VerifyArgs),
}

/// Which recipe, and where what it needs comes from.
#[derive(Debug, Args)]
pub struct RecipeArgs {
    /// A recipe of `wrtpod catalog`, such as openwrt-luci, or a file with an Image
    #[arg(add = complete::recipes())]
    pub recipe: String,
    /// Only this architecture of the recipe, such as amd64
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    #[command(flatten)]
    pub supply: SupplyArgs,
}

/// Where files come from.
#[derive(Debug, Args)]
pub struct SupplyArgs {
    /// Fetch nothing: what is not in the cache is an error
    #[arg(long)]
    pub offline: bool,
    /// Folder of fetched files and of built layers [default: $XDG_CACHE_HOME/wrtpod or ~/.cache/wrtpod]
    #[arg(long, value_name = "FOLDER", env = "WRTPOD_CACHE")]
    pub cache: Option<PathBuf>,
    /// Registry that is reached without TLS, such as registry.lan:5000; may be repeated
    #[arg(long, value_name = "HOST[:PORT]")]
    pub insecure_registry: Vec<String>,
}

/// `wrtpod image build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// Build exactly what the lock file has
    #[arg(long)]
    pub locked: bool,
    /// The lock file [default: NAME.lock.json beside the recipe]
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// Folder for an OCI layout, or with the ending .tar an archive [default: NAME.oci, unless it is pushed]
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// What `--out` was called in 0.1.0
    #[arg(short, long, value_name = "PATH", hide = true, conflicts_with = "out")]
    pub output: Option<PathBuf>,
    /// Push it there, such as registry.lan/openwrt:24.10.4
    #[arg(long, value_name = "REFERENCE")]
    pub push: Option<String>,
}

/// `wrtpod image lock`.
#[derive(Debug, Args)]
pub struct LockArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// The lock file [default: NAME.lock.json beside the recipe]
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
}

/// `wrtpod image why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// The package
    pub package: String,
}

/// `wrtpod image diff`.
#[derive(Debug, Args)]
pub struct ImageDiffArgs {
    /// A layout, an archive or a reference
    pub before: String,
    /// Another one
    pub after: String,
    /// The architecture, of images that have several
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    #[command(flatten)]
    pub supply: SupplyArgs,
}

/// `wrtpod image verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A layout, an archive or a reference
    pub image: String,
    #[command(flatten)]
    pub supply: SupplyArgs,
}
