//! An answer that is small on the wire and huge when it is decompressed (RFC 1951, RFC 1952), made by hand.

/// Bytes of blanks in one member; a gzip file is a series of members (RFC 1952 2.2).
const MEMBER: usize = 1024 * 1024;
/// The longest run that one code of deflate repeats.
const RUN: usize = 258;

/// What decompresses to `text` and about `length` blanks, which JSON allows after a value.
pub(crate) fn blanks_after(text: &[u8], length: usize) -> Vec<u8> {
    let mut packed = member(&stored(text), text);
    let blanks = vec![b' '; MEMBER];
    let repeated = member(&run_of_blanks(MEMBER), &blanks);
    for _ in 0..length.div_ceil(MEMBER) {
        packed.extend_from_slice(&repeated);
    }
    packed
}

/// RFC 1952 2.3: a head, deflated data, checksum and length.
fn member(deflated: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    bytes.extend_from_slice(deflated);
    bytes.extend_from_slice(&crc32(plain).to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(plain.len()).unwrap_or_default().to_le_bytes());
    bytes
}

/// RFC 1951 3.2.4: blocks that are not compressed, the last one marked.
fn stored(text: &[u8]) -> Vec<u8> {
    let pieces: Vec<_> = text.chunks(usize::from(u16::MAX)).collect();
    let mut bytes = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let length = u16::try_from(piece.len()).unwrap_or(u16::MAX);
        bytes.push(u8::from(index + 1 == pieces.len()));
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&(!length).to_le_bytes());
        bytes.extend_from_slice(piece);
    }
    bytes
}

/// RFC 1951 3.2.6: one block of fixed codes: a blank, then "the last byte again, 258 times" as often as it fits.
fn run_of_blanks(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(0b011, 3);
    let runs = (length - 1) / RUN;
    for _ in 0..length - runs * RUN {
        bits.code(0x30 + u16::from(b' '), 8);
    }
    for _ in 0..runs {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    bits.bytes
}

/// Bits as deflate packs them: from the least significant of each byte.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn bit(&mut self, bit: bool) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (self.used % 8);
        }
        self.used += 1;
    }

    /// A number, its least significant bit first.
    fn number(&mut self, number: u16, length: usize) {
        (0..length).for_each(|at| self.bit(number >> at & 1 == 1));
    }

    /// A Huffman code, its most significant bit first.
    fn code(&mut self, code: u16, length: usize) {
        (0..length).rev().for_each(|at| self.bit(code >> at & 1 == 1));
    }
}

/// RFC 1952 8.
fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| {
            (0..8).fold(byte, |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
        })
        .collect();
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let [low, ..] = crc.to_le_bytes();
        table[usize::from(low ^ byte)] ^ (crc >> 8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_says_what_it_holds() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of CRC-32");
        let packed = blanks_after(b"{}", 3 * MEMBER);
        assert!(packed.len() < 3 * MEMBER / 100 && packed.starts_with(&[0x1f, 0x8b]));
        assert_eq!(packed[packed.len() - 4..], 1_048_576_u32.to_le_bytes());
    }
}
