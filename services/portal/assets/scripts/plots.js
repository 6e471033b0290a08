// What each kind of picture is made of, as ECharts takes it. The client is left, the attendants right.
const ROUND = 3;
const NARROW = 420;

function names(rows, c, element) {
  const wide = element.clientWidth;
  const room = wide < NARROW ? 104 : Math.min(190, Math.round(wide * 0.34));
  return {
    type: "category",
    inverse: true,
    data: rows.map((row) => row.name),
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      color: c.ink,
      fontWeight: 600,
      lineHeight: 15,
      width: room,
      overflow: "truncate",
      align: "left",
      margin: room,
      formatter: (name, n) => (rows[n].of ? `${name}\n{of|${rows[n].of}}` : name),
      rich: { of: { color: c.ink_3, fontSize: 12, fontWeight: 400, lineHeight: 15 } },
    },
    room,
  };
}

function lying(rows, c, element, right = 44) {
  const { room, ...axis } = names(rows, c, element);
  return {
    grid: { left: room + 6, right, top: 6, bottom: 6 },
    yAxis: axis,
    xAxis: {
      type: "value",
      axisLabel: { show: false },
      splitLine: { show: false },
      axisLine: { show: false },
      axisTick: { show: false },
    },
  };
}

function side(name, c) {
  if (name === "third_party") {
    const hatch = {
      symbol: "rect",
      symbolSize: 1,
      dashArrayX: [1, 0],
      dashArrayY: [3, 3],
      rotation: -Math.PI / 4,
      color: c.third_party,
    };
    return { color: c.third_soft, borderColor: c.third_party, borderWidth: 1, decal: hatch };
  }
  if (name === "nobody") {
    return { color: "transparent", borderColor: c.line_strong, borderWidth: 1, borderType: "dashed" };
  }
  return { color: c[name] };
}

function bar(c, name, data, itemStyle, more = {}) {
  return { type: "bar", name, data, barWidth: 20, barMaxWidth: 22, itemStyle: { borderRadius: ROUND, ...itemStyle }, ...more };
}

function text(c, formatter, position = "right") {
  return { show: true, position, formatter, color: c.ink, fontWeight: 600, fontSize: 13 };
}

// The two halves of what stands in the middle meet without an edge.
function seam(name, half) {
  const round = half === "left" ? [ROUND, 0, 0, ROUND] : [0, ROUND, ROUND, 0];
  return name === "third_party" ? { borderRadius: round, borderWidth: 0 } : { borderRadius: round };
}

// Bars to both sides of a line: the client's left of it, the attendants' right, who is between on both.
function split(plot, c, element) {
  const { rows } = plot;
  const words = wordsOf(element);
  const half = (row) => (row.third_party + row.nobody) / 2;
  const most = Math.max(...rows.map((row) => Math.max(row.client, row.attendant) + half(row)));
  const base = lying(rows, c, element, 12);
  base.xAxis = { ...base.xAxis, min: -most * 1.14, max: most * 1.14 };
  base.yAxis = { ...base.yAxis, axisLine: { show: true, onZero: true, lineStyle: { color: c.line_strong } } };
  const between = (name) => [
    bar(c, name, rows.map((row) => -row[name] / 2 || "-"), { ...side(name, c), ...seam(name, "left") }, { stack: "all" }),
    bar(c, name, rows.map((row) => row[name] / 2 || "-"), { ...side(name, c), ...seam(name, "right") }, { stack: "all" }),
  ];
  const shown = (name) => ({ dataIndex }) => rows[dataIndex][name] || "";
  // Who is between is counted at the right end, where no side of its own says how many there are.
  const middle = (last) => ({ dataIndex }) => {
    const row = rows[dataIndex];
    return row.attendant || row.client || !last(row) ? "" : row.third_party + row.nobody;
  };
  const series = [...between("third_party"), ...between("nobody")];
  series[1].label = text(c, middle((row) => !row.nobody));
  series[3].label = text(c, middle((row) => row.nobody));
  series.push(
    bar(c, "client", rows.map((row) => -row.client || "-"), side("client", c), { stack: "all", label: text(c, shown("client"), "left") }),
    bar(c, "attendant", rows.map((row) => row.attendant || "-"), side("attendant", c), { stack: "all", label: text(c, shown("attendant")) }),
  );
  const tip = (at) => {
    const row = rows[at[0].dataIndex];
    return [title(row), ...Object.keys(words).filter((name) => row[name]).map((name) => `${words[name]}: ${row[name]}`)].join("\n");
  };
  return { ...base, series, tooltip: tooltip(c, tip) };
}

function tooltip(c, formatter) {
  return {
    trigger: "axis",
    // Drawn on the canvas: a tooltip of markup would need styles that the page's policy forbids.
    renderMode: "richText",
    confine: true,
    axisPointer: { type: "shadow", shadowStyle: { color: c.line, opacity: 0.35 } },
    backgroundColor: c.surface,
    borderColor: c.line_strong,
    textStyle: { color: c.ink, fontFamily: c.font, fontSize: 13 },
    formatter,
  };
}

