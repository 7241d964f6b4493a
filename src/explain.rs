//! Pages behind `wrtpod explain NAME`: one for each rule, and a few topics. The texts are the files of
//! `docs/rules/` and `docs/topics/`.

/// Name and text of a page.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The name that is typed.
    pub name: &'static str,
    /// The page, Markdown.
    pub text: &'static str,
}

/// Pages of a folder below `docs/`.
macro_rules! pages {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(Page { name: $name, text: include_str!(concat!("../docs/", $folder, "/", $name, ".md")) }),+]
    };
}

/// A page for each rule, by name.
pub const RULES: &[Page] = pages!["rules":
    "address-in-pool",
    "address-is-gateway",
    "address-missing",
    "address-mix",
    "address-outside-subnet",
    "address-prefix",
    "address-reserved",
    "attachment-collision",
    "bad-path",
    "bad-value",
    "capability-reason",
    "chain-plugin",
    "chart-overlays",
    "chart-patches",
    "chart-primary",
    "claim-shared",
    "claim-size",
    "config-too-large",
    "default-route-without-gateway",
    "deployment-two-holders",
    "device-hostpath",
    "device-resource",
    "dhcp-before-mac",
    "dhcp-shared-mac",
    "dhcp-without-ipv4",
    "dns-in-cluster",
    "duplicate-address",
    "duplicate-document",
    "duplicate-interface",
    "duplicate-key",
    "duplicate-mac",
    "duplicate-port",
    "empty-root-password",
    "exclusive-keys",
    "file-hidden",
    "file-twice",
    "gateway-address",
    "gateway-family",
    "gateway-outside-subnet",
    "guest-bridge-macvlan",
    "guest-needs-l2",
    "image-missing",
    "image-without-base",
    "image-without-feeds",
    "immutable-field",
    "ingress-host",
    "ingress-without-service",
    "interface-name",
    "label-syntax",
    "link-needs-address",
    "mac-not-honoured",
    "mac-not-unicast",
    "missing-key",
    "mount-path",
    "moving-tag",
    "mtu-range",
    "name-collision",
    "name-too-long",
    "no-effect",
    "no-interfaces",
    "no-node-has-parent",
    "not-imported",
    "not-kubernetes",
    "openwrt-sys-admin",
    "overlay-folder",
    "overlay-not-in-image",
    "overlay-sysctl",
    "package-twice",
    "parent-exclusive",
    "parent-too-long",
    "patch-target",
    "patch-undoes",
    "persistence-hidden",
    "pool-many-nodes",
    "pool-missing",
    "pool-range",
    "pool-without-ipam",
    "port-name",
    "primary-network",
    "privileged",
    "probe-value",
    "profile-mismatch",
    "replicas-fixed-identity",
    "request-above-limit",
    "reserved-key",
    "reserved-name",
    "rolling-update-fixed-identity",
    "salt-missing",
    "serve-generic",
    "serve-needs-address",
    "service-name",
    "several-sites",
    "site-missing",
    "stock-arm-image",
    "subnet-overlaps-cluster",
    "sysctl-not-net",
    "timezone-name",
    "too-large",
    "two-default-routes",
    "two-discovery-nics",
    "two-servers",
    "uci-reserved",
    "uci-section-type",
    "uci-value",
    "unknown-appliance",
    "unknown-from",
    "unknown-image",
    "unknown-key",
    "unknown-kind",
    "unknown-network",
    "unknown-node",
    "unknown-overlay",
    "unknown-port",
    "unknown-version",
    "unsafe-sysctl",
    "vlan-shared-node",
    "wifi-parent",
    "wrong-type",
    "yaml-alias",
    "yaml-character",
    "yaml-key",
    "yaml-merge",
    "yaml-syntax",
    "yaml-tag",
];

/// Pages that are no rules.
pub const TOPICS: &[Page] = pages!["topics":
    "bases",
    "charts",
    "eth0",
    "images",
    "mac",
    "nodes",
    "overlays",
    "persistence",
    "routes",
    "values",
];

impl Page {
    /// Its first sentence: the line behind the heading.
    pub fn summary(&self) -> &'static str {
        self.text.lines().find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
    }
}

/// The page of that name.
pub fn find(name: &str) -> Option<&'static Page> {
    RULES.iter().chain(TOPICS).find(|page| page.name == name)
}
