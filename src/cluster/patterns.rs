//! Texts of the kubelet, the scheduler, controllers and CNI plugins, what they mean, and what mends it.

use crate::diag::Code;

/// A text in a message, what it means, and what mends it.
pub(super) struct Pattern {
    pub text: &'static str,
    /// What has to follow somewhere behind the text; empty for anything.
    end: &'static str,
    pub code: Code,
    pub fix: &'static str,
    pub transient: bool,
}

pub(super) const fn lasting(text: &'static str, code: Code, fix: &'static str) -> Pattern {
    Pattern { text, end: "", code, fix, transient: false }
}

/// A file of the node that is not there.
const fn absent(text: &'static str, code: Code, fix: &'static str) -> Pattern {
    Pattern { text, end: "no such file", code, fix, transient: false }
}

pub(super) const fn passing(text: &'static str, code: Code, fix: &'static str) -> Pattern {
    Pattern { text, end: "", code, fix, transient: true }
}

impl Pattern {
    /// Whether a message says it.
    pub(super) fn is_in(&self, message: &str) -> bool {
        message.split_once(self.text).is_some_and(|(_, rest)| rest.contains(self.end))
    }
}

const MULTUS: &str =
    "Multus is not installed: apply its manifest (thin is the safer choice on k3s), then deploy again";
/// Multus 4.3 gives each request 0.25 s, and does not repeat one that took longer (pkg/multus, `GetPod`).
const SLOW: &str = "Multus gives the API server a quarter of a second to tell of the pod: is the node or the API server too busy, or the way \
                    between them cut? The kubelet tries again by itself";
/// The kubelet asks again, and each time the plugin waits a minute for its daemon: it goes on by itself.
const DAEMON: &str = "Multus' daemon does not answer on the node, and its plugin gives up after a minute (`wrtpod explain multus-not-ready`): \
                      `kubectl get pods -A -o wide` shows its pod there, whose events and log say why; once it \
                      runs, the pod comes by itself";
const ATTACHMENT: &str =
    "the attachment is not in that namespace: run `wrtpod deploy` again, which applies it";
pub(super) const PARENT: &str =
    "the node has no such NIC: correct `parent` in the site, or make the interface on the node";
const MAC: &str = "something else on this parent has the MAC: look for another pod or appliance with it";
const SECURITY: &str = "label the namespace pod-security.kubernetes.io/enforce=privileged";

const DHCP: &str = "the CNI plugins' DHCP daemon does not run on the node, and without it a pod with `address: dhcp` is neither made nor \
                    taken away: run `dhcp daemon` of the CNI plugins there, as a service or a DaemonSet, and what hangs goes on";
const IPV6: &str = "the node was booted without IPv6, and the attachment sets sysctls of it: write `ipv6: false`, for the appliance or the \
                    site, or boot the node without `ipv6.disable=1`";
const CONNTRACK: &str = "the network sets sysctls of connection tracking, and the node has not loaded that: `modprobe nf_conntrack` on \
                         it, or remove them from `sysctls`";

/// What the making of a sandbox can fail with; the first that fits counts.
pub(super) const SANDBOX: &[Pattern] = &[
    lasting("could not find the requested resource (get network-attachment", Code::NoMultus, MULTUS),
    lasting("cannot find a network-attachment-definition", Code::AttachmentMissing, ATTACHMENT),
    lasting("NoNetworkFound", Code::AttachmentMissing, ATTACHMENT),
    lasting(
        "failed to find plugin \"whereabouts\"",
        Code::MissingPlugin,
        "the node lacks this CNI plugin: install whereabouts, whose DaemonSet puts it on each node, into the folder that the \
         node's distribution reads",
    ),
    lasting(
        "failed to find plugin",
        Code::MissingPlugin,
        "the node lacks this CNI plugin: install the reference CNI plugins into the folder that its distribution reads",
    ),
    passing("error waiting for pod: Get ", Code::ApiServerSlow, SLOW),
    // The plugin of thick Multus is a shim: its daemon did not come, or went while it was asked. What the daemon says of other plugins
    // comes by the shim too, and has neither text.
    passing("(shim): timed out waiting for the condition", Code::MultusNotReady, DAEMON),
    passing("(shim): failed to send CNI request", Code::MultusNotReady, DAEMON),
    // Of ADD and of DEL alike.
    lasting("dhcp.sock", Code::NoDhcpDaemon, DHCP),
    // Other folders of IPv6 lack a file in some pods, and a file that is there may be refused: neither is mended on the node.
    absent("open /proc/sys/net/ipv6/conf/", Code::NoIpv6, IPV6),
    absent("open /proc/sys/net/netfilter/nf_conntrack", Code::KernelModuleMissing, CONNTRACK),
    lasting("Link not found", Code::MissingParent, PARENT),
    lasting("failed to lookup master", Code::MissingParent, PARENT),
    lasting("Link with name", Code::MissingParent, PARENT),
    lasting("ddress already in use", Code::MacInUse, MAC),
    lasting(
        "evice or resource busy",
        Code::ParentBusy,
        "another network uses this parent in a way that excludes this one",
    ),
    lasting(
        "file exists",
        Code::VlanExists,
        "the parent has a VLAN of this id already: delete it, or use macvlan over the node's own VLAN interface",
    ),
    lasting(
        "operation not supported",
        Code::Kernel,
        "the node's kernel lacks this kind of interface: load its module",
    ),
    passing(
        "network is not ready",
        Code::NoClusterNetwork,
        "the cluster's own network is not ready on the node: kubectl -n kube-system get pods",
    ),
];

