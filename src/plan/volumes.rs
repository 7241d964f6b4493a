//! The volumes and devices that a document asks for itself.

use super::pod::{Mount, Scratch, Volume, VolumeSource};
use crate::diag::Loc;
use crate::spec::{self, ApplianceSpec, DeviceSource};
use crate::types::Name;

/// The volumes of the pod.
pub fn volumes(appliance: &str, spec: &ApplianceSpec) -> Vec<Volume> {
    let own = spec.volumes.iter().map(|(name, volume)| {
        let source = if let Some(map) = &volume.config_map {
            VolumeSource::ConfigMap(map.value.to_string())
        } else if let Some(secret) = &volume.secret {
            VolumeSource::Secret(secret.value.to_string())
        } else if let Some(path) = &volume.host_path {
            VolumeSource::HostPath(path.clone())
        } else if let Some(nfs) = &volume.nfs {
            VolumeSource::Nfs { server: nfs.server.clone(), path: nfs.path.clone() }
        } else if is_scratch(volume) {
            let in_memory =
                volume.memory.as_ref().map_or_else(|| is_shared_memory(volume), |memory| memory.value);
            VolumeSource::Scratch(Scratch { in_memory, limit: volume.size.clone() })
        } else {
            VolumeSource::Claim(match &volume.existing_claim {
                Some(claim) => Loc::new(claim.value.to_string(), claim.span),
                None => Loc::new(format!("{appliance}-{}", name.value), name.span),
            })
        };
        Volume { name: name.clone().map(|name| name.to_string()), source }
    });
    let devices = devices(spec).map(|path| Volume {
        name: Loc::new(device_volume(&path), path.span),
        source: VolumeSource::Device(path),
    });
    own.chain(devices).collect()
}

/// Whether the volume is an empty folder that goes with the pod.
pub fn is_scratch(volume: &spec::Volume) -> bool {
    volume.empty_dir.as_ref().is_some_and(|scratch| scratch.value)
}

/// What programs take for memory that they share with each other: a folder on a disk would be none.
fn is_shared_memory(volume: &spec::Volume) -> bool {
    volume.mount_path.trim_end_matches('/') == "/dev/shm"
}

/// Where the main container sees them.
pub fn mounts(spec: &ApplianceSpec) -> Vec<Mount> {
    let own = spec.volumes.iter().map(|(name, volume)| mount(name, volume));
    let devices = devices(spec).map(|path| Mount {
        volume: device_volume(&path),
        path,
        sub_path: None,
        read_only: false,
    });
    own.chain(devices).collect()
}

/// How the appliance sees a volume.
pub fn mount(name: &Loc<Name>, volume: &spec::Volume) -> Mount {
    Mount {
        volume: name.value.to_string(),
        path: volume.mount_path.clone(),
        sub_path: volume.sub_path.clone(),
        read_only: volume.read_only.as_ref().is_some_and(|only| only.value),
    }
}

/// Devices by path; the rules leave only /dev/net/tun.
fn devices(spec: &ApplianceSpec) -> impl Iterator<Item = Loc<String>> {
    spec.devices.iter().filter_map(|device| match &device.source.value {
        DeviceSource::Path(path) => Some(Loc::new(path.clone(), device.span)),
        DeviceSource::Resource(_) => None,
    })
}

/// Name of the volume of a device: wrtpod's prefix and its path with dashes.
fn device_volume(path: &str) -> String {
    let path = path.trim_matches('/').replace(|c: char| !c.is_ascii_alphanumeric(), "-").to_ascii_lowercase();
    format!("wrtpod-{path}")
}
