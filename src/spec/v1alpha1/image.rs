//! The Image: what is built.

use super::{Architecture, Entries, Metadata};
use crate::diag::Loc;
use crate::spec::table::{one_of, record};
use crate::types::{
    EnvName, FeedName, FeedUrl, FileMode, FileOwner, HttpUrl, ImageRef, OverlayRef, PackageWish, RootPath,
    Sha256,
};

record! {
    /// An OCI image of OpenWrt: a root file system with packages and files, built without a daemon.
    pub struct Image, "an Image" {
        /// Name, labels and annotations.
        "metadata" => metadata: Loc<Metadata>,
        /// What it is made of.
        "spec" => spec: Loc<ImageSpec>,
    }
}

record! {
    /// What an Image states.
    pub struct ImageSpec, "the spec of an Image" {
        /// One sentence about the image.
        "description" => description: Option<Loc<String>>,
        /// The architectures, and what each is built on: `amd64: {image: openwrt/rootfs:x86-64-24.10.4}`. With several,
        /// the result is an index.
        "base" => base: Loc<Entries<Architecture, Base>>,
        /// Feeds beside those of the base, by name. The order counts: of two equal versions the first feed's is taken.
        "feeds" => feeds: Entries<FeedName, Feed>,
        /// False to leave out the feeds that the base names itself (`/etc/opkg/distfeeds.conf`,
        /// `/etc/apk/repositories.d`). Default: true.
        "defaultFeeds" => default_feeds: Option<Loc<bool>>,
        /// Packages to install, such as `tcpdump`; with a `-` in front, a package to leave out or to remove.
        "packages" => packages: Vec<Loc<PackageWish>>,
        /// Overlays, in the order in which they are laid on: a name of `wrtpod catalog`, or a folder such as
        /// `./overlays/mine`.
        "overlays" => overlays: Vec<Loc<OverlayRef>>,
        /// Files, by their path in the root; they win over those of packages and overlays.
        "files" => files: Entries<RootPath, ImageFile>,
        /// Services that are installed and not started, by the names of their scripts in `/etc/init.d`.
        "disabledServices" => disabled_services: Vec<Loc<String>>,
        /// The command of the image. Default: `/sbin/init`.
        "entrypoint" => entrypoint: Vec<Loc<String>>,
        /// Labels of the image, beside those that wrtpod writes.
        "labels" => labels: Entries<String, String>,
        /// Environment variables of the image, beside `container`.
        "env" => env: Entries<EnvName, String>,
    }
}

record! {
    /// What an image is built on.
    pub struct Base, "a base" {
        one of {
            /// Where the root comes from.
            source: BaseSource,
        }
    }
}

one_of! {
    /// Where a base comes from. Paths are relative to the file that names them.
    pub enum BaseSource {
        /// A `rootfs.tar.gz` as OpenWrt publishes it.
        "rootfs" => Rootfs(Rootfs),
        /// An image in a registry, such as `openwrt/rootfs:x86-64-24.10.4`.
        "image" => Image(ImageRef),
        /// A folder with an OCI layout, such as `./openwrt.oci`.
        "layout" => Layout(String),
        /// An OCI or docker archive, such as `./openwrt.tar`.
        "archive" => Archive(String),
    }
}

record! {
    /// A root file system as a tar.gz, and how it is known to be the right one.
    pub struct Rootfs, "`rootfs`" {
        one of {
            /// Where it is.
            source: FileSource,
        }
        /// What it has to be.
        "verify" => verify: Loc<Verify>,
    }
}

one_of! {
    /// Where a file is.
    pub enum FileSource {
        /// Its URL.
        "url" => Url(HttpUrl),
        /// Its path, relative to the file that names it.
        "file" => File(String),
    }
}

record! {
    /// How a file is known to be the right one.
    pub struct Verify, "`verify`" {
        one of {
            /// By what.
            by: VerifyBy,
        }
    }
}

one_of! {
    /// What a file is checked against.
    pub enum VerifyBy {
        /// Its SHA-256, as `sha256sum` prints it.
        "sha256" => Sha256(Sha256),
        /// A signed list of checksums beside it: `sha256sums: {key: {file: ./openwrt.pub}}`.
        "sha256sums" => Sums(SignedSums),
    }
}

record! {
    /// The files `sha256sums` and `sha256sums.sig` beside the root file system, as OpenWrt publishes them.
    pub struct SignedSums, "`sha256sums`" {
        /// The usign key of who signed the list.
        "key" => key: Loc<Key>,
    }
}

record! {
    /// A feed of packages: opkg's or apk's, as the base has it.
    pub struct Feed, "a feed" {
        one of {
            /// Where it is.
            source: FeedSource,
        }
        /// The public keys that its index may be signed with. Default: those of the base.
        "keys" => keys: Vec<Loc<Key>>,
        /// True for a feed without a signature: whoever can change it can put anything into the image. Default: false.
        "unsigned" => unsigned: Option<Loc<bool>>,
    }
}

one_of! {
    /// Where a feed is.
    pub enum FeedSource {
        /// The URL of the folder with its index, such as `https://feeds.example/{release}/{arch}/mine`: `{arch}`,
        /// `{release}` and `{target}` stand for the base's own words, such as `x86_64`, `24.10.4` and `x86/64`.
        "url" => Url(FeedUrl),
        /// The folder with its index, such as `./feed`, relative to the file that names it.
        "folder" => Folder(String),
    }
}

record! {
    /// A public key: usign's for opkg, PEM for apk.
    pub struct Key, "a public key" {
        one of {
            /// Where it stands.
            source: TextSource,
        }
    }
}

one_of! {
    /// Where a text stands.
    pub enum TextSource {
        /// Here: `text: RWR…`, or a block of several lines behind `text: |`.
        "text" => Text(String),
        /// In a file such as `./keys/mine.pub`, relative to the file that names it.
        "file" => File(String),
    }
}

record! {
    /// A file of an image.
    pub struct ImageFile, "a file" {
        one of {
            /// What is in it.
            content: FileContent,
        }
        /// Its mode, such as `0755`. Default: that of a `file` on the disk, `0644` for a `content`.
        "mode" => mode: Option<Loc<FileMode>>,
        /// Its user and group, such as `mosquitto:mosquitto` or `0:0`. Default: `root:root`.
        "owner" => owner: Option<Loc<FileOwner>>,
    }
}

one_of! {
    /// What a file holds.
    pub enum FileContent {
        /// This text: `content: |` and the lines.
        "content" => Content(String),
        /// What the file of this path holds, such as `./banner`, relative to the file that names it.
        "file" => File(String),
        /// A symbolic link to this, such as `/usr/bin/vim`.
        "link" => Link(String),
    }
}
