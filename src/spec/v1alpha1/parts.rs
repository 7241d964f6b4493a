//! Parts of an Appliance that Kubernetes has its own words for: ports, volumes, devices, probes, resources.

use super::Entries;
use crate::diag::Loc;
use crate::spec::table::{choice, one_of, record};
use crate::types::{Cidr, EnvName, Name, ObjectName, Port, Quantity};

record! {
    /// A port that the appliance listens on.
    pub struct ServicePort, "a port" {
        /// The number, 1 to 65535.
        "port" => port: Loc<Port>,
        /// The protocol. Default: `TCP`.
        "protocol" => protocol: Option<Loc<Transport>>,
    }
}

record! {
    /// The Service of an appliance on the cluster's network.
    pub struct Service, "the service" {
        /// How it is reached. Default: `ClusterIP`.
        "type" => kind: Option<Loc<ServiceType>>,
        /// The names of the ports it offers. Default: all of `ports`.
        "ports" => ports: Vec<Loc<Name>>,
        /// Annotations of the Service.
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// The Ingress of an appliance.
    pub struct Ingress, "the ingress" {
        /// The host name that it answers to.
        "host" => host: Loc<String>,
        /// The ingress class. Default: the cluster's default class.
        "class" => class: Option<Loc<String>>,
        /// The path that it answers to. Default: `/`.
        "path" => path: Option<Loc<String>>,
        /// The name of the port behind it. Default: the first TCP port that the Service shows.
        "port" => port: Option<Loc<Name>>,
        /// The Secret with the TLS certificate. Default: no TLS.
        "tlsSecret" => tls_secret: Option<Loc<ObjectName>>,
        /// Annotations of the Ingress.
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// The HTTPRoute of an appliance, by which Gateways lead to it (Gateway API, gateway.networking.k8s.io/v1).
    pub struct HttpRoute, "the HTTP route" {
        /// The Gateways, such as `{name: internal, namespace: network}`.
        "parentRefs" => parent_refs: Vec<Loc<ParentRef>>,
        /// The host names that it answers to, such as `ha.example.org`. Default: those of the Gateways.
        "hostnames" => hostnames: Vec<Loc<String>>,
        /// The path that it answers to. Default: `/`.
        "path" => path: Option<Loc<String>>,
        /// The name of the port behind it. Default: the first TCP port that the Service shows.
        "port" => port: Option<Loc<Name>>,
        /// Annotations of the HTTPRoute.
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// A Gateway that leads to an appliance.
    pub struct ParentRef, "a parent of the HTTP route" {
        /// Its name.
        "name" => name: Loc<ObjectName>,
        /// Its namespace. Default: the appliance's.
        "namespace" => namespace: Option<Loc<Name>>,
        /// The name of its listener. Default: all that take the route.
        "sectionName" => section_name: Option<Loc<ObjectName>>,
        /// The port of its listener. Default: all that take the route.
        "port" => port: Option<Loc<Port>>,
    }
}

record! {
    /// What an appliance may reach by eth0, beside names and answers.
    pub struct Egress, "the egress" {
        /// True for the cluster's pods and Services. The API server and the nodes are none of them. Default: `false`.
        "cluster" => cluster: Option<Loc<bool>>,
        /// Ranges of addresses, such as `0.0.0.0/0` for the Internet. What lies in one of them and is the cluster's, of
        /// the appliance's own networks or link-local (the metadata of a cloud) is left out.
        "cidrs" => cidrs: Vec<Loc<Cidr>> [one or many],
    }
}

record! {
    /// A volume of an appliance: a claim of its own, unless it says otherwise.
    pub struct Volume, "a volume" {
        /// Where it is mounted.
        "mountPath" => mount_path: Loc<String>,
        /// The size of the claim, such as `10Gi`. Default: `1Gi`. With `emptyDir`, the most that it holds.
        "size" => size: Option<Loc<Quantity>>,
        /// The storage class of the claim. Default: the site's.
        "storageClass" => storage_class: Option<Loc<String>>,
        /// A claim that exists, in place of a generated one.
        "existingClaim" => existing_claim: Option<Loc<ObjectName>>,
        /// Who may mount the claim. Default: `ReadWriteOnce`.
        "accessMode" => access_mode: Option<Loc<AccessMode>>,
        /// True for an empty folder that goes with the pod. Default: false.
        "emptyDir" => empty_dir: Option<Loc<bool>>,
        /// True to have that folder in memory, where it counts as the appliance's. Default: true on `/dev/shm`, else false.
        "memory" => memory: Option<Loc<bool>>,
        /// A path of the node, such as `/run/dbus`. It takes a reason: `allow: {/run/dbus: REASON}` of the appliance.
        "hostPath" => host_path: Option<Loc<String>>,
        /// A folder of an NFS server.
        "nfs" => nfs: Option<Loc<Nfs>>,
        /// The ConfigMap that it shows.
        "configMap" => config_map: Option<Loc<ObjectName>>,
        /// The Secret that it shows.
        "secret" => secret: Option<Loc<ObjectName>>,
        /// True when the appliance may not write. Default: false.
        "readOnly" => read_only: Option<Loc<bool>>,
        /// The folder inside the volume that is mounted. Default: its root.
        "subPath" => sub_path: Option<Loc<String>>,
    }
}

record! {
    /// A folder of an NFS server, which the node mounts.
    pub struct Nfs, "`nfs`" {
        /// The server's name or address, as the node knows it.
        "server" => server: Loc<String>,
        /// The folder that it exports, such as `/export/media`.
        "path" => path: Loc<String>,
    }
}

record! {
    /// Environment variables, one for each key of an object.
    pub struct EnvSource, "a source of variables" {
        one of {
            /// The object.
            object: EnvObject,
        }
        /// What stands before each key. Default: nothing.
        "prefix" => prefix: Option<Loc<EnvName>>,
    }
}

one_of! {
    /// An object whose keys become environment variables.
    pub enum EnvObject {
        /// The Secret of this name.
        "secret" => Secret(Loc<ObjectName>),
        /// The ConfigMap of this name.
        "configMap" => ConfigMap(Loc<ObjectName>),
    }
}

record! {
    /// A device of the node.
    pub struct Device, "a device" {
        one of {
            /// Which device.
            source: DeviceSource,
        }
        /// How many, for a `resource`. Default: 1.
        "count" => count: Option<Loc<u32>>,
    }
}

one_of! {
    /// Which device of the node.
    pub enum DeviceSource {
        /// The device file on the node, such as `/dev/net/tun`.
        "path" => Path(String),
        /// The resource that a device plugin offers, such as `squat.ai/zigbee`.
        "resource" => Resource(String),
    }
}

record! {
    /// Health checks.
    pub struct Probes, "the probes" {
        /// Holds the other two back until it succeeds.
        "startup" => startup: Option<Loc<Probe>>,
        /// Decides whether the pod gets traffic.
        "readiness" => readiness: Option<Loc<Probe>>,
        /// Restarts the container when it fails.
        "liveness" => liveness: Option<Loc<Probe>>,
    }
}

record! {
    /// A health check.
    pub struct Probe, "a probe" {
        one of {
            /// What is tried.
            action: ProbeAction,
        }
        /// Seconds from the start to the first try. Default: 0.
        "initialDelaySeconds" => initial_delay_seconds: Option<Loc<u32>>,
        /// Seconds between tries. Default: 10.
        "periodSeconds" => period_seconds: Option<Loc<u32>>,
        /// Seconds until a try has failed. Default: 5.
        "timeoutSeconds" => timeout_seconds: Option<Loc<u32>>,
        /// Failed tries in a row until the probe has failed. Default: 3.
        "failureThreshold" => failure_threshold: Option<Loc<u32>>,
    }
}

one_of! {
    /// What a health check tries.
    pub enum ProbeAction {
        /// An HTTP request.
        "http" => Http(HttpGet),
        /// A connection to the port of this name.
        "tcp" => Tcp(Loc<Name>),
        /// A command inside the container; zero is success.
        "exec" => Exec(Vec<Loc<String>>),
    }
}

record! {
    /// An HTTP request of a health check.
    pub struct HttpGet, "`http`" {
        /// The path. Default: `/`.
        "path" => path: Option<Loc<String>>,
        /// The name of the port.
        "port" => port: Loc<Name>,
    }
}

record! {
    /// CPU and memory of an appliance.
    pub struct Resources, "the resources" {
        /// What the node sets aside.
        "requests" => requests: Option<Loc<Amounts>>,
        /// What the appliance may use at most.
        "limits" => limits: Option<Loc<Amounts>>,
    }
}

record! {
    /// Amounts of CPU and memory.
    pub struct Amounts, "amounts of CPU and memory" {
        /// CPU in cores, such as `500m` for half of one.
        "cpu" => cpu: Option<Loc<Quantity>>,
        /// Memory in bytes, such as `256Mi`.
        "memory" => memory: Option<Loc<Quantity>>,
    }
}

choice! {
    /// A transport protocol.
    pub enum Transport, "a protocol" {
        /// TCP.
        "TCP" => Tcp,
        /// UDP.
        "UDP" => Udp,
    }
}

choice! {
    /// How a Service is reached.
    pub enum ServiceType, "a type of service" {
        /// Inside the cluster.
        "ClusterIP" => ClusterIp,
        /// At a port of every node.
        "NodePort" => NodePort,
        /// At an address of its own.
        "LoadBalancer" => LoadBalancer,
    }
}

choice! {
    /// Who may mount a claim.
    pub enum AccessMode, "an access mode" {
        /// Pods of one node.
        "ReadWriteOnce" => ReadWriteOnce,
        /// One pod.
        "ReadWriteOncePod" => ReadWriteOncePod,
        /// Pods of any node.
        "ReadWriteMany" => ReadWriteMany,
    }
}
