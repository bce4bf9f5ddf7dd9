/** Whether `text` is an IPv4 or IPv6 address, as Go reads them: no leading zeros, no zone. */
export function isIpAddress(text: string): boolean {
  return text.includes(":") ? isSixAddress(text) : isFourAddress(text);
}

function isFourAddress(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isSixAddress(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1)?.at(-1);
  const embedded = last?.includes(".") ?? false;
  if (embedded && !isFourAddress(last ?? "")) return false;
  const written = groups.flat();
  const hexadecimal = embedded ? written.slice(0, -1) : written;
  if (!hexadecimal.every((group) => /^[\da-fA-F]{1,4}$/.test(group))) return false;
  const count = written.length + (embedded ? 1 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}
