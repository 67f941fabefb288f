"""The style sheet of HTML pages: light or dark as the reader's system prefers, and fit to print."""

STYLE = """
:root{--paper:#fff;--ink:#18202c;--soft:#5b6675;--rule:#e2e6ec;--tint:#f5f7fa;--note:#fff6e5;
--note-rule:#d98a00;--a:#1f5fd0;--b:#c2570c;--c:#0b7d69;--band:#1f5fd022;--link:#1f5fd0}
@media (prefers-color-scheme:dark){:root{--paper:#12161d;--ink:#e7ebf1;--soft:#9aa6b6;
--rule:#2a323e;--tint:#1a202a;--note:#2c2310;--note-rule:#d99a2b;--a:#7aa7ff;--b:#ff9d5c;
--c:#4fd1b5;--band:#7aa7ff2b;--link:#8fb5ff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 24px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 12px;letter-spacing:-.01em}
h2{font-size:21px;line-height:1.3;margin:56px 0 12px;padding-top:16px;
border-top:1px solid var(--rule)}
p,ul{margin:12px 0;max-width:760px}
li{margin:4px 0}
a{color:var(--link)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--tint);
padding:1px 5px;border-radius:4px;overflow-wrap:anywhere}
.note{background:var(--note);border-left:4px solid var(--note-rule);padding:10px 14px;
border-radius:0 6px 6px 0}
.highlights{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;
margin:28px 0}
.highlights div{background:var(--tint);border:1px solid var(--rule);border-radius:10px;
padding:14px 16px}
.highlights dt{color:var(--soft);font-size:13px}
.highlights dd{margin:2px 0 0;font-size:26px;font-weight:600;letter-spacing:-.01em;
font-variant-numeric:tabular-nums}
.highlights span{display:block;font-size:12.5px;font-weight:400;letter-spacing:0;
color:var(--soft);line-height:1.4}
nav ol{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:0;font-size:14px}
nav a{text-decoration:none}
nav a:hover,nav a:focus{text-decoration:underline}
.wide{overflow-x:auto;margin:16px 0}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:13px;padding:0 0 6px}
th,td{padding:6px 14px 6px 0;border-bottom:1px solid var(--rule);text-align:right;
white-space:nowrap}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom}
th:first-child{text-align:left;font-weight:500}
tbody th{white-space:normal;overflow-wrap:anywhere;min-width:7em}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:28px}
figure{margin:18px 0;min-width:0}
.figures{align-items:start;margin:18px 0}.figures figure{margin:0}.figures .wide{margin:0}
svg{display:block;width:100%;height:auto;max-width:560px}
figcaption{font-size:13.5px;color:var(--soft);max-width:560px;margin-top:6px}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft)}
svg .name{fill:var(--ink)}
svg .head{fill:var(--ink);font-size:13px;font-weight:600}
svg .grid{stroke:var(--rule);stroke-width:1}
svg .axis{stroke:var(--soft);stroke-width:1}
svg .even{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4;fill:none}
svg .line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
svg .whisker{stroke-width:1.6}
svg .a{stroke:var(--a)}svg .b{stroke:var(--b)}svg .c{stroke:var(--c)}
svg .b.line{stroke-dasharray:7 4}svg .c.line{stroke-dasharray:2 4}
svg .fa{fill:var(--a)}svg .fb{fill:var(--b)}svg .fc{fill:var(--c)}
svg .band{fill:var(--band);stroke:none}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#ccc;--tint:#f6f6f6;--note:#fff6e5;
--a:#1f5fd0;--b:#c2570c;--c:#0b7d69;--band:#1f5fd022}
main{max-width:none;padding:0}nav{display:none}h2{break-after:avoid}
figure,table,.highlights div{break-inside:avoid}}
"""
