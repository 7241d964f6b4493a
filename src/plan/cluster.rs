//! The cluster's own address ranges: what has to stay reachable over eth0.

use crate::spec::{Distribution, SiteSpec};
use crate::types::Cidr;

/// Pod and Service ranges in one list.
pub fn ranges(site: &SiteSpec) -> Vec<Cidr> {
    let (pods, services) = ranges_by_use(site);
    [pods, services].concat()
}

/// Pod ranges and Service ranges: the site's, else the distribution's defaults.
///
/// # Panics
/// Never: the defaults are ranges.
pub fn ranges_by_use(site: &SiteSpec) -> (Vec<Cidr>, Vec<Cidr>) {
    let stated = site.cluster.as_ref();
    let pods: Vec<Cidr> =
        stated.map_or_else(Vec::new, |cluster| cluster.pod_cidrs.iter().map(|cidr| cidr.value).collect());
    let services: Vec<Cidr> =
        stated.map_or_else(Vec::new, |cluster| cluster.service_cidrs.iter().map(|cidr| cidr.value).collect());
    let distribution =
        site.distribution.as_ref().map_or(Distribution::K3s, |distribution| distribution.value);
    let (default_pods, default_services) = defaults(distribution);
    let or_default = |own: Vec<Cidr>, default: &str| {
        if own.is_empty() { vec![default.parse().expect("our own ranges are CIDRs")] } else { own }
    };
    (or_default(pods, default_pods), or_default(services, default_services))
}

/// Ranges of a cluster that was set up without a word about them, from each distribution's documentation.
fn defaults(distribution: Distribution) -> (&'static str, &'static str) {
    match distribution {
        Distribution::K3s | Distribution::Rke2 => ("10.42.0.0/16", "10.43.0.0/16"),
        Distribution::K0s | Distribution::Kubeadm | Distribution::Talos | Distribution::Kind => {
            ("10.244.0.0/16", "10.96.0.0/12")
        }
        Distribution::Microk8s => ("10.1.0.0/16", "10.152.183.0/24"),
    }
}
