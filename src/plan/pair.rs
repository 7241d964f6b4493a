//! Pairs of routers: two appliances that serve one network together, each half of its addresses.

use crate::diag::{Code, Diagnostics, Finding};
use crate::spec::{ApplianceSpec, Documents};

/// A half of the DHCP range of a network that two routers serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The first addresses.
    Lower,
    /// The last ones.
    Upper,
}

impl Half {
    /// The word that a chart's value has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
    }
}

/// Which half is the appliance's; `None` where it is of no pair, or of one that is not two, which is reported once.
pub fn half(
    documents: &Documents,
    name: &str,
    spec: &ApplianceSpec,
    diags: &mut Diagnostics,
) -> Option<Half> {
    let pair = spec.pair.as_ref()?;
    let members = documents
        .appliances
        .iter()
        .filter(|document| document.spec.pair.as_ref().is_some_and(|other| other.value == pair.value));
    let mut names: Vec<&str> = members.map(|document| document.metadata.name.as_str()).collect();
    let is_first = names.first() == Some(&name);
    names.sort_unstable();
    if let [lower, _] = names.as_slice() {
        return Some(if *lower == name { Half::Lower } else { Half::Upper });
    }
    if is_first {
        let finding = if names.len() == 1 {
            Finding::error(Code::PairOfTwo, format!("`{name}` is alone in the pair `{}`", pair.value))
                .help("write the same `pair` at the other router, in a document of this site")
        } else {
            Finding::error(Code::PairOfTwo, format!("the pair `{}` has {} members", pair.value, names.len()))
                .help("give each two of them a `pair` of their own")
        };
        diags.push(finding.at(pair.span));
    }
    None
}
