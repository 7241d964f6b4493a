//! What the cluster verbs share: the connection, a release made of the plan, and how errors end a run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::ClusterArgs;
use super::error::CliError;
use super::load::Loaded;
use super::printer::Printer;
use crate::cluster::{
    self, Class, Cluster, ConfiguredBy, ConnectOptions, ExpectedNic, GeneratedSecret, KernelModule, Release,
};
use crate::net::Nad;
use crate::objects::{self, MANAGED_BY, ObjectSet, WRTPOD};
use crate::plan::{self, Addressing, Appliance};

/// Runs a verb's work; the program has no other threads than this one.
pub fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        CliError::Environment { message: format!("cannot start the runtime: {error}"), hint: None }
    })?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => Err(CliError::Environment {
                message: "interrupted".to_owned(),
                hint: Some("run the same command again to finish what was begun".to_owned()),
            }),
        }
    });
    // A name that is still looked up, for a registry that was given up, is not waited for.
    runtime.shutdown_background();
    result
}

/// Connects as the command line says.
pub async fn connect(args: &ClusterArgs, printer: Printer) -> Result<Cluster, CliError> {
    let options = ConnectOptions {
        kubeconfig: args.kubeconfig.clone(),
        context: args.context.clone(),
        waiting: Some(Arc::new(move |server: &str| {
            printer.line(&format!("waiting for an answer of the API server at {server}"));
        })),
        ..options()
    };
    Ok(cluster::connect(&options).await?)
}

/// How to connect where the command line says nothing of it.
pub(super) fn options() -> ConnectOptions {
    ConnectOptions {
        looked_for: kubeconfigs(),
        no_proxy: ["NO_PROXY", "no_proxy"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|listed| !listed.is_empty()),
        ..ConnectOptions::default()
    }
}

/// Where a kubeconfig is looked for, as by kubectl.
pub(super) fn kubeconfigs() -> Vec<PathBuf> {
    let listed = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let listed: Vec<PathBuf> =
        std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    if !listed.is_empty() {
        return listed;
    }
    std::env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect()
}

/// The releases of the appliances that were asked for.
pub fn releases(loaded: &Loaded) -> Vec<Release> {
    loaded.chosen().map(|(appliance, objects)| release(loaded, appliance, objects)).collect()
}

fn release(loaded: &Loaded, appliance: &Appliance, objects: &ObjectSet) -> Release {
    let plan = &loaded.plan;
    let workload = objects
        .iter()
        .map(|object| &object.identity)
        .find(|identity| matches!(identity.kind.as_str(), "StatefulSet" | "Deployment"))
        .expect("every appliance has a workload");
    Release {
        appliance: appliance.name.value.clone(),
        namespace: plan.namespace.clone(),
        site: plan.site.clone(),
        objects: objects.clone(),
        shared: objects::shared(plan, std::iter::once(appliance)),
        expected: appliance.nics.iter().filter_map(|nic| expected(plan, appliance, nic)).collect(),
        workload: workload.clone(),
        container: appliance.main.name.clone(),
        create_namespace: true,
        credentials: appliance.credentials.as_ref().map(|credentials| credentials.secret.clone()),
        // Without NICs of its own there are no routes to keep.
        cluster_ranges: if appliance.nics.iter().any(|nic| nic.attachment.is_some()) {
            plan.cluster.clone()
        } else {
            Vec::new()
        },
        secret: appliance.credentials.as_ref().filter(|credentials| credentials.generated).map(
            |credentials| GeneratedSecret {
                name: credentials.secret.clone(),
                labels: BTreeMap::from([
                    ("app.kubernetes.io/instance".to_owned(), appliance.name.value.clone()),
                    (MANAGED_BY.to_owned(), WRTPOD.to_owned()),
                    (objects::APPLIANCE.to_owned(), appliance.name.value.clone()),
                ]),
                annotations: BTreeMap::new(),
            },
        ),
        modules: modules(appliance),
    }
}

/// The kernel modules that it needs of the node, each once.
fn modules(appliance: &Appliance) -> Vec<KernelModule> {
    let mut modules: Vec<KernelModule> = Vec::new();
    for (name, reason) in appliance.host_modules() {
        if modules.iter().all(|known| known.name != name.value) {
            modules.push(KernelModule { name: name.value.clone(), reason: reason.clone() });
        }
    }
    modules
}

fn expected(plan: &plan::Plan, appliance: &Appliance, nic: &plan::Nic) -> Option<ExpectedNic> {
    let nad = Nad::of(&appliance.name, nic.attachment.as_ref()?);
    Some(ExpectedNic {
        interface: nic.interface.value.clone(),
        network_name: format!("{}/{}", nad.namespace.as_ref().unwrap_or(&plan.namespace), nad.name),
        existing: nad.config.is_none(),
        mac: nic.mac.as_ref().map(|mac| mac.value.to_string()),
        addresses: nic.fixed_addresses().iter().map(|address| address.value.to_string()).collect(),
        dynamic: matches!(nic.addressing, Addressing::Dhcp(_) | Addressing::Pool(_)),
        configured_by: match nic.configured_by {
            plan::ConfiguredBy::Cni => ConfiguredBy::Cni,
            plan::ConfiguredBy::Guest => ConfiguredBy::Guest,
        },
    })
}

impl CliError {
    /// What no finding says of an error of the cluster. Where the environment failed among others, that decides the exit code of all.
    pub fn untold(error: &cluster::Error) -> Vec<Self> {
        let class = error.class();
        let line = |error: &cluster::Error| {
            let (message, hint) = (error.to_string(), error.help());
            match class {
                Class::Refused => Self::Refused { message, hint },
                Class::Environment => Self::Environment { message, hint },
            }
        };
        error.each().filter(|error| !error.is_told()).map(line).collect()
    }
}

impl From<cluster::Error> for CliError {
    fn from(error: cluster::Error) -> Self {
        let found = error.findings().into_iter().map(|finding| Self::Finding(Box::new(finding)));
        Self::several(found.chain(Self::untold(&error)).collect())
    }
}
