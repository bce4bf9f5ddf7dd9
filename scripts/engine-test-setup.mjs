// Engine tests need an engine; without one they fail here, once and loudly, rather than one by one.
import { connect } from "@slipway/transport";

export default async function setup() {
  const engine = await connect();
  engine.close();
}
