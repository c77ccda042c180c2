//! What a world shows of itself, in the plain words that a page draws.

use report::replay::{Card, Chair, Claim, Grid, Reveal, Rounds, Row, Scene, Table, Walker};
use world::liars_bar::Card as Rank;
use world::scene::{self, Board};

pub(super) fn scene(board: &Board) -> Scene {
    match board {
        Board::Table(table) => Scene::Table(self::table(table)),
        Board::Grid(grid) => Scene::Grid(self::grid(grid)),
        Board::Rounds(rounds) => Scene::Rounds(self::rounds(rounds)),
    }
}

fn table(table: &scene::Table) -> Table {
    let cards =
        |cards: &[Rank]| -> Vec<Card> { cards.iter().map(|rank| card(*rank, table.target)).collect() };
    let chair = |chair: &scene::Chair| Chair {
        hand: cards(&chair.hand),
        lives: chair.lives,
        shots: chair.shots,
        bay: chair.bay,
    };
    // The target of a round that is over was another one: a card of it fits if the claim was honest.
    let shown = |reveal: &world::liars_bar::Reveal| Reveal {
        by: reveal.by,
        cards: reveal
            .cards
            .iter()
            .map(|rank| Card { rank: rank.name().into(), fits: reveal.honest })
            .collect(),
        honest: reveal.honest,
        challenger: reveal.challenger,
        fired: reveal.fired,
        died: reveal.died,
    };
    Table {
        round: table.round,
        target: table.target.name().into(),
        chairs: table.chairs.iter().map(chair).collect(),
        claim: table.claim.as_ref().map(|laid| Claim {
            by: laid.by,
            cards: cards(&laid.cards),
            honest: laid.honest,
        }),
        reveal: table.reveal.as_ref().map(shown),
        turn: table.turn,
    }
}

fn card(rank: Rank, target: Rank) -> Card {
    Card { rank: rank.name().into(), fits: rank.fits(target) }
}

fn grid(grid: &scene::Grid) -> Grid {
    let walker =
        |body: &scene::Walker| Walker { place: body.place, frozen: body.frozen, apples: body.apples };
    Grid {
        step: grid.step,
        steps: grid.steps,
        rows: grid.rows,
        columns: grid.columns,
        river: grid.river,
        apples: grid.apples.clone(),
        polluted: grid.polluted.clone(),
        cutoff: grid.cutoff,
        walkers: grid.bodies.iter().map(walker).collect(),
        zaps: grid.zaps.clone(),
    }
}

fn rounds(rounds: &scene::Rounds) -> Rounds {
    let row =
        |row: &scene::Row| Row { name: row.name.clone(), played: row.played.clone(), paid: row.paid.clone() };
    Rounds {
        lever: rounds.lever.into(),
        over: rounds.over,
        most: rounds.most,
        rows: rounds.rows.iter().map(row).collect(),
        beside: rounds.beside.iter().map(row).collect(),
    }
}
