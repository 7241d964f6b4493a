//! An OpenWrt appliance: its init container, its UCI, its volumes, its capabilities. What its scripts expect
//! is written in `src/pod/README.md`.

mod dhcp;
mod draft;
mod firewall;
mod in_pod;
mod network;
mod routes;
mod system;
mod user_uci;

pub use dhcp::Taken;
pub use in_pod::{OFFLOAD, offloads};
pub use network::asks_for_ipv6;
pub use routes::section_names as route_sections;

use super::boot;
use super::generic::pull_policy;
use super::model::{AppliedOverlay, Nic, Profile};
use super::names::interface_fault;
use super::pair::Half;
use super::pod::{
    ConfigFiles, Container, ContainerPort, Credentials, Grant, Mount, Probe, ProbeAction, Probes, Resources,
    RunAs, Scratch, Volume, VolumeSource,
};
use super::secrets;
use super::variables::EnvValue;
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::pod::{self, Scripts};
use crate::spec::{ApplianceSpec, PackagePolicy, PersistenceMode};
use crate::types::{Capability, Cidr, ImageRef, TimeZone};

/// What the profile adds to an appliance.
pub struct Parts {
    /// Init containers.
    pub init: Vec<Container>,
    /// The main container.
    pub main: Container,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// The scripts that its containers run.
    pub scripts: Option<Scripts>,
    /// ConfigMaps beside those of the scripts.
    pub config: Vec<ConfigFiles>,
}

/// What the parts are made of.
pub struct Input<'a> {
    /// Name of the appliance.
    pub name: &'a str,
    /// The document.
    pub spec: &'a ApplianceSpec,
    /// Its image.
    pub image: &'a Loc<ImageRef>,
    /// Its NICs.
    pub nics: &'a [Nic],
    /// Its ports.
    pub ports: Vec<ContainerPort>,
    /// Those of them that its Service shows.
    pub service_ports: Vec<ContainerPort>,
    /// Capabilities that the user added.
    pub extra_grants: Vec<Grant>,
    /// Requests and limits.
    pub resources: Resources,
    /// Name of the claim, unless nothing persists.
    pub claim: Option<&'a Loc<String>>,
    /// Root's credentials.
    pub credentials: Option<&'a Credentials>,
    /// Pod and Service networks of the cluster.
    pub cluster: &'a [Cidr],
    /// By what DHCP servers know it, in hexadecimal digits.
    pub duid: String,
    /// Prefix for unique local addresses, where it serves a network.
    pub ula_prefix: Option<String>,
    /// Its overlays, whose settings are among the document's.
    pub overlays: &'a [AppliedOverlay],
    /// What DHCP ranges must leave alone.
    pub taken: &'a Taken,
    /// Its half of them, in a pair of routers.
    pub half: Option<Half>,
}

/// Services that cannot work in a pod: they set the clock, drive LEDs or unmount what is not theirs.
const DISABLED_SERVICES: &str = "sysntpd sysfixtime umount led gpio_switch urandom_seed bootcount";

/// Folders that mode `system` keeps.
pub const SYSTEM_FOLDERS: [&str; 7] = ["etc", "usr", "lib", "bin", "sbin", "www", "root"];

/// Decides the parts.
pub fn parts(input: &Input<'_>, diags: &mut Diagnostics) -> Parts {
    let mode = mode(input.spec);
    Parts {
        init: vec![prepare(input)],
        main: main(input, mode),
        volumes: volumes(input),
        scripts: Some(Scripts::OpenWrt),
        config: config(input, mode, diags),
    }
}

fn config(input: &Input<'_>, mode: PersistenceMode, diags: &mut Diagnostics) -> Vec<ConfigFiles> {
    let mut config = vec![ConfigFiles::text(format!("{}-plan", input.name), plan_files(input, mode, diags))];
    config.extend(boot::config(input.name, input.overlays));
    config
}

/// The persistence mode; the default where nobody chose.
pub fn mode(spec: &ApplianceSpec) -> PersistenceMode {
    let chosen = spec.persistence.as_ref().and_then(|persistence| persistence.mode.as_ref());
    chosen.map_or(PersistenceMode::DEFAULT, |mode| mode.value)
}

