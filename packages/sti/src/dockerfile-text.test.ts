import { parse, stages } from "@slipway/dockerfile";
import { expect, test } from "vitest";
import { quote } from "./quote.ts";

test("any value without line ends is read back as it was", () => {
  const seed = Date.now() % 100_000;
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const pieces = ['"', "'", "\\", "$", "${A}", "=", ",", " ", "#", "\t", "`", "ä", "x", "<<EOF", "%"];
  for (let round = 0; round < 500; round += 1) {
    const value = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join("");
    const [stage] = stages(parse(`FROM busybox\nENV A=old VALUE=${quote(value)}\n`));
    const step = stage?.steps.find(({ kind }) => kind === "env");
    expect(step?.kind === "env" && step.pairs.at(-1)?.[1], `seed ${seed}`).toBe(value);
  }
});
