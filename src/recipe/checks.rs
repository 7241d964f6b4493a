//! What an Image must not say, although each of its words is good.

use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::overlay::Overlay;
use crate::spec::{FileContent, Image, UciValue};
use crate::types::Invalid;
use crate::uci::{Place, Section, check_lasting_type};

/// Folders that are empty memory, the kernel's or the kubelet's when the machine runs: what an image has there is never
/// seen. `var` is a link to `tmp` in OpenWrt.
const HIDDEN: [&str; 6] = ["dev", "proc", "run", "sys", "tmp", "var"];

pub(super) fn check(image: &Image, diags: &mut Diagnostics) {
    let instead = "remove them; `labels` in its `spec` are those of the image";
    image.metadata.warn_unheard("Image", instead, diags);
    check_base(image, diags);
    check_feeds(image, diags);
    check_packages(image, diags);
    check_overlays(image, diags);
    check_files(image, diags);
}

/// The settings of an overlay become a script, so what UCI would refuse on the first boot is refused here.
pub(super) fn check_settings(overlay: &Overlay, diags: &mut Diagnostics) {
    for (file, sections) in &overlay.spec.uci {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if file.is_empty() || !file.bytes().all(fits) {
            let fix = "use letters, digits, `_` and `-`, as in /etc/config";
            refuse(&Invalid::new(format!("`{}` is no UCI file", file.value), fix), file.span, diags);
        }
        for (key, options) in &sections.value {
            let place = key.starts_with('@').then(|| Place::read(key)).transpose();
            let named = place.and_then(|place| match &place {
                Some(known) => Ok((Section::anonymous(&known.kind)?, place)),
                None => Ok((Section::named("any", key)?, place)),
            });
            match named {
                Ok((section, place)) => {
                    for option in &options.value {
                        check_option(section.clone(), place.as_ref(), option, diags);
                    }
                }
                Err(invalid) => {
                    refuse(&invalid, key.span, diags);
                    if let Ok(any) = Section::anonymous("any") {
                        options
                            .value
                            .iter()
                            .for_each(|option| check_option(any.clone(), None, option, diags));
                    }
                }
            }
        }
    }
}

fn lasting(kind: &str) -> Result<Section, Invalid> {
    check_lasting_type(kind).and_then(|()| Section::anonymous(kind))
}

/// An option of a section, which the overlay calls by its place or by its name.
fn check_option(
    mut section: Section,
    place: Option<&Place>,
    option: &(Loc<String>, Loc<UciValue>),
    diags: &mut Diagnostics,
) {
    let (name, value) = option;
    let fault = match &value.value {
        UciValue::One(kind) if name.value == ".type" => match place {
            Some(place) => place.check_type(Some(kind)).err(),
            None => lasting(kind).err(),
        },
        UciValue::One(text) => section.set(name, text).err(),
        UciValue::Many(texts) => {
            let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
            section.set_list(name, &texts).err()
        }
        UciValue::Secret(_) => Some(Invalid::new(
            format!("`{}` is from a Secret, and an image holds none", name.value),
            "write it under `uci` of the appliance, or in an overlay that the pod applies itself",
        )),
    };
    if let Some(invalid) = fault {
        // The name first: with a good one, the value is at fault.
        let named = Section::anonymous("any").and_then(|mut any| any.set(name, "1"));
        refuse(&invalid, if named.is_err() { name.span } else { value.span }, diags);
    }
}

fn refuse(invalid: &Invalid, span: Option<Span>, diags: &mut Diagnostics) {
    diags.push(Finding::error(Code::UciValue, invalid.problem.clone()).at(span).help(invalid.fix.clone()));
}

fn check_base(image: &Image, diags: &mut Diagnostics) {
    if image.spec.base.value.is_empty() {
        diags.push(
            Finding::error(
                Code::ImageWithoutBase,
                format!("the Image `{}` is built on nothing", image.metadata.name.value),
            )
            .at(image.spec.base.span)
            .help("write an architecture and its root: `amd64: {image: openwrt/rootfs:x86-64-24.10.4}`"),
        );
    }
}

fn check_feeds(image: &Image, diags: &mut Diagnostics) {
    for (name, feed) in &image.spec.feeds {
        let unsigned = feed.unsigned.filter(|unsigned| unsigned.value);
        if let (Some(unsigned), Some(key)) = (unsigned, feed.keys.first()) {
            let what = format!("`keys` beside `unsigned: true`: the feed `{}` is not verified", name.value);
            diags.push(
                Finding::error(Code::NoEffect, what)
                    .at(key.span)
                    .also(unsigned.span, "unsigned")
                    .help("remove `unsigned`"),
            );
        }
    }
    let without = image.spec.default_feeds.as_ref().filter(|wanted| !wanted.value);
    let wanted = image.spec.packages.iter().find(|wish| !wish.is_unwanted());
    if let (Some(without), Some(wanted), true) = (without, wanted, image.spec.feeds.is_empty()) {
        diags.push(
            Finding::error(
                Code::ImageWithoutFeeds,
                format!("there is no feed to take `{}` from", wanted.value),
            )
            .at(wanted.span)
            .also(without.span, "the base's feeds are left out")
            .help("add `feeds`, or remove `defaultFeeds`"),
        );
    }
}

fn check_packages(image: &Image, diags: &mut Diagnostics) {
    for (at, wish) in image.spec.packages.iter().enumerate() {
        let earlier = image.spec.packages[..at].iter().find(|known| known.name() == wish.name());
        let Some(earlier) = earlier.filter(|known| known.is_unwanted() != wish.is_unwanted()) else {
            continue;
        };
        diags.push(
            Finding::error(Code::PackageTwice, format!("`{}` is both wanted and not", wish.name()))
                .at(wish.span)
                .also(earlier.span, "and here")
                .help("keep one of the two"),
        );
    }
}

fn check_overlays(image: &Image, diags: &mut Diagnostics) {
    for (at, overlay) in image.spec.overlays.iter().enumerate() {
        if let Some(earlier) = image.spec.overlays[..at].iter().find(|known| *known == overlay) {
            let what = format!("the overlay `{}` is laid on twice", overlay.value);
            diags.push(
                Finding::error(Code::NoEffect, what)
                    .at(overlay.span)
                    .also(earlier.span, "the first time")
                    .help("remove one of the two"),
            );
        }
    }
}

fn check_files(image: &Image, diags: &mut Diagnostics) {
    for (at, (path, file)) in image.spec.files.iter().enumerate() {
        if let Some(folder) = HIDDEN.into_iter().find(|folder| path.is_below(folder)) {
            diags.push(
                Finding::error(
                    Code::FileHidden,
                    format!("`{}` is not seen when the machine runs", path.value),
                )
                .at(path.span)
                .label(format!("/{folder} is another file system then"))
                .help("write it somewhere else, or let a script of the first boot make it"),
            );
        }
        if let Some((earlier, _)) = image.spec.files[..at].iter().find(|(known, _)| known.value == path.value)
        {
            diags.push(
                Finding::error(Code::FileTwice, format!("`{}` is written twice", path.value))
                    .at(path.span)
                    .also(earlier.span, "the first time")
                    .help("keep one of the two"),
            );
        }
        if let (FileContent::Link(_), Some(mode)) = (&file.content.value, &file.mode) {
            diags.push(
                Finding::error(Code::NoEffect, "`mode` beside `link`: a link has none")
                    .at(mode.span)
                    .also(file.content.span, "the link")
                    .help("remove `mode`"),
            );
        }
    }
}
