// What all drawings of two numbers share: the grid, the axes with their labels, and what the drawing says to screen readers.
import { axisX, axisY, frame, gridX, gridY } from "../vendor/plot.js";

/**
 * An axis: how many ticks, and what Plot's axis marks take besides.
 * @typedef {{ ticks?: number, label: string | null, labelOffset?: number, tickFormat?: (value: number) => string }} Axis
 */

/**
 * The grid and the axes, as marks of a plot.
 * @param {{ x: Axis, y: Axis, colour: string }} options  `colour`: of the grid
 */
export function gridWithAxes({ x, y, colour }) {
  const [across, up] = [
    { ticks: 5, tickSize: 0, ...x },
    { ticks: 5, tickSize: 0, ...y },
  ];
  return [
    gridX({ ticks: across.ticks, stroke: colour, strokeOpacity: 1 }),
    gridY({ ticks: up.ticks, stroke: colour, strokeOpacity: 1 }),
    frame({ stroke: colour }),
    axisX({ ...across, label: x.label && `${x.label} →`, labelAnchor: "right", labelArrow: "none" }),
    axisY({ ...up, label: y.label && `↑ ${y.label}`, labelAnchor: "top", labelArrow: "none" }),
  ];
}

/**
 * Makes a drawing one image to screen readers. The parts of an image have no names of their own.
 * @param {Element} drawing
 * @param {string} words
 */
export function nameImage(drawing, words) {
  for (const part of drawing.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", words);
}
