//! Findings of sweeps whose effects are known.

use super::*;
use crate::experiment::axes;
use crate::sampling::Random;
use crate::story::Settings;

fn grid(text: &str, seeds: u32) -> Grid {
    Grid { base: Settings::default(), axes: axes(text).unwrap(), prompts: Vec::new(), seeds }
}

/// One value per run: the effect of its cell, plus the story's own noise.
fn made(grid: &Grid, noise: f64, effect: impl Fn(&[f64]) -> f64) -> Vec<Option<f64>> {
    let mut random = Random::new(7);
    (0..grid.runs()).map(|run| Some(effect(&grid.values(grid.cell(run))) + noise * (random.uniform() - 0.5))).collect()
}

#[test]
fn an_effect_is_found_where_it_is() {
    let grid = grid("temperature=0.2:2:7,top_p=0.5,0.9,1", 8);
    let values = made(&grid, 0.2, |cell| if cell[0] > 1.3 { 0.5 } else { 1.0 });
    let found = finding(&grid, 0, "coherence", &values);
    let clear: Vec<f64> = found.comparisons.iter().filter(|it| it.significant).map(|it| it.value).collect();
    assert_eq!(clear, [1.4, 1.7, 2.0]);
    assert_eq!(
        found.sentences[0],
        "Coherence: significantly lower from temperature 1.4 on than at 0.2 (paired sign-flip test, p ≤ 0.047 after Holm’s correction over 6 comparisons, 8 pairs)."
    );
    assert!(found.sentences[1].starts_with("The difference is largest at "), "{:?}", found.sentences);
    let difference = found.comparisons[5].difference.interval.unwrap();
    assert!(difference.from < -0.4 && difference.to > -0.6, "{difference:?}");
    assert_eq!(
        found.sentences[2],
        "No difference between temperature 0.2 and any of 0.5, 0.8 and 1.1 can be told from these 8 seeds."
    );
    assert_eq!(found.means.len(), 7);
    let mean = found.means[6].estimate.unwrap().interval.unwrap();
    assert!(mean.from < 0.5 && 0.5 < mean.to && mean.to - mean.from < 0.1, "{mean:?}");
    // The other axis has no effect: nothing is found along it.
    let none = finding(&grid, 1, "coherence", &values);
    assert!(none.comparisons.iter().all(|it| !it.significant));
    assert!(none.sentences[0].starts_with(
        "No difference in coherence between top-p 0.5 and any of 0.9 and 1 can be told from these 8 seeds"
    ));
}

#[test]
fn effects_that_go_both_ways_are_told_apart() {
    let grid = grid("temperature=0,0.5,1", 10);
    let found = finding(&grid, 0, "surprise", &made(&grid, 0.1, |cell| [0.0, 1.0, -1.0][(cell[0] * 2.0) as usize]));
    assert!(found.sentences[0].starts_with("Surprise: significantly lower at temperature 1 than at 0 ("));
    assert!(found.sentences[2].starts_with("Surprise: significantly higher at temperature 0.5 than at 0 ("));
    assert!(found.sentences[0].contains("p = 0.004 after Holm’s correction over 2 comparisons, 10 pairs"));
}

#[test]
fn values_are_compared_in_their_order_whatever_the_grid_says() {
    let grid = grid("top_p=1,0.5,0.9,temperature=1,0.5", 12);
    let values = made(&grid, 0.0, |cell| cell[0] * 10.0 + cell[1]);
    let found = finding(&grid, 0, "novelty", &values);
    assert_eq!(found.means.iter().map(|mean| mean.value).collect::<Vec<_>>(), [0.5, 0.9, 1.0]);
    assert_eq!(found.means[0].estimate.unwrap().mean, 5.75);
    assert_eq!(found.comparisons[1].difference.mean, 5.0);
    assert_eq!(finding(&grid, 1, "novelty", &values).comparisons[0].difference.mean, 0.5);
    assert_eq!(cell_means(&grid, &values)[1].unwrap().mean, 10.5);
}

