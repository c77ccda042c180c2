//! `ephor --version`: what every command pays.

use super::Bench;
use super::table::{Better, Peer, Row};
use crate::{Result, child};

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut walls = Vec::new();
    for _ in 0..bench.scale.starts {
        walls.push(child::measure(bench.ephor().arg("--version"))?.wall.as_secs_f64() * 1e3);
    }
    walls.sort_by(f64::total_cmp);
    let (best, median) = (walls[0], walls[walls.len() / 2]);
    let how = format!("median wall time of {} starts, the best {best:.1} ms.", walls.len());
    let figure = "ephor --version".to_owned();
    Ok(vec![Row {
        figure,
        value: median,
        unit: "ms",
        better: Better::Less,
        target: Some(20.0),
        peer: Peer::None,
        how,
    }])
}
