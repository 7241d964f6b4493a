//! Kinds that are not Kubernetes' own and that a release needs: those of whereabouts and of the Gateway API. (Multus' own is in
//! [`super::ground`].)

use wrtpod_cni::{Configuration, Ipam};

use crate::diag::Code;

use super::session::Session;
use super::{Error, Obstacle, Release, request};

/// A part of the cluster that somebody installs, known by a resource of its.
pub(super) struct Extension {
    /// Its name in reports, and what of the appliance needs it.
    pub name: &'static str,
    pub check: &'static str,
    /// The API group with its version.
    pub version: &'static str,
    resource: &'static str,
    needs: fn(&Release) -> bool,
    pub missing: Missing,
}

/// What is said where it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The stable code of the finding.
    pub code: Code,
    /// What is so, in one line.
    pub claim: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

pub(super) static ALL: [Extension; 2] = [
    Extension {
        name: "whereabouts",
        check: "pools",
        version: "whereabouts.cni.cncf.io/v1alpha1",
        resource: "ippools",
        needs: |release| release.configurations().any(|configuration| takes_from_cluster(&configuration)),
        missing: Missing {
            code: Code::NoWhereabouts,
            claim: "whereabouts is not installed: the cluster does not know IPPool",
            fix: "apply its manifests, or keep the network's `pool` on one node, without `ipam`",
        },
    },
    Extension {
        name: "Gateway API",
        check: "routes",
        version: "gateway.networking.k8s.io/v1",
        resource: "httproutes",
        needs: |release| release.objects.iter().any(|object| object.identity.kind == "HTTPRoute"),
        missing: Missing {
            code: Code::NoGatewayApi,
            claim: "the Gateway API is not installed: the cluster does not know HTTPRoute of gateway.networking.k8s.io/v1",
            fix: "install a Gateway controller with its kinds, or write `ingress` in the place of `httpRoute`",
        },
    },
];

impl Extension {
    pub(super) fn is_asked_of(&self, release: &Release) -> bool {
        (self.needs)(release)
    }

    /// Whether the cluster has it.
    pub(super) async fn is_there(&self, session: &Session<'_>) -> Result<bool, Error> {
        let what = format!("look for {}", self.name);
        let list = session.find(&what, request::group(self.version)).await?.unwrap_or_default();
        Ok(list["resources"].as_array().into_iter().flatten().any(|one| one["name"] == self.resource))
    }
}

/// Whether an attachment's addresses are of a pool that the cluster keeps.
fn takes_from_cluster(configuration: &Configuration) -> bool {
    configuration.plugins().iter().any(|plugin| matches!(plugin.ipam(), Some(Ipam::Whereabouts(_))))
}

/// Refuses a release that needs what the cluster does not have: it would end halfway, or its pods would get no NIC and could
/// not be deleted either (a plugin that is not there cannot take an address back).
pub(super) async fn check(session: &Session<'_>, release: &Release) -> Result<(), Error> {
    for extension in ALL.iter().filter(|extension| extension.is_asked_of(release)) {
        match extension.is_there(session).await {
            Ok(false) => return Err(Obstacle::NoExtension(extension.missing).into()),
            // Who may not ask deploys without knowing.
            Ok(true) | Err(Error::Refused { status: 403, .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
