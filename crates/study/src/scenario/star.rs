//! Stars: a unit plays a background, and every cell that differs from it in one factor. The background
//! turns with the unit, so that the effect of a factor is averaged over the levels of all others at a
//! cost that adds up over factors and does not multiply.
//!
//! Source: radial one-at-a-time designs; the backgrounds are balanced by minimisation, as trials
//! balance their arms. Both are textbook methods; the combination is ours.

use super::cell::Cell;
use super::load::Scenario;
use trace::seed_of;

/// A background and the cells that differ from it in one factor, in the order of the file.
pub fn star(scenario: &Scenario, background: &Cell) -> Vec<Cell> {
    let moved = scenario
        .file
        .factor
        .iter()
        .flat_map(|f| f.level.iter().map(|l| background.with(scenario, &f.name, &l.name)))
        .filter(|cell| cell != background);
    std::iter::once(background.clone()).chain(moved).collect()
}

/// The backgrounds of the first `units` units; the first is the baseline. They do not depend on how
/// many follow. Factors that the design holds fixed stay at their baseline.
pub fn backgrounds(scenario: &Scenario, units: usize) -> Vec<Cell> {
    let factors = &scenario.file.factor;
    let is_fixed = |name: &String| scenario.file.design.fixed.contains(name);
    let sizes: Vec<usize> =
        factors.iter().map(|f| if is_fixed(&f.name) { 1 } else { f.level.len() }).collect();
    let cell = |row: Vec<usize>| {
        let levels = factors.iter().zip(row).map(|(f, level)| (f, &f.level[level].name));
        levels.fold(Cell::default(), |cell, (f, level)| cell.with(scenario, &f.name, level))
    };
    arrange(&sizes, units).into_iter().map(cell).collect()
}

/// One level of each factor for each unit. The uses of two levels of a factor differ by one at most; of
/// the levels that are due, the one is taken that met this unit's other levels least.
fn arrange(sizes: &[usize], units: usize) -> Vec<Vec<usize>> {
    let starts: Vec<usize> =
        sizes.iter().scan(0, |at, size| Some(std::mem::replace(at, *at + size))).collect();
    let columns = sizes.iter().sum();
    // How often two levels met; on the diagonal, how often one was used.
    let mut met = vec![vec![0_usize; columns]; columns];
    let mut rows = Vec::with_capacity(units);
    for unit in 0..units {
        let mut row: Vec<usize> = Vec::with_capacity(sizes.len());
        for (start, size) in starts.iter().zip(sizes) {
            let due = (*start..start + size).min_by_key(|column| {
                let together: usize = row.iter().map(|other| met[*column][*other].pow(2)).sum();
                (met[*column][*column], together, tie(unit, *column))
            });
            row.push(due.unwrap_or(*start));
        }
        row.iter().for_each(|a| row.iter().for_each(|b| met[*a][*b] += 1));
        rows.push(row.iter().zip(&starts).map(|(column, start)| column - start).collect());
    }
    rows
}

/// Which of equals goes first: the baselines for the first unit, then no order that a wording follows.
fn tie(unit: usize, column: usize) -> u64 {
    if unit == 0 { column as u64 } else { seed_of("background", &[&unit.to_string(), &column.to_string()]) }
}

#[cfg(test)]
mod tests {
    use super::arrange;

    const SIZES: [usize; 5] = [3, 4, 2, 3, 4];

    fn count(rows: &[Vec<usize>], wanted: &[(usize, usize)]) -> usize {
        rows.iter().filter(|row| wanted.iter().all(|(factor, level)| row[*factor] == *level)).count()
    }

    #[test]
    fn each_level_is_used_equally_often_give_or_take_one() {
        for units in 1..=96 {
            let rows = arrange(&SIZES, units);
            for (factor, size) in SIZES.iter().enumerate() {
                for level in 0..*size {
                    let n = count(&rows, &[(factor, level)]);
                    assert!(
                        n == units / size || n == units / size + 1,
                        "{units} units: {n} of {factor}={level}"
                    );
                }
            }
        }
    }

    #[test]
    fn each_pair_of_levels_meets_about_equally_often() {
        for units in [16, 32, 96] {
            let rows = arrange(&SIZES, units);
            for (a, b) in (0..SIZES.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let even = units as f64 / (SIZES[a] * SIZES[b]) as f64;
                for (x, y) in (0..SIZES[a]).flat_map(|x| (0..SIZES[b]).map(move |y| (x, y))) {
                    let n = count(&rows, &[(a, x), (b, y)]) as f64;
                    assert!(
                        (n - even).abs() <= 2.0,
                        "{units} units: {a}={x} met {b}={y} {n} times, not {even:.1}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_first_is_the_baseline_and_more_units_change_none() {
        let (few, many) = (arrange(&SIZES, 10), arrange(&SIZES, 50));
        assert_eq!(few[0], [0; 5]);
        assert_eq!(few[..], many[..10]);
    }
}
