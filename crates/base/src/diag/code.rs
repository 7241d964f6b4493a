//! Every code that a finding can have: one table, from which all else comes.

use super::Severity;

/// Who says a code, which decides what has to stand beside it; each but the last has a page behind `wrtpod explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// What reads documents: each has a document that shows it.
    Reading,
    /// What judges documents: each has one that it refuses, and one beside it that passes.
    Rule,
    /// What makes charts.
    Chart,
    /// What reads the values of a chart.
    Import,
    /// The command line, of documents as a whole.
    Command,
    /// What looks at a cluster.
    Cluster,
    /// The run itself: the closing error, a note, what goes on. In messages for machines alone.
    Run,
}

macro_rules! codes {
    ($($said:ident { $($code:ident $name:literal $severity:ident,)+ })+) => {
        /// The code of a finding. Its name is stable: people look it up, and scripts go by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = concat!("`", $name, "`")] $code,)+)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$($(Self::$code,)+)+];

            /// Its name, in kebab case.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$code => $name,)+)+
                }
            }

            /// Who says it.
            pub const fn said(self) -> Said {
                match self {
                    $($(Self::$code)|+ => Said::$said,)+
                }
            }

            /// How bad it is; `None` where that depends on the case.
            pub const fn severity(self) -> Option<Severity> {
                match self {
                    $($(Self::$code => codes!(@ $severity),)+)+
                }
            }
        }
    };
    (@ Any) => { None };
    (@ $severity:ident) => { Some(Severity::$severity) };
}

