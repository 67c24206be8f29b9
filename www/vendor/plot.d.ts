// The types of plot.js. Written by scripts/vendor.mjs.
export { axisX, axisY, dot, frame, gridX, gridY, line, plot, rect, ruleX, ruleY } from "@observablehq/plot";
