/** Of the panel alone: it stands in a shadow tree, which neither takes styles from the page nor gives it any. */
export const PANEL_STYLE = `
:host { all: initial; color-scheme: light dark; position: fixed; right: 12px; bottom: 12px; z-index: 2147483647;
  font: 13px/1.45 ui-sans-serif, system-ui, "Segoe UI", sans-serif; }
* { box-sizing: border-box; margin: 0; }
.panel { --ink: light-dark(#1c2430, #e8ecf2); --soft: light-dark(#5a6675, #9aa6b5); --line: light-dark(#e1e6ec, #2d3642);
  --paper: light-dark(#ffffff, #171c24); --shade: light-dark(#f5f7f9, #1f2630); --hit: light-dark(#0b7a4b, #4ecb93);
  --stale: light-dark(#8a5a00, #e9b44c); --miss: light-dark(#b3420f, #ff9a66); --load: light-dark(#5b3fc4, #a996ff);
  --error: light-dark(#b3162f, #ff7d8d); color: var(--ink); display: flex; flex-direction: column-reverse; align-items: end; gap: 8px; }
summary { list-style: none; cursor: pointer; display: inline-flex; align-items: center; gap: 10px; padding: 7px 13px;
  border: 1px solid var(--line); border-radius: 999px; background: var(--paper); font-weight: 600;
  box-shadow: 0 4px 16px #0003; font-variant-numeric: tabular-nums; margin-left: auto; width: fit-content; }
summary::-webkit-details-marker { display: none; }
summary:focus-visible { outline: 2px solid var(--load); outline-offset: 2px; }
summary svg { width: 15px; height: 15px; flex: none; }
summary span { color: var(--soft); font-weight: 400; }
summary .alarm { color: var(--miss); font-weight: 600; }
.sheet { width: min(1020px, calc(100vw - 24px)); max-height: min(68vh, 720px); overflow: auto; background: var(--paper);
  border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 12px 40px #0004; margin-bottom: 8px; }
header { padding: 12px 16px; border-bottom: 1px solid var(--line); display: flex; gap: 8px; align-items: baseline;
  position: sticky; top: 0; background: var(--paper); z-index: 1; }
header b { font-size: 14px; overflow-wrap: anywhere; }
header small { color: var(--soft); margin-left: auto; white-space: nowrap; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(110px, 1fr)); border-bottom: 1px solid var(--line); }
dl div { padding: 10px 16px; }
dt { color: var(--soft); font-size: 11px; }
dd { font-size: 18px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
dd small { font-size: 12px; font-weight: 400; color: var(--soft); }
ul { list-style: none; padding: 10px 16px; border-bottom: 1px solid var(--line); display: grid; gap: 6px;
  background: light-dark(#fff6ef, #2a201a); }
li b { color: var(--miss); }
code { font: 12px ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; font-size: 11px; color: var(--soft); padding: 8px 8px 6px; }
td { padding: 5px 8px; border-top: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { padding-left: 16px; }
th:last-child, td:last-child { padding-right: 16px; }
tbody tr:hover { background: var(--shade); }
th.num { text-align: right; }
td.num { text-align: right; white-space: nowrap; color: var(--soft); }
td.site { color: var(--soft); }
td.bar { width: 150px; padding-top: 9px; }
td.bar svg { width: 150px; height: 8px; display: block; border-radius: 2px; background: var(--shade); }
.op { color: var(--soft); margin-right: 6px; }
.note { color: var(--soft); font-size: 12px; }
.d1 td:first-child { padding-left: 32px; } .d2 td:first-child { padding-left: 48px; }
.d3 td:first-child { padding-left: 64px; } .d4 td:first-child { padding-left: 80px; }
.badge { display: inline-block; padding: 0 7px; border-radius: 999px; font-size: 11px; font-weight: 600; line-height: 18px;
  border: 1px solid currentColor; white-space: nowrap; vertical-align: 1px; }
.hit { color: var(--hit); fill: var(--hit); } .stale { color: var(--stale); fill: var(--stale); }
.miss { color: var(--miss); fill: var(--miss); } .load { color: var(--load); fill: var(--load); }
.error { color: var(--error); fill: var(--error); } .bypass, .done, .running { color: var(--soft); fill: var(--soft); }
.again { color: var(--miss); font-weight: 600; margin-left: 6px; font-size: 12px; white-space: nowrap; }
p { padding: 14px 16px; color: var(--soft); }
@media (max-width: 700px) { td.site, th.site, td.bar, th.bar { display: none; } }
@media print { :host { display: none; } }
`
