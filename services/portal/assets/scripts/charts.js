// The pictures of reports, drawn from what their cards carry, in the colours of the present theme.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { KINDS } from "./plots.js";

use([BarChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

function colours(element) {
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    client: of("client"),
    attendant: of("attendant"),
    third_party: of("third"),
    third_soft: of("third-soft"),
    line: of("line"),
    line_strong: of("line-strong"),
    ink: of("ink"),
    ink_2: of("ink-2"),
    ink_3: of("ink-3"),
    surface: of("surface"),
    sunken: of("sunken"),
    due: of("due-mark"),
    font: style.fontFamily,
  };
}

function draw(chart, element) {
  const plot = JSON.parse(element.dataset.plot);
  const c = colours(element);
  chart.setOption(
    {
      animation: false,
      textStyle: { fontFamily: c.font, fontSize: 13, color: c.ink_2 },
      // The card names its picture itself; hatching is what this part is for.
      aria: { enabled: true, label: { enabled: false }, decal: { show: true, decals: { symbol: "none" } } },
      ...KINDS[plot.kind](plot, c, element),
    },
    true,
  );
}

function start() {
  const drawn = new Map();
  document.querySelectorAll("[data-plot]").forEach((element) => {
    const chart = init(element, null, { renderer: "canvas" });
    drawn.set(element, chart);
    draw(chart, element);
  });
  const redraw = (chart, element) => {
    chart.resize();
    draw(chart, element);
  };
  const again = () => drawn.forEach(redraw);
  const sizes = new ResizeObserver((entries) => {
    entries.forEach(({ target }) => redraw(drawn.get(target), target));
  });
  drawn.forEach((_, element) => sizes.observe(element));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  window.addEventListener("beforeprint", again);
}

start();
