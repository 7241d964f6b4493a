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
    "default-route-without-gateway",
    "deployment-two-holders",
    "device-hostpath",
    "dns-in-cluster",
    "duplicate-address",
    "duplicate-interface",
    "duplicate-mac",
    "empty-root-password",
    "gateway-address",
    "gateway-outside-subnet",
    "guest-bridge-macvlan",
    "guest-needs-l2",
    "image-missing",
    "immutable-field",
    "interface-name",
    "mac-not-honoured",
    "mac-not-unicast",
    "moving-tag",
    "name-too-long",
    "no-interfaces",
    "no-node-has-parent",
    "not-kubernetes",
    "parent-exclusive",
    "parent-too-long",
    "patch-target",
    "persistence-hidden",
    "pool-dual-stack",
    "pool-many-nodes",
    "pool-missing",
    "pool-without-ipam",
    "primary-network",
    "privileged",
    "profile-mismatch",
    "replicas-fixed-identity",
    "rolling-update-fixed-identity",
    "salt-missing",
    "serve-generic",
    "serve-needs-address",
    "site-missing",
    "stock-arm-image",
    "subnet-overlaps-cluster",
    "timezone-name",
    "two-default-routes",
    "uci-section-type",
    "uci-value",
    "unknown-network",
    "unknown-node",
    "unknown-port",
    "unsafe-sysctl",
    "vlan-shared-node",
    "wifi-parent",
];

/// Pages that are no rules.
pub const TOPICS: &[Page] = pages!["topics":
    "eth0",
    "images",
    "mac",
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
