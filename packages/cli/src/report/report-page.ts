import type { ReportData } from "./report-data.ts";

/** What makes the page look and work. */
export interface ReportAssets {
  readonly style: string;
  readonly script: string;
}

/**
 * A report as one page that needs nothing else and may load nothing else. What the build printed is in it as data: the
 * script makes text of it, never markup.
 */
export function reportPage(data: ReportData, { style, script }: ReportAssets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(data.project)}: build</title>
<style>
${style}</style>
</head>
<body>
<noscript>This page shows its timeline by a script of its own, which this browser does not run.</noscript>
<script type="application/json" id="data">${embedded(data)}</script>
<script>
${script}</script>
</body>
</html>
`;
}

/** JSON in which nothing can end the element that holds it, or begin another one. */
function embedded(data: ReportData): string {
  return JSON.stringify(data)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
