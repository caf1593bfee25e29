/** The style sheet of a report. Orange speaks for the same person, purple against; both have a light and a dark form. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1a1d21; --soft: #565e69; --line: #dfe3e8; --page: #fff; --panel: #f6f7f9; --track: #e6e9ed;
  --for: #b35806; --against: #5e3c99; --bar-for: #e08214; --bar-against: #8073ac; --bar-bias: #8b939e; --focus: #0b62d6;
  --pink: #b3176b; --green: #3f7a1a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e9ebee; --soft: #a3abb6; --line: #30363d; --page: #121417; --panel: #1b1f24; --track: #2a3037;
    --for: #fdb863; --against: #c3b8e6; --bar-for: #e08214; --bar-against: #9d90cc; --bar-bias: #79828d; --focus: #6ea8fe;
    --pink: #f1a3d0; --green: #a6d86e;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
header { padding-top: clamp(1.5rem, 5vw, 3.5rem); }
section { padding: clamp(2rem, 5vw, 3.25rem) 0; border-top: 1px solid var(--line); }
h1, h2, h3 { line-height: 1.25; font-weight: 650; margin: 0; text-wrap: balance; }
h1 { font-size: clamp(2rem, 6vw, 3rem); letter-spacing: -0.02em; }
h2 { font-size: 1.5rem; letter-spacing: -0.01em; margin-bottom: .5rem; }
h3 { font-size: 1rem; }
p, ul, dl { margin: 0 0 1rem; }
p, li { max-width: 44rem; text-wrap: pretty; }
a { color: inherit; text-underline-offset: .2em; }
img, svg { display: block; max-width: 100%; height: auto; }
figure { margin: 0; }
figcaption, .note, .kicker, .key { color: var(--soft); font-size: .875rem; line-height: 1.5; }
figcaption { margin-top: .75rem; max-width: 44rem; }
.note { margin-bottom: 0; }
.number, td, .sum, output { font-variant-numeric: tabular-nums; }
.kicker { letter-spacing: .02em; margin-bottom: .75rem; overflow-wrap: anywhere; max-width: none; }
.lead { font-size: 1.1875rem; line-height: 1.5; margin: .75rem 0 0; }
.same { color: var(--for); } .different { color: var(--against); }
[hidden] { display: none !important; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .5rem 1rem; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

nav { margin: 2rem 0 1.5rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0; font-size: .875rem; }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--ink); text-decoration: underline; }

.scale { margin: 2rem 0 2rem; }
.axis { position: relative; padding: 4rem 0 3.5rem; }
.hills { width: 100%; height: 5.5rem; overflow: visible; }
.hills path { fill-opacity: .32; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.baseline { border-top: 1px solid var(--soft); }
.ticks span, .threshold-mark, .score-mark { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.ticks span { bottom: 1.9rem; font-size: .75rem; color: var(--soft); }
.ticks span:first-child { transform: none; } .ticks span:last-child { transform: translateX(-100%); }
.threshold-mark { top: 3.5rem; bottom: 1.5rem; border-left: 1.5px dashed var(--ink); }
.threshold-mark span { position: absolute; top: 100%; left: 0; transform: translateX(-50%); font-size: .8125rem; }
.score-mark { top: 0; bottom: 3.5rem; font-size: 1.375rem; line-height: 1.2; font-weight: 650; text-align: center; }
.score-mark::before { content: ""; position: absolute; left: 50%; top: 1.9rem; bottom: 0; border-left: 2px solid currentColor; transform: translateX(-50%); }
.score-mark::after { content: ""; position: absolute; left: 50%; bottom: 0; width: 1rem; height: 1rem; border-radius: 50%; background: currentColor; border: 3px solid var(--page); transform: translate(-50%, 50%); }
.rates { display: grid; grid-template-columns: repeat(auto-fit, minmax(13.5rem, 1fr)); gap: 1rem; margin-bottom: 1rem; }
.rate { background: var(--panel); border-radius: .75rem; padding: 1.125rem 1.25rem; }
.rate strong { display: block; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; font-weight: 650; }
.rate p { margin: .25rem 0 0; }
.rate .note { margin-top: .5rem; }

.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: clamp(1rem, 3vw, 2rem); }
.photo { display: grid; grid-template-columns: minmax(0, 1fr) 9.5rem; gap: .75rem; align-items: start; }
.photo svg, .photo img, .pair img, .grid-figure svg { border-radius: .375rem; }
.photo-area { background: var(--panel); border-radius: .375rem; display: grid; place-items: center; min-height: 100%; }
.photo-area svg { max-height: 21rem; width: auto; }
.photo > img { width: 100%; }
.photo figcaption { grid-column: 1 / -1; margin: 0; overflow-wrap: anywhere; }
.label { color: var(--ink); font-weight: 650; }

.tools { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin: 1.25rem 0 1rem; font-size: .875rem; }
.tools label { display: inline-flex; gap: .45rem; align-items: center; cursor: pointer; }
.tools input { accent-color: var(--ink); width: 1rem; height: 1rem; margin: 0; }
.panel-title { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: .5rem; font-size: .9375rem; }
.panel-title strong { white-space: nowrap; }
.panel-title span { color: var(--soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.cell { stroke: #fff; stroke-opacity: .35; stroke-width: .25; }
.values { display: none; pointer-events: none; font: 600 3.5px system-ui, sans-serif; text-anchor: middle; fill: #111; }
.values text { paint-order: stroke; stroke: #fff; stroke-width: .7px; stroke-linejoin: round; stroke-opacity: .9; }
.contributions:has(.show-numbers:checked) .values { display: inline; }
.contributions:has(.hide-colours:checked) .cell { fill-opacity: 0; }
.gridcell { outline: none; }
.ring { fill: none; pointer-events: none; }
.gridcell:hover .ring, .gridcell.linked .ring, .gridcell:focus .ring { stroke: #fff; stroke-width: 1.2; outline: .6px solid #000; }
.xcos { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: clamp(.75rem, 1.5vw, 1.25rem); }
.xcos .panel-title strong { white-space: normal; }
.xcos .panel-title { font-size: .875rem; gap: .5rem; }
.xcos .colour-bar { margin-top: .5rem; } .xcos .key { font-size: .75rem; }
.xcos .values { font-size: 4.4px; }
.xcos-sum { font-size: 1.0625rem; max-width: none; margin: .5rem 0; }
.lead + .spaced, p + .spaced { margin-top: 1rem; }
.readout { min-height: 3rem; margin: .75rem auto 0; text-align: center; font-size: .9375rem; }
.sum { display: flex; flex-wrap: wrap; gap: .25rem .75rem; margin: 1.25rem 0 .75rem; max-width: none; font-size: 1.125rem; }
.sum span { display: inline-grid; justify-items: center; }
.sum b { font-weight: 650; }
.sum small { color: var(--soft); font-size: .75rem; line-height: 1.3; }
.colour-bar { max-width: 26rem; margin: 1rem auto 0; }
.key { display: flex; justify-content: space-between; gap: .25rem; white-space: nowrap; }
.pair .key { font-size: .75rem; }
.swatch { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .35em; }

details { margin-top: 1.25rem; }
summary { cursor: pointer; font-weight: 600; font-size: .9375rem; padding: .25rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding: .5rem 0; }
th { font-weight: 600; text-align: left; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.models { min-width: 44rem; }
.matrix th, .matrix td { padding: .3rem .5rem; text-align: right; white-space: nowrap; }
.right { text-align: right; }
code { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }

.layers { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 1rem; margin-top: 1.25rem; }
.pair { display: grid; gap: .5rem; align-content: start; }
.pair img { width: 100%; }
.pair figcaption { margin: 0; }

.sum-table th, .sum-table td, .regions th, .regions td { vertical-align: middle; border-bottom: 0; padding-top: .2rem; padding-bottom: .2rem; }
.sum-table th { font-weight: 400; white-space: nowrap; }
.sum-table .bar { width: 60%; }
.sum-table tfoot > tr > * { border-top: 1px solid var(--line); font-weight: 650; padding-top: .35rem; }
.sum-table td:last-child { padding-right: 0; }
.sum-line { font-size: .9375rem; margin: .5rem 0 0; }
.regions .bar { width: 26%; }
.regions th { font-weight: 400; } .regions thead th { font-weight: 600; }
h3.spaced { margin: 2.5rem 0 .5rem; }
.key-text { color: var(--soft); }
.pipeline { margin: 1rem 0 2rem; }
.channels { border: 0; }
.channels td, .channels th { vertical-align: middle; padding: .3rem .75rem .3rem 0; }
.maps img { width: 3.5rem; height: 3.5rem; border-radius: .25rem; }
.channels .bar { width: 30%; padding-right: 0; }
.maps { display: flex; gap: .375rem; } .maps img { flex: none; }
.pink { color: var(--pink); } .green { color: var(--green); }
.channels small { display: block; color: var(--soft); font-weight: 400; }
.channels tfoot th, .channels tfoot td { border-bottom: 0; padding-top: .2rem; padding-bottom: .2rem; }
.channels tfoot tr:first-child > * { padding-top: .6rem; }
.channels tfoot tr:last-child { font-weight: 650; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 2rem 2.5rem; align-items: start; }
.limits li { margin-bottom: .5rem; }
footer { padding-top: 1.5rem; padding-bottom: 3rem; border-top: 1px solid var(--line); }
.button {
  display: inline-block; border: 1px solid var(--line); border-radius: .5rem; padding: .45rem .9rem; text-decoration: none;
  font-size: .9375rem; background: var(--panel);
}

@media (max-width: 58rem) {
  .xcos { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.25rem 1rem; }
  .xcos > :last-child { grid-column: 1 / -1; max-width: 24rem; }
}
@media (max-width: 46rem) {
  .regions .bar { display: none; }
  .regions { font-size: .8125rem; } .regions th, .regions td { padding-right: .3rem; }
  .two.stack { grid-template-columns: minmax(0, 1fr); gap: 2rem; }
  .photo { grid-template-columns: minmax(0, 1fr) 7rem; }
  .layers { grid-template-columns: minmax(0, 1fr); gap: 1.75rem; }
  .pair { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .pair > :not(img) { grid-column: 1 / -1; }
  .channels .bar { display: none; }
  .channels td, .channels th { padding-right: .5rem; }
}
@media print {
  :root {
    color-scheme: light;
    --ink: #000; --soft: #444; --line: #ccc; --page: #fff; --panel: #f3f4f6; --track: #e6e9ed;
    --for: #b35806; --against: #5e3c99; --bar-for: #e08214; --bar-against: #8073ac; --bar-bias: #8b939e;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10pt; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  nav, .tools, .readout, .skip, .button { display: none; }
  section { padding: 1.25rem 0; }
  h2, h3, figcaption, caption { break-after: avoid; }
  figure, tr, .rate { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .two.stack { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  details .two.stack { grid-template-columns: minmax(0, 1fr); }
  .scroll { overflow: visible; }
  .rates { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .rate { padding: .75rem .9rem; } .rate strong { font-size: 14pt; }
  #photos, .regions, .sum-table, .layers, .facts > * { break-inside: avoid; }
  .models { min-width: 0; }
  .channels .bar { display: table-cell; }
  tfoot { display: table-row-group; }
  #layers { break-inside: avoid; }
  #neurons { break-before: page; }
  .maps img { width: 2.25rem; height: 2.25rem; }
  .channels small { font-size: 6.5pt; white-space: nowrap; }
  .channels .bar { width: 20%; }
  .channels td, .channels th { padding-right: .4rem; }
  .pair .key { font-size: 6.5pt; }
  .layers { grid-template-columns: repeat(5, minmax(0, 1fr)); }
  .pair { grid-template-columns: minmax(0, 1fr); }
  @page { margin: 16mm; }
}
`
