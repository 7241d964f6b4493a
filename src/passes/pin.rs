//! Puts digests behind the tags of images, so that a node that pulls again pulls the same. What a tag stands for
//! is asked elsewhere: nothing here talks to a registry.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::objects::{ObjectSet, containers, containers_mut};
use crate::types::{Digest, ImageRef};

/// The images of a set that have no digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpinned {
    /// Those that a node may pull, each once.
    pub pulled: Vec<ImageRef>,
    /// Those that a node never pulls (`imagePullPolicy: Never`): what it has under the tag is meant, and a digest
    /// of a registry need not be that image's.
    pub never_pulled: Vec<ImageRef>,
}

/// The images without a digest, in the order of their containers.
pub fn unpinned(set: &ObjectSet) -> Unpinned {
    let mut found = Unpinned::default();
    for container in set.iter().flat_map(|object| containers(&object.value)) {
        let Some(image) = tagged(container) else { continue };
        let list = if is_pulled(container) { &mut found.pulled } else { &mut found.never_pulled };
        if !list.contains(&image) {
            list.push(image);
        }
    }
    found
}

/// Pins the images whose digests are known; others stay as they are.
pub fn pin(set: &mut ObjectSet, digests: &BTreeMap<ImageRef, Digest>) {
    for object in set.iter_mut() {
        containers_mut(&mut object.value, |container| {
            let image = tagged(container).filter(|_| is_pulled(container));
            if let Some((image, digest)) = image.and_then(|image| digests.get_key_value(&image)) {
                container["image"] = Value::from(image.with_digest(digest).to_string());
            }
        });
    }
}

/// The image of a container when it has no digest. One that is no reference is left to the API server.
fn tagged(container: &Value) -> Option<ImageRef> {
    let image: ImageRef = container["image"].as_str()?.parse().ok()?;
    image.digest().is_none().then_some(image)
}

fn is_pulled(container: &Value) -> bool {
    container["imagePullPolicy"] != "Never"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::objects::Object;

    fn image(text: &str) -> ImageRef {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    fn digest(byte: &str) -> Digest {
        format!("sha256:{}", byte.repeat(32)).parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    fn workload(init: &Value, main: &Value) -> ObjectSet {
        let mut set = ObjectSet::new();
        let metadata = json!({"name": "a"});
        let template = json!({"spec": {"initContainers": init, "containers": main}});
        for value in [
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"image": "nginx:1"}}),
            json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": {"template": template}}),
        ] {
            let object = Object::from_value(value).unwrap_or_else(|| panic!("an object"));
            set.push(object).unwrap_or_else(|duplicate| panic!("{duplicate}"));
        }
        set
    }

    fn images(set: &ObjectSet) -> Vec<&str> {
        set.iter()
            .flat_map(|object| containers(&object.value))
            .filter_map(|one| one["image"].as_str())
            .collect()
    }

    #[test]
    fn every_container_gets_its_images_digest_once() {
        let pinned = format!("registry.example/c:3@{}", digest("cc"));
        let mut set = workload(
            &json!([{"image": "nginx:1"}, {"image": pinned}]),
            &json!([{"image": "nginx:1"}, {"image": "b"}, {"image": "not an image"}, {}]),
        );
        assert_eq!(unpinned(&set).pulled, [image("nginx:1"), image("b")]);
        let digests = BTreeMap::from([
            (image("nginx:1"), digest("aa")),
            (image("b"), digest("bb")),
            (image("registry.example/c:3"), digest("dd")),
        ]);
        pin(&mut set, &digests);
        let (nginx, b) = (format!("nginx:1@{}", digest("aa")), format!("b@{}", digest("bb")));
        assert_eq!(images(&set), [&nginx, &pinned, &nginx, &b, "not an image"]);
        assert_eq!(unpinned(&set), Unpinned::default());
        let once = set.clone();
        pin(&mut set, &digests);
        assert_eq!(set, once);
    }

    #[test]
    fn what_is_not_known_or_never_pulled_stays() {
        let mut set = workload(
            &json!(null),
            &json!([{"image": "a:1"}, {"image": "b:1", "imagePullPolicy": "Never"}, {"image": "b:1"}]),
        );
        let found = unpinned(&set);
        assert_eq!(
            (found.pulled, found.never_pulled),
            (vec![image("a:1"), image("b:1")], vec![image("b:1")])
        );
        pin(&mut set, &BTreeMap::from([(image("b:1"), digest("bb"))]));
        assert_eq!(images(&set), ["a:1", "b:1", &format!("b:1@{}", digest("bb"))]);
    }
}
