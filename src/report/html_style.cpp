#include "html.h"

namespace robustcheck::report::html {

const std::string_view kStyle = R"(
:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--muted:#57606a;--line:#d0d7de;--card:#f6f8fa;--track:#dde3e9;
--rate:#b42318;--data:#0b5cad;--config:#8a4b00;--interaction:#6f3cc3;--clear:#1a6b32;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{--back:#0f1419;--text:#e6e9ed;--muted:#a3adb8;--line:#3a434e;--card:#171d24;
--track:#2c3540;--rate:#ff8f85;--data:#7ab8ff;--config:#f0b35e;--interaction:#c7a5ff;--clear:#6fd08c;--link:#7ab8ff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1rem;max-width:72rem;background:var(--back);color:var(--text);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.75rem;line-height:1.2;margin:.2rem 0}
h2{font-size:1.3rem;margin:2.2rem 0 .6rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;line-height:1.35;margin:0}
h4{font-size:.85rem;margin:.8rem 0 .2rem;color:var(--muted)}
p{margin:.4rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{position:static}
.muted,figcaption{color:var(--muted)}
.small,figcaption{font-size:.85rem}
header{border-left:.4rem solid var(--line);padding-left:1rem}
header.found{border-color:var(--rate)}
header.clear{border-color:var(--clear)}
header.unfinished{border-color:var(--config)}
.tiles{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr))}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem}
.big{font-size:1.9rem;font-weight:600;line-height:1.2;margin:0}
.cards{list-style:none;margin:0;padding:0;display:grid;gap:1rem}
.card{display:grid;gap:.2rem 1.5rem}
.tags{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin:.3rem 0 0;padding:0;list-style:none;font-size:.85rem}
.tags li{border:1px solid var(--line);border-radius:1rem;padding:0 .6rem}
.tags .warn{border-color:var(--config);color:var(--config)}
.rank{color:var(--muted)}
.rate{color:var(--rate)}
.bar{display:block;width:100%;height:.8rem;border-radius:.15rem}
.track{fill:var(--track)}
.fill-rate{fill:var(--rate)}
.fill-data{fill:var(--data)}
.fill-config{fill:var(--config)}
.fill-interaction{fill:var(--interaction)}
.fill-accuracy{fill:var(--clear)}
.mark{fill:var(--text)}
.limit{fill:var(--muted)}
.parts{display:grid;grid-template-columns:auto 1fr auto;gap:.15rem .6rem;align-items:center;margin:0;font-size:.9rem}
.parts dt,.parts dd{margin:0}
.parts .value{text-align:right;font-variant-numeric:tabular-nums}
.advice{border-left:.25rem solid var(--interaction);padding-left:.6rem}
.examples{display:grid;gap:.8rem;align-content:start}
figure{margin:0}
.shots{display:grid;grid-template-columns:repeat(3,minmax(0,7.5rem));gap:.5rem}
.shots img{display:block;width:100%;height:auto;border:1px solid var(--line);background:var(--track)}
.shots img.pixels{image-rendering:pixelated}
pre{margin:.4rem 0 0;padding:.5rem .6rem;background:var(--back);border:1px solid var(--line);border-radius:.3rem;
white-space:pre-wrap;user-select:all;-webkit-user-select:all}
pre,code{font:.85rem/1.4 ui-monospace,"DejaVu Sans Mono","Liberation Mono",monospace}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:normal}
td.n,th.n{text-align:right;white-space:nowrap}
td:last-child{min-width:12rem}.heat td:last-child{min-width:0}
td.wide{min-width:9rem;vertical-align:middle}
.heat td{text-align:center;white-space:nowrap;border:1px solid var(--line)}
.heat small{display:block}
.h1{background:#fdeadb;color:#1b1f24}
.h2{background:#fbcba6;color:#1b1f24}
.h3{background:#f4a26b;color:#1b1f24}
.h4{background:#e0803f;color:#1b1f24}
.h5{background:#a8431a;color:#fff}
.h6{background:#7a2408;color:#fff}
.chart{display:block;width:100%;height:11rem;background:var(--card);border:1px solid var(--line)}
.chart polyline{fill:none;stroke:var(--data);stroke-width:2;vector-effect:non-scaling-stroke}
.ends{display:flex;justify-content:space-between;font-size:.85rem;color:var(--muted)}
.facts{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.2rem 1rem;margin:.6rem 0}
.facts dt{color:var(--muted)}
.facts dd{margin:0}
@media (max-width:36rem){.facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin-bottom:.5rem}}
footer{margin-top:2rem;border-top:1px solid var(--line)}
@media (min-width:48rem){.card{grid-template-columns:minmax(0,1fr) minmax(0,24rem)}.card>.full{grid-column:1/-1}}
@media print{:root{--back:#fff;--text:#000;--muted:#444;--line:#bbb;--card:#fff;--track:#ddd;--rate:#b42318;--data:#0b5cad;
--config:#8a4b00;--interaction:#6f3cc3;--clear:#1a6b32;--link:#000}
body{max-width:none;padding:0;font-size:10pt}.skip{display:none}.card,.tile,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
.scroll{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";

}  // namespace robustcheck::report::html
