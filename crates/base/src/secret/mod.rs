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
    "access_key",
    "accesskey",
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
    "pass",
    "passphrase",
    "passwd",
    "password",
    "pincode",
    "pre_shared_key",
    "preshared_key",
    "presharedkey",
    "priv_key2_pwd",
    "priv_key_pwd",
    "private_key",
    "privatekey",
    "psk",
    "puk",
    "pwd",
    "sae_password",
    "secret_key",
    "secretkey",
    "shared_secret",
    "token",
    "wps_pin",
];

/// Ends of names that hold a secret.
pub const ENDS: &[&str] = &[
    "_access_key",
    "_accesskey",
    "_api_key",
    "_apikey",
    "_auth_key",
    "_pass",
    "_passphrase",
    "_passwd",
    "_password",
    "_pincode",
    "_preshared_key",
    "_private_key",
    "_psk",
    "_pwd",
    "_secret",
    "_secret_key",
    "_secretkey",
    "_shared_key",
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
pub const HARMLESS: &[(&str, &str)] =
    &[("dropbear", "password"), ("openvpn", "auth_user_pass"), ("system", "token")];

/// Names that are called like a secret where they are written in other letters, and hold none: the folder that a shell is in.
pub const HARMLESS_NAMES: &[&str] = &["PWD"];

/// Whether an option of UCI holds a secret. The type of its section is empty where it is not known.
pub fn is_option(kind: &str, option: &str) -> bool {
    let is = |(of, name): &(&str, &str)| *of == kind && *name == option;
    option == "secret" || OF_TYPES.iter().any(is) || is_name(option) && !HARMLESS.iter().any(is)
}

/// The same of an option that is only shown: then it is also one that holds a secret in sections of another type, since a type
/// may be missing or mistyped.
pub fn may_be_option(kind: &str, option: &str) -> bool {
    is_option(kind, option) || OF_TYPES.iter().any(|(_, name)| *name == option)
}

/// Whether the value behind such a name is none: nothing, a word for the system's own password, a file's path, and as `key` of a
/// Wi-Fi the number of a WEP key.
pub fn is_harmless(name: &str, value: &str) -> bool {
    let is_number = name == "key" && matches!(value, "1" | "2" | "3" | "4");
    value.is_empty()
        || is_number
        || value.starts_with("$p$")
        || value.starts_with('/') && !value.ends_with('=')
}

/// Whether a variable, a key or an option holds a secret by its name alone: `WIFI_PASSWORD`, `private-key`, `privateKey`.
pub fn is_name(name: &str) -> bool {
    if HARMLESS_NAMES.contains(&name) {
        return false;
    }
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
            ("remote", "pre_shared_key"),
            ("msmtp", "smtp_pass"),
            ("user", "pass"),
            ("user", "pwd"),
            ("s3", "access_key"),
            ("s3", "secretkey"),
            ("", "token"),
        ] {
            assert!(is_option(kind, option), "{kind} {option}");
        }
        for (kind, option) in [
            ("interface", "public_key"),
            ("uhttpd", "key"),
            ("dropbear", "PasswordAuth"),
            ("openvpn", "auth_user_pass"),
            ("openvpn", "auth_user_pass_verify"),
            ("interface", "passthrough"),
            ("rule", "bypass"),
            ("rule", "pass_filter"),
            ("", "key"),
            ("rule", "name"),
        ] {
            assert!(!is_option(kind, option), "{kind} {option}");
        }
    }

    #[test]
    fn variables_are_known_by_their_names() {
        for name in [
            "MQTT_PASSWORD",
            "API_TOKEN",
            "private-key",
            "privateKey",
            "PSK",
            "DB_PASS",
            "MQTT_PASS",
            "MYSQL_PWD",
            "ACCESS_KEY",
            "S3_SECRETKEY",
            "WG_PRESHARED_KEY",
            "IPSEC_PRE_SHARED_KEY",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "TZ",
            "PASSWORD_FILE",
            "KEYBOARD",
            "secret",
            "tlsSecret",
            "imagePullSecrets",
            "PWD",
            "OLDPWD",
            "PASSTHROUGH",
            "USB_PASSTHROUGH",
            "BYPASS",
            "PASS_FILTER",
            "COMPASS",
            "AWS_ACCESS_KEY_ID",
            "ACCESS_KEY_FILE",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_value_is_one_however_short() {
        for (name, value) in
            [("password", "x"), ("password", "1"), ("key", "5"), ("psk", "/w=="), ("pin", "0")]
        {
            assert!(!is_harmless(name, value), "{name} {value}");
        }
        for (name, value) in
            [("password", ""), ("key", "1"), ("password", "$p$root"), ("key", "/etc/uhttpd.key")]
        {
            assert!(is_harmless(name, value), "{name} {value}");
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