fn grants(pairs: &[(&str, &str)]) -> Vec<Grant> {
    pairs
        .iter()
        .map(|(capability, reason)| Grant {
            capability: Loc::bare(
                capability.parse::<Capability>().expect("our own capabilities are Linux ones"),
            ),
            reason: (*reason).to_owned(),
        })
        .collect()
}

/// The set that was seen to be enough for procd, netifd, dnsmasq, dropbear, uhttpd and fw4, and without any
/// one of which something of them fails.
fn main_grants() -> Vec<Grant> {
    grants(&[
        ("NET_ADMIN", "netifd and the firewall configure the NICs; without it the boot stops in preinit"),
        ("NET_RAW", "ping, and the DHCP clients' raw sockets"),
        ("NET_BIND_SERVICE", "uhttpd, dropbear and dnsmasq listen below port 1024"),
        ("SETUID", "dnsmasq and ubus drop to users of their own"),
        ("SETGID", "dnsmasq and ubus drop to groups of their own"),
        ("DAC_OVERRIDE", "root's daemons write files of the users that they drop to"),
        ("KILL", "procd stops and reloads services that run as other users"),
        ("CHOWN", "dnsmasq's run directory is given to its user"),
    ])
}

fn prepare_grants() -> Vec<Grant> {
    grants(&[
        (
            "NET_ADMIN",
            "until the firewall is up, a table of its own lets nothing pass between eth0 and the NICs",
        ),
        ("CHOWN", "the claim is filled with the image's files under their owners"),
        ("DAC_OVERRIDE", "files of other users are read and merged"),
        ("FOWNER", "modes and times of files of other users are kept"),
    ])
}

fn host_ips() -> (String, EnvValue) {
    ("WRTPOD_HOST_IPS".into(), EnvValue::Field("status.hostIPs".into()))
}

fn mount(volume: &str, path: &str, read_only: bool) -> Mount {
    Mount { volume: volume.into(), path: Loc::bare(path.to_owned()), sub_path: None, read_only }
}

fn has_boot_overlays(input: &Input<'_>) -> bool {
    input.overlays.iter().any(|overlay| overlay.boot.is_some())
}

fn common_mounts(input: &Input<'_>) -> Vec<Mount> {
    let mut mounts = vec![
        mount("wrtpod-scripts", "/wrtpod/bin", true),
        mount("wrtpod-plan", "/wrtpod/plan", true),
        mount("wrtpod-run", "/wrtpod/run", false),
    ];
    if input.claim.is_some() {
        mounts.push(mount("wrtpod-data", "/wrtpod/data", false));
    }
    if has_boot_overlays(input) {
        mounts.push(mount("wrtpod-overlays", "/wrtpod/overlays", true));
    }
    mounts
}

fn prepare(input: &Input<'_>) -> Container {
    Container {
        name: "prepare".into(),
        image: input.image.clone(),
        pull_policy: pull_policy(input.spec),
        command: vec!["/bin/sh".into(), "/wrtpod/bin/prepare".into()],
        args: Vec::new(),
        env: vec![host_ips()],
        env_from: Vec::new(),
        mounts: common_mounts(input),
        grants: prepare_grants(),
        run_as: RunAs::Root("the claim is filled with the image's files under their owners"),
        ports: Vec::new(),
        probes: Probes::default(),
        resources: Resources::default(),
    }
}

