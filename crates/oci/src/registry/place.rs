//! Where an image lies, as container runtimes read its reference. Pure.

use crate::types::ImageRef;

/// The registry that is meant when none is named.
pub(super) const DOCKER_HUB: &str = "docker.io";

/// A registry, a repository and a tag, nothing left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub registry: String,
    pub repository: String,
    pub tag: String,
}

impl Place {
    pub(super) fn of(image: &ImageRef) -> Self {
        let registry = match image.registry() {
            None => DOCKER_HUB.to_owned(),
            Some(host) => canonical(host).to_owned(),
        };
        let repository = match image.repository() {
            name if registry == DOCKER_HUB && !name.contains('/') => format!("library/{name}"),
            name => name.to_owned(),
        };
        Self { registry, repository, tag: image.tag().unwrap_or("latest").to_owned() }
    }

    /// Whether this is a name that images get which no registry has.
    pub(super) fn only_on_node(&self) -> bool {
        self.registry == "localhost"
    }

    /// The registry's host and port on the network.
    pub(super) fn address(&self) -> &str {
        if self.registry == DOCKER_HUB { "registry-1.docker.io" } else { &self.registry }
    }

    /// Whether the registry is on this machine: then it is asked without TLS.
    pub(super) fn is_local(&self) -> bool {
        let host = match self.registry.rsplit_once(':') {
            Some((host, _)) if !self.registry.ends_with(']') => host,
            _ => self.registry.as_str(),
        };
        matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    }
}

/// The one name of a registry that has several.
pub(super) fn canonical(host: &str) -> &str {
    if matches!(host, "index.docker.io" | "registry-1.docker.io") { DOCKER_HUB } else { host }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_runtimes_do() {
        let table = [
            ("nginx", "docker.io library/nginx latest", false),
            ("nginx:1.29", "docker.io library/nginx 1.29", false),
            ("openwrt/rootfs:x86_64-24.10.4", "docker.io openwrt/rootfs x86_64-24.10.4", false),
            ("docker.io/nginx", "docker.io library/nginx latest", false),
            ("index.docker.io/library/nginx:1", "docker.io library/nginx 1", false),
            ("registry.example/nginx", "registry.example nginx latest", false),
            ("registry.example:5000/a/b/c:d", "registry.example:5000 a/b/c d", false),
            ("localhost:5000/a", "localhost:5000 a latest", true),
            ("127.0.0.1:5000/a:b", "127.0.0.1:5000 a b", true),
            ("[::1]:5000/a:b", "[::1]:5000 a b", true),
            ("[::1]/a:b", "[::1] a b", true),
            ("127.0.0.2:5000/a", "127.0.0.2:5000 a latest", false),
            ("localhost.example/a", "localhost.example a latest", false),
        ];
        for (text, want, local) in table {
            let image: ImageRef = text.parse().unwrap_or_else(|invalid| panic!("{invalid}"));
            let place = Place::of(&image);
            assert_eq!(format!("{} {} {}", place.registry, place.repository, place.tag), want);
            assert_eq!((place.is_local(), place.only_on_node()), (local, false), "{text}");
        }
        let image: ImageRef = "localhost/a:1".parse().unwrap_or_else(|invalid| panic!("{invalid}"));
        assert!(Place::of(&image).only_on_node());
    }
}
