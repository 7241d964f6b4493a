//! The example appliances, the example site and the images that come with the binary.

use crate::spec::CatalogEntry;

macro_rules! entry {
    ($name:literal) => {
        CatalogEntry {
            name: $name,
            file: concat!("the catalog's ", $name),
            text: include_str!(concat!("../examples/catalog/", $name, ".yaml")),
        }
    };
}

macro_rules! image {
    ($name:literal) => {
        CatalogEntry {
            name: $name,
            file: concat!("the catalog's image/", $name),
            text: include_str!(concat!("../images/", $name, ".yaml")),
        }
    };
}

/// One appliance for each file of `examples/catalog/`, by name.
pub const ENTRIES: &[CatalogEntry<'static>] =
    &[entry!("home-assistant"), entry!("nginx-lan"), entry!("openwrt"), entry!("openwrt-router")];

/// One image for each file of `images/`, by name.
pub const IMAGES: &[CatalogEntry<'static>] =
    &[image!("openwrt"), image!("openwrt-luci"), image!("openwrt-router"), image!("openwrt-vpn")];

/// The site on which `render` shows things when it is given none.
pub const EXAMPLE_SITE: &str = include_str!("../examples/sites/example.yaml");
/// Its name in messages.
pub const EXAMPLE_SITE_NAME: &str = "the embedded example site";
