//! Greedy decoding with candle, natively: prints tokens per second, not counting the prompt's time.
//!     native-speed MODEL.gguf TOKENS

use candle_row::Llama;
use std::time::Instant;

/// Any few tokens: the speed does not depend on them.
const PROMPT: [u32; 4] = [1, 2, 3, 4];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().collect();
    let [_, model, tokens] = words.as_slice() else { return Err("native-speed MODEL.gguf TOKENS".into()) };
    let tokens: u32 = tokens.parse()?;
    let mut llama = Llama::read(&std::fs::read(model)?)?;
    let mut token = llama.feed(&PROMPT)?;
    let start = Instant::now();
    for _ in 1..tokens {
        token = llama.feed(&[token])?;
    }
    println!("{}", f64::from(tokens - 1) / start.elapsed().as_secs_f64());
    Ok(())
}
