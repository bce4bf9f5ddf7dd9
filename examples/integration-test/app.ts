/** A small app: it counts visits in a store that it reaches by HTTP. */
export async function visit(store: string): Promise<number> {
  const answer = await fetch(`${store}/cgi-bin/visits`, { method: "POST" });
  return Number(await answer.text());
}
