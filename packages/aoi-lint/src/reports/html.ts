import type { Check } from "../lint.ts";
import { familyNames } from "../family-names.ts";
import type { ReportSubject } from "./report.ts";
import { tallyOf, weightOf, xmlText } from "./report.ts";

/** One page without scripts or anything loaded from elsewhere. */
export function htmlReport(checks: readonly Check[], subject: ReportSubject): string {
  const { passed, failed, warned, notVerified } = tallyOf(checks, subject.profile);
  const families = [...new Set(checks.map((check) => check.family))];
  const title = failed === 0 && passed > 0 ? "passes" : "does not pass";
  const sections = families.map((family) =>
    section(
      family,
      checks.filter((check) => check.family === family),
      subject,
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>aoi-lint: ${xmlText(subject.command)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1><code>${xmlText(subject.command)}</code> ${title} the profile ${subject.profile}</h1>
<p class="tally"><b class="passed">${passed} passed</b> <b class="failed">${failed} failed</b> <b class="warned">${warned} warned</b> <b class="not_verified">${notVerified} not verified</b></p>
<p>aoi-lint ${xmlText(subject.linterVersion)}${subject.tool === undefined ? "" : `, ${xmlText(subject.tool)} ${xmlText(subject.toolVersion ?? "")}`}. What was not verified was not looked at: it is not passed.</p>
${sections.join("\n")}
</main>
</body>
</html>
`;
}

function section(family: string, checks: readonly Check[], subject: ReportSubject): string {
  const rows = checks.map((check) => row(check, subject)).join("\n");
  return `<h2>${xmlText(familyNames[family] ?? family)}</h2>\n<ul>\n${rows}\n</ul>`;
}

function row(check: Check, subject: ReportSubject): string {
  const weight = weightOf(check, subject.profile);
  const reason = check.reason === undefined ? "" : `<p>${xmlText(check.reason)}</p>`;
  const findings = check.findings
    .map((finding) => {
      const at =
        finding.line === undefined
          ? ""
          : ` <small>line ${finding.line}, byte ${finding.offset ?? 0}</small>`;
      return `<p>${xmlText(finding.message)}${at}</p><pre>$ ${xmlText(finding.reproduce)}</pre>`;
    })
    .join("");
  return `<li class="${weight}"><details${weight === "failed" ? " open" : ""}><summary><code>${check.rule}</code> ${xmlText(check.title)}</summary>${reason}${findings}</details></li>`;
}

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;padding:2rem 1rem}main{max-width:60rem;margin:auto}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
ul{list-style:none;padding:0;margin:0}li{border-left:.3rem solid #8888;padding:.15rem .8rem;margin:.2rem 0}
.passed{border-color:#2da44e}.failed{border-color:#cf222e}.warned{border-color:#bf8700}.not_verified{border-color:#8888}
.tally b{border-left:.3rem solid;padding:0 .6rem;font-weight:600}
pre{overflow:auto;background:#8882;padding:.5rem .8rem;border-radius:.3rem}summary{cursor:pointer}
`;
