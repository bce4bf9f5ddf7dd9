import { spawn } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Runs a script in a headless Chromium and gives what it leaves in `document.body.textContent`. Without a browser, that
 * of Debian is installed where that can be done.
 */
export async function runInBrowser(script: string): Promise<string> {
  const browser = (await findChromium()) ?? (await installChromium());
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-browser-"));
  try {
    const page = path.join(folder, "page.html");
    const code = script.replaceAll("</script", "<\\/script");
    await writeFile(page, `<!doctype html><meta charset="utf-8"><body></body><script>${code}</script>`);
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--virtual-time-budget=20000",
    ];
    const dom = await output(browser, [
      ...flags,
      `--user-data-dir=${path.join(folder, "profile")}`,
      "--dump-dom",
      `file://${page}`,
    ]);
    const body = /<body>([^]*?)<\/body>|<body>([^]*?)<script>/.exec(dom);
    return (body?.[1] ?? body?.[2] ?? "")
      .replace(/<script>[^]*/, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function findChromium(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const file = path.join(folder, name);
      if (
        await access(file).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  return undefined;
}

async function installChromium(): Promise<string> {
  await output("apt-get", ["update"]);
  await output("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
  return "chromium";
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.slice(-2000)}`);
  return stdout;
}
