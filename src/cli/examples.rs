//! Examples at the end of each `--help`. A test parses every line of them.

/// Of the program.
pub const PROGRAM: &str = "Examples:
  # OpenWrt on the LAN, from a node of the cluster
  wrtpod init openwrt
  wrtpod doctor openwrt
  wrtpod deploy openwrt";

/// Of `init`.
pub const INIT: &str = "Examples:
  # Ask for what is needed, with what this node uses as defaults
  wrtpod init openwrt
  # Answer everything by options
  wrtpod init openwrt-router --parent enp3s0 --subnet 192.168.1.0/24 \\
      --gateway 192.168.1.1 --wan-parent enp4s0
  # With a VLAN and the addresses that Home Assistant needs
  wrtpod init home-assistant --parent enp3s0 --subnet 192.168.1.0/24 \\
      --gateway 192.168.1.1 --network iot=enp3s0.2,192.168.32.0/24 \\
      --address lan=192.168.1.32 --address iot=192.168.32.3";

/// Of `render`.
pub const RENDER: &str = "Examples:
  # The manifests of a catalog entry on the site of ./site.yaml
  wrtpod render openwrt
  # Why each capability, route and sysctl is there
  wrtpod render openwrt --explain
  # A folder for Flux or Argo CD, from all documents of another one
  wrtpod render -f site/ --with-namespace --out clusters/home/openwrt openwrt
  # With another image
  wrtpod render openwrt --set image=openwrt/rootfs:x86-64-24.10.4 -o json";

/// Of `doctor`.
pub const DOCTOR: &str = "Examples:
  wrtpod doctor openwrt
  # All appliances of the site, on another cluster
  wrtpod doctor --context home";

/// Of `deploy`.
pub const DEPLOY: &str = "Examples:
  wrtpod deploy openwrt
  # Let the API server check it, and change nothing
  wrtpod deploy openwrt --dry-run server
  # Build its image, push it, and deploy that digest
  wrtpod deploy openwrt --build --set build=openwrt-luci \\
      --set image=registry.lan/openwrt:1";

/// Of `diff`.
pub const DIFF: &str = "Examples:
  wrtpod diff openwrt
  # Without asking registries
  wrtpod diff openwrt --pin never";

/// Of `status`.
pub const STATUS: &str = "Examples:
  # Every appliance of the namespace
  wrtpod status
  # One of them, for a program
  wrtpod status openwrt -o json";

/// Of `delete`.
pub const DELETE: &str = "Examples:
  # Its claims stay, with what is on them
  wrtpod delete openwrt
  # Everything, for good
  wrtpod delete openwrt --delete-data";

/// Of `chart`.
pub const CHART: &str = "Examples:
  # A folder charts/openwrt
  wrtpod chart openwrt --out charts
  # All of the site, as OCI artifacts
  wrtpod chart --all --push oci://registry.lan/charts";

/// Of `import`.
pub const IMPORT: &str = "Examples:
  # What `helm get values openwrt --all -o yaml` printed, back to documents
  wrtpod import --helm values.yaml --chart charts/openwrt --out site.yaml";

/// Of `image`.
pub const IMAGE: &str = "Examples:
  wrtpod image build openwrt-luci
  wrtpod image diff openwrt-luci.oci openwrt/rootfs:x86-64-24.10.4";

/// Of `image build`.
pub const IMAGE_BUILD: &str = "Examples:
  # A recipe of the catalog, into the folder openwrt-luci.oci
  wrtpod image build openwrt-luci
  # A recipe of your own, as an archive
  wrtpod image build ./mine.yaml --out mine.tar
  # Exactly what its lock has, to a registry
  wrtpod image build ./mine.yaml --locked --push registry.lan/mine:1";

/// Of `image lock`.
pub const IMAGE_LOCK: &str = "Examples:
  wrtpod image lock ./mine.yaml";

/// Of `image why`.
pub const IMAGE_WHY: &str = "Examples:
  wrtpod image why openwrt-vpn kmod-tun";

/// Of `image diff`.
pub const IMAGE_DIFF: &str = "Examples:
  wrtpod image diff registry.lan/mine:1 mine.tar --arch amd64";

/// Of `image verify`.
pub const IMAGE_VERIFY: &str = "Examples:
  wrtpod image verify openwrt-luci.oci";

/// Of `catalog`.
pub const CATALOG: &str = "Examples:
  wrtpod catalog
  wrtpod catalog show openwrt-router";

/// Of `catalog show`.
pub const CATALOG_SHOW: &str = "Examples:
  wrtpod catalog show home-assistant
  wrtpod catalog show overlay/wireguard";

/// Of `schema`.
pub const SCHEMA: &str = "Examples:
  # For an editor, beside site.yaml (`wrtpod init` writes it too)
  wrtpod schema > wrtpod.schema.json";

/// Of `explain`.
pub const EXPLAIN: &str = "Examples:
  # All rules and topics
  wrtpod explain
  wrtpod explain persistence";

/// Of `completions`.
pub const COMPLETIONS: &str = "Examples:
  # bash, in ~/.bashrc
  source <(wrtpod completions bash)
  # zsh, in ~/.zshrc
  source <(wrtpod completions zsh)
  # fish
  wrtpod completions fish > ~/.config/fish/completions/wrtpod.fish";

#[cfg(test)]
mod tests {
    use crate::cli::args::Cli;
    use clap::{CommandFactory, Parser};

    /// The command lines of an `--help`, each on one line.
    fn lines(command: &clap::Command) -> Vec<String> {
        let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let text = text.replace("\\\n", "");
        let lines =
            text.lines().map(str::trim).filter(|line| line.contains("wrtpod ") && !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    }

    fn check(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name()).trim_start().to_owned();
        let examples = lines(command);
        assert!(!examples.is_empty(), "`{path} --help` has no examples");
        for example in &examples {
            let (_, words) = example.split_once("wrtpod").expect("it was chosen by that");
            let words = words.split([')', '>']).next().unwrap_or_default().split_whitespace();
            let parsed = Cli::try_parse_from(std::iter::once("wrtpod").chain(words));
            assert!(parsed.is_ok(), "{path}: {example}: {parsed:?}");
            assert!(path == "wrtpod" || example.contains(&path), "{path} shows {example}");
        }
        for line in command.get_after_help().map(ToString::to_string).unwrap_or_default().lines() {
            assert!(line.chars().count() <= 78, "{path}: {line}");
        }
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            check(verb, &path);
        }
    }

    #[test]
    fn every_help_has_examples_that_can_be_typed() {
        check(&Cli::command(), "");
    }
}
