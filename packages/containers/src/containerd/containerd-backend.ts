import type { Backend, OperationOptions } from "../backend/backend.ts";
import type { ContainerdConfig } from "../new-backend.ts";
import { ContainersError } from "../containers-error.ts";
export class ContainerdBackend {
  static async open(_config: ContainerdConfig, _options: OperationOptions): Promise<Backend> {
    throw new ContainersError("CONTAINERS_BACKEND_NOT_AVAILABLE", "not yet");
  }
}
