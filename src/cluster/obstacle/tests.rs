//! The codes of obstacles.

use super::*;

/// The list is what is held against the pages, so it has to have what the functions answer.
#[test]
fn every_code_is_listed_and_answered() {
    let sources = [
        include_str!("../obstacle.rs"),
        include_str!("../node_state.rs"),
        include_str!("../existing.rs"),
        include_str!("../users.rs"),
    ];
    let arms = sources.iter().flat_map(|source| source.lines());
    let answered = arms.filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\","));
    let extensions = crate::cluster::extensions::ALL.iter().map(|extension| extension.missing.code);
    let answered: BTreeSet<&str> = answered.chain(extensions).collect();
    assert_eq!(CODES.iter().copied().collect::<BTreeSet<_>>(), answered);
}
