//! `/etc/config/system`: must exist before the first boot, or `config_generate` writes a `network` of its
//! own with eth0 in it.

use super::draft::{Draft, File};

/// The planned file. The clock is the node's: no NTP client (it would need SYS_TIME), no server.
pub fn system(hostname: &str, timezone: &str) -> File {
    let mut config = File::new();
    config.push(
        Draft::named("system", "system")
            .option("hostname", hostname)
            .option("timezone", timezone)
            .option("ttylogin", "0")
            .option("log_size", "128")
            .option("urandom_seed", "0"),
    );
    config.push(Draft::named("timeserver", "ntp").option("enabled", "0").option("enable_server", "0"));
    config
}
