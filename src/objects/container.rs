//! Containers: commands, mounts, capabilities, probes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, ConfigMapEnvSource, ConfigMapKeySelector, Container, ContainerPort, EnvFromSource, EnvVar,
    EnvVarSource, ExecAction, HTTPGetAction, ObjectFieldSelector, Probe, ResourceRequirements,
    SeccompProfile, SecretEnvSource, SecretKeySelector, SecurityContext, TCPSocketAction, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::plan::{self, EnvObject, EnvValue, ProbeAction, RunAs};

/// A container with no more privilege than the plan grants.
pub fn container(plan: &plan::Container) -> Container {
    Container {
        name: plan.name.clone(),
        image: Some(plan.image.to_string()),
        image_pull_policy: plan.pull_policy.clone(),
        command: list(&plan.command),
        args: list(&plan.args),
        env: (!plan.env.is_empty()).then(|| plan.env.iter().map(env).collect()),
        env_from: (!plan.env_from.is_empty()).then(|| plan.env_from.iter().map(env_from).collect()),
        ports: (!plan.ports.is_empty()).then(|| plan.ports.iter().map(port).collect()),
        volume_mounts: (!plan.mounts.is_empty()).then(|| plan.mounts.iter().map(mount).collect()),
        startup_probe: plan.probes.startup.as_ref().map(probe),
        readiness_probe: plan.probes.readiness.as_ref().map(probe),
        liveness_probe: plan.probes.liveness.as_ref().map(probe),
        resources: resources(&plan.resources),
        security_context: Some(security_context(plan)),
        ..Container::default()
    }
}

fn list(items: &[String]) -> Option<Vec<String>> {
    (!items.is_empty()).then(|| items.to_vec())
}

/// Capabilities start from nothing, and nothing can be gained on the way.
fn security_context(plan: &plan::Container) -> SecurityContext {
    let (user, group) = match plan.run_as {
        RunAs::Root(_) => (Some(0), None),
        RunAs::Image { user, group } => {
            (user.map(|user| user.get().into()), group.map(|group| group.get().into()))
        }
    };
    let add: Vec<String> = plan.grants.iter().map(|grant| grant.capability.to_string()).collect();
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { add: list(&add), drop: Some(vec!["ALL".into()]) }),
        run_as_group: group,
        // A pod that says `runAsNonRoot: true`, by a patch or by a policy's hand, speaks of its appliance: kubelet would refuse ours.
        run_as_non_root: matches!(plan.run_as, RunAs::Root(_)).then_some(false),
        run_as_user: user,
        seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".into(), localhost_profile: None }),
        ..SecurityContext::default()
    }
}

fn env((name, value): &(String, EnvValue)) -> EnvVar {
    let mut source = EnvVarSource::default();
    match value.clone() {
        EnvValue::Text(text) => return EnvVar { name: name.clone(), value: Some(text), value_from: None },
        EnvValue::Field(field_path) => {
            source.field_ref = Some(ObjectFieldSelector { field_path, api_version: None });
        }
        EnvValue::Secret(name, key) => {
            source.secret_key_ref = Some(SecretKeySelector { name, key, optional: None });
        }
        EnvValue::ConfigMap(name, key) => {
            source.config_map_key_ref = Some(ConfigMapKeySelector { name, key, optional: None });
        }
    }
    EnvVar { name: name.clone(), value: None, value_from: Some(source) }
}

fn env_from(plan: &plan::EnvSource) -> EnvFromSource {
    let mut source = EnvFromSource { prefix: plan.prefix.clone(), ..EnvFromSource::default() };
    match plan.object.clone() {
        EnvObject::ConfigMap(name) => {
            source.config_map_ref = Some(ConfigMapEnvSource { name, optional: None });
        }
        EnvObject::Secret(name) => source.secret_ref = Some(SecretEnvSource { name, optional: None }),
    }
    source
}

fn port(plan: &plan::ContainerPort) -> ContainerPort {
    ContainerPort {
        name: Some(plan.name.value.clone()),
        container_port: plan.port.value.into(),
        protocol: Some(plan.protocol.to_string()),
        ..ContainerPort::default()
    }
}

fn mount(plan: &plan::Mount) -> VolumeMount {
    VolumeMount {
        name: plan.volume.clone(),
        mount_path: plan.path.value.clone(),
        sub_path: plan.sub_path.as_ref().map(|path| path.value.clone()),
        read_only: plan.read_only.then_some(true),
        ..VolumeMount::default()
    }
}

fn probe(plan: &plan::Probe) -> Probe {
    let mut probe = Probe {
        initial_delay_seconds: plan.initial_delay.map(seconds),
        period_seconds: Some(seconds(plan.period)),
        timeout_seconds: Some(seconds(plan.timeout)),
        failure_threshold: Some(seconds(plan.failures)),
        ..Probe::default()
    };
    match &plan.action {
        ProbeAction::Exec(command) => probe.exec = Some(ExecAction { command: Some(command.clone()) }),
        ProbeAction::Http { path, port } => {
            probe.http_get = Some(HTTPGetAction {
                path: Some(path.clone()),
                port: target(&port.value),
                ..HTTPGetAction::default()
            });
        }
        ProbeAction::Tcp(port) => {
            probe.tcp_socket = Some(TCPSocketAction { port: target(&port.value), host: None });
        }
    }
    probe
}

/// A port by its name, or by its number: no name is one.
fn target(port: &str) -> IntOrString {
    port.parse().map_or_else(|_| IntOrString::String(port.to_owned()), IntOrString::Int)
}

/// Kubernetes counts in `i32`; what does not fit is as good as for ever.
fn seconds(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn resources(plan: &plan::Resources) -> Option<ResourceRequirements> {
    let amounts = |pairs: &[(String, String)]| -> Option<BTreeMap<String, Quantity>> {
        (!pairs.is_empty())
            .then(|| pairs.iter().map(|(name, amount)| (name.clone(), Quantity(amount.clone()))).collect())
    };
    let (requests, limits) = (amounts(&plan.requests), amounts(&plan.limits));
    (requests.is_some() || limits.is_some()).then(|| ResourceRequirements {
        requests,
        limits,
        ..ResourceRequirements::default()
    })
}
