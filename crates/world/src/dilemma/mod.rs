//! `dilemma`: two seats choose at the same time, again and again, whether to cooperate.
//!
//! Source: Axelrod, *The Evolution of Cooperation* (1984); Press and Dyson, PNAS 109 (2012), for
//! memory-one pairs. Facts: two seats; simultaneous moves, all past outcomes public; noise turns a
//! move into the other one; ends at the cap or, by chance, after any turn; a turn pays each seat one
//! of four numbers. What a best reply earns is exact, so regret is exact.
//!
//! ```text
//! Rules ─▶ Dilemma (one game, any player)          MemoryOne × MemoryOne ─▶ play_many (fast)
//!                                                                       └─▶ Chain     (exact)
//! ```

mod chain;
mod facts;
mod game;
mod many;
mod memory;
mod reply;
mod rules;
mod scene;
mod view;

pub use chain::Chain;
pub use facts::{StageEquilibrium, optimum, stage_equilibria};
pub use game::Dilemma;
pub use many::{Tally, play_many};
pub use memory::MemoryOne;
pub use reply::{BestReply, BestResponse, Reply, best_long_run, best_reply};
pub use rules::{Choice, Move, Outcome, Payoffs, Rules};
pub use view::View;
