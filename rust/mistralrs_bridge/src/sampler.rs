//! Chooses a token from logits. The engine's own sampler has no seed, and its logprobs are wrong
//! (log10, and of raw logits where greedy), so we choose and it is made to agree (see request.rs).

use serde::Deserialize;

use crate::guide::Guide;

/// How a request samples: the same names and meanings as in core/parameters.h.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    pub temperature: f32,
    pub top_p: f32,
    pub top_k: usize,
    pub min_p: f32,
    pub repeat_penalty: f32,
    pub frequency_penalty: f32,
    pub presence_penalty: f32,
    pub repeat_last_n: i32,
    pub typical_p: f32,
    pub top_n_sigma: f32,
    pub dynatemp_range: f32,
    pub dynatemp_exponent: f32,
    pub xtc_probability: f32,
    pub xtc_threshold: f32,
    pub min_keep: usize,
    pub max_tokens: u32,
    pub seed: u64,
    pub logit_bias: Vec<(u32, f32)>,
    pub logprobs: bool,
    pub top_logprobs: usize,
    pub ignore_eos: bool,
}

impl Params {
    /// How many tokens what leaves tokens out must leave.
    fn least(&self) -> usize {
        self.min_keep.max(1)
    }
}

/// A token and its natural-log probability, before any bias, penalty or temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    pub token: u32,
    pub logprob: f32,
}

#[derive(Debug)]
pub struct Choice {
    pub token: u32,
    /// The chosen token first, then `top_logprobs` alternatives. Empty unless asked for.
    pub logprobs: Vec<Scored>,
}

/// Dividing logits by less than this is greedy, or overflows.
const COLDEST: f32 = 1e-4;

/// Why there is no token.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// The logits hold what is no number.
    NoNumber,
    /// The guide allows none, or those that it allows are banned.
    NoneAllowed,
}

/// What is chosen from.
pub struct Place<'a> {
    /// The tokens that end an answer.
    pub ends: &'a [u32],
    pub context: &'a [u32],
    pub prompt_tokens: usize,
}

/// The same logits, place, parameters and guide give the same choice.
pub fn choose(
    params: &Params,
    place: &Place,
    logits: &mut [f32],
    guide: Option<&mut (dyn Guide + '_)>,
) -> Result<Choice, Refusal> {
    if logits.is_empty() || logits.iter().any(|l| l.is_nan() || *l == f32::INFINITY) {
        return Err(Refusal::NoNumber);
    }
    let raw = params.logprobs.then(|| logits.to_vec());
    shape(params, place, logits);
    let position = place.context.len() as u64;
    let chance = uniform(params.seed ^ CHANCE, position);
    let mut token = pick(params, logits, uniform(params.seed, position), chance);
    if let Some(guide) = guide {
        if let Some(forced) = guide
            .forced()
            .filter(|token| (*token as usize) < logits.len())
        {
            token = forced;
        } else if !guide.allows(token) {
            // Most tokens are allowed, and to ask about one is far cheaper than to find all that
            // are. What is drawn anew among those has the distribution that they alone would give.
            guide.restrict(logits);
            if logits.iter().all(|logit| *logit == f32::NEG_INFINITY) {
                return Err(Refusal::NoneAllowed);
            }
            let at = uniform(params.seed ^ ANEW, position);
            token = pick(params, logits, at, chance);
        }
    }
    let logprobs = raw.map_or_else(Vec::new, |raw| score(&raw, token, params.top_logprobs));
    Ok(Choice { token, logprobs })
}

/// Makes the second number of a position another one than the first.
const ANEW: u64 = 0x5851_f42d_4c95_7f2d;

/// Makes the number that decides about XTC another one than those that draw.
const CHANCE: u64 = 0x2545_f491_4f6c_dd1d;

fn pick(params: &Params, logits: &[f32], at: f64, chance: f64) -> u32 {
    if params.temperature + params.dynatemp_range < COLDEST {
        argmax(logits)
    } else {
        draw(params, logits, at, chance)
    }
}

/// Biases, the ban of the ends, penalties.
fn shape(params: &Params, place: &Place, logits: &mut [f32]) {
    let context = place.context;
    for (token, bias) in &params.logit_bias {
        if let Some(logit) = logits.get_mut(*token as usize) {
            *logit += bias;
        }
    }
    if params.ignore_eos {
        for end in place.ends {
            if let Some(logit) = logits.get_mut(*end as usize) {
                *logit = f32::NEG_INFINITY;
            }
        }
    }
    let window = |tokens: &[u32]| -> Vec<u32> {
        let last = usize::try_from(params.repeat_last_n).unwrap_or(tokens.len());
        tokens[tokens.len().saturating_sub(last)..].to_vec()
    };
    if params.repeat_penalty != 1.0 {
        let mut seen = window(context);
        seen.sort_unstable();
        seen.dedup();
        for token in seen {
            if let Some(logit) = logits.get_mut(token as usize) {
                *logit = if *logit > 0.0 {
                    *logit / params.repeat_penalty
                } else {
                    *logit * params.repeat_penalty
                };
            }
        }
    }
    if params.frequency_penalty != 0.0 || params.presence_penalty != 0.0 {
        let mut said = window(&context[place.prompt_tokens.min(context.len())..]);
        said.sort_unstable();
        for run in said.chunk_by(|a, b| a == b) {
            if let Some(logit) = logits.get_mut(run[0] as usize) {
                *logit -= params.frequency_penalty * run.len() as f32 + params.presence_penalty;
            }
        }
    }
}

/// The first of the largest.
fn argmax(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (index, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = index;
        }
    }
    best as u32
}

