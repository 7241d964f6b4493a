//! Users and groups that packages need, added to `passwd`, `group` and `shadow` as OpenWrt's own `add_group_and_user`
//! does (base-files, `lib/functions.sh`). Pure.

use crate::feed::WantedUser;

/// The first number that is given to a user or group which asks for none in particular.
const FIRST_FREE: u32 = 32768;
/// Who owns what belongs to a user that does not exist, as apk has it.
const NOBODY: u32 = 65534;

/// The three files, line by line. Lines that are there already are never changed, but for a group's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    passwd: Vec<String>,
    group: Vec<String>,
    shadow: Vec<String>,
}

impl Accounts {
    /// From the texts of the files.
    pub fn new(passwd: &str, group: &str, shadow: &str) -> Self {
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Self { passwd: lines(passwd), group: lines(group), shadow: lines(shadow) }
    }

    /// The texts of `passwd`, `group` and `shadow`.
    pub fn texts(&self) -> [String; 3] {
        [&self.passwd, &self.group, &self.shadow]
            .map(|lines| lines.iter().fold(String::new(), |text, line| text + line + "\n"))
    }

    /// Adds what a package wants, unless it is there; the numbers of what is there stay.
    pub fn add(&mut self, wanted: &WantedUser) {
        let main_group = wanted.group.as_ref().map(|(name, gid)| self.add_group(name, *gid));
        let Some((user, uid)) = &wanted.user else { return };
        if number(&self.passwd, user).is_none() {
            let uid = uid.unwrap_or_else(|| first_free(&self.passwd));
            let gid = main_group.unwrap_or(uid);
            self.passwd.push(format!("{user}:x:{uid}:{gid}:{user}:/var/run/{user}:/bin/false"));
            self.shadow.push(format!("{user}:x:0:0:99999:7:::"));
        }
        if let Some((group, _)) = &wanted.group {
            self.join(group, user);
        }
        for (group, gid) in &wanted.more_groups {
            self.add_group(group, *gid);
            self.join(group, user);
        }
    }

    fn add_group(&mut self, name: &str, gid: Option<u32>) -> u32 {
        number(&self.group, name).unwrap_or_else(|| {
            let gid = gid.unwrap_or_else(|| first_free(&self.group));
            self.group.push(format!("{name}:x:{gid}:"));
            gid
        })
    }

    /// Makes a user a member of a group.
    fn join(&mut self, group: &str, user: &str) {
        let of_group = |line: &&mut String| line.split(':').next() == Some(group);
        let Some(line) = self.group.iter_mut().find(of_group) else { return };
        let members = line.rsplit(':').next().unwrap_or_default();
        if members.split(',').any(|member| member == user) {
            return;
        }
        if !members.is_empty() {
            line.push(',');
        }
        line.push_str(user);
    }

    /// The number of a user, by its name or by itself.
    pub fn user(&self, user: &str) -> Option<u32> {
        known(&self.passwd, user).or_else(|| user.parse().ok())
    }

    /// The number of a group, by its name or by itself.
    pub fn group(&self, group: &str) -> Option<u32> {
        known(&self.group, group).or_else(|| group.parse().ok())
    }

    /// The numbers of a user and a group; of those that do not exist, nobody's.
    pub fn ids(&self, user: &str, group: &str) -> (u32, u32) {
        (known(&self.passwd, user).unwrap_or(NOBODY), known(&self.group, group).unwrap_or(NOBODY))
    }
}

/// The number of a name; root has its own before there is a file that says so.
fn known(lines: &[String], name: &str) -> Option<u32> {
    number(lines, name).or_else(|| (name == "root").then_some(0))
}

/// The number of a name: the third field of its line in `passwd` and `group` alike.
fn number(lines: &[String], name: &str) -> Option<u32> {
    lines.iter().find(|line| line.split(':').next() == Some(name)).and_then(|line| third(line))
}

fn third(line: &str) -> Option<u32> {
    line.split(':').nth(2)?.parse().ok()
}

fn first_free(lines: &[String]) -> u32 {
    let taken: Vec<u32> = lines.iter().filter_map(|line| third(line)).collect();
    // Of one number more than there are lines, one is free.
    let most = FIRST_FREE + u32::try_from(taken.len()).unwrap_or(u32::MAX - FIRST_FREE);
    (FIRST_FREE..=most).find(|id| !taken.contains(id)).unwrap_or(FIRST_FREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Accounts {
        Accounts::new(
            "root:x:0:0:root:/root:/bin/ash\ndnsmasq:x:453:453:dnsmasq:/var/run/dnsmasq:/bin/false\n",
            "root:x:0:\ndnsmasq:x:453:dnsmasq\ndialout:x:20:\n",
            "root:::0:99999:7:::\ndnsmasq:x:0:0:99999:7:::\n",
        )
    }

    fn wanted(user: &str, uid: Option<u32>, group: &str, gid: Option<u32>) -> WantedUser {
        WantedUser {
            user: Some((user.to_owned(), uid)),
            group: Some((group.to_owned(), gid)),
            more_groups: vec![],
        }
    }

    #[test]
    fn a_user_gets_the_numbers_that_it_asks_for() {
        let mut accounts = accounts();
        accounts.add(&wanted("mosquitto", Some(200), "mosquitto", Some(200)));
        let [passwd, group, shadow] = accounts.texts();
        assert!(
            passwd.ends_with("\nmosquitto:x:200:200:mosquitto:/var/run/mosquitto:/bin/false\n"),
            "{passwd}"
        );
        assert!(group.ends_with("\nmosquitto:x:200:mosquitto\n"), "{group}");
        assert!(shadow.ends_with("\nmosquitto:x:0:0:99999:7:::\n"), "{shadow}");
    }

    #[test]
    fn who_asks_for_none_gets_the_first_free_number() {
        let mut accounts = accounts();
        accounts.add(&wanted("a", None, "a", None));
        accounts.add(&wanted("b", None, "b", None));
        assert_eq!(accounts.ids("a", "a"), (32768, 32768));
        assert_eq!(accounts.ids("b", "b"), (32769, 32769));
    }

    #[test]
    fn what_is_there_stays_and_twice_is_once() {
        let mut accounts = accounts();
        let before = accounts.clone();
        accounts.add(&wanted("dnsmasq", Some(1), "dnsmasq", Some(1)));
        assert_eq!(accounts, before);
        let mut modem = wanted("modem", Some(300), "modem", Some(300));
        modem.more_groups = vec![("dialout".to_owned(), None), ("new".to_owned(), Some(301))];
        accounts.add(&modem);
        let once = accounts.clone();
        accounts.add(&modem);
        assert_eq!(accounts, once);
        assert!(once.texts()[1].ends_with("dialout:x:20:modem\nmodem:x:300:modem\nnew:x:301:modem\n"));
    }

    #[test]
    fn a_group_alone_and_unknown_names() {
        let mut accounts = accounts();
        accounts.add(&WantedUser { group: Some(("tty".to_owned(), Some(5))), ..WantedUser::default() });
        assert!(accounts.texts()[1].ends_with("tty:x:5:\n"));
        assert_eq!(accounts.ids("nobody-here", "tty"), (65534, 5));
    }
}
