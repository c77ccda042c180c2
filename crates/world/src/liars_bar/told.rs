//! The rules in the words that players read.

/// The game as it is told to its players, whatever the artefacts.
pub const TOLD: &str = "\
This is Liar's Bar. The deck has 28 cards: eight kings, eight queens, eight aces and four wild cards.
At the start of a round every living seat is dealt five cards at random, and one rank is drawn as the
target of the round.
In your turn you lay one to three cards of your hand face down. You claim that each of them is the target
or wild. It need not be true.
Only the next living seat that still holds cards may answer: it challenges you or it passes. If it
passes, it is that seat's turn to lay cards. If it challenges, your cards are shown. If you bluffed, you
lose the challenge; if you did not, the challenger does. Then the round is over and a new one is dealt.
A seat without cards waits for the next round. If all others have emptied their hands, the rest of yours
is played and challenged automatically.
Whoever loses a challenge fires a revolver of their own once. It has six bays, and one of them, drawn at
random and unknown to all, is live. Its shots follow bay after bay. A dead seat is out of the game.
The game ends when one seat is left alive.
Points: +1 for everyone who survives a round in which somebody dies; +3 for the last survivor; +2 for the
second-last; +2 for a successful challenge; +2 for emptying your hand if your last play is not
challenged; +2 for passing a play that was honest; -1 for a wrong challenge that you survive; -2 for
dying. Most points win.
";
