//! For which servers a proxy of the environment is not meant.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// Whether a server is asked without the environment's proxy, as kubectl does it: a machine's own addresses always, and what
/// `$NO_PROXY` lists: hosts, domains with all below them, addresses, their ranges, each also with a port that has to be the
/// server's, and `*` for all. Otherwise than there, a domain with a dot in front (`.example.org`) is in its own list too.
pub(super) fn covers(server: &Uri, no_proxy: &str) -> bool {
    let Some(host) = server.host() else { return false };
    if is_own(host) {
        return true;
    }
    let listed: Vec<&str> = no_proxy.split(',').filter_map(|entry| of_port(entry.trim(), server)).collect();
    // That proxy is asked nothing: the matcher knows of a list only in view of one.
    let matcher = Matcher::builder().all("http://proxy").no(listed.join(",")).build();
    matcher.intercept(server).is_none()
}

/// Whether it is the machine itself.
fn is_own(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// An entry in the words of the matcher, which knows no ports, no brackets and no `*.` before a domain; none for one of another
/// port than the server's.
fn of_port<'a>(entry: &'a str, server: &Uri) -> Option<&'a str> {
    let own = server.port_u16().unwrap_or(if server.scheme_str() == Some("http") { 80 } else { 443 });
    let host = match entry.rsplit_once(':') {
        // An IPv6 address without brackets has no port.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (port.parse() == Ok(own)).then_some(host)?
        }
        _ => entry,
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some(host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_lists_hosts_domains_ranges_and_all() {
        for (server, no_proxy, want) in [
            ("https://kube.example.org:6443", "", false),
            ("https://kube.example.org:6443", "kube.example.org", true),
            ("https://kube.example.org:6443", "other.example.org, EXAMPLE.org", true),
            ("https://kube.example.org:6443", ".example.org", true),
            ("https://kube.example.org:6443", "*.example.org", true),
            ("https://kube.example.org:6443", "ample.org", false),
            ("https://kube.example.org:6443", "kube.example.org:6443", true),
            ("https://kube.example.org:6443", "kube.example.org:443", false),
            ("https://kube.example.org", "kube.example.org:443", true),
            ("https://kube.example.org:6443", "*", true),
            ("https://192.168.1.5:6443", "192.168.1.5", true),
            ("https://192.168.1.5:6443", "192.168.1.5:6443", true),
            ("https://192.168.1.5:6443", "10.0.0.0/8,192.168.0.0/16", true),
            ("https://192.168.1.5:6443", "192.168.2.0/24", false),
            ("https://[fd00::5]:6443", "fd00::/8", true),
            ("https://[fd00::5]:6443", "fd00::5", true),
            ("https://[fd00::5]:6443", "[fd00::5]:6443", true),
            ("https://[fd00::5]:6443", "[fd00::5]:443", false),
            ("https://[fd00::5]:6443", "fd01::5", false),
            ("https://127.0.0.1:6443", "", true),
            ("https://[::1]:6443", "", true),
            ("https://localhost:6443", "", true),
        ] {
            let uri: Uri = server.parse().expect("an address");
            assert_eq!(covers(&uri, no_proxy), want, "{server} {no_proxy:?}");
        }
    }
}
