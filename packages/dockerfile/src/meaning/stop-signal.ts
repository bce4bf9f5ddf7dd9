// Linux's, with the real-time ones as the engine names them.
const names = new Set(
  (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP " +
    "TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX"
  ).split(" "),
);

/** Whether the engine knows a signal: a number but 0, or a name with or without SIG, in any case. */
export function isSignal(text: string): boolean {
  if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().replace(/^SIG/, "");
  const realTime = /^RT(?:MIN\+(\d+)|MAX-(\d+))$/.exec(name);
  if (realTime) {
    const [, up, down] = realTime;
    return up === undefined ? between(down, 14) : between(up, 15);
  }
  return names.has(name);
}

function between(number: string | undefined, last: number): boolean {
  return /^[1-9]\d?$/.test(number ?? "") && Number(number) <= last;
}
