//! Kubernetes quantities.

use super::{Invalid, TextForm, quoted};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An amount as Kubernetes writes it: `500m`, `2`, `64Mi`, `1.5Gi`, `1e3`. The text is kept as written; two quantities
/// compare by their amount, so `1Gi` equals `1024Mi`.
///
/// Suffixes (apimachinery `resource.Quantity`): `n u m k M G T P E` in powers of ten, `Ki Mi Gi Ti Pi Ei` in powers of
/// 1024, or an exponent. Amounts are never negative here.
#[derive(Debug, Clone)]
pub struct Quantity {
    text: String,
    /// In units of 10⁻⁹, rounded up as Kubernetes does.
    nanos: u128,
}

impl Quantity {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The amount in whole units (bytes for storage and memory, cores for CPU), rounded up.
    pub fn units(&self) -> u128 {
        self.nanos.div_ceil(NANOS)
    }
}

/// Below this, a size is hardly meant: no file system and no process fits into it.
const SMALL: u128 = 1 << 20;
/// From this on, cores are hardly meant.
const MANY_CORES: u128 = 100;

impl Quantity {
    /// What was probably meant by an amount of bytes that is hardly meant: `512Mi` for `512` and for `512m`. `None` for a sound
    /// one; an empty text where there is no guess.
    pub fn meant_bytes(&self) -> Option<String> {
        if self.nanos == 0 || self.units() >= SMALL {
            return None;
        }
        let number: String = self.text.chars().take_while(char::is_ascii_digit).collect();
        let likely = number.parse::<u32>().is_ok_and(|number| (1..=16_384).contains(&number));
        Some(if likely && !self.text.contains('.') { format!("{number}Mi") } else { String::new() })
    }

    /// What was probably meant by hundreds of cores: `500m` for `500`.
    pub fn meant_cores(&self) -> Option<String> {
        let bare = self.text.bytes().all(|byte| byte.is_ascii_digit());
        (bare && self.units() >= MANY_CORES).then(|| format!("{}m", self.text))
    }
}

const NANOS: u128 = 1_000_000_000;
/// The largest amount Kubernetes keeps: 2⁶³ − 1 units.
const MOST: u128 = 9_223_372_036_854_775_807 * NANOS;

/// The multiplier of a suffix as a fraction of the unit.
fn multiplier(suffix: &str) -> Option<(u128, u128)> {
    let binary = |power: u32| Some((1_u128 << (10 * power), 1));
    let decimal = |power: u32| Some((10_u128.pow(power), 1));
    match suffix {
        "n" => Some((1, 1_000_000_000)),
        "u" => Some((1, 1_000_000)),
        "m" => Some((1, 1_000)),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_u128.checked_pow(exponent.unsigned_abs().min(30))?;
            Some(if exponent < 0 { (1, power) } else { (power, 1) })
        }
    }
}

fn amount(text: &str) -> Option<u128> {
    let number = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || text.len() > 40 {
        return None;
    }
    let (up, down) = multiplier(suffix)?;
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let places = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let divisor = places.checked_mul(down)?;
    // Split so that the product stays in 128 bits even for exabytes in units of 10⁻⁹.
    let scaled = digits.checked_mul(up)?;
    let whole = (scaled / divisor).checked_mul(NANOS)?;
    let rest = (scaled % divisor).checked_mul(NANOS)?.div_ceil(divisor);
    whole.checked_add(rest).filter(|nanos| *nanos <= MOST)
}

impl FromStr for Quantity {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(nanos) = amount(text) {
            return Ok(Self { text: text.to_owned(), nanos });
        }
        let what = quoted(text);
        if text.starts_with('-') {
            return Err(Invalid::new(format!("the quantity {what} is negative"), "write a positive amount"));
        }
        let problem = format!("{what} is not a quantity");
        let trimmed: String = text.chars().filter(|c| !c.is_whitespace()).take(40).collect();
        let wanted = [
            trimmed.replace("KB", "Ki").replace("MB", "Mi").replace("GB", "Gi").replace("TB", "Ti"),
            trimmed.replace("iB", "i").replace("ib", "i"),
            trimmed.replace('K', "Ki").replace('g', "Gi").replace("gi", "Gi").replace("mi", "Mi"),
        ]
        .into_iter()
        .find(|guess| amount(guess).is_some());
        Err(match wanted {
            Some(wanted) => Invalid::new(problem, format!("write `{wanted}`")),
            None => Invalid::new(problem, "write a number with a unit, such as `512Mi`, `10Gi` or `500m`"),
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl TextForm for Quantity {
    const WHAT: &'static str = "a quantity";
    const PATTERN: &'static str = "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$";
    const EXAMPLE: &'static str = "1Gi";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    #[test]
    fn compares_by_amount_and_keeps_the_text() {
        assert_eq!(quantity("1Gi"), quantity("1024Mi"));
        assert_eq!(quantity("1"), quantity("1000m"));
        assert_eq!(quantity("1e3"), quantity("1k"));
        assert_eq!(quantity("1E"), quantity("1e18"));
        assert_eq!(quantity("0.5"), quantity(".5"));
        assert!(quantity("1G") < quantity("1Gi"));
        assert!(quantity("7Ei") > quantity("7E"));
        assert_eq!(quantity("1.50Gi").to_string(), "1.50Gi");
        assert_eq!(quantity("1.5Gi").units(), 1_610_612_736);
        assert_eq!(quantity("100m").units(), 1);
    }

    #[test]
    fn an_amount_without_its_unit_is_seen() {
        let table = [
            ("512", Some("512Mi")),
            ("512m", Some("512Mi")),
            ("64Ki", Some("64Mi")),
            ("1048575", Some("")),
            ("0.5", Some("")),
            ("1048576", None),
            ("1Mi", None),
            ("0", None),
        ];
        for (text, meant) in table {
            assert_eq!(quantity(text).meant_bytes().as_deref(), meant, "{text}");
        }
        let cores = ["500", "99", "500m", "1k"].map(|text| quantity(text).meant_cores());
        assert_eq!(cores, [Some("500m".to_owned()), None, None, None]);
    }

    #[test]
    fn refuses_with_a_reason() {
        let table = [
            ("10GB", "`10GB` is not a quantity: write `10Gi`"),
            ("10 Gi", "`10 Gi` is not a quantity: write `10Gi`"),
            ("10GiB", "`10GiB` is not a quantity: write `10Gi`"),
            ("512K", "`512K` is not a quantity: write `512Ki`"),
            ("-1", "the quantity `-1` is negative: write a positive amount"),
            ("", "`` is not a quantity: write a number with a unit, such as `512Mi`, `10Gi` or `500m`"),
            (
                "lots",
                "`lots` is not a quantity: write a number with a unit, such as `512Mi`, `10Gi` or `500m`",
            ),
            (
                "1e999",
                "`1e999` is not a quantity: write a number with a unit, such as `512Mi`, `10Gi` or `500m`",
            ),
        ];
        for (text, want) in table {
            assert_eq!(text.parse::<Quantity>().map_err(|invalid| invalid.to_string()), Err(want.to_owned()));
        }
    }
}
