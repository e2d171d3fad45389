// Lets a process that is kept ready run what it will run for a plugin: the first time that code runs,
// it is read, compiled and loaded, which takes longer than all else that a small plugin needs.
import { rulesOf } from "../../component/engine.ts";
import { partsRead } from "../../component/compiled/thread.ts";
import { readSteps } from "../../component/outline.ts";
import type { RemoteThread } from "../remote/remote-engine.ts";

/**
 * A component that exports `g: func(s: string) -> string`, which calls the imported
 * `warm:up/host#f: func(s: string) -> string`.
 */
const COMPONENT =
  "0061736d0d000100071101420201400101737300730400016601000a1101000c7761726d3a75702f686f" +
  "7374050001490061736d0100000001090160047f7f7f7f017f030201000503010001071402066d656d6f" +
  "72790200077265616c6c6f6300000a0701050041c0000b000c046e616d650005044c6962630204010000" +
  "00061d03010000016600020100066d656d6f727900000100077265616c6c6f6308090101000002030004" +
  "00014c0061736d01000000010d0260037f7f7f0060027f7f017f02070101680166000003020101070501" +
  "016700010a0e010c00200020014120100041200b000f046e616d650002016d010401000166020e020101" +
  "016600010001010168120107080140010173730073061e0300000102016700020100066d656d6f727900" +
  "000100077265616c6c6f63080a010000020203010403010b0701000167010100003a0e636f6d706f6e65" +
  "6e742d6e616d650106000001010166010c00110200044c69626301016d010c00120200046c6962630201" +
  "6901050501000168";

const HOST = "warm:up/host";

/** Whose the instances are that warm a process up: nobody's who is to blame for its end. */
export const WARM_UP = "tenon:warm-up";

/** Rejects where the process was lost. */
export async function warmUp(thread: RemoteThread): Promise<void> {
  const bytes = Uint8Array.from(COMPONENT.match(/../gu)!, (byte) => Number.parseInt(byte, 16));
  const steps = readSteps(bytes, rulesOf({}));
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const { read } = step.value;
  const { imports, exports } = partsRead(read).resolved.type;
  const world = { imports: [...imports.values()], exports: [...exports.values()] };
  // Functions that may wait take another way.
  for (const suspend of [[], [`${HOST}#f`]]) {
    const options = { suspend, restorable: true };
    const component = await thread.compile(bytes, options, { read: partsRead(read) }, world);
    const imports = { [HOST]: { f: (said: string) => said } };
    const instance = await component.instantiate(imports, { party: WARM_UP });
    const g = instance.exports["g"] as (said: string) => Promise<string>;
    for (let left = 20; left > 0; left--) await g("ready");
    instance[Symbol.dispose]();
    component[Symbol.dispose]();
  }
}
