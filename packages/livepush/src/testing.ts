export { type FakeFile, FakeUpdater } from "./fake-updater.ts";
