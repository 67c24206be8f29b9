// What the experiment with the Poet asks, in words.

/**
 * @import { Protocol } from "../views/protocol.js"
 */

export const title = "Fine-tuned against base: the Poet";
export const question =
  "A model that told stories was trained on poems. What has it become: a poet, or a storyteller in costume?";

/** @type {Protocol} */
export const protocol = {
  hypothesis:
    "The stronger the adapter, the more a text looks like verse (shorter lines, line ends that rhyme), the more it surprises the model without it, and the less it hangs together. If it learned poems by heart, it repeats more of them; if it learned how they are made, it does not.",
  settings:
    "Strengths of one low-rank adapter: 0 is the base model, to the bit; 1 is what was trained; beyond 1 is more than was trained. Every strength has the same prompts and seeds, of which half begin verse and half begin stories. Nothing else differs.",
  measure:
    "Coherence and surprise as the base model reads the text: one and the same reader for all strengths. Novelty: word triples that occur in none of the library’s books, and in none of the poems it was tuned on, of which it had seen four fifths, once. Lines: words a line, and line ends that rhyme by their spelling. Any other number can be chosen.",
  control:
    "Strength 0, with the same prompts and seeds, so that a lucky seed helps both sides. A poet finds verse likely and would score well under its own eyes, so it is not asked. The base model knows prose better than verse and puts verse down a little, whoever wrote it: some loss of coherence is owed to that reader.",
  analysis:
    "Means with 95% bootstrap intervals over prompts (over seeds and prompts where there are fewer than eight). Each strength is held against the lowest in a paired sign-flip permutation test, with Holm’s correction over the strengths, for each number on its own: of many numbers some differ by chance. What the test cannot tell apart is called so, and is not proof of equality. Spelling is not sound, and metre is not measured at all.",
  paper: [
    "Product: only the texts are measured. They can look like verse and mean little; lines and rhymes count what a glance sees, and no number says whether a poem is good.",
    "Process: sampling weighs what the model holds possible; fine-tuning moves what it holds possible. That is why the paper asks for this experiment. But the way was laid by people’s poems, and the texts stay between two spaces that both come from people: combinational, as it mixes tale and verse; exploratory, as the slider walks from one to the other and past what was trained. A transformation in Boden’s sense would change the rules by the writer’s own doing. Here we changed them, from outside.",
    "Press: no audience judges. The poems and the library stand for what there was before, nothing more. Person: the adapter has no reason to write verse; it was given less than a megabyte of differences, trained for less than half an hour. So a small effect says nothing against fine-tuning, and a large one is an effect of this adapter, not of fine-tuning as such.",
  ],
};
