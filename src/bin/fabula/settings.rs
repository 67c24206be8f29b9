//! A story's settings on the command line: one by one, by preset, or from a link.

use crate::common::Outcome;
use crate::terminal::shown;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use fabula::link::{self, LinkRead};
use fabula::sampling::{Order, PARAMETERS, Stage, presets};
use fabula::story::{Limits, Settings};

const LIMITS: Limits = Settings::LIMITS;

fn number_help<T: std::fmt::Display>(what: &str, (from, to): (T, T), default: T) -> String {
    format!("{what} {from} to {to} [default: {default}]")
}

#[derive(Args)]
pub struct SettingsArguments {
    #[arg(long, help = format!("Text to continue [default: {:?}]", Settings::default().prompt))]
    prompt: Option<String>,
    #[arg(long, allow_negative_numbers = true, help = number_help("Temperature (0 is greedy),", LIMITS.temperature, Settings::default().temperature))]
    temperature: Option<f64>,
    #[arg(long, allow_negative_numbers = true, help = number_help("Nucleus mass,", LIMITS.top_p, Settings::default().top_p))]
    top_p: Option<f64>,
    #[arg(long, allow_negative_numbers = true, help = number_help("Seed of the random generator,", LIMITS.seed, Settings::default().seed))]
    seed: Option<u32>,
    #[arg(long, allow_negative_numbers = true, help = number_help("Maximum number of tokens to write,", LIMITS.length, Settings::default().length))]
    tokens: Option<u32>,
    /// Preset: greedy, cautious, balanced, bold or beyond. Single options override it
    #[arg(long, value_parser = preset)]
    preset: Option<usize>,
    #[command(flatten)]
    chain: ChainArguments,
    /// The order of the sampling chain
    #[arg(long, value_name = "STAGE,...", help_heading = "Sampling chain", value_parser = order, help = order_help())]
    chain_order: Option<Order>,
    /// Token ids to use instead of drawn tokens: PLACE:TOKEN,... PLACE counts the generated tokens from 0
    #[arg(long, value_parser = forced_token, value_delimiter = ',')]
    force: Vec<(u32, u32)>,
    /// Take all settings from a story's link (in quotes). `generate` reports whether the story is the one the link promises
    #[arg(long, conflicts_with_all = ["prompt", "temperature", "top_p", "seed", "tokens", "preset", "chain_order", "force"])]
    link: Option<String>,
}

/// Values by parameter; [`PARAMETERS`] lists the parameters.
struct ChainArguments(Vec<(&'static str, f64)>);

impl Args for ChainArguments {
    fn augment_args(command: Command) -> Command {
        PARAMETERS.iter().fold(command, |command, parameter| {
            let (stage, label) = (parameter.stage.label(), parameter.label);
            let (from, to, usual) = (parameter.from, parameter.to, parameter.usual);
            let off = if parameter.switches { ", off" } else { "" };
            let help = format!("{stage}: {label}, {from} to {to} [default: {usual}{off}]");
            let argument = Arg::new(parameter.name)
                .long(parameter.name.replace('_', "-"))
                .value_name("NUMBER")
                .allow_negative_numbers(true)
                .value_parser(clap::value_parser!(f64))
                .help_heading("Sampling chain")
                .conflicts_with("link")
                .help(help);
            command.arg(argument)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ChainArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name| matches.get_one::<f64>(name).map(|&value| (name, value));
        Ok(Self(PARAMETERS.iter().filter_map(|parameter| given(parameter.name)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn preset(name: &str) -> Result<usize, String> {
    let presets = presets();
    let found = presets.iter().position(|preset| preset.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let names: Vec<String> = presets.iter().map(|preset| preset.name.to_lowercase()).collect();
        format!("the presets are {}", names.join(", "))
    })
}

fn order_help() -> String {
    let default: Vec<&str> = Stage::ALL.iter().map(|stage| stage.name()).collect();
    format!("Order of the stages; those left out get their default places [default: {}]", default.join(","))
}

fn order(text: &str) -> Result<Order, String> {
    Order::parse(text).map_err(|error| error.to_string())
}

fn forced_token(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once(':').and_then(|(place, token)| Some((place.parse().ok()?, token.parse().ok()?)));
    numbers.ok_or_else(|| "a forced token is PLACE:TOKEN, two non-negative integers".into())
}

impl SettingsArguments {
    /// The settings, and the link if they came from one.
    pub fn settings(self) -> Outcome<(Settings, Option<LinkRead>)> {
        if let Some(text) = self.link {
            // Some programs percent-encode the # itself, even twice.
            let fragment =
                ["#", "%23", "%2523"].iter().find_map(|mark| text.split_once(mark)).map_or(&*text, |(_, rest)| rest);
            if fragment.split('&').any(|field| field.starts_with("e=")) {
                return Err("this is the link of an experiment, not of a story; use `fabula sweep` or `fabula judge`, and give its settings as options".into());
            }
            let read = link::read(fragment);
            let Some(settings) = read.settings.clone() else {
                return Err("this is not the link of a story, or it is damaged; copy the whole address again".into());
            };
            for problem in &read.problems {
                eprintln!("fabula: {}", shown(problem));
            }
            return Ok((settings, Some(read)));
        }
        let mut settings = Settings::default();
        if let Some(index) = self.preset {
            let preset = presets().swap_remove(index);
            (settings.temperature, settings.top_p) = (preset.temperature, preset.top_p);
            (settings.options, settings.order) = (preset.options, preset.order);
        }
        settings.prompt = self.prompt.unwrap_or(settings.prompt);
        settings.temperature = self.temperature.unwrap_or(settings.temperature);
        settings.top_p = self.top_p.unwrap_or(settings.top_p);
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.length = self.tokens.unwrap_or(settings.length);
        settings.order = self.chain_order.or(settings.order);
        settings.forced = self.force;
        for (name, value) in self.chain.0 {
            settings.options.set(name, value)?;
        }
        Ok((settings, None))
    }
}