function title(row) {
  return row.of ? `${row.name} · ${row.of}` : row.name;
}

function wordsOf(element) {
  return JSON.parse(element.closest("[data-words]").dataset.words);
}

// Bars of parts: of a whole in percents, or of a mean in hours with its words at the end.
function parts(plot, c, element) {
  const { rows, unit } = plot;
  const words = wordsOf(element);
  const order = ["client", "third_party", "attendant", "nobody"];
  const percent = unit === "%";
  const base = lying(rows, c, element, percent ? 8 : 92);
  if (percent) base.xAxis.max = 100;
  const on = { client: c.surface, attendant: c.surface };
  const used = order.filter((name) => rows.some((row) => row[name]));
  const series = used.map((name) =>
    bar(c, name, rows.map((row) => row[name] || "-"), side(name, c), {
      stack: "all",
      barWidth: percent ? 24 : 20,
      label: percent && on[name]
        ? { show: true, position: "insideLeft", color: on[name], fontWeight: 600, formatter: ({ value }) => (value >= 12 ? `${Math.round(value)}%` : "") }
        : undefined,
    }),
  );
  if (!percent) {
    // An empty bar at the end of each carries the words.
    series.push(bar(c, "label", rows.map(() => 0), { color: "transparent" }, { stack: "all", label: text(c, ({ dataIndex }) => rows[dataIndex].label) }));
  }
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const tip = (at) => {
    const row = rows[at[0].dataIndex];
    const head = row.label ? `${title(row)}: ${row.label}` : title(row);
    return [head, ...used.filter((name) => row[name]).map((name) => `${words[name]}: ${number.format(row[name])} ${unit}`)].join("\n");
  };
  return { ...base, series, tooltip: tooltip(c, tip) };
}

// What came in stands on the line, what went out hangs from it.
function flow(plot, c, element) {
  const { rows } = plot;
  const few = Math.max(1, Math.ceil(rows.length / Math.max(2, Math.floor(element.clientWidth / 110))));
  const axis = {
    type: "category",
    data: rows.map((row) => row.name),
    axisTick: { show: false },
    axisLine: { onZero: true, lineStyle: { color: c.line_strong } },
    axisLabel: { color: c.ink_3, interval: (n) => n % few === 0, hideOverlap: true },
  };
  const base = {
    grid: { left: 6, right: 6, top: 8, bottom: 4, outerBoundsMode: "same", containLabel: true },
    xAxis: [
      { ...axis, axisLabel: { show: false } },
      { ...axis, position: "bottom", offset: 0, axisLine: { show: false, onZero: false } },
    ],
    yAxis: {
      type: "value",
      minInterval: 1,
      axisLabel: { color: c.ink_3, formatter: (value) => Math.abs(value) },
      splitLine: { lineStyle: { color: c.line } },
    },
  };
  const both = { barGap: "-100%", barMaxWidth: 26, barWidth: "68%" };
  const tip = (at) => {
    const row = rows[at[0].dataIndex];
    return `${row.name}\n${plot.in}: ${row.in}\n${plot.out}: ${row.out}`;
  };
  const series = [
    bar(c, plot.in, rows.map((row) => row.in), { color: c.ink_2, borderRadius: [ROUND, ROUND, 0, 0] }, both),
    bar(c, plot.out, rows.map((row) => -row.out), { color: c.line_strong, borderRadius: [0, 0, ROUND, ROUND] }, both),
  ];
  return { ...base, series, tooltip: tooltip(c, tip) };
}

// How many each holds; the end of the bar is what is near its deadline or late.
function load(plot, c, element) {
  const { rows } = plot;
  const base = lying(rows, c, element, 64);
  const calm = rows.map((row) => row.all - row.due);
  const words = ({ dataIndex }) => {
    const row = rows[dataIndex];
    return row.due ? `${row.all} (${row.due})` : `${row.all}`;
  };
  const series = [
    bar(c, "calm", calm, side("attendant", c), { stack: "all" }),
    bar(c, "due", rows.map((row) => row.due), { color: c.due }, { stack: "all" }),
    bar(c, "label", rows.map(() => 0), { color: "transparent" }, { stack: "all", label: text(c, words) }),
  ];
  const tip = (at) => `${rows[at[0].dataIndex].name}: ${words(at[0])}`;
  return { ...base, series, tooltip: tooltip(c, tip) };
}

function bars(plot, c, element) {
  const { rows } = plot;
  const base = lying(rows, c, element);
  base.xAxis.max = rows.reduce((sum, row) => sum + row.value, 0);
  const background = { showBackground: true, backgroundStyle: { color: c.sunken, borderRadius: ROUND } };
  const series = [
    bar(c, "value", rows.map((row) => row.value), side("client", c), {
      ...background,
      label: text(c, ({ value }) => value),
    }),
  ];
  const tip = (at) => `${rows[at[0].dataIndex].name}: ${at[0].value}`;
  return { ...base, series, tooltip: tooltip(c, tip) };
}

export const KINDS = { split, parts, flow, load, bars };
