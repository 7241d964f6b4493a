//! What is secret by its name or its form, and texts without it.
//!
//! One table says which options of UCI, variables and files hold a secret. Knows nothing of where they stand. What is hidden is
//! hidden as a whole; that it has changed may still be told.

mod flow;
mod text;
mod users;

pub use text::{ranges, suspects, without, without_users};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "***";

/// Names of options and variables that hold a secret, whatever their section. In small letters, with `_` between words.
pub const NAMES: &[&str] = &[
    "acct_secret",
    "api_key",
    "api_token",
    "apikey",
    "auth_key",
    "auth_secret",
    "authkey",
    "client_secret",
    "community",
    "dae_secret",
    "encryption_key",
    "key_passwd",
    "network_key",
    "passphrase",
    "passwd",
    "password",
    "pincode",
    "preshared_key",
    "presharedkey",
    "priv_key2_pwd",
    "priv_key_pwd",
    "private_key",
    "privatekey",
    "psk",
    "puk",
    "sae_password",
    "secret_key",
    "shared_secret",
    "token",
    "wps_pin",
];

/// Ends of names that hold a secret.
pub const ENDS: &[&str] = &[
    "_access_key",
    "_api_key",
    "_apikey",
    "_auth_key",
    "_passphrase",
    "_passwd",
    "_password",
    "_pincode",
    "_private_key",
    "_psk",
    "_secret",
    "_secret_key",
    "_token",
];

/// Options that hold a secret in sections of one type: type, option.
pub const OF_TYPES: &[(&str, &str)] = &[
    ("wifi-iface", "key"),
    ("wifi-iface", "key1"),
    ("wifi-iface", "key2"),
    ("wifi-iface", "key3"),
    ("wifi-iface", "key4"),
    ("wifi-iface", "r0kh"),
    ("wifi-iface", "r1kh"),
    ("wifi-station", "key"),
    ("wifi-vlan", "key"),
    ("interface", "pin"),
];

/// Options of sections that are called like a secret and hold none: type, option.
pub const HARMLESS: &[(&str, &str)] = &[("dropbear", "password"), ("system", "token")];

/// Whether an option of UCI holds a secret. The type of its section is empty where it is not known.
pub fn is_option(kind: &str, option: &str) -> bool {
    let is = |(of, name): &(&str, &str)| *of == kind && *name == option;
    option == "secret" || OF_TYPES.iter().any(is) || is_name(option) && !HARMLESS.iter().any(is)
}

/// The same of an option in a section whose type may be missing: then it is one that holds a secret in sections of some type.
pub fn may_be_option(kind: &str, option: &str) -> bool {
    is_option(kind, option) || kind.is_empty() && OF_TYPES.iter().any(|(_, name)| *name == option)
}

/// Whether the value of such an option is none: nothing, a word for the system's own password, a file's path, the number of a
/// WEP key.
pub fn is_harmless(value: &str) -> bool {
    value.len() < 2 || value.starts_with("$p$") || value.starts_with('/') && !value.ends_with('=')
}

/// Whether a variable, a key or an option holds a secret by its name alone: `WIFI_PASSWORD`, `private-key`, `privateKey`.
pub fn is_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    NAMES.contains(&name.as_str()) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a file holds secrets as a whole: keys of a host, tunnels and their kin.
pub fn is_path(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    matches!(path, "etc/shadow" | "etc/shadow-")
        || path.starts_with("etc/wireguard/")
        || path.starts_with("etc/ppp/") && name.ends_with("-secrets")
        || path.starts_with("etc/dropbear/") && name.ends_with("_host_key")
        || path.starts_with("etc/ssh/") && name.ends_with("_key")
        || path.starts_with("etc/ipsec") && (name == "ipsec.secrets" || path.contains("/private/"))
        || path.starts_with("etc/openvpn/") && (end == "key" || stem.contains("auth"))
        || matches!(end, "key" | "pfx" | "p12")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_known_by_their_names_and_sections() {
        for (kind, option) in [
            ("interface", "private_key"),
            ("wireguard_wg0", "preshared_key"),
            ("interface", "password"),
            ("interface", "pincode"),
            ("wifi-iface", "key"),
            ("wifi-iface", "key4"),
            ("wifi-iface", "sae_password"),
            ("wifi-iface", "auth_secret"),
            ("service", "secret"),
            ("", "token"),
        ] {
            assert!(is_option(kind, option), "{kind} {option}");
        }
        for (kind, option) in [
            ("interface", "public_key"),
            ("uhttpd", "key"),
            ("dropbear", "PasswordAuth"),
            ("", "key"),
            ("rule", "name"),
        ] {
            assert!(!is_option(kind, option), "{kind} {option}");
        }
    }

    #[test]
    fn variables_are_known_by_their_names() {
        for name in ["MQTT_PASSWORD", "API_TOKEN", "private-key", "privateKey", "PSK"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["TZ", "PASSWORD_FILE", "KEYBOARD", "secret", "tlsSecret", "imagePullSecrets"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn files_are_known_by_their_paths() {
        for path in [
            "/etc/shadow",
            "etc/dropbear/dropbear_ed25519_host_key",
            "/etc/wireguard/wg0.conf",
            "/etc/ppp/chap-secrets",
            "/etc/uhttpd.key",
        ] {
            assert!(is_path(path), "{path}");
        }
        assert!(!is_path("/etc/config/network") && !is_path("/etc/dropbear/authorized_keys"));
    }
}
