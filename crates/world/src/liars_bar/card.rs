//! Cards and small heaps of them. Order within a hand means nothing, so a heap is four counts.

use serde::{Deserialize, Serialize};

/// What stands on a card. A target is never [`Card::Wild`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Card {
    King,
    Queen,
    Ace,
    Wild,
}

impl Card {
    pub const RANKS: [Self; 3] = [Self::King, Self::Queen, Self::Ace];
    pub const ALL: [Self; 4] = [Self::King, Self::Queen, Self::Ace, Self::Wild];

    pub fn fits(self, target: Self) -> bool {
        self == target || self == Self::Wild
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::King => "king",
            Self::Queen => "queen",
            Self::Ace => "ace",
            Self::Wild => "wild",
        }
    }
}

/// A heap of cards; in JSON the list of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Card>", into = "Vec<Card>")]
pub struct Cards([u8; 4]);

impl Cards {
    pub const NONE: Self = Self([0; 4]);

    pub fn of(self, card: Card) -> u8 {
        self.0[card as usize]
    }

    pub fn count(self) -> u8 {
        self.0.into_iter().fold(0, u8::saturating_add)
    }

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// How many are the target or wild.
    pub fn fitting(self, target: Card) -> u8 {
        self.of(target) + self.of(Card::Wild)
    }

    /// Every card is what a claim says it is.
    pub fn all_fit(self, target: Card) -> bool {
        self.fitting(target) == self.count()
    }

    pub fn has(self, part: Self) -> bool {
        // Without short cuts: branches that cannot be foretold cost more than four comparisons.
        self.0.iter().zip(part.0).fold(true, |all, (held, wanted)| all & (*held >= wanted))
    }

    /// Saturates: a reply may name more cards than a byte counts, and is refused for it all the same.
    pub fn with(mut self, card: Card) -> Self {
        self.0[card as usize] = self.0[card as usize].saturating_add(1);
        self
    }

    pub fn plus(self, more: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at].saturating_add(more.0[at])))
    }

    /// What is left without `part`, which must be in it.
    pub fn minus(self, part: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] - part.0[at]))
    }

    pub fn iter(self) -> impl Iterator<Item = Card> {
        Card::ALL.into_iter().flat_map(move |card| std::iter::repeat_n(card, self.of(card).into()))
    }

    /// One honest card, the target before a wild; any card if none is honest.
    pub fn first_for(self, target: Card) -> Option<Card> {
        let fitting = [target, Card::Wild].into_iter().find(|card| self.of(*card) > 0);
        fitting.or_else(|| self.iter().next())
    }

    /// Every different choice of one, two or three of these cards.
    pub fn choices(self) -> impl Iterator<Item = Self> {
        CHOICES.into_iter().filter(move |choice| self.has(*choice))
    }
}

impl FromIterator<Card> for Cards {
    fn from_iter<I: IntoIterator<Item = Card>>(cards: I) -> Self {
        cards.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<Vec<Card>> for Cards {
    fn from(cards: Vec<Card>) -> Self {
        cards.into_iter().collect()
    }
}

impl From<Cards> for Vec<Card> {
    fn from(cards: Cards) -> Self {
        cards.iter().collect()
    }
}

impl std::fmt::Display for Cards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.iter().map(Card::name).collect();
        f.write_str(if names.is_empty() { "nothing" } else { "" })?;
        f.write_str(&names.join(", "))
    }
}

/// The heaps of one to three cards of four kinds: 4 + 10 + 20.
const CHOICES: [Cards; 34] = choices();

const fn choices() -> [Cards; 34] {
    let mut found = [Cards::NONE; 34];
    let (mut at, mut code) = (0, 1);
    // The four counts, 0 to 3 each, are the base-4 digits of `code`.
    while code < 256 {
        let counts = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
        if counts[0] + counts[1] + counts[2] + counts[3] <= 3 {
            found[at] = Cards([counts[0] as u8, counts[1] as u8, counts[2] as u8, counts[3] as u8]);
            at += 1;
        }
        code += 1;
    }
    found
}
