// What the experiment with the Poet asks, in words.

/**
 * @import { Ours } from "../views/ours.js"
 * @import { Protocol } from "../views/protocol.js"
 */

export const title = "Fine-tuned against base: the Poet";
export const question =
  "A model that writes stories was fine-tuned on poems. What has it learned: to write verse, or only to look like verse?";

/** @type {Protocol} */
export const protocol = {
  hypothesis:
    "The stronger the adapter, the more a text looks like verse (shorter lines, line ends that rhyme). The text also surprises the base model more and is less coherent. If the model learned poems by heart, it repeats more of them. If it learned how poems are made, it does not.",
  settings:
    "Strengths of one low-rank adapter: 0 is exactly the base model, 1 is as trained, and more than 1 goes beyond training. Every strength has the same prompts and seeds. Half of the prompts begin verse, half begin stories. Nothing else differs.",
  measure:
    "Coherence and surprise are measured by the base model, so all strengths have the same reader. Novelty: word triples that occur in no book of the library, or in none of the poems for fine-tuning (training used four fifths of them, once). Lines: words per line, and line ends that rhyme by spelling. You can select any other metric.",
  control:
    "Strength 0, with the same prompts and seeds, so that a lucky seed helps both sides. The Poet does not measure its own texts, because it finds verse likely and would score itself well. The base model knows prose better than verse and rates all verse a little lower. Some loss of coherence is due to that.",
  analysis:
    "Means with 95% bootstrap intervals over prompts (over seeds and prompts if there are fewer than eight prompts). Each strength is compared with the lowest one in a paired sign-flip permutation test. Holm’s correction covers the strengths of one metric; across many metrics, some differ by chance. A difference that does not pass is called undecided, which does not prove equality. Rhyme by spelling is not sound. Metre is not measured.",
  paper: [
    "Product: only the texts are measured. They can look like verse and mean little. The counts of lines and rhymes show only what one sees at a glance. No number says whether a poem is good.",
    "Process: sampling chooses from what the model considers possible, and fine-tuning changes what it considers possible. That is why the paper asks for this experiment. But human poems set the direction, and the texts stay between two spaces that both come from people. In Boden’s terms, they are combinational, because they mix tale and verse. They are exploratory, because the slider moves from one space to the other and beyond. They would be transformational if the writer itself had changed the rules. Here we changed them, from outside.",
    "Press (the environment): no audience judges the texts. The poems and the library only stand for what existed before. Person: the adapter has no reason to write verse. It is less than a megabyte of differences, trained for less than half an hour. So a small effect is no evidence against fine-tuning, and a large one is an effect of this adapter, not of fine-tuning in general.",
  ],
};

/** @type {Ours} */
export const ours = {
  picture: "poet-strengths.svg",
  width: 720,
  height: 476,
  alt: "Eight small charts along the strength of the Poet: its numbers, each with its intervals.",
  says: [
    "The Poet learns the look of verse at once: lines break from strength 0.25 on.",
    "Its coherence for the base model falls from above the human range of prose (−2.0 to 1.3) through its middle at strength 1 to below it at 1.5: it leaves the safe phrases first, and breaks down at the end.",
  ],
  section: "fine-tuned-against-base-the-poet",
};