fn main(input: &Input<'_>, mode: PersistenceMode) -> Container {
    let mut mounts = common_mounts(input);
    if input.credentials.is_some() {
        mounts.push(mount("wrtpod-credentials", "/wrtpod/secret", true));
    }
    if !secrets::keys(input.spec).is_empty() {
        mounts.push(mount("wrtpod-secrets", "/wrtpod/secrets", true));
    }
    for (path, sub_path) in persistent_folders(mode) {
        mounts.push(Mount { sub_path: Some(Loc::bare(sub_path)), ..mount("wrtpod-data", &path, false) });
    }
    mounts.extend(super::volumes::mounts(input.spec));
    let mut all_grants = main_grants();
    for grant in &input.extra_grants {
        if !all_grants.iter().any(|other| other.capability == grant.capability) {
            all_grants.push(grant.clone());
        }
    }
    Container {
        name: "openwrt".into(),
        image: input.image.clone(),
        pull_policy: pull_policy(input.spec),
        command: vec!["/bin/sh".into(), "/wrtpod/bin/start".into()],
        args: Vec::new(),
        // procd takes itself for a container by this variable alone: without it, it never ends on SIGTERM.
        env: vec![("container".into(), EnvValue::Text("oci".into())), host_ips()],
        env_from: Vec::new(),
        mounts,
        grants: all_grants,
        run_as: RunAs::Root("OpenWrt's init is root's, and starts each daemon as its own user"),
        ports: input.ports.clone(),
        probes: probes(),
        resources: input.resources.clone(),
    }
}

/// Folder in the pod and folder on the claim.
fn persistent_folders(mode: PersistenceMode) -> Vec<(String, String)> {
    match mode {
        PersistenceMode::None => Vec::new(),
        PersistenceMode::Config => vec![("/etc/config".into(), "config".into())],
        PersistenceMode::Etc => vec![("/etc".into(), "etc".into())],
        PersistenceMode::System => {
            SYSTEM_FOLDERS.iter().map(|name| (format!("/{name}"), (*name).to_owned())).collect()
        }
    }
}

/// A restart of the container cannot bring a NIC back, so liveness asks ubus alone and is patient; readiness
/// asks for NICs, MACs, ubus and the firewall's ruleset.
fn probes() -> Probes {
    let probe = |what: &str, period, timeout, failures| Probe {
        action: ProbeAction::Exec(vec!["/bin/sh".into(), "/wrtpod/bin/probe".into(), what.into()]),
        initial_delay: None,
        period,
        timeout,
        failures,
    };
    Probes {
        startup: Some(probe("startup", 2, 5, 150)),
        readiness: Some(probe("ready", 10, 5, 3)),
        liveness: Some(probe("live", 30, 10, 10)),
    }
}

fn volumes(input: &Input<'_>) -> Vec<Volume> {
    let volume = |name: &str, source| Volume { name: name.to_owned().into(), source };
    let config = |suffix: &str| VolumeSource::ConfigMap(format!("{}-{suffix}", input.name));
    let mut volumes = vec![
        volume("wrtpod-scripts", VolumeSource::Scripts(Scripts::OpenWrt)),
        volume("wrtpod-plan", config("plan")),
        volume("wrtpod-run", VolumeSource::Scratch(Scratch::default())),
    ];
    if has_boot_overlays(input) {
        volumes.push(volume("wrtpod-overlays", config("overlays")));
    }
    if let Some(claim) = input.claim {
        volumes.push(volume("wrtpod-data", VolumeSource::Claim(claim.clone())));
    }
    if let Some(credentials) = input.credentials {
        volumes.push(volume("wrtpod-credentials", VolumeSource::Credentials(credentials.secret.clone())));
    }
    let secrets = secrets::keys(input.spec);
    if !secrets.is_empty() {
        volumes.push(volume("wrtpod-secrets", VolumeSource::SecretKeys(secrets)));
    }
    volumes.extend(super::volumes::volumes(input.name, input.spec));
    volumes
}

