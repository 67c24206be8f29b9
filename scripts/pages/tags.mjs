// What the head of each page tells those who do not open it: chats and social networks about its link, devices about its icon.
import { escaped } from "./escaped.mjs";

/** The picture beside a link to the page, from the folder of the site. scripts/pictures.mjs draws it. */
export const PICTURE = "www/share.png";
const PICTURE_SAYS =
  "Fabula: New, surprising, valuable? Move a slider and see. Beside it a story coloured by surprise, and a map of novelty and coherence.";

/**
 * The lines of these tags. Many readers of Open Graph want absolute addresses, which only the host knows: scripts/host.mjs fills them in.
 * @param {{ title: string, description: string, to: (file: string) => string }} page  `to`: the address of a file, from the page
 */
export const tags = ({ title, description, to }) => [
  `<meta property="og:type" content="website">`,
  `<meta property="og:site_name" content="Fabula">`,
  `<meta property="og:title" content="${escaped(title)}">`,
  `<meta property="og:description" content="${escaped(description)}">`,
  `<meta property="og:image" content="${to(PICTURE)}">`,
  `<meta property="og:image:width" content="1200">`,
  `<meta property="og:image:height" content="630">`,
  `<meta property="og:image:alt" content="${escaped(PICTURE_SAYS)}">`,
  `<meta name="twitter:card" content="summary_large_image">`,
  `<link rel="icon" href="${to("www/icon.svg")}" type="image/svg+xml">`,
  `<link rel="apple-touch-icon" href="${to("www/apple-touch-icon.png")}">`,
  `<link rel="manifest" href="${to("www/site.webmanifest")}">`,
];
