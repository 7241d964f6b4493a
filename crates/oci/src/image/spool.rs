//! Bytes of files until a layer is made of them: in memory when small, else in one temporary file without a name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use super::node::Place;
use super::{Error, FilePart};
use crate::temporary;

/// A file of up to this size is kept in memory: most files of OpenWrt's packages are smaller.
const SMALL: usize = 64 << 10;
/// All that is kept in memory together; what comes then goes into the temporary file. Bounds the memory of a build.
const MEMORY: usize = 16 << 20;
/// The longest file: what the size field of a tar header holds, and far above what a root has.
const LONGEST: u64 = (8 << 30) - 1;

/// Takes bytes, and says where they are.
#[derive(Debug, Default)]
pub(super) struct Spool {
    in_memory: usize,
    file: Option<Arc<File>>,
    end: u64,
}

impl Spool {
    /// Reads to the end; the length in bytes, and where they are. `name` is for messages.
    pub(super) fn take_in(&mut self, name: &str, content: &mut dyn Read) -> Result<(u64, Place), Error> {
        let reading = || Error::io(format!("read the content of {name}"));
        let mut head = Vec::new();
        content.take(SMALL as u64 + 1).read_to_end(&mut head).map_err(reading())?;
        if head.len() <= SMALL && self.in_memory + head.len() <= MEMORY {
            self.in_memory += head.len();
            return Ok((head.len() as u64, Place::Memory(head.into())));
        }
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(Arc::new(temporary::nameless().map_err(writing())?)),
        };
        let mut end = &**file;
        end.seek(SeekFrom::Start(self.end)).map_err(writing())?;
        end.write_all(&head).map_err(writing())?;
        let mut size = head.len() as u64;
        let mut buffer = vec![0; SMALL];
        loop {
            let read = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(reading()(error)),
            };
            size += read as u64;
            if size > LONGEST {
                return Err(Error::archive(name, "is longer than 8 GiB, the most that a layer takes"));
            }
            end.write_all(&buffer[..read]).map_err(writing())?;
        }
        let part = FilePart::new(file, self.end, size);
        self.end += size;
        Ok((size, Place::File(part)))
    }
}

fn writing() -> impl FnOnce(io::Error) -> Error {
    Error::io(format!("write to a temporary file in `{}`", temporary::place().display()))
}
