//! stub
#![allow(missing_docs)]
#[derive(Debug, Clone, Default)]
pub struct Config { pub sections: Vec<Section> }
#[derive(Debug, Clone)]
pub struct Section { pub kind: String, pub name: Option<String>, pub options: Vec<(String, Value)> }
#[derive(Debug, Clone)]
pub enum Value { One(String), Many(Vec<String>) }
impl Config {
    pub fn new() -> Self { Self::default() }
    pub fn push(&mut self, s: Section) { self.sections.push(s) }
    pub fn named(&self, n: &str) -> Option<&Section> { self.sections.iter().find(|s| s.name.as_deref() == Some(n)) }
    pub fn named_mut(&mut self, n: &str) -> Option<&mut Section> { self.sections.iter_mut().find(|s| s.name.as_deref() == Some(n)) }
    pub fn of_type<'a>(&'a self, k: &'a str) -> impl Iterator<Item = &'a Section> { self.sections.iter().filter(move |s| s.kind == k) }
    pub fn of_type_mut<'a>(&'a mut self, k: &'a str) -> impl Iterator<Item = &'a mut Section> { self.sections.iter_mut().filter(move |s| s.kind == k) }
}
impl Section {
    pub fn named(k: impl Into<String>, n: impl Into<String>) -> Self { Self { kind: k.into(), name: Some(n.into()), options: vec![] } }
    pub fn anonymous(k: impl Into<String>) -> Self { Self { kind: k.into(), name: None, options: vec![] } }
    pub fn option(mut self, k: impl Into<String>, v: impl Into<String>) -> Self { self.options.push((k.into(), Value::One(v.into()))); self }
    pub fn list<T: Into<String>>(mut self, k: impl Into<String>, v: impl IntoIterator<Item = T>) -> Self { self.options.push((k.into(), Value::Many(v.into_iter().map(Into::into).collect()))); self }
    pub fn set(&mut self, k: &str, v: &str) { self.options.retain(|(o, _)| o != k); self.options.push((k.into(), Value::One(v.into()))) }
    pub fn set_list<T: Into<String>>(&mut self, k: &str, v: impl IntoIterator<Item = T>) { self.options.retain(|(o, _)| o != k); self.options.push((k.into(), Value::Many(v.into_iter().map(Into::into).collect()))) }
}
impl std::fmt::Display for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for s in &self.sections {
            match &s.name { Some(n) => writeln!(f, "\nconfig {} '{}'", s.kind, n)?, None => writeln!(f, "\nconfig {}", s.kind)? }
            for (k, v) in &s.options { match v { Value::One(v) => writeln!(f, "\toption {k} '{v}'")?, Value::Many(vs) => for v in vs { writeln!(f, "\tlist {k} '{v}'")? } } }
        }
        Ok(())
    }
}
