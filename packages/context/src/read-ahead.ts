/**
 * The results of `work` on a source's items, in order, where up to `ahead` of them are worked on before their turn. Items
 * whose work was begun when the reading is broken off are still finished, and their results dropped.
 */
export async function* readAhead<Item, Result>(
  source: AsyncIterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  for await (const item of source) {
    const result = work(item);
    // Its failure is thrown when its turn comes, which may be never.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length > ahead) yield await (begun.shift() as Promise<Result>);
  }
  for (const result of begun) yield await result;
}
