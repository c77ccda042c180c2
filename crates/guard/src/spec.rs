//! What a decision is. The engine beside it is faster and says why; it must not say anything else.
use crate::{Mode, Verdict, Verdict::*};
/// What one rule of a policy says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote { Silent, Permits, Forbids(Verdict), Errs }
/// What is not permitted, or errs, is denied; of what is permitted, the strictest forbid holds.
pub fn policy(votes: &[Vote]) -> Verdict {
    let forbids = votes.iter().filter_map(|vote| if let Vote::Forbids(with) = vote { Some(*with) } else { None });
    if votes.contains(&Vote::Errs) || !votes.contains(&Vote::Permits) { Deny } else { forbids.max().unwrap_or(Allow) }
}
/// A request, as far as it matters, and the state that it meets.
#[derive(Clone, Debug)]
pub struct Abstract {
    pub readable: bool, // one meaning, of an offered tool, with the arguments of its schema
    pub pinned: bool, // the offered tools are the role's, to the byte
    pub links_alive: bool, // no delegation on the way to the asker is over or missing
    pub votes: Vec<Vec<Vote>>, // of the policy, for the asker and each delegator
    pub rewritten: bool, // it states a total that does not follow from its marks
    pub consequence: Option<(i64, i64, i64)>, // it ends somebody: what was counted, the bar, the margin
    pub sealed: bool, // it writes what no agent may write
    pub lease: Option<u64>, // ticks left; an operator has none
    pub weighed: Option<(u64, u64)>, // bytes to a sink, bytes left in its budget
    pub copies_weights: bool,
}
/// register, grant, reckoner, switch, weigh: the strictest of those that are obeyed.
pub fn decide(r: &Abstract, modes: [Mode; 5]) -> Verdict {
    let or_deny = |fine: bool| if fine { Allow } else { Deny };
    let voted = r.votes.iter().map(|votes| policy(votes)).max().unwrap_or(Deny);
    let counted = match r.consequence {
        Some((total, bar, margin)) if (total - bar).abs() <= margin => Defer,
        Some((total, bar, _)) => or_deny(total < bar),
        None => if r.rewritten { Modify } else { Allow },
    };
    let unsealed = or_deny(r.lease.is_none() || !r.sealed && r.lease != Some(0));
    let fits = or_deny(!r.copies_weights && r.weighed.is_none_or(|(bytes, left)| bytes <= left));
    let rooms = [or_deny(r.pinned), or_deny(r.links_alive).max(voted), counted, unsealed, fits];
    let obeyed = rooms.into_iter().zip(modes).filter(|(_, mode)| *mode == Mode::Enforce);
    // What cannot be read cannot be judged: any room that is obeyed denies it.
    obeyed.map(|(verdict, _)| if r.readable { verdict } else { Deny }).max().unwrap_or(Allow)
}
