import type { ReportSubject } from "./report.ts";
import { xmlText } from "./report.ts";

/** Widths of a 11 px sans-serif, near enough for a box around the words. */
function widthOf(text: string): number {
  return Math.round(text.length * 6.6) + 14;
}

/**
 * The badge a passing tool may show. It says by whom it is claimed: the tool itself, with this linter and profile;
 * nobody certifies it.
 */
export function badgeSvg(subject: ReportSubject): string {
  const left = "AOI-CLI 0.2";
  const right = `passes aoi-lint ${subject.linterVersion} ${subject.profile}`;
  const [leftWidth, rightWidth] = [widthOf(left), widthOf(right)];
  const width = leftWidth + rightWidth;
  const label = xmlText(`${left}: ${right} (self-declared by ${toolText(subject)})`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${label}">
<title>${label}</title>
<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${leftWidth}" height="20" fill="#444"/><rect x="${leftWidth}" width="${rightWidth}" height="20" fill="#1f6f43"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="${leftWidth / 2}" y="14">${xmlText(left)}</text><text x="${leftWidth + rightWidth / 2}" y="14">${xmlText(right)}</text>
</g>
</svg>
`;
}

/** Shows the badge and leads to where the claim can be checked: the tool's registry entry. */
export function badgeMarkdown(subject: ReportSubject, imagePath: string, link?: string): string {
  const text = `${toolText(subject)} passes aoi-lint ${subject.linterVersion} (${subject.profile}), self-declared`;
  return `[![${text}](${imagePath})](${link ?? registryPath(subject)})`;
}

/** The file of a tool's entry in the registry. */
function registryPath(subject: ReportSubject): string {
  return `registry/${subject.tool ?? "unknown"}.json`;
}

function toolText({ tool, toolVersion }: ReportSubject): string {
  return `${tool ?? "an unnamed tool"} ${toolVersion ?? ""}`.trim();
}
