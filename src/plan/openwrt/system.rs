//! `/etc/config/system`: must exist before the first boot, or `config_generate` writes a `network` of its
//! own with eth0 in it.

use super::draft::{Draft, File};
use crate::types::TimeZone;

/// The planned file. The clock is the node's: no NTP client (it would need SYS_TIME), no server.
pub fn system(hostname: &str, timezone: Option<&TimeZone>) -> File {
    let mut config = File::new();
    let mut system = Draft::named("system", "system")
        .option("hostname", hostname)
        .option("timezone", timezone.map_or("UTC", TimeZone::posix));
    if let Some(name) = timezone.and_then(TimeZone::name) {
        // LuCI writes names with blanks, and finds its own choice by them.
        system = system.option("zonename", &name.replace('_', " "));
    }
    config.push(system.option("ttylogin", "0").option("log_size", "128").option("urandom_seed", "0"));
    config.push(Draft::named("timeserver", "ntp").option("enabled", "0").option("enable_server", "0"));
    config
}
