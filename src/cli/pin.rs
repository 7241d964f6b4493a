//! Pinning as the verbs do it: the registries are asked, what runs is the fall-back, and what came of it is said.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt as _};

use super::args::Pin;
use super::credentials;
use super::error::CliError;
use super::printer::Printer;
use crate::cluster::{Cluster, Progress, Release};
use crate::passes::{self, Unpinned};
use crate::registry::{self, Client, Limits};
use crate::types::{Digest, ImageRef};

/// How many questions are open at the same time.
const PARALLEL: usize = 16;

/// What the registries said.
type Answers = BTreeMap<ImageRef, Result<Digest, registry::Error>>;

/// Puts digests behind the tags of the releases' images, and says on stderr what was not pinned and what moved.
pub async fn pin(
    cluster: &Cluster,
    releases: &mut [Release],
    when: Pin,
    progress: &mut dyn Progress,
    printer: Printer,
) -> Result<(), CliError> {
    if when == Pin::Never {
        return Ok(());
    }
    let wanted: Vec<Unpinned> = releases.iter().map(|release| passes::unpinned(&release.objects)).collect();
    let live = live(cluster, releases, &wanted, progress);
    let (live, answers) = tokio::try_join!(live, async { Ok(resolve(&wanted, printer).await) })?;
    let mut said = Vec::new();
    let mut failed = Vec::new();
    for ((release, wanted), live) in releases.iter_mut().zip(&wanted).zip(&live) {
        let decision = decide(&release.appliance, wanted, live, &answers);
        passes::pin(&mut release.objects, &decision.digests);
        said.extend(decision.lines);
        failed.extend(decision.failed);
    }
    if when == Pin::Always && !failed.is_empty() {
        failed.dedup();
        return Err(CliError::Environment {
            message: format!("cannot pin every image: {}", failed.join("; ")),
            hint: Some("name a digest (`image:tag@sha256:…`), or leave `--pin=always` out".to_owned()),
        });
    }
    for (place, line) in said.iter().enumerate() {
        if !said[..place].contains(line) {
            printer.note(line);
        }
    }
    Ok(())
}

/// The images that each release runs; the cluster is asked only where there is something to pin.
async fn live(
    cluster: &Cluster,
    releases: &[Release],
    wanted: &[Unpinned],
    progress: &mut dyn Progress,
) -> Result<Vec<Vec<ImageRef>>, CliError> {
    let mut live = Vec::new();
    for (release, wanted) in releases.iter().zip(wanted) {
        let mut images = Vec::new();
        if !wanted.pulled.is_empty() {
            images = cluster.live_images(release, progress).await?;
        }
        live.push(images.iter().filter_map(|image| image.parse().ok()).collect());
    }
    Ok(live)
}

/// Asks for every image once.
async fn resolve(wanted: &[Unpinned], printer: Printer) -> Answers {
    let mut images: Vec<&ImageRef> = wanted.iter().flat_map(|wanted| &wanted.pulled).collect();
    images.sort_unstable();
    images.dedup();
    if images.is_empty() {
        return Answers::new();
    }
    let credentials = credentials::of_user(printer);
    let client = Client::new(Limits::default());
    let (client, credentials) = (&client, &credentials);
    stream::iter(images)
        .map(|image| async move { (image.clone(), client.resolve(image, credentials).await) })
        .buffer_unordered(PARALLEL)
        .collect()
        .await
}

/// What becomes of a release's images.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decision {
    digests: BTreeMap<ImageRef, Digest>,
    lines: Vec<String>,
    failed: Vec<String>,
}

fn decide(appliance: &str, wanted: &Unpinned, live: &[ImageRef], answers: &Answers) -> Decision {
    let mut decision = Decision::default();
    for image in &wanted.pulled {
        let runs = live.iter().find(|live| live.without_digest() == *image);
        let digest = match (&answers[image], runs.map(ImageRef::digest)) {
            (Ok(new), before) => {
                let what = match before {
                    Some(Some(old)) if old != new => Some(format!("has moved from {} to", old.short())),
                    Some(None) => Some("is pinned from now on to".to_owned()),
                    _ => None,
                };
                let said = |what| format!("{image} {what} {}: the pod of {appliance} rolls", new.short());
                decision.lines.extend(what.map(said));
                Some(new.clone())
            }
            (Err(error), Some(Some(old))) => {
                decision.lines.push(format!("{image} stays at {}, which runs: {error}", old.short()));
                Some(old.clone())
            }
            (Err(error), _) => {
                decision.lines.push(format!("{image} is not pinned to a digest: {error}"));
                decision.failed.push(format!("{image}: {error}"));
                None
            }
        };
        decision.digests.extend(digest.map(|digest| (image.clone(), digest)));
    }
    for image in &wanted.never_pulled {
        decision.lines.push(format!("{image} is not pinned to a digest: imagePullPolicy is Never"));
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> ImageRef {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    fn digest(byte: &str) -> Digest {
        format!("sha256:{}", byte.repeat(32)).parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    fn one(live: &str, answer: Result<Digest, registry::Error>) -> Decision {
        let wanted = Unpinned { pulled: vec![image("a:1")], never_pulled: Vec::new() };
        decide("box", &wanted, &[image(live)], &Answers::from([(image("a:1"), answer)]))
    }

    #[test]
    fn the_registry_decides_and_what_changes_is_said() {
        let (old, new) = (digest("aa"), digest("bb"));
        let table = [
            ("b:1", None),
            (&format!("a:2@{old}"), None),
            (&format!("a:1@{new}"), None),
            (
                &format!("a:1@{old}"),
                Some("a:1 has moved from sha256:aaaaaaaaaaaa to sha256:bbbbbbbbbbbb: the pod of box rolls"),
            ),
            ("a:1", Some("a:1 is pinned from now on to sha256:bbbbbbbbbbbb: the pod of box rolls")),
        ];
        for (live, line) in table {
            let decision = one(live, Ok(new.clone()));
            assert_eq!(decision.digests, BTreeMap::from([(image("a:1"), new.clone())]), "{live}");
            assert_eq!(decision.lines, Vec::from_iter(line), "{live}");
            assert!(decision.failed.is_empty());
        }
    }

    #[test]
    fn what_runs_stays_when_the_registry_is_away() {
        let away =
            || Err(registry::Error::NotFound { registry: "r".to_owned(), said: registry::Said::default() });
        let decision = one(&format!("a:1@{}", digest("aa")), away());
        assert_eq!(decision.digests, BTreeMap::from([(image("a:1"), digest("aa"))]));
        assert_eq!(decision.lines, ["a:1 stays at sha256:aaaaaaaaaaaa, which runs: r has no such image"]);
        assert!(decision.failed.is_empty());
        for live in ["a:1", "b:1", &format!("a:2@{}", digest("aa"))] {
            let decision = one(live, away());
            assert!(decision.digests.is_empty());
            assert_eq!(decision.lines, ["a:1 is not pinned to a digest: r has no such image"]);
            assert_eq!(decision.failed, ["a:1: r has no such image"]);
        }
    }
}