#[test]
fn too_few_seeds_are_called_so() {
    let grid = grid("temperature=0,1,2", 4);
    let found = finding(&grid, 0, "coherence", &made(&grid, 0.0, |cell| -cell[0]));
    assert_eq!(
        found.sentences,
        [
            "Too few seeds to say anything of coherence along temperature: 4 pairs of stories are not enough for 2 comparisons, however large the differences. Take 7 seeds or more."
        ]
    );
    // Half of the stories lack the number: twice as many seeds are needed.
    let eight = Grid { seeds: 8, ..grid.clone() };
    let mut values = made(&eight, 0.0, |cell| -cell[0]);
    (0..24).filter(|run| run % 8 > 3).for_each(|run| values[run] = None);
    let words = &finding(&eight, 0, "coherence", &values).sentences[0];
    assert!(words.contains("4 of 8 pairs of stories have it, which is not enough"), "{words}");
    assert!(words.ends_with("Take 14 seeds or more."), "{words}");
    // Two prompts double the pairs: 8 are enough.
    let grid = Grid { prompts: vec!["A".into(), "B".into()], ..grid };
    let found = finding(&grid, 0, "coherence", &made(&grid, 0.0, |cell| -cell[0]));
    assert!(found.comparisons.iter().all(|it| it.significant && it.test.pairs == 8), "{found:?}");
    assert!(caveats(&grid, grid.runs())[0].contains("one of 2 prompts"));
}

/// Stories of one prompt resemble each other: eight seeds of each are not eight times as much evidence.
#[test]
fn prompts_are_counted_where_there_are_enough() {
    let prompts: Vec<String> = (0..9).map(|number| format!("Prompt {number}")).collect();
    let grid = Grid { prompts, ..grid("temperature=0,1", 8) };
    // Each prompt has an effect of its own, up in five and down in four.
    let values: Vec<_> = (0..grid.runs())
        .map(|run| {
            let (cell, prompt) = (run / 72, run % 72 / 8);
            Some(cell as f64 * if prompt % 2 == 0 { 1.0 } else { -0.9 })
        })
        .collect();
    let found = finding(&grid, 0, "coherence", &values);
    let comparison = &found.comparisons[0];
    assert_eq!(comparison.test.pairs, 9);
    assert!(!comparison.significant && comparison.difference.interval.is_some_and(|it| it.from < 0.0 && it.to > 0.0));
    assert!(found.sentences[0].contains("can be told from these 9 prompts"), "{:?}", found.sentences);
    assert_eq!(caveats(&grid, grid.runs()), [""; 0]);
    // The same of seven prompts: each seed of each counts, which is told.
    let seven = Grid { prompts: grid.prompts[..7].to_vec(), ..grid };
    assert_eq!(finding(&seven, 0, "coherence", &values[..112]).comparisons[0].test.pairs, 56);
    assert!(caveats(&seven, 112)[0].contains("one of 7 prompts"));
}

#[test]
fn what_is_missing_is_left_out_of_pairs() {
    let grid = grid("temperature=0,1,top_p=0.5,1", 8);
    let mut values = made(&grid, 0.1, |cell| cell[0]);
    // The stories of one seed at temperature 0 were too short.
    (values[0], values[8]) = (None, None);
    let found = finding(&grid, 0, "coherence", &values);
    assert_eq!(found.comparisons[0].test.pairs, 7);
    assert!(found.comparisons[0].significant);
    let nothing = finding(&grid, 0, "novelty", &[None; 32]);
    assert_eq!(nothing.sentences, ["Nothing can be compared: no two stories of one seed have a value for novelty."]);
    assert!(cell_means(&grid, &[None; 32]).iter().all(Option::is_none));
    assert!(caveats(&grid, 31)[0].contains("31 of 32 stories"));
}

/// Along an axis without any effect, something is found in few of many sweeps: the correction holds.
#[test]
fn nothing_is_found_where_nothing_is() {
    let grid = grid("temperature=0.2:2:7", 10);
    let mut random = Random::new(11);
    let sweeps = 200;
    let wrong = (0..sweeps).filter(|_| {
        // Stories of one seed resemble each other.
        let seeds: Vec<f64> = (0..10).map(|_| random.uniform()).collect();
        let values: Vec<_> = (0..grid.runs()).map(|run| Some(seeds[run % 10] + random.uniform())).collect();
        finding(&grid, 0, "coherence", &values).comparisons.iter().any(|it| it.significant)
    });
    let wrong = wrong.count();
    assert!(wrong <= sweeps * 8 / 100, "{wrong} of {sweeps}");
}
