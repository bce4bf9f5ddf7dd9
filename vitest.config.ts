import { defineConfig } from "vitest/config";
import { findBrowser } from "./scripts/browser.mjs";

const conditions = ["@slipway/source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.engine.test.ts", "**/*.browser.test.ts", "**/node_modules/**"],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "browser",
          env: { SLIPWAY_BROWSER: findBrowser() ?? "" },
          include: ["packages/*/src/**/*.browser.test.ts", "scripts/**/*.browser.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "engine",
          include: [
            "packages/*/src/**/*.engine.test.ts",
            "scripts/**/*.engine.test.ts",
            "examples/**/*.engine.test.ts",
          ],
          globalSetup: ["scripts/engine-test-setup.mjs"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
