//! Elementwise arithmetic with a fixed order of operations: no library `exp`, no reordering, so the
//! same input has the same bits on every machine.

use crate::kernel::wide;

/// Independent sums of one reduction; they are joined in a fixed tree.
const LANES: usize = 16;

/// eˣ to about two units in the last place; 0 below -87.3.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // n = round(x / ln 2) stands in the low bits after adding 1.5 · 2²³; r = x - n ln 2 in two parts.
    const ROUND: f32 = 12_582_912.0;
    let clamped = if x < -87.3 { -87.3 } else { x };
    let clamped = if clamped > 88.3 { 88.3 } else { clamped };
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = clamped - n * 0.693_359_4 - n * -2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let value = p * r * r + r + 1.0;
    let scaled =
        value * f32::from_bits((shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127)) << 23);
    if x < -87.3 { 0.0 } else { scaled }
}

/// `out = silu(gates) · ups`, where silu(x) = x · sigmoid(x).
pub(crate) fn gate(gates: &[f32], ups: &[f32], out: &mut [f32]) {
    wide(|| {
        for ((out, x), up) in out.iter_mut().zip(gates).zip(ups) {
            *out = x / (1.0 + exp(-x)) * up;
        }
    });
}

/// Joins the lanes of a sum, always in the same tree.
#[inline(always)]
fn join(mut lanes: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// `out = x / rms(x) · weight`.
pub(crate) fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    wide(|| {
        let mut lanes = [0.0; LANES];
        let (chunks, rest) = x.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += x * x;
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *lane += x * x;
        }
        let scale = 1.0 / (join(lanes) / x.len() as f32 + epsilon).sqrt();
        for ((out, x), w) in out.iter_mut().zip(x).zip(weight) {
            *out = x * scale * w;
        }
    });
}

/// Replaces the scores by e^(score - max) and returns their sum.
pub(crate) fn softmax_unnormalised(scores: &mut [f32]) -> f32 {
    wide(|| {
        let max = maximum(scores);
        let mut lanes = [0.0; LANES];
        let (chunks, rest) = scores.as_chunks_mut::<LANES>();
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *x = exp(*x - max);
                *lane += *x;
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *x = exp(*x - max);
            *lane += *x;
        }
        join(lanes)
    })
}

/// ln Σ e^logit, the sum in f64.
pub(crate) fn log_sum_exp(logits: &[f32]) -> f64 {
    wide(|| {
        let max = maximum(logits);
        let mut lanes = [0.0f64; LANES];
        let (chunks, rest) = logits.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += f64::from(exp(x - max));
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *lane += f64::from(exp(x - max));
        }
        f64::from(max) + lanes.iter().sum::<f64>().ln()
    })
}

#[inline(always)]
fn maximum(xs: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = xs.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = if *x > *lane { *x } else { *lane };
        }
    }
    let all = lanes.iter().chain(rest);
    all.fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a })
}

/// Turns the pairs (2i, 2i+1) of a head by `turns[i]` = (cos, sin).
pub(crate) fn rotate(head: &mut [f32], turns: &[(f32, f32)]) {
    for (pair, (cos, sin)) in head.chunks_exact_mut(2).zip(turns) {
        let (a, b) = (pair[0], pair[1]);
        pair[0] = a * cos - b * sin;
        pair[1] = a * sin + b * cos;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_to_the_exact_value() {
        for i in -87_000..88_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x).exp();
            let off = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(off < 3e-7, "exp({x}) is off by {off}");
        }
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn sums_agree_with_f64() {
        let xs: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.37).sin() * 9.0).collect();
        let exact = xs.iter().map(|x| f64::from(*x).exp()).sum::<f64>().ln();
        assert!((log_sum_exp(&xs) - exact).abs() < 1e-6);
    }
}
