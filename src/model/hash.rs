//! SHA-256, in Rust so that it also works where browsers do not offer their own (pages served without HTTPS).

use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

/// Length and SHA-256 of a whole file. A known hash is not computed again.
pub(super) fn measure<R: Read + Seek>(source: &mut R, known: Option<&str>) -> std::io::Result<(u64, String)> {
    match known {
        None => sha256_of(source),
        Some(hash) => {
            let length = source.seek(SeekFrom::End(0))?;
            source.seek(SeekFrom::Start(0))?;
            Ok((length, hash.into()))
        }
    }
}

/// Length and SHA-256 of a whole file, read in pieces. Afterwards the position is the beginning.
pub fn sha256_of<R: Read + Seek>(source: &mut R) -> std::io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut length = 0;
    source.seek(SeekFrom::Start(0))?;
    loop {
        let read = source.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        length += read as u64;
    }
    source.seek(SeekFrom::Start(0))?;
    Ok((length, hex(hash.finalize().as_slice())))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn sha256_of_abc() {
    // FIPS 180-2, appendix B.1.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256_hex(b"abc"), expected);
    assert_eq!(sha256_of(&mut std::io::Cursor::new(b"abc")).unwrap(), (3, expected.to_string()));
}
