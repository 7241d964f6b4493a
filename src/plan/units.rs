//! Amounts whose unit was probably forgotten.

use crate::diag::{Diagnostic, Loc};
use crate::types::Quantity;

/// A warning about so few bytes that nobody means them.
pub fn bytes(amount: &Loc<Quantity>) -> Option<Diagnostic> {
    let meant = amount.meant_bytes()?;
    let units = amount.units();
    let what = if units == 1 { "a byte at most".to_owned() } else { format!("{units} bytes") };
    Some(finding(amount, &what, &meant))
}

/// A warning about so many cores that nobody means them.
pub fn cores(amount: &Loc<Quantity>) -> Option<Diagnostic> {
    Some(finding(amount, &format!("{} whole cores", amount.units()), &amount.meant_cores()?))
}

fn finding(amount: &Loc<Quantity>, what: &str, meant: &str) -> Diagnostic {
    let help = if meant.is_empty() {
        "write it with its unit, such as `64Mi`".to_owned()
    } else {
        format!("did you mean `{meant}`?")
    };
    Diagnostic::warning("unit-missing", format!("`{}` is {what}", amount.value)).at(amount.span).help(help)
}
