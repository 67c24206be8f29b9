// Which stages of the sampling chain a story was written with, beside temperature and top-p, in few words.

/**
 * @import { ChainDescription, Settings } from "../protocol.js"
 */

/**
 * A stage that is on. `name` as in links, `words` as the table writes it.
 * @typedef {{ name: string, label: string, words: string }} StageOn
 */

/**
 * The stages that do something, in the chain's usual order. Before the engine has described its chain, what was set counts.
 * @param {Settings} settings
 * @param {ChainDescription | null} chain
 * @returns {StageOn[]}
 */
export function stagesOn({ options = {} }, chain) {
  if (!chain) return Object.entries(options).map(([name, value]) => ({ name, label: name, words: `${name} ${value}` }));
  return chain.stages.flatMap(({ name, label }) => {
    const on = chain.parameters.find(
      (one) => one.stage === name && one.switches && (options[one.name] ?? one.usual) !== one.usual,
    );
    return on ? [{ name, label, words: `${label} ${Number((options[on.name] ?? on.usual).toPrecision(4))}` }] : [];
  });
}

/**
 * All that sets the sampling of a story apart, "" where nothing does.
 * @param {Settings} settings
 * @param {ChainDescription | null} chain
 */
export function chainWords(settings, chain) {
  const given = settings.forced?.length ?? 0;
  return [
    ...stagesOn(settings, chain).map(({ words }) => words),
    ...(settings.order ? ["own order"] : []),
    ...(given > 0 ? [given === 1 ? "1 token given" : `${given} tokens given`] : []),
  ].join(", ");
}
