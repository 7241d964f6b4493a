//! Amounts whose unit was probably forgotten.

use crate::diag::{Code, Finding, Loc};
use crate::types::Quantity;

/// A warning about so few bytes that nobody means them.
pub fn bytes(amount: &Loc<Quantity>) -> Option<Finding> {
    let meant = amount.meant_bytes()?;
    let units = amount.units();
    let what = if units == 1 { "a byte at most".to_owned() } else { format!("{units} bytes") };
    Some(finding(amount, &what, &meant))
}

/// A warning about so many cores that nobody means them.
pub fn cores(amount: &Loc<Quantity>) -> Option<Finding> {
    Some(finding(amount, &format!("{} whole cores", amount.units()), &amount.meant_cores()?))
}

fn finding(amount: &Loc<Quantity>, what: &str, meant: &str) -> Finding {
    let help = if meant.is_empty() {
        "write it with its unit, such as `64Mi`".to_owned()
    } else {
        format!("did you mean `{meant}`?")
    };
    Finding::warning(Code::UnitMissing, format!("`{}` is {what}", amount.value)).at(amount.span).help(help)
}
