import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

type Answer = { id?: number; method?: string; result?: Record<string, unknown>; error?: { message: string } };

/** A page in a real browser, worked by the DevTools protocol over pipes. */
export class Page {
  readonly #browser: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #requests: string[] = [];
  #session: string | undefined;
  #last = 0;

  private constructor(browser: ChildProcess, profile: string) {
    this.#browser = browser;
    this.#profile = profile;
    let open = "";
    (browser.stdio[4] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const messages = (open + text).split("\0");
      open = messages.pop() ?? "";
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
  }

  /** Opens a file. */
  static async open(file: string, size: { width: number; height: number }): Promise<Page> {
    const program = process.env["SLIPWAY_BROWSER"];
    if (!program) throw new Error("no browser; `node scripts/test.mjs` installs one");
    const profile = await mkdtemp(path.join(tmpdir(), "slipway-browser-"));
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"];
    const window = `--window-size=${size.width},${size.height}`;
    const browser = spawn(program, [...flags, window, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const page = new Page(browser, profile);
    const { targetInfos } = (await page.send("Target.getTargets")) as {
      targetInfos: { targetId: string; type: string }[];
    };
    const targetId = targetInfos.find(({ type }) => type === "page")?.targetId;
    const { sessionId } = await page.send("Target.attachToTarget", { targetId, flatten: true });
    page.#session = sessionId as string;
    await page.send("Network.enable");
    await page.send("Page.navigate", { url: pathToFileURL(file).href });
    await page.evaluate("new Promise((r) => document.readyState === 'complete' ? r() : addEventListener('load', r))");
    return page;
  }

  /** What an expression comes to in the page, as data. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as { result: { value: T }; exceptionDetails?: { text: string } };
    if (exceptionDetails) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** A key as a person presses it. */
  async press(key: "Enter" | "Tab" | "ArrowDown" | "ArrowUp" | "/"): Promise<void> {
    const code = { Enter: 13, Tab: 9, ArrowDown: 40, ArrowUp: 38, "/": 191 }[key];
    const text = { Enter: "\r", "/": "/" }[key as string];
    const event = { key, code: key === "/" ? "Slash" : key, windowsVirtualKeyCode: code, ...(text ? { text } : {}) };
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  async type(text: string): Promise<void> {
    await this.send("Input.insertText", { text });
  }

  /** What the page has asked for by itself, the page left out. */
  get requests(): readonly string[] {
    return this.#requests.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
  }

  async screenshot(file: string): Promise<void> {
    const { data } = await this.send("Page.captureScreenshot");
    await writeFile(file, Buffer.from(data as string, "base64"));
  }

  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    (this.#browser.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async close(): Promise<void> {
    const closed = once(this.#browser, "close");
    this.#browser.kill("SIGKILL");
    await closed;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 10 });
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    } else if (answer.method === "Network.requestWillBeSent") {
      const { request } = (answer as unknown as { params: { request: { url: string } } }).params;
      this.#requests.push(request.url);
    }
  }
}