/// What a controller can fail with when it makes a pod.
pub(super) const CREATION: &[Pattern] = &[
    lasting("violates PodSecurity", Code::PodSecurity, SECURITY),
    lasting("exceeded quota", Code::Quota, "raise the namespace's ResourceQuota"),
    lasting(
        "error looking up service account",
        Code::ServiceAccount,
        "create the service account that the pod names",
    ),
    lasting("failed calling webhook", Code::Webhook, "mend or remove the admission webhook that is named"),
];

/// What the scheduler can fail with; the first that fits counts.
pub(super) const SCHEDULING: &[Pattern] = &[
    passing("unbound immediate PersistentVolumeClaims", Code::ClaimPending, CLAIM),
    lasting(
        "persistentvolumeclaim \"",
        Code::ClaimMissing,
        "run `wrtpod deploy` again, it applies the claims",
    ),
    passing("ReadWriteOncePod", Code::ClaimInUse, "the claim's former pod has to end first"),
    lasting("volume node affinity", Code::ClaimElsewhere, ELSEWHERE),
    // As newer schedulers say it.
    lasting("match PersistentVolume's node affinity", Code::ClaimElsewhere, ELSEWHERE),
    lasting(
        "node affinity/selector",
        Code::Unschedulable,
        "no node fits the site's `nodes` and architecture: correct them, or label the node",
    ),
    lasting(
        "untolerated taint",
        Code::Unschedulable,
        "the nodes are tainted: remove the taint, or tolerate it",
    ),
    lasting("Insufficient ", Code::Unschedulable, "the nodes have too little left: lower the requests"),
];

/// What is more telling than why other nodes do not take the pod.
pub(super) const DEVICE: Pattern = lasting(
    "",
    Code::DeviceMissing,
    "no node that may run it has such a device free: is its device plugin running (`kubectl describe node NODE`, under \
     Allocatable), and does another pod hold it?",
);

const ELSEWHERE: &str = "the claim's volume lives on another node: the appliance has to run there";
pub(super) const CLAIM: &str =
    "no volume yet: is the storage class there and does its provisioner run? (`kubectl get storageclass`)";

#[cfg(test)]
mod tests {
    use super::*;

    /// As Multus 4.3's shim says it.
    #[test]
    fn what_the_shim_says_of_its_daemon_is_told_from_what_the_daemon_says() {
        let found = |rest: &str| {
            let message = format!(
                r#"plugin type="multus-shim" name="multus-cni-network" failed (add): CmdAdd (shim): {rest}"#
            );
            SANDBOX
                .iter()
                .find(|pattern| pattern.is_in(&message))
                .map(|pattern| (pattern.code, pattern.transient))
        };
        let silent = Some((Code::MultusNotReady, true));
        assert_eq!(found("timed out waiting for the condition"), silent);
        let cut =
            r#"failed to send CNI request: Post "http://dummy/cni": EOF: StdinData: {"cniVersion":"0.3.1"}"#;
        assert_eq!(found(cut), silent);
        let error = |inner: &str| {
            found(&format!(
                "CNI request failed with status 400: 'ERRORED: error configuring pod [a/b] networking: {inner}'"
            ))
        };
        assert_eq!(error("Link not found"), Some((Code::MissingParent, false)));
        assert_eq!(error("timed out waiting for the condition"), None);
    }

    /// As Multus 4.3 says it on a node that is too busy.
    #[test]
    fn an_api_server_that_multus_does_not_reach_in_time_passes() {
        let message = r#"plugin type="multus" failed (add): Multus: [a/openwrt-0/ae25]: error waiting for pod: Get "https://10.96.0.1:443/api/v1/namespaces/a/pods/openwrt-0?timeout=1m0s": context deadline exceeded"#;
        let found = SANDBOX.iter().find(|pattern| pattern.is_in(message));
        assert_eq!(found.map(|pattern| (pattern.code, pattern.transient)), Some((Code::ApiServerSlow, true)));
    }
}
