// People's passages, as models/*/reference.json has them; the same arithmetic as src/metrics/reference.rs.

export class Reference {
  constructor({ lengths, quantiles }) {
    this.lengths = lengths;
    this.quantiles = quantiles;
  }

  /** What a tenth of the passages of a length lie below, and what a tenth lie above; null without such a number. */
  range(metric, tokens) {
    const bands = this.quantiles[metric]?.[this.lengths.indexOf(tokens)];
    if (!bands) return null;
    const tenth = (bands.length - 1) / 10;
    return [bands[tenth], bands[bands.length - 1 - tenth]];
  }

  /** The share of the passages of about this length below a value. */
  percentile(metric, tokens, value) {
    const bands = this.quantiles[metric];
    const at = (index) => shareBelow(bands[index], Math.round(value * 1e5) / 1e5);
    const above = this.lengths.findIndex((length) => length >= tokens);
    if (above === 0) return at(0);
    if (above === -1) return at(this.lengths.length - 1);
    const [below, next] = [this.lengths[above - 1], this.lengths[above]].map(Math.log2);
    const weight = (Math.log2(tokens) - below) / (next - below);
    return at(above - 1) * (1 - weight) + at(above) * weight;
  }
}

function shareBelow(quantiles, value) {
  const steps = quantiles.length - 1;
  const below = quantiles.filter((quantile) => quantile < value).length;
  const to = quantiles.filter((quantile) => quantile <= value).length;
  if (to > below) return (below + to - 1) / 2 / steps;
  if (below === 0) return 0;
  if (below === quantiles.length) return 1;
  const last = quantiles[below - 1];
  return (below - 1 + (value - last) / (quantiles[below] - last)) / steps;
}
