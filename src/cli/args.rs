//! The command line: what can be typed. Nothing here acts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::diff::DiffArgs;
use super::doctor::DoctorArgs;
use super::image::args::{ImageArgs, SupplyArgs};
use super::import::ImportArgs;
use super::init::InitArgs;
use super::{complete, examples};

/// Puts OpenWrt, Home Assistant and other network appliances on Kubernetes as machines that live on the LAN:
/// own NICs, own MACs, own addresses.
#[derive(Debug, Parser)]
#[command(name = "wrtpod", version, max_term_width = 100, arg_required_else_help = true, after_help = examples::PROGRAM)]
pub struct Cli {
    /// When to colour what goes to the terminal
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// How findings are written to stderr
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Text, value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a site.yaml for this place
    #[command(after_help = examples::INIT)]
    Init(InitArgs),
    /// Print the manifests of appliances; needs no cluster
    #[command(after_help = examples::RENDER)]
    Render(RenderArgs),
    /// Say what a deploy would fail of on this cluster, and how to mend it
    #[command(after_help = examples::DOCTOR)]
    Doctor(DoctorArgs),
    /// Apply appliances to the cluster, wait until they are ready, and check their NICs
    #[command(after_help = examples::DEPLOY)]
    Deploy(DeployArgs),
    /// Show what `deploy` would change, and what was changed inside the appliance
    #[command(after_help = examples::DIFF)]
    Diff(DiffArgs),
    /// Show appliances as the cluster has them: pods, NICs, claims, problems
    #[command(after_help = examples::STATUS)]
    Status(StatusArgs),
    /// Remove an appliance; its data stays unless told
    #[command(after_help = examples::DELETE)]
    Delete(DeleteArgs),
    /// Write Helm charts of appliances
    #[command(after_help = examples::CHART)]
    Chart(ChartArgs),
    /// Write documents from the values of a Helm chart that wrtpod wrote
    #[command(after_help = examples::IMPORT)]
    Import(ImportArgs),
    /// Build OCI images from recipes, and look into images
    #[command(after_help = examples::IMAGE)]
    Image(ImageArgs),
    /// List the appliances that come with wrtpod
    #[command(after_help = examples::CATALOG)]
    Catalog(CatalogArgs),
    /// Print the JSON Schema of the documents, for editors
    #[command(after_help = examples::SCHEMA)]
    Schema(SchemaArgs),
    /// Explain a rule or a topic
    #[command(after_help = examples::EXPLAIN)]
    Explain(ExplainArgs),
    /// Print the completion script of a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
}

/// Where the documents come from.
#[derive(Debug, Default, Args)]
pub struct DocumentArgs {
    /// File with documents, or a folder: its *.yaml and *.yml by name; later files win; `-` is stdin [default: ./site.yaml]
    #[arg(short, long = "file", value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// Set one value, `image=…` of the appliance or `site.storageClass=…` of the site
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// Namespace of the appliances [default: the site's]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
}

/// Which cluster.
#[derive(Debug, Clone, Args)]
pub struct ClusterArgs {
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME", add = complete::contexts())]
    pub context: Option<String>,
    /// Path of the kubeconfig [default: $KUBECONFIG or ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// `wrtpod render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Appliances of the site, or catalog entries; all of the site's when none is named
    #[arg(value_name = "NAME", add = complete::appliances())]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Write a file for each object and a kustomization.yaml into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "explain")]
    pub out: Option<PathBuf>,
    /// Print why each capability, route and sysctl is there, in the place of the manifests
    #[arg(long)]
    pub explain: bool,
    /// Also print the Namespace, with the pod-security level that the appliances need. Helm, Flux and Argo CD
    /// keep it, as the claims. Of several folders under one kustomization only one can have it
    #[arg(long)]
    pub with_namespace: bool,
    /// Form of the manifests on stdout
    #[arg(short, long, value_enum, default_value_t = ManifestFormat::Yaml, value_name = "FORMAT")]
    pub output: ManifestFormat,
}

/// Form of manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ManifestFormat {
    /// YAML documents
    Yaml,
    /// One JSON List
    Json,
}

