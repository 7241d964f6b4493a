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
    image("openwrt", "image/openwrt", include_str!("../images/openwrt.yaml")),
    image("openwrt-luci", "image/openwrt-luci", include_str!("../images/openwrt-luci.yaml")),
    image("openwrt-router", "image/openwrt-router", include_str!("../images/openwrt-router.yaml")),
    image("openwrt-vpn", "image/openwrt-vpn", include_str!("../images/openwrt-vpn.yaml")),
];

/// The site on which `render` shows things when it is given none.
pub const EXAMPLE_SITE: &str = include_str!("../examples/sites/example.yaml");
/// Its name in messages.
pub const EXAMPLE_SITE_NAME: &str = "the embedded example site";

const fn entry(name: &'static str, text: &'static str) -> CatalogEntry<'static> {
    CatalogEntry { name, file: name, text }
}

const fn image(name: &'static str, file: &'static str, text: &'static str) -> CatalogEntry<'static> {
    CatalogEntry { name, file, text }
}
