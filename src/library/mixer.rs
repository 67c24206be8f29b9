//! Several guesses at one bit, weighed by how right they have been: logistic mixing (Mahoney 2005), in integers only.

use super::coder::{Bit, Coder};
use std::sync::LazyLock;

/// Steps in which a probability is looked up.
const STEPS: usize = 4096;
/// One unit of ln(p / (1 - p)), in the table and the weights.
const UNIT: i32 = 256;

/// `ln(p / (1 - p))` in units of 1/256, by the probability in steps of 1/4096.
static STRETCH: LazyLock<[i32; STEPS]> = LazyLock::new(|| {
    std::array::from_fn(|step| {
        let p = (step as f64 + 0.5) / STEPS as f64;
        libm::round(libm::log(p / (1.0 - p)) * f64::from(UNIT)) as i32
    })
});

/// `1 / (1 + e^-x)` of 65536, by x from -12 to 12 in steps of 1/128.
static SQUASH: LazyLock<[u16; 3072]> = LazyLock::new(|| {
    std::array::from_fn(|step| {
        let x = (step as f64 + 0.5) / 128.0 - 12.0;
        libm::round(65536.0 / (1.0 + libm::exp(-x))).clamp(32.0, 65504.0) as u16
    })
});

/// The weights of `N` guesses, of 65536.
#[derive(Clone, Copy)]
pub struct Mixer<const N: usize>([i32; N]);

impl<const N: usize> Default for Mixer<N> {
    fn default() -> Self {
        Self([(65536.0 * 1.3) as i32 / N as i32; N])
    }
}

impl<const N: usize> Mixer<N> {
    /// Codes a bit by the weighed guesses; all of them learn.
    pub fn code(&mut self, coder: &mut impl Coder, bit: u32, guesses: [&mut Bit; N]) -> u32 {
        let inputs: [i32; N] = std::array::from_fn(|at| STRETCH[guesses[at].one() as usize >> 4]);
        let sum: i64 = inputs.iter().zip(&self.0).map(|(&input, &weight)| i64::from(input) * i64::from(weight)).sum();
        // Units of 1/256 times 65536ths, to steps of 1/128.
        let step = ((sum >> 17) + 1536).clamp(0, 3071) as usize;
        let one = u32::from(SQUASH[step]);
        let bit = coder.code(bit, one);
        let error = ((bit << 16) as i32) - one as i32;
        for (weight, &input) in self.0.iter_mut().zip(&inputs) {
            *weight += (input * (error >> 4) + (1 << 13)) >> 14;
        }
        for guess in guesses {
            guess.learn(bit);
        }
        bit
    }
}
