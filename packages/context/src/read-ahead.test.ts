import { expect, test } from "vitest";
import { readAhead } from "./read-ahead.ts";

async function* numbers(until: number): AsyncGenerator<number> {
  for (let i = 0; i < until; i++) yield i;
}

async function failAtTwo(n: number): Promise<number> {
  if (n === 2) throw new Error("two");
  return n;
}

test("results come in order, however long each takes, and only so many at once", async () => {
  let running = 0;
  let most = 0;
  const work = async (n: number): Promise<number> => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < (n * 7) % 5; turn++) await Promise.resolve();
    running--;
    return n * 2;
  };
  const results: number[] = [];
  for await (const result of readAhead(numbers(20), 3, work)) results.push(result);
  expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n * 2));
  expect(most).toBeLessThanOrEqual(4);
});

test("a failure comes in its turn, and is not unhandled if that never comes", async () => {
  const results = readAhead(numbers(5), 4, failAtTwo);
  expect([await results.next(), await results.next()].map(({ value }) => value)).toEqual([0, 1]);
  await expect(results.next()).rejects.toThrow("two");
  const broken = readAhead(numbers(5), 4, failAtTwo);
  await broken.next();
  await broken.return();
});
