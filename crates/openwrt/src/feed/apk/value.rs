//! The values in a header: numbers, texts, objects and lists.
//!
//! A value is 4 bits of type and 28 of content or offset. Objects and lists are slots, of which the first counts them
//! all. Nothing is copied: the accessors point into the header's bytes. A child lies before its parent, as apk's writer
//! works from the leaves up, so that there are no cycles; what is read is also counted, so that a small header that
//! names one value a million times ends in an error. Source: apk-tools' `adb.h`, `adb.c`. Entry: [`Header::new`].

use std::cell::Cell;

use super::Error;

/// How deep objects may lie in each other; apk's own schemas need seven.
const DEPTH: u8 = 12;
/// The most bytes that the values of one header may stand for, each time that they are read, with 16 for each itself;
/// an index of 9000 packages takes some 20 MiB.
const EXPANDED_LIMIT: usize = 128 << 20;

/// A header's bytes, and how much of it may still be read.
pub(super) struct Header<'a> {
    bytes: &'a [u8],
    what: &'static str,
    left: Cell<usize>,
}

/// An object or a list.
#[derive(Clone, Copy)]
pub(super) struct Object<'h> {
    header: &'h Header<'h>,
    /// Its first slot's offset.
    at: usize,
    /// Slots with the first, which counts them.
    slots: usize,
    depth: u8,
}

enum Value {
    Null,
    Number(u64),
    Blob { at: usize, length: usize },
    Object(usize),
}

impl<'h> Header<'h> {
    /// Takes the payload of a header block. `what` it is goes into messages.
    pub fn new(bytes: &'h [u8], what: &'static str) -> Result<Self, Error> {
        let header = Self { bytes, what, left: Cell::new(EXPANDED_LIMIT) };
        match bytes.get(..8) {
            None => Err(header.wrong(0, "it is shorter than 8 bytes")),
            Some([0, ..]) => Ok(header),
            Some(_) => Err(header.wrong(0, "it is of a version that only a newer apk can read")),
        }
    }

    /// The outermost object.
    pub fn root(&'h self) -> Result<Object<'h>, Error> {
        match self.value(4)? {
            Value::Object(at) => self.object(at, self.bytes.len(), 0),
            _ => Err(self.wrong(4, "the outermost value is no object")),
        }
    }

    fn wrong(&self, at: usize, problem: &'static str) -> Error {
        Error::Value { what: self.what, at, problem }
    }

    fn part(&self, at: usize, length: usize) -> Result<&[u8], Error> {
        let end = at.checked_add(length);
        end.and_then(|end| self.bytes.get(at..end))
            .ok_or_else(|| self.wrong(at, "a value lies outside of the header"))
    }

    fn word(&self, at: usize) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.part(at, 4)?.try_into().expect("it has 4 bytes")))
    }

    fn spend(&self, at: usize, bytes: usize) -> Result<(), Error> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or_else(|| self.wrong(at, "the values stand for more than 128 MiB"))?);
        Ok(())
    }

    fn value(&self, slot: usize) -> Result<Value, Error> {
        self.spend(slot, 16)?;
        let word = self.word(slot)?;
        let content = (word & 0x0fff_ffff) as usize;
        let blob = |width: usize| {
            let mut length = [0; 8];
            length[..width].copy_from_slice(self.part(content, width)?);
            let length = usize::try_from(u64::from_le_bytes(length)).expect("a u32 fits");
            self.part(content + width, length)?;
            Ok(Value::Blob { at: content + width, length })
        };
        match word >> 28 {
            0 => Ok(Value::Null),
            1 => Ok(Value::Number(u64::from(word & 0x0fff_ffff))),
            2 => Ok(Value::Number(u64::from(self.word(content)?))),
            3 => {
                let number = self.part(content, 8)?.try_into().expect("it has 8 bytes");
                Ok(Value::Number(u64::from_le_bytes(number)))
            }
            8 => blob(1),
            9 => blob(2),
            0xa => blob(4),
            0xd | 0xe => Ok(Value::Object(content)),
            _ => Err(self.wrong(slot, "a value is of an unknown type")),
        }
    }

    fn object(&'h self, at: usize, parent: usize, depth: u8) -> Result<Object<'h>, Error> {
        if at >= parent {
            return Err(self.wrong(at, "an object does not lie before the one that it is in"));
        }
        if depth > DEPTH {
            return Err(self.wrong(at, "objects lie too deep in each other"));
        }
        let slots = self.word(at)? as usize;
        if slots == 0 {
            return Err(self.wrong(at, "an object does not count its own first slot"));
        }
        let length =
            slots.checked_mul(4).ok_or_else(|| self.wrong(at, "a value lies outside of the header"))?;
        self.part(at, length)?;
        Ok(Object { header: self, at, slots, depth })
    }
}

impl<'h> Object<'h> {
    /// How many fields or items it has; they count from 1.
    pub fn len(&self) -> usize {
        self.slots - 1
    }

    fn value(&self, field: usize) -> Result<Value, Error> {
        if field == 0 || field >= self.slots {
            return Ok(Value::Null);
        }
        self.header.value(self.at + field * 4)
    }

    /// A number; 0 where there is none.
    pub fn number(&self, field: usize) -> Result<u64, Error> {
        match self.value(field)? {
            Value::Null => Ok(0),
            Value::Number(number) => Ok(number),
            _ => Err(self.wrong(field, "a value is no number")),
        }
    }

    /// Bytes; empty where there are none, as apk does not write an empty value.
    pub fn bytes(&self, field: usize) -> Result<&'h [u8], Error> {
        match self.value(field)? {
            Value::Null => Ok(&[]),
            Value::Blob { at, length } => {
                self.header.spend(at, length)?;
                self.header.part(at, length)
            }
            _ => Err(self.wrong(field, "a value is no text")),
        }
    }

    /// A text; empty where there is none.
    pub fn text(&self, field: usize) -> Result<&'h str, Error> {
        std::str::from_utf8(self.bytes(field)?).map_err(|_| self.wrong(field, "a text is not UTF-8"))
    }

    /// An object or a list; none where there is none.
    pub fn object(&self, field: usize) -> Result<Option<Object<'h>>, Error> {
        match self.value(field)? {
            Value::Null => Ok(None),
            Value::Object(at) => self.header.object(at, self.at, self.depth + 1).map(Some),
            _ => Err(self.wrong(field, "a value is no object")),
        }
    }

    /// The objects of the list in a field, of which there may be `most`.
    pub fn list(&self, field: usize, most: usize) -> Result<Vec<Object<'h>>, Error> {
        let Some(list) = self.object(field)? else { return Ok(Vec::new()) };
        if list.len() > most {
            return Err(self.wrong(field, "a list is longer than any that a feed has"));
        }
        (1..=list.len())
            .map(|item| list.object(item)?.ok_or_else(|| list.wrong(item, "an item of a list is missing")))
            .collect()
    }

    fn wrong(&self, field: usize, problem: &'static str) -> Error {
        self.header.wrong(self.at + field * 4, problem)
    }
}
