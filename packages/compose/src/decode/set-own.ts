/** Sets a field of the user's own, which may have the name of one that objects inherit. */
export function setOwn<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
