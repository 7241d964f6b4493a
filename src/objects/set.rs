//! The ordered set of objects that a render or a deploy consists of.

use serde::Serialize;
use serde_json::{Map, Value};

/// What makes an object itself: two objects of one identity cannot be in a set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// API group and version, `v1` for the core group.
    pub api_version: String,
    /// Kind, for example `StatefulSet`.
    pub kind: String,
    /// Namespace; `None` for cluster-scoped objects.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Identity {
    /// The API group: empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The API version without its group.
    pub fn version(&self) -> &str {
        self.api_version.rsplit('/').next().unwrap_or(&self.api_version)
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// One Kubernetes object in the form in which it leaves the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its identity, also found inside `value`.
    pub identity: Identity,
    /// The object itself; `apiVersion`, `kind` and `metadata` come first.
    pub value: Value,
}

impl Object {
    /// Takes a typed object.
    ///
    /// # Panics
    /// Never for k8s-openapi types: they serialize to maps with metadata.
    pub fn of<T: Serialize>(typed: &T) -> Self {
        let value = serde_json::to_value(typed).expect("k8s-openapi types serialize to JSON");
        Self::from_value(value).expect("k8s-openapi types carry apiVersion, kind and metadata.name")
    }

    /// Takes an object as JSON; `None` when it lacks `apiVersion`, `kind` or `metadata.name`.
    pub fn from_value(value: Value) -> Option<Self> {
        let text = |map: &Value, key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let metadata = value.get("metadata")?;
        let identity = Identity {
            api_version: text(&value, "apiVersion")?,
            kind: text(&value, "kind")?,
            namespace: text(metadata, "namespace"),
            name: text(metadata, "name")?,
        };
        Some(Self { identity, value: name_first(value) })
    }
}

/// Readers look for the name first; the typed objects have their metadata in alphabetical order.
fn name_first(mut value: Value) -> Value {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        let mut ordered = Map::new();
        for key in ["name", "namespace", "labels", "annotations"] {
            if let Some(field) = metadata.remove(key) {
                ordered.insert(key.to_owned(), field);
            }
        }
        ordered.append(metadata);
        *metadata = ordered;
    }
    value
}

/// Objects in the order in which they have to be applied; deletion goes the other way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectSet {
    objects: Vec<Object>,
}

/// The identity that was already in the set.
#[derive(Debug, thiserror::Error)]
#[error("{0} is in the set already")]
pub struct Duplicate(pub Identity);

impl ObjectSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an object behind those that are there.
    pub fn push(&mut self, object: Object) -> Result<(), Duplicate> {
        if self.objects.iter().any(|other| other.identity == object.identity) {
            return Err(Duplicate(object.identity));
        }
        self.objects.push(object);
        Ok(())
    }

    /// The objects in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Object> {
        self.objects.iter()
    }

    /// The objects in their order, to be changed in place; identities must stay.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Object> {
        self.objects.iter_mut()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }
}

impl<'a> IntoIterator for &'a mut ObjectSet {
    type Item = &'a mut Object;
    type IntoIter = std::slice::IterMut<'a, Object>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'a> IntoIterator for &'a ObjectSet {
    type Item = &'a Object;
    type IntoIter = std::slice::Iter<'a, Object>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
