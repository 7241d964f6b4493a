//! The frame: compression, blocks, values, signatures.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use proptest::prelude::*;
use sha2::{Digest, Sha512};

use super::writer::{Made, Writer, block, container, deflated, index};
use super::*;
use crate::feed::apk::value::Header;

fn some() -> Vec<u8> {
    index(&[Made { name: "a", version: "1-r1", depends: &["b"], ..Made::default() }])
}

fn read_index(file: &[u8]) -> Result<Index, String> {
    Index::read(file, Trust::Unsigned).map_err(|error| error.to_string())
}

fn refusal(file: &[u8]) -> String {
    read_index(file).expect_err("it is to be refused")
}

#[test]
fn reads_every_compression() {
    let plain = container(*b"indx", &[block(0, &some())]);
    let mut named = b"ADBc\x01\x09".to_vec();
    named.extend(&deflated(&plain)[4..]);
    let stored = [b"ADBc\x00\x01".as_slice(), &plain].concat();
    for file in [&plain, &deflated(&plain), &named, &stored] {
        let index = read_index(file).unwrap();
        let info = &index.packages[0];
        assert_eq!(
            (info.name.as_str(), info.version.as_str(), info.depends.as_slice()),
            ("a", "1-r1", &[wish("b")][..])
        );
        assert_eq!(info.description, "two lines");
        assert_eq!(index.file_name(info).unwrap(), "a-1-r1.apk");
    }
}

#[test]
fn says_what_a_foreign_file_is() {
    assert!(refusal(b"\x1f\x8b\x08\x00").contains("a gzip stream, as of apk 2"));
    assert!(refusal(b"").contains("no file of apk 3"));
    assert!(refusal(b"ADBc\x02\x03").contains("algorithm 2"));
    assert!(
        refusal(&container(*b"pckg", &[block(0, &some())])).contains("a package, where an index is wanted")
    );
    assert!(refusal(&container(*b"\xff\0\0\0", &[])).contains("something of schema"));
}

#[test]
fn refuses_an_order_of_blocks_that_apk_does_not_write() {
    let header = block(0, &some());
    for (blocks, problem) in [
        (vec![], "the first block is no header"),
        (vec![block(1, b"x")], "the first block is no header"),
        (vec![header.clone(), header.clone()], "a second header"),
        (vec![header.clone(), block(2, &[0; 8])], "it has contents"),
        (vec![header.clone(), block(1, &[0; 4000])], "a signature of 4000 bytes, where 2048 are the most"),
        (vec![header.clone(), vec![3, 0, 0, 0]], "shorter than its own header"),
        (vec![[0xc000_0007_u32.to_le_bytes().as_slice(), &[0; 12]].concat()], "the unknown type 7"),
        (
            vec![[0xc000_0000_u32.to_le_bytes().as_slice(), &[0; 4], &u64::MAX.to_le_bytes()].concat()],
            "are the most",
        ),
    ] {
        let said = refusal(&container(*b"indx", &blocks));
        assert!(said.contains(problem), "{said}");
    }
    let many: Vec<Vec<u8>> = std::iter::once(header).chain((0..65).map(|_| block(1, b"x"))).collect();
    assert!(refusal(&container(*b"indx", &many)).contains("more than 64 signatures"));
}

