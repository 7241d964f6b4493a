//! What only a generic appliance has.

use serde_json::{Value, json};

use super::hostname;
use super::volumes::volumes;
use crate::chart::entry::{Entry, leaf};
use crate::chart::shapes;
use crate::chart::source::Source;
use crate::diag::Loc;
use crate::types::AccountId;

/// The values.
pub(super) fn generic(source: &Source<'_>) -> Vec<Entry> {
    let mut entries = vec![
        hostname(source, "The host name that DHCP servers are told. Empty: the release's."),
        leaf(
            "timezone",
            source.spec.timezone.as_ref().map_or("", |zone| zone.as_str()),
            shapes::text(),
            "The time zone, such as Europe/Berlin (variable TZ). Empty: the image's.",
        ),
        leaf(
            "user",
            account(source.spec.user.as_ref()),
            shapes::account(),
            "The user that the appliance runs as, a number. Empty: the image's.",
        ),
        leaf(
            "group",
            account(source.spec.group.as_ref()),
            shapes::account(),
            "The group that it runs as, a number; what is on its claims belongs to it too. Empty: the number of `user`.",
        ),
    ];
    entries.extend(volumes(source));
    entries.extend([
        leaf(
            "extraEnvFrom",
            json!([]),
            shapes::objects(),
            "Secrets and ConfigMaps whose keys become environment variables, as Kubernetes writes them: `- secretRef: {name: mine}`.",
        ),
    ]);
    entries
}

/// The number, or the empty text for none.
fn account(id: Option<&Loc<AccountId>>) -> Value {
    id.map_or_else(|| Value::from(""), |id| id.get().into())
}