/// top_n_sigma, top_k, typical_p, top_p, min_p, XTC, temperature, in this order; `at` in [0, 1) picks
/// among what is left.
fn draw(params: &Params, logits: &[f32], at: f64, chance: f64) -> u32 {
    let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    let mut left: Vec<(u32, f32)> = logits
        .iter()
        .copied()
        .enumerate()
        .map(|(i, l)| (i as u32, l))
        .collect();
    if params.top_n_sigma > 0.0 {
        keep_near(params, &mut left);
    }
    if params.top_k > 0 && params.top_k < left.len() {
        left.select_nth_unstable_by(params.top_k - 1, order);
        left.truncate(params.top_k);
    }
    left.sort_unstable_by(order);
    if params.typical_p < 1.0 {
        keep_typical(params, &mut left);
        left.sort_unstable_by(order);
    }
    let most = left[0].1;
    let weight = |logit: f32| f64::from(logit - most).exp();
    if params.top_p < 1.0 {
        let all: f64 = left.iter().map(|(_, l)| weight(*l)).sum();
        let mut sum = 0.0;
        let kept = left.iter().take_while(|(_, l)| {
            let goes_on = sum < f64::from(params.top_p) * all;
            sum += weight(*l);
            goes_on
        });
        let kept = kept.count().max(params.least());
        left.truncate(kept);
    }
    if params.min_p > 0.0 {
        let kept = left
            .iter()
            .filter(|(_, l)| weight(*l) >= f64::from(params.min_p));
        let kept = kept.count().max(params.least());
        left.truncate(kept);
    }
    if chance < f64::from(params.xtc_probability) {
        drop_likely(params, &mut left);
    }
    let temperature = temperature(params, &left);
    if temperature < f64::from(COLDEST) {
        return left[0].0;
    }
    let most = left[0].1;
    let warm = |logit: f32| (f64::from(logit - most) / temperature).exp();
    let mut rest = at * left.iter().map(|(_, l)| warm(*l)).sum::<f64>();
    for (token, logit) in &left {
        rest -= warm(*logit);
        if rest < 0.0 {
            return *token;
        }
    }
    left[left.len() - 1].0
}

/// Probabilities at temperature 1, in the same order.
fn probabilities(left: &[(u32, f32)]) -> Vec<f64> {
    let most = left.iter().fold(f32::NEG_INFINITY, |m, (_, l)| m.max(*l));
    let weights = left.iter().map(|(_, l)| f64::from(l - most).exp());
    let sum: f64 = weights.clone().sum();
    weights.map(|weight| weight / sum).collect()
}

/// 0 for what never happens.
fn surprise(probability: f64) -> f64 {
    if probability > 0.0 {
        -probability.ln()
    } else {
        0.0
    }
}

