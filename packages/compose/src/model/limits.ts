/** A ulimit: one number for both, or a soft and a hard one. */
export type Ulimit = number | { soft: number; hard: number };

/** Limits of block devices. */
export interface BlockIo {
  weight?: number;
  weight_device?: { path: string; weight?: number }[];
  device_read_bps?: BlockIoRate[];
  device_read_iops?: BlockIoRate[];
  device_write_bps?: BlockIoRate[];
  device_write_iops?: BlockIoRate[];
}

/** A rate for one device; `rate` in bytes or operations per second, in decimal digits. */
export interface BlockIoRate {
  path: string;
  rate?: string;
}
