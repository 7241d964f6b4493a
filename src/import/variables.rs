//! Environment variables among the values of a chart, as Kubernetes writes them.

use super::given::Given;
use crate::diag::Loc;
use crate::spec::table::record;
use crate::types::{DataKey, EnvName, ObjectName};
use serde_json::Value;

record! {
    /// Environment variables from an object's keys, as Kubernetes writes it.
    pub struct EnvSource, "a source of variables" {
        /// A ConfigMap.
        "configMapRef" => config_map: Option<Loc<ObjectRef>>,
        /// A Secret.
        "secretRef" => secret: Option<Loc<ObjectRef>>,
        /// What stands before each key.
        "prefix" => prefix: Given<EnvName>,
    }
}

record! {
    /// An object by its name.
    pub struct ObjectRef, "a reference to an object" {
        /// Its name.
        "name" => name: Loc<ObjectName>,
        /// Whether the pod starts without it.
        "optional" => optional: Option<Loc<bool>>,
    }
}

record! {
    /// An environment variable, as Kubernetes writes it.
    pub struct EnvVar, "an environment variable" {
        /// Its name.
        "name" => name: Loc<EnvName>,
        /// Its value.
        "value" => value: Option<Loc<String>>,
        /// Where its value is from.
        "valueFrom" => value_from: Option<Loc<ValueFrom>>,
    }
}

record! {
    /// Where the value of a variable is from, as Kubernetes writes it.
    pub struct ValueFrom, "`valueFrom`" {
        /// A key of a Secret.
        "secretKeyRef" => secret: Option<Loc<KeySelector>>,
        /// A key of a ConfigMap.
        "configMapKeyRef" => config_map: Option<Loc<KeySelector>>,
        /// A field of the pod.
        "fieldRef" => field: Option<Loc<Value>>,
        /// A resource of the container.
        "resourceFieldRef" => resource: Option<Loc<Value>>,
        /// A key of a file.
        "fileKeyRef" => file: Option<Loc<Value>>,
    }
}

record! {
    /// A key of a Secret or ConfigMap.
    pub struct KeySelector, "a reference to a key" {
        /// The object.
        "name" => name: Loc<ObjectName>,
        /// Its key.
        "key" => key: Loc<DataKey>,
        /// Whether the pod starts without it.
        "optional" => optional: Option<Loc<bool>>,
    }
}
