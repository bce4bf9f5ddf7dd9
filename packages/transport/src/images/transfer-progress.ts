/** Progress of a pull, push or load: what the engine says of one layer, or of the image where `layer` is missing. */
export interface PullProgress {
  readonly layer?: string | undefined;
  readonly status: string;
  /** Bytes of this layer in this step. */
  readonly current?: number | undefined;
  readonly total?: number | undefined;
  /** 0 to 100, of this layer in this step. */
  readonly percent?: number | undefined;
  /** All layers together. */
  readonly overall?: OverallProgress | undefined;
}

/** All layers of a transfer together. */
export interface OverallProgress {
  /** 0 to 100; it never falls. */
  readonly percent: number;
  /** Bytes that went over the network, and that will as far as is known. */
  readonly current: number;
  readonly total: number;
  readonly bytesPerSecond: number;
}

interface Layer {
  fraction: number;
  current: number;
  total: number;
}

/** Layers are ready when they are unpacked; most of the time goes into the network. */
const networkShare = 0.7;
const rateWindowMs = 3_000;

/** Where each of the engine's words for a layer leaves it: its part of the whole, from and to. */
const steps: Readonly<Record<string, readonly [from: number, to: number]>> = {
  "Pulling fs layer": [0, 0],
  Preparing: [0, 0],
  Waiting: [0, 0],
  Downloading: [0, networkShare],
  "Verifying Checksum": [networkShare, networkShare],
  "Download complete": [networkShare, networkShare],
  Extracting: [networkShare, 1],
  "Pull complete": [1, 1],
  "Already exists": [1, 1],
  Pushing: [0, 1],
  Pushed: [1, 1],
  "Layer already exists": [1, 1],
  "Loading layer": [0, 1],
};

/** Adds up what an engine says of single layers. */
export class ProgressTally {
  readonly #layers = new Map<string, Layer>();
  readonly #now: () => number;
  readonly #samples: { at: number; bytes: number }[] = [];
  #percent = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What the record means, with the sum after it. */
  add(record: { id?: string; status: string; current?: number; total?: number }): PullProgress {
    const { id, status, current, total } = record;
    const mounted = status.startsWith("Mounted from");
    const step = mounted ? ([1, 1] as const) : steps[status];
    const part = current !== undefined && total ? Math.min(1, current / total) : undefined;
    if (id !== undefined && step) this.#count(id, status, step, part ?? 0, current, total);
    return {
      ...(id === undefined ? {} : { layer: id }),
      status,
      ...(current === undefined ? {} : { current }),
      ...(total === undefined ? {} : { total }),
      ...(part === undefined ? {} : { percent: part * 100 }),
      ...(this.#layers.size > 0 ? { overall: this.#overall() } : {}),
    };
  }

  #count(
    id: string,
    status: string,
    [from, to]: readonly [number, number],
    part: number,
    current: number | undefined,
    total: number | undefined,
  ): void {
    const layer = this.#layers.get(id) ?? { fraction: 0, current: 0, total: 0 };
    layer.fraction = Math.max(layer.fraction, from + (to - from) * part);
    if (status === "Downloading" || status === "Pushing" || status === "Loading layer") {
      layer.total = Math.max(layer.total, total ?? 0, current ?? 0);
      layer.current = Math.max(layer.current, Math.min(current ?? 0, layer.total));
    } else if (layer.fraction >= networkShare) {
      layer.current = layer.total;
    }
    this.#layers.set(id, layer);
  }

  #overall(): OverallProgress {
    const layers = [...this.#layers.values()];
    const sum = (value: (layer: Layer) => number): number => layers.reduce((all, layer) => all + value(layer), 0);
    const sized = layers.filter((layer) => layer.total > 0);
    const total = sum((layer) => layer.total);
    // A layer of a size not known yet counts as one of the middle size.
    const usual = sized.length > 0 ? total / sized.length : 1;
    const weight = (layer: Layer): number => layer.total || usual;
    const done = sum((layer) => weight(layer) * layer.fraction) / sum(weight);
    this.#percent = Math.max(this.#percent, done * 100);
    const current = sum((layer) => layer.current);
    return { percent: this.#percent, current, total, bytesPerSecond: this.#rate(current) };
  }

  #rate(bytes: number): number {
    const at = this.#now();
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= rateWindowMs) this.#samples.shift();
    const first = this.#samples[0] as { at: number; bytes: number };
    return at > first.at ? ((bytes - first.bytes) * 1_000) / (at - first.at) : 0;
  }
}