fn plan_files(input: &Input<'_>, mode: PersistenceMode, diags: &mut Diagnostics) -> pod::Files {
    let spec = input.spec;
    let hostname = spec.hostname.as_ref().map_or(input.name, |name| name.as_str());
    let timezone = spec.timezone.as_ref().and_then(|zone| zone.parse::<TimeZone>().ok());
    let persistent = mode != PersistenceMode::None;
    // A rule refuses other names; no file can be made with them.
    let named = |nic: &&Nic| interface_fault(Profile::OpenWrt, input.nics, nic).is_none();
    let nics: Vec<Nic> = input.nics.iter().filter(named).cloned().collect();
    let host = network::Host { hostname, duid: &input.duid, ula_prefix: input.ula_prefix.as_deref() };
    let mut uci = vec![
        ("dhcp".to_owned(), dhcp::dhcp(&nics, persistent, input.taken, input.half).finish()),
        ("firewall".to_owned(), firewall::firewall(&nics, &input.service_ports).finish()),
        ("network".to_owned(), network::network(&host, &nics, input.cluster).finish()),
        ("system".to_owned(), system::system(hostname, timezone.as_ref()).finish()),
    ];
    user_uci::lay_over(&mut uci, &spec.uci, &nics, diags);
    let stated = input.overlays.iter().flat_map(|overlay| &overlay.host_modules);
    let is_known = stated.into_iter().any(|(module, _)| module.replace('-', "_") == OFFLOAD.0);
    in_pod::check(spec, &nics, is_known, diags);
    for nic in dhcp::without_range(&nics, input.taken, input.half) {
        note_no_range(nic, input.half, spec, diags);
    }
    let mut files = vec![("settings".to_owned(), settings(input, mode).into())];
    files.extend(uci.into_iter().map(|(name, config)| (format!("uci.{name}"), config.to_string().into())));
    for (name, script) in &spec.first_boot {
        files.push((format!("first-boot.{}", name.value), with_newline(&script.value).into()));
    }
    files.sort();
    files
}

/// Its DHCP server is off, which nobody would look for.
fn note_no_range(nic: &Nic, half: Option<Half>, spec: &ApplianceSpec, diags: &mut Diagnostics) {
    let interface = &nic.interface.value;
    let sections =
        spec.uci.iter().filter(|(file, _)| file.value == "dhcp").flat_map(|(_, sections)| &sections.value);
    let mut own = sections.filter(|(section, _)| section.value == *interface);
    if own.any(|(_, options)| {
        options.value.iter().any(|(option, _)| matches!(option.value.as_str(), "dhcpv4" | "ignore"))
    }) {
        return;
    }
    let of = match half {
        None => "",
        Some(Half::Lower) => "in the lower half of its pair ",
        Some(Half::Upper) => "in the upper half of its pair ",
    };
    let what = format!(
        "`{interface}` serves `{}`, and {of}no address is free to be handed out by DHCP",
        nic.network.value
    );
    diags.push(
        Finding::warning(Code::DhcpWithoutRange, what)
            .at(nic.serve.and_then(|serve| serve.span).or(nic.network.span))
            .help(format!(
                "give the network a larger `subnet`, or keep fixed addresses and pools out of it; if that is meant, write \
                 `uci: {{dhcp: {{{interface}: {{dhcpv4: disabled}}}}}}`"
            )),
    );
}

/// What the scripts read: shell assignments, every value within a set of characters that needs no quoting.
fn settings(input: &Input<'_>, mode: PersistenceMode) -> String {
    let packages = input.spec.persistence.as_ref().and_then(|persistence| persistence.packages.as_ref());
    let packages = packages.map_or(PackagePolicy::DEFAULT, |packages| packages.value);
    let nics: Vec<String> = input
        .nics
        .iter()
        .map(|nic| {
            let mac = nic.mac.as_ref().map_or(String::new(), |mac| mac.value.to_string());
            format!("{}={mac}", nic.interface.value)
        })
        .collect();
    let cluster: Vec<String> = input.cluster.iter().map(ToString::to_string).collect();
    let overlays: Vec<&str> = input.overlays.iter().map(|overlay| overlay.name.as_str()).collect();
    let forwards = input.spec.cluster_forwarding.is_some_and(|forwards| forwards.value);
    let leads_out = input.nics.iter().any(|nic| nic.default_route.value);
    [
        ("PERSISTENCE", mode.as_str()),
        ("PACKAGES", packages.as_str()),
        ("NICS", &nics.join(" ")),
        ("CLUSTER_CIDRS", &cluster.join(" ")),
        ("DEFAULT_ROUTE_VIA_NIC", if leads_out { "1" } else { "0" }),
        ("DISABLED_SERVICES", DISABLED_SERVICES),
        ("CLUSTER_FORWARDING", if forwards { "1" } else { "0" }),
        ("OVERLAYS", &overlays.join(" ")),
    ]
    .map(|(key, value)| format!("{key}='{value}'\n"))
    .concat()
}

fn with_newline(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