/// `wrtpod chart`.
#[derive(Debug, Args)]
pub struct ChartArgs {
    /// Appliances of the site, or catalog entries
    #[arg(value_name = "NAME", add = complete::appliances(), required_unless_present = "all")]
    pub names: Vec<String>,
    /// All appliances of the site; without a site file, all of the catalog
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Folder in which each chart gets a folder of its own [default: ., unless it is pushed]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write an archive NAME-VERSION.tgz in the place of a folder
    #[arg(long)]
    pub package: bool,
    /// Version of the charts, such as 1.4.0 [default: wrtpod's; with documents or `--set`, and +DIGEST of the content]
    #[arg(long, value_name = "VERSION")]
    pub chart_version: Option<String>,
    /// Push it below this place of a registry, such as oci://registry.lan/charts
    #[arg(long, value_name = "oci://REGISTRY/PATH")]
    pub push: Option<String>,
    /// Registry that is reached without TLS, such as registry.lan:5000; may be repeated
    #[arg(long, value_name = "HOST[:PORT]")]
    pub insecure_registry: Vec<String>,
    /// Write secrets that stand in documents into the chart, for whoever reads it
    #[arg(long)]
    pub show_secrets: bool,
}

/// `wrtpod deploy`.
#[derive(Debug, Args)]
pub struct DeployArgs {
    /// Appliances of the site, or catalog entries
    #[arg(value_name = "NAME", add = complete::appliances(), required = true)]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Cluster
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Wait until the appliance is ready and check its NICs
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1,
          default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    pub wait: bool,
    /// How long to wait, for example 90s or 5m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub timeout: std::time::Duration,
    /// Only pretend: `client` prints the manifests, `server` lets the API server check them
    #[arg(long, value_enum, value_name = "WHERE")]
    pub dry_run: Option<DryRun>,
    /// Take fields over that another manager owns
    #[arg(long)]
    pub force_conflicts: bool,
    /// Build the images of appliances that have `build`, push each to its `image`, and deploy that digest
    #[arg(long)]
    pub build: bool,
    /// Where a build's files come from
    #[command(flatten)]
    pub supply: SupplyArgs,
    /// Pin image tags to digests
    #[command(flatten)]
    pub pin: PinArgs,
}

/// How images are pinned.
#[derive(Debug, Clone, Copy, Args)]
pub struct PinArgs {
    /// Pin the tags of images to the digests that they stand for now
    #[arg(long = "pin", value_enum, default_value_t = Pin::Auto, value_name = "WHEN")]
    pub when: Pin,
}

/// When images are pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pin {
    /// Where the registry says; other images keep their tag, and a note says why
    Auto,
    /// Every image that a node pulls, or nothing is applied
    Always,
    /// No registry is asked
    Never,
}

/// Where a dry run runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DryRun {
    /// Nothing is sent
    Client,
    /// Sent, checked, not written
    Server,
}

/// `wrtpod status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Appliances; all of the namespace when none is named
    #[arg(value_name = "NAME", add = complete::appliances())]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Cluster
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub output: ReportFormat,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// `wrtpod delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Appliances
    #[arg(value_name = "NAME", add = complete::appliances(), required = true)]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Cluster
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Delete its claims and its generated Secret too: the data is gone
    #[arg(long)]
    pub delete_data: bool,
    /// How long to wait for the pod to be gone
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub timeout: std::time::Duration,
}

/// `wrtpod catalog`.
#[derive(Debug, Args)]
pub struct CatalogArgs {
    /// What to do; lists the entries when left out
    #[command(subcommand)]
    pub verb: Option<CatalogVerb>,
}

/// What to do with the catalog.
#[derive(Debug, Subcommand)]
pub enum CatalogVerb {
    /// Print an entry's document
    #[command(after_help = examples::CATALOG_SHOW)]
    Show {
        /// The entry: an appliance, image/NAME or overlay/NAME
        #[arg(value_name = "NAME", add = complete::everything())]
        name: String,
    },
}

/// `wrtpod schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which document; all kinds in one schema when left out
    #[arg(value_enum, value_name = "KIND")]
    pub kind: Option<SchemaKind>,
}

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// Facts of the place
    Site,
    /// What runs
    Appliance,
    /// What is built
    Image,
    /// What is laid onto an OpenWrt root
    Overlay,
}

/// `wrtpod explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Rule or topic, for example duplicate-mac; lists them when left out
    #[arg(value_name = "NAME", add = complete::pages())]
    pub name: Option<String>,
}

/// `wrtpod completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
    /// A script that never runs wrtpod, and knows no names of appliances, pages and contexts
    #[arg(long = "static")]
    pub r#static: bool,
}

/// `90s`, `5m`, `1h`, or seconds as a bare number.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || format!("`{text}` is no time: write a number and s, m or h, for example 90s");
    let (number, unit) = match text.find(|character: char| !character.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).map(std::time::Duration::from_secs).ok_or_else(wrong)
}
