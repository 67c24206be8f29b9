// The types of plot.js. Written by scripts/vendor.mjs.
export { axisX, axisY, dot, frame, gridX, gridY, plot, rect, ruleX, ruleY } from "@observablehq/plot";