/// Keeps the tokens whose surprise is nearest to the expected one.
fn keep_typical(params: &Params, left: &mut Vec<(u32, f32)>) {
    let all = probabilities(left);
    let expected: f64 = all.iter().map(|p| p * surprise(*p)).sum();
    let mut order: Vec<usize> = (0..left.len()).filter(|i| all[*i] > 0.0).collect();
    let distance = |i: &usize| (surprise(all[*i]) - expected).abs();
    order.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    let mut sum = 0.0;
    let kept = order.iter().take_while(|i| {
        let goes_on = sum <= f64::from(params.typical_p);
        sum += all[**i];
        goes_on
    });
    let kept = kept.count().max(params.least()).min(order.len());
    *left = order[..kept].iter().map(|i| left[*i]).collect();
}

/// Keeps the logits within `top_n_sigma` standard deviations of the largest.
fn keep_near(params: &Params, left: &mut Vec<(u32, f32)>) {
    let most = left.iter().fold(f32::NEG_INFINITY, |m, (_, l)| m.max(*l));
    if most == f32::NEG_INFINITY {
        return;
    }
    left.retain(|(_, l)| *l != f32::NEG_INFINITY);
    let count = left.len() as f64;
    let mean = left.iter().map(|(_, l)| f64::from(*l)).sum::<f64>() / count;
    let square = |l: f32| (f64::from(l) - mean).powi(2);
    let deviation = (left.iter().map(|(_, l)| square(*l)).sum::<f64>() / count).sqrt();
    let least = f64::from(most) - f64::from(params.top_n_sigma) * deviation;
    left.retain(|(_, l)| f64::from(*l) >= least);
}

/// The temperature for what is left: within `dynatemp_range` by its entropy.
fn temperature(params: &Params, left: &[(u32, f32)]) -> f64 {
    let (middle, range) = (
        f64::from(params.temperature),
        f64::from(params.dynatemp_range),
    );
    if range <= 0.0 || left.len() < 2 {
        return middle;
    }
    let entropy: f64 = probabilities(left).iter().map(|p| p * surprise(*p)).sum();
    let share = entropy / (left.len() as f64).ln();
    let low = (middle - range).max(0.0);
    low + (middle + range - low) * share.powf(f64::from(params.dynatemp_exponent))
}

/// Leaves out the likeliest tokens, down to the least likely one that is over `xtc_threshold`.
fn drop_likely(params: &Params, left: &mut Vec<(u32, f32)>) {
    if params.xtc_threshold > 0.5 || left.len() < 2 {
        return;
    }
    let over = probabilities(left)
        .iter()
        .take_while(|p| **p >= f64::from(params.xtc_threshold))
        .count();
    let dropped = over.saturating_sub(1);
    if left.len() - dropped >= params.least() {
        left.drain(..dropped);
    }
}

