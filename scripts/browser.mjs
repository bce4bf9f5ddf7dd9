// A real browser for the tests: one that is there, else Debian's chromium.
import { canInstall, install, onPath } from "./debian.mjs";
import { SetupError } from "./say.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Finds a Chromium, or installs Debian's.
 * @returns {Promise<string>} the program
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  if (!(await canInstall())) {
    throw new SetupError("no Chromium on this machine", "install chromium, or run this as root on Debian");
  }
  await install(["chromium"], "no browser is there");
  return /** @type {string} */ (findBrowser());
}

/** @returns {string | undefined} */
export function findBrowser() {
  return names.map(onPath).find((file) => file !== undefined);
}
