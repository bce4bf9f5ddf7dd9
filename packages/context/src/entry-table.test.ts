import { expect, test } from "vitest";
import { EntryTable } from "./entry-table.ts";
import { packEntries } from "./pack-entries.ts";
import { readEntries } from "./read-entries.ts";
import { Spool } from "./spool.ts";
import { splitTar } from "./split-tar.ts";

test("the last entry of a name is found, or the last before another, among however many", () => {
  const table = new EntryTable(new Spool(0));
  const numbers = new Map<string, number[]>();
  for (let i = 0; i < 5000; i++) {
    // Every third name comes again later.
    const name = `folder/f${i % 3 === 0 ? i % 300 : i}`;
    const number = table.addOther({ header: { name, type: "symlink", linkname: "x" }, content: undefined });
    numbers.set(name, [...(numbers.get(name) ?? []), number]);
  }
  for (const [name, [first = -1, ...later]] of numbers) {
    expect(table.find(name)).toBe(later.at(-1) ?? first);
    expect(table.find(name, (later[0] ?? first) + 1)).toBe(later[0] ?? first);
    expect(table.find(name, first)).toBeUndefined();
  }
  expect(table.find("folder/f")).toBeUndefined();
  const last = new Set([...numbers.values()].map((all) => all.at(-1)));
  const overwritten = [...numbers.values()].flat().filter((number) => !last.has(number));
  expect(table.overwritten()).toEqual(new Set(overwritten));
});

test("a part's entries are found by their paths, and by no others", async () => {
  const names = Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? `web/f${i}` : `f${i}`));
  const source = packEntries(names.map((name) => ({ header: { name, type: "file" as const }, body: name })));
  const split = await splitTar(
    source,
    [
      { id: "web", context: "web" },
      { id: "all", context: ".", except: (path) => path === "f7" },
    ],
    { memoryLimit: 10_000 },
  );
  for (const path of ["f0", "f2998"]) {
    expect(split.part("web").get(path)).toMatchObject({
      name: path,
      type: "file",
      header: { name: path, size: 4 + path.length },
    });
  }
  for (const path of ["", "web", "web/f0", "f1", "f7", "f3000"]) expect(split.part("web").get(path)).toBeUndefined();
  expect(split.part("all").get("web/f2")?.name).toBe("web/f2");
  expect(split.part("all").get("f7")).toBeUndefined();
  const read: string[] = [];
  for await (const { header } of readEntries(split.open("all"))) read.push(header.name);
  expect(read).toEqual(names.filter((name) => name !== "f7"));
  await split.close();
});
