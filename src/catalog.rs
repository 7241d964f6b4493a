//! The example appliances, the example site and the images that come with the binary.

use crate::spec::CatalogEntry;

/// One appliance for each file of `examples/catalog/`, by name.
pub const ENTRIES: &[CatalogEntry<'static>] = &[
    entry("home-assistant", include_str!("../examples/catalog/home-assistant.yaml")),
    entry("nginx-lan", include_str!("../examples/catalog/nginx-lan.yaml")),
    entry("openwrt", include_str!("../examples/catalog/openwrt.yaml")),
    entry("openwrt-router", include_str!("../examples/catalog/openwrt-router.yaml")),
];

/// One image for each file of `images/`, by name.
pub const IMAGES: &[CatalogEntry<'static>] = &[
    entry("openwrt", include_str!("../images/openwrt.yaml")),
    entry("openwrt-luci", include_str!("../images/openwrt-luci.yaml")),
    entry("openwrt-router", include_str!("../images/openwrt-router.yaml")),
    entry("openwrt-vpn", include_str!("../images/openwrt-vpn.yaml")),
];

/// The site on which `render` shows things when it is given none.
pub const EXAMPLE_SITE: &str = include_str!("../examples/sites/example.yaml");
/// Its name in messages.
pub const EXAMPLE_SITE_NAME: &str = "the embedded example site";

const fn entry(name: &'static str, text: &'static str) -> CatalogEntry<'static> {
    CatalogEntry { name, file: name, text }
}
