//! `market`: sellers set prices (Bertrand) or quantities (Cournot), round after round.
//!
//! Source: logit demand of Calvano, Calzolari, Denicolò and Pastorello, AER 110 (2020); Cournot and
//! linear differentiated demand as in textbooks (Vives 1999). Facts: 2 to 32 sellers; simultaneous
//! moves; announced markets show every seller the last round's moves, sealed ones only its own
//! profit; no chance; ends after a fixed number of rounds. Equilibrium, joint optimum and best replies
//! are exact, so regret and the collusion index are as well.
//!
//! ```text
//! Rules ─▶ Demand: profits · best reply · equilibrium(coalition)
//!   ├────▶ Benchmarks: Nash, joint optimum, a coalition against the rest
//!   └────▶ Market (a game): moves ─▶ profits, regret ─▶ facts
//! ```

mod benchmark;
mod demand;
mod game;
mod linear;
mod logit;
mod players;
mod quantity;
mod rules;
mod scene;
mod view;

pub use benchmark::{Benchmark, Benchmarks};
pub use demand::Demand;
pub use game::Market;
pub use linear::Linear;
pub use logit::Logit;
pub use players::{BestResponse, Fixed, Random};
pub use quantity::Cournot;
pub use rules::{Lever, Move, Range, Rules};
pub use view::{Past, View};