/// A number in [0, 1) that depends on the seed and the position alone (splitmix64).
fn uniform(seed: u64, position: u64) -> f64 {
    let mut bits = seed ^ position.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..2 {
        bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
    }
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// The token's logprob and the most likely ones'.
fn score(logits: &[f32], token: u32, top: usize) -> Vec<Scored> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits.iter().map(|l| f64::from(l - most).exp()).sum();
    let scored = |token: u32| Scored {
        token,
        logprob: (f64::from(logits[token as usize] - most) - sum.ln()) as f32,
    };
    let order = |a: &u32, b: &u32| {
        logits[*b as usize]
            .total_cmp(&logits[*a as usize])
            .then(a.cmp(b))
    };
    let mut tokens: Vec<u32> = (0..logits.len() as u32).collect();
    let top = top.min(tokens.len());
    if top > 0 && top < tokens.len() {
        tokens.select_nth_unstable_by(top - 1, order);
    }
    tokens.truncate(top);
    tokens.sort_unstable_by(order);
    std::iter::once(token).chain(tokens).map(scored).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Step;

    fn params() -> Params {
        Params {
            temperature: 1.0,
            top_p: 1.0,
            top_k: 0,
            min_p: 0.0,
            repeat_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            repeat_last_n: 64,
            typical_p: 1.0,
            top_n_sigma: 0.0,
            dynatemp_range: 0.0,
            dynatemp_exponent: 1.0,
            xtc_probability: 0.0,
            xtc_threshold: 0.1,
            min_keep: 0,
            max_tokens: 10,
            seed: 1,
            logit_bias: vec![],
            logprobs: false,
            top_logprobs: 0,
            ignore_eos: false,
        }
    }

    fn token(params: &Params, logits: &[f32], context: &[u32], prompt: usize) -> u32 {
        choose(params, &place(context, prompt), &mut logits.to_vec(), None)
            .unwrap()
            .token
    }

    fn place(context: &[u32], prompt_tokens: usize) -> Place<'_> {
        Place {
            ends: &[0],
            context,
            prompt_tokens,
        }
    }

    /// Allows some tokens, and forces one.
    #[derive(Default)]
    struct Listed {
        allowed: Vec<u32>,
        forced: Option<u32>,
    }

    impl Guide for Listed {
        fn forced(&mut self) -> Option<u32> {
            self.forced
        }
        fn allows(&mut self, token: u32) -> bool {
            self.allowed.contains(&token)
        }
        fn restrict(&mut self, logits: &mut [f32]) {
            for (token, logit) in logits.iter_mut().enumerate() {
                if !self.allowed.contains(&(token as u32)) {
                    *logit = f32::NEG_INFINITY;
                }
            }
        }
        fn accept(&mut self, _: u32) -> Step {
            Step::GoesOn
        }
        fn error(&mut self) -> String {
            String::new()
        }
    }

    #[test]
    fn guided_draws_follow_the_probabilities_of_what_is_allowed() {
        let logits = [0.5_f32.ln(), 0.3_f32.ln(), 0.2_f32.ln()];
        let mut counts = [0_u32; 3];
        for seed in 0..20_000 {
            let mut guide = Listed {
                allowed: vec![1, 2],
                ..Listed::default()
            };
            let params = Params { seed, ..params() };
            let mut logits = logits.to_vec();
            let choice = choose(&params, &place(&[5], 1), &mut logits, Some(&mut guide));
            counts[choice.unwrap().token as usize] += 1;
        }
        for (count, expected) in counts.iter().zip([0.0, 12_000.0, 8_000.0]) {
            assert!((f64::from(*count) - expected).abs() < 350.0, "{counts:?}");
        }
    }

    #[test]
    fn what_is_forced_comes_and_has_the_probability_of_the_raw_logits() {
        let mut guide = Listed {
            forced: Some(2),
            ..Listed::default()
        };
        let params = Params {
            logprobs: true,
            ..params()
        };
        let mut logits = vec![0.5_f32.ln(), 0.3_f32.ln(), 0.2_f32.ln()];
        let choice = choose(&params, &place(&[5], 1), &mut logits, Some(&mut guide)).unwrap();
        assert_eq!(choice.token, 2);
        assert!((choice.logprobs[0].logprob - 0.2_f32.ln()).abs() < 1e-5);
    }

    #[test]
    fn a_guide_that_allows_nothing_is_a_refusal() {
        let mut guide = Listed::default();
        let refusal = choose(
            &params(),
            &place(&[5], 1),
            &mut [1.0, 2.0],
            Some(&mut guide),
        );
        assert_eq!(refusal.unwrap_err(), Refusal::NoneAllowed);
    }

    #[test]
    fn cold_is_the_first_of_the_largest() {
        let params = Params {
            temperature: 0.0,
            ..params()
        };
        assert_eq!(token(&params, &[0.0, 2.0, 2.0, 1.0], &[7], 1), 1);
    }

    #[test]
    fn the_same_seed_and_place_give_the_same_token() {
        let logits: Vec<f32> = (0..1000).map(|i| ((i * 37) % 101) as f32 / 20.0).collect();
        for length in 1..50 {
            let context: Vec<u32> = vec![1; length];
            assert_eq!(
                token(&params(), &logits, &context, 1),
                token(&params(), &logits, &context, 1)
            );
        }
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let logits = [0.5_f32.ln(), 0.3_f32.ln(), 0.2_f32.ln()];
        let mut counts = [0_u32; 3];
        for seed in 0..20_000 {
            counts[token(&Params { seed, ..params() }, &logits, &[5], 1) as usize] += 1;
        }
        for (count, expected) in counts.iter().zip([10_000.0, 6_000.0, 4_000.0]) {
            assert!((f64::from(*count) - expected).abs() < 350.0, "{counts:?}");
        }
    }

    #[test]
    fn top_k_top_p_and_min_p_cut() {
        let logits = [0.5_f32.ln(), 0.3_f32.ln(), 0.2_f32.ln()];
        for cut in [
            Params {
                top_k: 1,
                ..params()
            },
            Params {
                top_p: 0.4,
                ..params()
            },
            Params {
                min_p: 0.7,
                ..params()
            },
        ] {
            for seed in 0..200 {
                assert_eq!(
                    token(
                        &Params {
                            seed,
                            ..cut.clone()
                        },
                        &logits,
                        &[5],
                        1
                    ),
                    0
                );
            }
        }
    }

    /// How often each token is drawn, by many seeds.
    fn shares(params: &Params, logits: &[f32]) -> Vec<f64> {
        const DRAWS: u64 = 4000;
        let mut counts = vec![0.0; logits.len()];
        for seed in 0..DRAWS {
            let one = Params {
                seed,
                ..params.clone()
            };
            counts[token(&one, logits, &[5], 1) as usize] += 1.0 / DRAWS as f64;
        }
        counts
    }

    fn expect_shares(params: &Params, probabilities: &[f32], expected: &[f64]) {
        let logits: Vec<f32> = probabilities.iter().map(|p| p.ln()).collect();
        let counts = shares(params, &logits);
        for (count, expected) in counts.iter().zip(expected) {
            assert!((count - expected).abs() < 0.04, "{counts:?}");
        }
    }

    #[test]
    fn typical_p_keeps_what_surprises_as_expected() {
        // The entropy is 1.37 nats: 0.2 (1.61) is nearest, then 0.4 (0.92) and 0.05 (3.0).
        let typical = |typical_p| Params {
            typical_p,
            ..params()
        };
        let all = [0.4, 0.2, 0.2, 0.15, 0.05];
        expect_shares(&typical(0.3), &all, &[0.0, 0.5, 0.5, 0.0, 0.0]);
        expect_shares(&typical(0.9), &all, &[0.421, 0.2105, 0.2105, 0.158, 0.0]);
    }

    #[test]
    fn top_n_sigma_keeps_what_is_near_the_largest() {
        // Logits 4, 3, 0, 0: mean 1.75, deviation 1.79.
        let near = Params {
            top_n_sigma: 1.0,
            ..params()
        };
        let counts = shares(&near, &[4.0, 3.0, 0.0, 0.0]);
        assert!((counts[0] - 0.731).abs() < 0.04, "{counts:?}");
        assert_eq!(counts[2] + counts[3], 0.0);
    }

    #[test]
    fn a_dynamic_temperature_follows_the_entropy() {
        let dynamic = |dynatemp_range, dynatemp_exponent| Params {
            dynatemp_range,
            dynatemp_exponent,
            ..params()
        };
        let left: Vec<(u32, f32)> = vec![(0, 0.0), (1, 0.0)];
        assert!((temperature(&dynamic(0.5, 1.0), &left) - 1.5).abs() < 1e-9);
        let sure: Vec<(u32, f32)> = vec![(0, 50.0), (1, 0.0)];
        assert!((temperature(&dynamic(0.5, 1.0), &sure) - 0.5).abs() < 1e-9);
        assert!((temperature(&dynamic(0.0, 1.0), &sure) - 1.0).abs() < 1e-9);
        assert!(temperature(&dynamic(0.5, 2.0), &[(0, 1.0), (1, 0.0)]) < 1.5);
    }

    #[test]
    fn xtc_leaves_out_all_but_the_last_of_the_likely() {
        let xtc = |xtc_probability, xtc_threshold| Params {
            xtc_probability,
            xtc_threshold,
            ..params()
        };
        let all = [0.5, 0.3, 0.15, 0.05];
        expect_shares(&xtc(1.0, 0.1), &all, &[0.0, 0.0, 0.75, 0.25]);
        expect_shares(&xtc(1.0, 0.2), &all, &[0.0, 0.6, 0.3, 0.1]);
        expect_shares(&xtc(0.5, 0.1), &all, &[0.25, 0.15, 0.45, 0.15]);
        expect_shares(&xtc(1.0, 0.6), &all, &[0.5, 0.3, 0.15, 0.05]);
        let kept = Params {
            min_keep: 3,
            ..xtc(1.0, 0.1)
        };
        expect_shares(&kept, &all, &[0.5, 0.3, 0.15, 0.05]);
    }

    #[test]
    fn draws_follow_the_dynamic_temperature() {
        // The entropy of 0.8 and 0.2 is 0.722 of what two tokens can have.
        let dynamic = Params {
            temperature: 1.5,
            dynatemp_range: 1.0,
            ..params()
        };
        let temperature = 0.5 + 2.0 * 0.7219;
        let weights = [0.8_f64, 0.2].map(|p| p.powf(1.0 / temperature));
        let sum: f64 = weights.iter().sum();
        expect_shares(&dynamic, &[0.8, 0.2], &weights.map(|weight| weight / sum));
    }

    #[test]
    fn what_is_banned_deceives_no_sampler() {
        let banned = [4.0, 3.0, 0.0, 0.0, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for cut in [
            Params {
                top_n_sigma: 1.0,
                ..params()
            },
            Params {
                typical_p: 0.5,
                ..params()
            },
            Params {
                xtc_probability: 1.0,
                ..params()
            },
        ] {
            let with = shares(&cut, &banned);
            let without = shares(&cut, &banned[..4]);
            assert_eq!(with[..4], without, "{cut:?}");
            assert_eq!(with[4..], [0.0, 0.0], "{cut:?}");
        }
    }

    #[test]
    fn min_keep_is_what_cuts_leave() {
        let all = [0.5, 0.3, 0.2];
        for cut in [
            Params {
                top_p: 0.1,
                ..params()
            },
            Params {
                min_p: 0.9,
                ..params()
            },
            // The entropy is 1.03 nats: 0.3 (1.20) is nearest, then 0.5 (0.69).
            Params {
                typical_p: 0.1,
                ..params()
            },
        ] {
            let two = Params { min_keep: 2, ..cut };
            expect_shares(&two, &all, &[0.625, 0.375, 0.0]);
        }
    }

    #[test]
    fn logprobs_are_natural_and_of_the_raw_logits() {
        let params = Params {
            temperature: 0.0,
            logprobs: true,
            top_logprobs: 2,
            logit_bias: vec![(2, 100.0)],
            ..params()
        };
        let logits = [0.5_f32.ln(), 0.3_f32.ln(), 0.2_f32.ln()];
        let choice = choose(&params, &place(&[1], 1), &mut logits.to_vec(), None).unwrap();
        assert_eq!(choice.token, 2);
        let expected = [(2, 0.2_f32), (0, 0.5), (1, 0.3)];
        assert_eq!(choice.logprobs.len(), expected.len());
        for (scored, (token, probability)) in choice.logprobs.iter().zip(expected) {
            assert_eq!(scored.token, token);
            assert!((scored.logprob - probability.ln()).abs() < 1e-5);
        }
    }

    #[test]
    fn ignore_eos_bans_the_ends() {
        let params = Params {
            temperature: 0.0,
            ignore_eos: true,
            ..params()
        };
        assert_eq!(token(&params, &[9.0, 1.0, 2.0], &[1], 1), 2);
    }

    #[test]
    fn penalties_count_what_they_should() {
        let logits = [2.0, 1.9, 0.0];
        let cold = Params {
            temperature: 0.0,
            ..params()
        };
        let repeat = Params {
            repeat_penalty: 2.0,
            ..cold.clone()
        };
        assert_eq!(token(&repeat, &logits, &[0], 1), 1, "the prompt counts");
        let presence = Params {
            presence_penalty: 1.0,
            ..cold.clone()
        };
        assert_eq!(token(&presence, &logits, &[0], 1), 0, "the prompt does not");
        assert_eq!(token(&presence, &logits, &[5, 0], 1), 1);
        let off = Params {
            repeat_last_n: 0,
            ..repeat
        };
        assert_eq!(token(&off, &logits, &[0], 1), 0);
    }

    #[test]
    fn what_is_no_number_is_no_choice() {
        for mut logits in [vec![1.0, f32::NAN], vec![]] {
            let refusal = choose(&params(), &place(&[1], 1), &mut logits, None).unwrap_err();
            assert_eq!(refusal, Refusal::NoNumber);
        }
    }
}