#[test]
fn refuses_a_file_that_is_cut_anywhere() {
    let file = container(*b"indx", &[block(0, &some()), block(1, &[1; 90])]);
    let whole_without_signature = 8 + block(0, &some()).len();
    for length in (0..file.len()).filter(|length| *length != whole_without_signature) {
        assert!(read_index(&file[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_bomb_ends_at_the_limit_of_a_header() {
    let said = refusal(&deflated(&container(*b"indx", &[(70u32 << 20).to_le_bytes().to_vec()])));
    assert!(said.contains("a header of 73400316 bytes, where 67108864 are the most"), "{said}");
}

#[test]
fn refuses_values_outside_of_the_header() {
    let header = |root: u32, rest: &[u8]| [&[0; 4], root.to_le_bytes().as_slice(), rest].concat();
    let object = |slots: &[u32]| slots.iter().flat_map(|slot| slot.to_le_bytes()).collect::<Vec<u8>>();
    for (payload, problem) in [
        (vec![0; 7], "shorter than 8 bytes"),
        (vec![1; 8], "of a version that only a newer apk can read"),
        (header(0, &[]), "the outermost value is no object"),
        (header(0xe000_1000, &[]), "does not lie before"),
        (header(0xe000_0008, &object(&[0])), "does not count its own first slot"),
        (header(0xe000_0008, &object(&[u32::MAX])), "outside of the header"),
        (header(0xe000_0008, &object(&[3, 0, 0xe000_0008])), "does not lie before"),
        (header(0xe000_0008, &object(&[3, 0, 0x9000_0000])), "is no object"),
        (header(0xe000_0008, &object(&[3, 0, 0x9fff_ffff])), "outside of the header"),
        (header(0xe000_0008, &object(&[4, 0, 0, 0xaff0_0000])), "outside of the header"),
        (header(0xe000_0008, &object(&[4, 0, 0, 0x4000_0000])), "of an unknown type"),
    ] {
        let said = refusal(&container(*b"indx", &[block(0, &payload)]));
        assert!(said.contains(problem), "{said}");
    }
}

#[test]
fn a_header_that_names_one_value_without_end_is_refused() {
    let mut writer = Writer::new();
    let text = writer.blob(vec![b'a'; 60_000]);
    let root = writer.object(&[(1, text)]);
    let bytes = writer.finish(root);
    let header = Header::new(&bytes, "the index").unwrap();
    let root = header.root().unwrap();
    let refused = (0..3000).find_map(|_| root.bytes(1).err()).map(|error| error.to_string());
    assert!(refused.unwrap().contains("stand for more than 128 MiB"));
}

#[test]
fn refuses_a_package_twice_and_names_that_leave_the_feed() {
    let package = Made { name: "a", version: "1-r1", ..Made::default() };
    let twice = container(*b"indx", &[block(0, &index(&[package.clone(), package]))]);
    assert_eq!(refusal(&twice), "a: the index has its version 1-r1 twice");
    let bad =
        container(*b"indx", &[block(0, &index(&[Made { name: "../a", version: "1", ..Made::default() }]))]);
    assert_eq!(refusal(&bad), "a package: its name `../a` is none");
}

struct Signer(SigningKey);

impl Signer {
    fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    fn key(&self) -> Key {
        let pem = self.0.verifying_key().to_public_key_pem(LineEnding::LF).unwrap();
        Key::from_pem("test.pem", &format!("untrusted comment: test\n{pem}")).unwrap()
    }

    fn sign(&self, header: &[u8]) -> Vec<u8> {
        let id = Sha512::digest(self.0.verifying_key().to_sec1_point(false).as_bytes());
        let prefix = [&[0, 4], &id[..16]].concat();
        let message = [b"indx".as_slice(), &prefix, &Sha512::digest(header)].concat();
        let signature: Signature = self.0.sign_prehash(&Sha512::digest(message)).unwrap();
        [&prefix, signature.to_der().as_bytes()].concat()
    }
}

#[test]
fn an_index_counts_only_with_a_signature_of_a_trusted_key() {
    let (own, other) = (Signer::new(1), Signer::new(2));
    let header = some();
    let verdict = |blocks: &[Vec<u8>], keys: &[Key]| {
        let file = container(*b"indx", blocks);
        Index::read(file.as_slice(), Trust::Keys(keys))
            .map(|index| index.signer)
            .map_err(|error| error.to_string())
    };
    let block_of = |signature: Vec<u8>| block(1, &signature);
    let signed = [block(0, &header), block_of(other.sign(&header)), block_of(own.sign(&header))];
    assert_eq!(verdict(&signed, &[own.key()]), Ok(Some("test.pem".to_owned())));
    assert_eq!(verdict(&signed[..1], &[own.key()]), Err("the index is not signed".to_owned()));
    let said = verdict(&signed[..2], &[own.key()]).unwrap_err();
    assert!(said.contains(&own.key().id()) && said.contains(&other.key().id()), "{said}");
    assert!(verdict(&signed[..2], &[]).unwrap_err().contains("there is none"));

    let mut changed = own.sign(&header);
    *changed.last_mut().unwrap() ^= 1;
    let changed = [signed[0].clone(), block_of(changed)];
    assert!(verdict(&changed, &[own.key()]).unwrap_err().contains("test.pem is wrong"));
    let another = index(&[Made { name: "a", version: "2-r1", ..Made::default() }]);
    let moved = [block(0, &another), signed[2].clone()];
    assert!(verdict(&moved, &[own.key()]).unwrap_err().contains("was changed after it was signed"));
    let mut short = own.sign(&header);
    short[1] = 3;
    assert!(verdict(&[signed[0].clone(), block_of(short)], &[own.key()]).is_err());
    assert!(
        verdict(&[signed[0].clone(), block(1, b"x")], &[own.key()]).unwrap_err().contains("no readable key")
    );
}

#[test]
fn refuses_what_is_no_key() {
    let said = |text: &str| Key::from_pem("k.pem", text).unwrap_err().to_string();
    assert!(said("").contains("k.pem is no public key: it has no line `-----BEGIN"));
    assert!(said("-----BEGIN PUBLIC KEY-----\n").contains("it has no line `-----END"));
    assert!(said("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").contains("ECDSA on P-256"));
    assert!(said(&" ".repeat(9000)).contains("longer than 8 KiB"));
}

proptest! {
    #[test]
    fn any_change_of_a_header_is_read_or_refused(at in 0usize..200, byte in any::<u8>()) {
        let mut header = some();
        let at = at % header.len();
        header[at] = byte;
        let _ = read_index(&container(*b"indx", &[block(0, &header)]));
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_index(&[b"ADB.".as_slice(), &bytes].concat());
        let _ = read_index(&container(*b"indx", &[block(0, &bytes)]));
    }
}
