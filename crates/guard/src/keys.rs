//! Operators' keys: who has signed a text.
//!
//! Source: C2SP signed-note, Ed25519. Seeds are handed in: nothing here draws a number.

use crate::Fault;
use crate::mutant::{Mutant, planted};
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, Verifier, VerifierList};
use std::collections::BTreeSet;

/// A key that signs, and the one that checks it.
pub struct KeyPair {
    /// `PRIVATE+KEY+name+id+seed`.
    pub signer: String,
    /// `name+id+key`, as it stands in a [`crate::Charter`].
    pub verifier: String,
}

/// The keys of a name that follow from 32 bytes, which the caller draws.
pub fn key_pair(name: &str, seed: [u8; 32]) -> KeyPair {
    let (signer, verifier) = signed_note::generate_key(&mut Drawn(seed), name);
    KeyPair { signer, verifier }
}

/// Bytes that were drawn elsewhere, in place of a generator.
pub(crate) struct Drawn(pub(crate) [u8; 32]);

impl rand_core::RngCore for Drawn {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, to: &mut [u8]) {
        to.iter_mut().zip(self.0).for_each(|(to, drawn)| *to = drawn);
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(to);
        Ok(())
    }
}

impl rand_core::CryptoRng for Drawn {}

/// Signs a text, which ends with a new line, as a C2SP note.
///
/// # Errors
/// In words, where the key or the text is malformed.
pub fn sign(text: &str, signers: &[&str]) -> Result<Vec<u8>, String> {
    let mut note = Note::new(text.as_bytes(), &[]).map_err(|why| why.to_string())?;
    for signer in signers {
        let signer = StandardSigner::new(signer).map_err(|why| why.to_string())?;
        note.add_sigs(&[&signer as &dyn Signer]).map_err(|why| why.to_string())?;
    }
    Ok(note.to_bytes())
}

/// The operators of a guard, and how many of them are a quorum.
#[derive(Clone, Default)]
pub struct Operators {
    keys: Vec<StandardVerifier>,
    quorum: usize,
}

impl Operators {
    /// # Errors
    /// A [`Fault`]: a malformed key, one that stands twice (under whatever name), a quorum of none.
    pub fn new(keys: &[String], quorum: usize) -> Result<Self, Fault> {
        let mut seen = BTreeSet::new();
        for key in keys {
            let bytes = key.rsplit('+').next().unwrap_or_default();
            let name = key.split('+').next().unwrap_or_default();
            if !seen.insert(bytes) || !seen.insert(name) {
                return Err(Fault::new(
                    "operators",
                    format!("`{key}`: one key and one name for each operator"),
                ));
            }
        }
        let read = |key: &String| StandardVerifier::new(key).map_err(|why| Fault::new("operators", why));
        let keys: Vec<_> = keys.iter().map(read).collect::<Result<_, _>>()?;
        if quorum > keys.len() || quorum == 0 && !keys.is_empty() {
            return Err(Fault::new("quorum", format!("{quorum} of {} operators", keys.len())));
        }
        Ok(Self { keys, quorum })
    }

    /// The operators whose valid signatures a note over exactly this text carries.
    ///
    /// # Errors
    /// In words: another text, no known signer, a signature that is not valid.
    pub fn signers(&self, text: &str, note: &[u8]) -> Result<BTreeSet<String>, String> {
        let note = Note::from_bytes(note).map_err(|why| why.to_string())?;
        if note.text() != text.as_bytes() && !planted(Mutant::ApprovalForOtherBytes) {
            return Err("the note says something else".into());
        }
        let known: Vec<Box<dyn Verifier>> =
            self.keys.iter().map(|key| Box::new(key.clone()) as Box<dyn Verifier>).collect();
        let (valid, _) = note.verify(&VerifierList::new(known)).map_err(|why| why.to_string())?;
        Ok(valid.iter().map(|signature| signature.name().to_owned()).collect())
    }

    /// Whether so many are a quorum. Without operators nothing is.
    pub fn is_quorum(&self, who: &BTreeSet<String>) -> bool {
        let needed = if planted(Mutant::OneKeyIsAQuorum) { 1 } else { self.quorum };
        !self.keys.is_empty() && who.len() >= needed
    }
}