codes! {
    Reading {
        BadPath "bad-path" Error,
        BadValue "bad-value" Error,
        DuplicateDocument "duplicate-document" Error,
        DuplicateKey "duplicate-key" Error,
        ExclusiveKeys "exclusive-keys" Error,
        MissingKey "missing-key" Error,
        SeveralSites "several-sites" Error,
        TooLarge "too-large" Error,
        UnknownAppliance "unknown-appliance" Error,
        UnknownFrom "unknown-from" Error,
        UnknownImage "unknown-image" Error,
        UnknownKey "unknown-key" Error,
        UnknownKind "unknown-kind" Error,
        UnknownVersion "unknown-version" Error,
        WrongType "wrong-type" Error,
        YamlAlias "yaml-alias" Error,
        YamlCharacter "yaml-character" Error,
        YamlKey "yaml-key" Error,
        YamlMerge "yaml-merge" Error,
        YamlSyntax "yaml-syntax" Error,
        YamlTag "yaml-tag" Error,
    }
    Rule {
        AddressInPool "address-in-pool" Error,
        AddressIsGateway "address-is-gateway" Error,
        AddressMissing "address-missing" Error,
        AddressMix "address-mix" Error,
        AddressOutsideSubnet "address-outside-subnet" Error,
        AddressPrefix "address-prefix" Error,
        AddressReserved "address-reserved" Error,
        BridgeMac "bridge-mac" Note,
        BridgeVlan "bridge-vlan" Note,
        CapabilityReason "capability-reason" Error,
        ChainBandwidth "chain-bandwidth" Error,
        ChainFirewall "chain-firewall" Error,
        ChainLink "chain-link" Error,
        ChainPlugin "chain-plugin" Error,
        ChainPortmap "chain-portmap" Error,
        ChainSbr "chain-sbr" Error,
        ClaimShared "claim-shared" Error,
        ClaimSize "claim-size" Error,
        ConfigLarge "config-large" Note,
        ConfigTooLarge "config-too-large" Error,
        ContainerUnhardened "container-unhardened" Warning,
        DefaultRouteWithoutGateway "default-route-without-gateway" Error,
        DeploymentTwoHolders "deployment-two-holders" Error,
        DeviceHostpath "device-hostpath" Error,
        DeviceOption "device-option" Warning,
        DeviceResource "device-resource" Error,
        DhcpBeforeMac "dhcp-before-mac" Error,
        DhcpSharedMac "dhcp-shared-mac" Error,
        DhcpWithoutIpv4 "dhcp-without-ipv4" Error,
        DhcpWithoutRange "dhcp-without-range" Warning,
        DnsInCluster "dns-in-cluster" Error,
        DuplicateAddress "duplicate-address" Error,
        DuplicateInterface "duplicate-interface" Error,
        DuplicateMac "duplicate-mac" Error,
        DuplicatePort "duplicate-port" Error,
        EmptyRootPassword "empty-root-password" Error,
        ExistingAttachment "existing-attachment" Error,
        FileHidden "file-hidden" Error,
        FileTwice "file-twice" Error,
        FlowOffloading "flow-offloading" Warning,
        GatewayAddress "gateway-address" Error,
        GatewayFamily "gateway-family" Error,
        GatewayOutsideSubnet "gateway-outside-subnet" Error,
        GuestBridgeMacvlan "guest-bridge-macvlan" Error,
        GuestNeedsL2 "guest-needs-l2" Error,
        ImageMissing "image-missing" Error,
        ImageWithoutBase "image-without-base" Error,
        ImageWithoutFeeds "image-without-feeds" Error,
        IngressHost "ingress-host" Error,
        IngressWithoutService "ingress-without-service" Error,
        InterfaceName "interface-name" Error,
        IpvlanBesideMacvlan "ipvlan-beside-macvlan" Error,
        IpvlanModes "ipvlan-modes" Error,
        LabelSyntax "label-syntax" Error,
        LinkNeedsAddress "link-needs-address" Error,
        MacNotHonoured "mac-not-honoured" Error,
        MacNotUnicast "mac-not-unicast" Error,
        MountPath "mount-path" Error,
        MovingTag "moving-tag" Warning,
        MtuRange "mtu-range" Error,
        NameCollision "name-collision" Error,
        NameTooLong "name-too-long" Error,
        NdpRelay "ndp-relay" Warning,
        NoEffect "no-effect" Any,
        NoInterfaces "no-interfaces" Error,
        NoIpv6 "no-ipv6" Any,
        NoNodeHasParent "no-node-has-parent" Error,
        NotKubernetes "not-kubernetes" Error,
        OpenwrtSysAdmin "openwrt-sys-admin" Error,
        OverlayFolder "overlay-folder" Error,
        OverlayNotInImage "overlay-not-in-image" Error,
        OverlaySysctl "overlay-sysctl" Error,
        OwnServer "own-server" Error,
        PackageTwice "package-twice" Error,
        PairOfTwo "pair-of-two" Error,
        ParentDiffers "parent-differs" Error,
        ParentExclusive "parent-exclusive" Error,
        ParentNoLan "parent-no-lan" Error,
        ParentPerNode "parent-per-node" Warning,
        ParentTooLong "parent-too-long" Error,
        PatchTarget "patch-target" Error,
        PatchUndoes "patch-undoes" Error,
        PersistenceHidden "persistence-hidden" Error,
        PoolManyNodes "pool-many-nodes" Error,
        PoolMissing "pool-missing" Error,
        PoolRange "pool-range" Error,
        PoolWithoutIpam "pool-without-ipam" Error,
        PortName "port-name" Error,
        PppoeByUci "pppoe-by-uci" Warning,
        PppoeDevice "pppoe-device" Error,
        PrimaryNetwork "primary-network" Error,
        PrivilegeReason "privilege-reason" Any,
        Privileged "privileged" Error,
        ProbeFirewall "probe-firewall" Warning,
        ProbeValue "probe-value" Error,
        ProcUnmasked "proc-unmasked" Error,
        ProfileMismatch "profile-mismatch" Error,
        ProxyUntrusted "proxy-untrusted" Any,
        ReplicasFixedIdentity "replicas-fixed-identity" Error,
        RequestAboveLimit "request-above-limit" Error,
        ReservedKey "reserved-key" Error,
        ReservedName "reserved-name" Error,
        RollingUpdateFixedIdentity "rolling-update-fixed-identity" Error,
        RouteParent "route-parent" Error,
        RouteValue "route-value" Error,
        SaltMissing "salt-missing" Error,
        SecretLiteral "secret-literal" Warning,
        ServeGeneric "serve-generic" Error,
        ServeNeedsAddress "serve-needs-address" Error,
        ServiceName "service-name" Error,
        StockArmImage "stock-arm-image" Error,
        SubnetNoLan "subnet-no-lan" Error,
        SubnetOverlapsCluster "subnet-overlaps-cluster" Error,
        SysctlNotNet "sysctl-not-net" Error,
        TimezoneName "timezone-name" Any,
        TwoDefaultRoutes "two-default-routes" Any,
        TwoDiscoveryNics "two-discovery-nics" Error,
        TwoPolicyRouters "two-policy-routers" Error,
        TwoServers "two-servers" Error,
        UciReserved "uci-reserved" Error,
        UciSectionMissing "uci-section-missing" Error,
        UciSectionType "uci-section-type" Error,
        UciValue "uci-value" Error,
        UnitMissing "unit-missing" Warning,
        UnknownNetwork "unknown-network" Error,
        UnknownNode "unknown-node" Error,
        UnknownOverlay "unknown-overlay" Error,
        UnknownPort "unknown-port" Error,
        UnknownVolume "unknown-volume" Error,
        UnsafeSysctl "unsafe-sysctl" Error,
        UserNamespace "user-namespace" Error,
        UserNamespaceDevice "user-namespace-device" Warning,
        VlanSharedNode "vlan-shared-node" Error,
        WifiParent "wifi-parent" Error,
    }
    Chart {
        ChartOverlays "chart-overlays" Error,
        ChartPatches "chart-patches" Error,
        ChartPrimary "chart-primary" Error,
    }
    Import {
        NotImported "not-imported" Any,
    }
    Command {
        SiteMissing "site-missing" Error,
    }
    Cluster {
        ApiServerSlow "api-server-slow" Error,
        AttachmentDiffers "attachment-differs" Note,
        AttachmentMissing "attachment-missing" Error,
        AttachmentUnfit "attachment-unfit" Error,
        ClaimElsewhere "claim-elsewhere" Error,
        ClaimInUse "claim-in-use" Error,
        ClaimLost "claim-lost" Error,
        ClaimMissing "claim-missing" Error,
        ClaimPending "claim-pending" Error,
        ClusterRanges "cluster-ranges" Error,
        ConfigMapKeyMissing "config-map-key-missing" Error,
        ConfigMapMissing "config-map-missing" Error,
        ContainerConfig "container-config" Error,
        ContainerStart "container-start" Error,
        CrashLoop "crash-loop" Error,
        DeviceMissing "device-missing" Any,
        FieldConflict "field-conflict" Error,
        ImagePull "image-pull" Error,
        ImmutableField "immutable-field" Error,
        InitFailed "init-failed" Error,
        Kernel "kernel" Error,
        KernelModuleMissing "kernel-module-missing" Any,
        MacInUse "mac-in-use" Error,
        MissingParent "missing-parent" Error,
        MissingPlugin "missing-plugin" Error,
        MultusNotReady "multus-not-ready" Error,
        MultusUnseen "multus-unseen" Note,
        NamespaceMissing "namespace-missing" Error,
        NamespaceTerminating "namespace-terminating" Error,
        NicMissing "nic-missing" Error,
        NoClusterNetwork "no-cluster-network" Error,
        NoDhcpDaemon "no-dhcp-daemon" Error,
        NoGatewayApi "no-gateway-api" Error,
        NoMultus "no-multus" Error,
        NoWhereabouts "no-whereabouts" Error,
        NodeCordoned "node-cordoned" Any,
        NodeMissing "node-missing" Any,
        NodeNotReady "node-not-ready" Any,
        NodeSilent "node-silent" Error,
        NodeTainted "node-tainted" Any,
        NodeUnfit "node-unfit" Any,
        NotChecked "not-checked" Note,
        NotReady "not-ready" Error,
        OtherOwner "other-owner" Error,
        ParentBusy "parent-busy" Error,
        PodEnding "pod-ending" Error,
        PodRefused "pod-refused" Error,
        PodSecurity "pod-security" Error,
        Quota "quota" Error,
        Sandbox "sandbox" Error,
        SecretKeyMissing "secret-key-missing" Error,
        SecretMissing "secret-missing" Error,
        ServiceAccount "service-account" Error,
        StorageClassMissing "storage-class-missing" Error,
        SysctlForbidden "sysctl-forbidden" Error,
        Unschedulable "unschedulable" Error,
        UserNamespaceMissing "user-namespace-missing" Any,
        UserNamespaceStorage "user-namespace-storage" Error,
        VlanExists "vlan-exists" Error,
        Volume "volume" Error,
        Webhook "webhook" Error,
    }
    Run {
        Error "error" Error,
        Note "note" Note,
        Progress "progress" Note,
    }
}

impl Code {
    /// Whether a page tells what it means.
    pub const fn has_page(self) -> bool {
        !matches!(self.said(), Said::Run)
    }

    /// Those of one speaker.
    pub fn of(said: Said) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |code| code.said() == said)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_is_that_of_one_code() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        let is_kebab = |name: &&str| {
            name.chars().all(|one| one.is_ascii_lowercase() || one == '-' || one.is_ascii_digit())
        };
        assert!(names.iter().all(is_kebab), "{names:?}");
    }
}
