//! Containers beside an appliance's own.

use super::{Entries, EnvSource, Probes, PullPolicy, Resources, VariableValue};
use crate::diag::Loc;
use crate::spec::table::record;
use crate::types::{AccountId, CapabilityWish, EnvName, ImageRef, Name};

record! {
    /// A container beside the appliance's own, in the same pod: the interfaces and addresses are the same, so its ports stand under
    /// `ports` of the appliance. It holds no capability that is not stated, and nothing can be gained on the way.
    pub struct Sidecar, "a container" {
        /// The container image.
        "image" => image: Loc<ImageRef>,
        /// When a node pulls the image. Default: Kubernetes decides by the tag.
        "imagePullPolicy" => image_pull_policy: Option<Loc<PullPolicy>>,
        /// The command, in place of the image's entry point.
        "command" => command: Vec<Loc<String>>,
        /// The arguments, in place of the image's.
        "args" => args: Vec<Loc<String>>,
        /// Environment variables, as the appliance's.
        "env" => env: Entries<EnvName, VariableValue>,
        /// Environment variables from Secrets and ConfigMaps, each with all its keys; those of `env` win.
        "envFrom" => env_from: Vec<Loc<EnvSource>>,
        /// The user that it runs as, a number. Default: the image's.
        "user" => user: Option<Loc<AccountId>>,
        /// The group that it runs as, a number. Default: the number of `user`.
        "group" => group: Option<Loc<AccountId>>,
        /// Volumes of the appliance that it sees, each with the path, such as `{data: /data}`: read-only where the appliance
        /// sees it so, and the same folder of it.
        "mounts" => mounts: Entries<Name, String>,
        /// Capabilities, each with the reason for it, as the appliance's.
        "capabilities" => capabilities: Entries<CapabilityWish, String>,
        /// Health checks. Their ports are those of the appliance, by name.
        "probes" => probes: Option<Loc<Probes>>,
        /// CPU and memory.
        "resources" => resources: Option<Loc<Resources>>,
    }
}
