import { expect, it } from "vitest";
import { RunTime } from "../../src/code/run-time.ts";
import { ManualTime } from "../manual-time.ts";

it("passes its deadline once, and stands still while it is held", async () => {
  const time = new ManualTime();
  let passed = 0;
  using run = new RunTime(100, { clock: time, timers: time }, () => passed++);
  await time.pass(40);
  const one = run.hold();
  const two = run.hold();
  await time.pass(1_000);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  await time.pass(1_000);
  expect([passed, run.leftMs]).toEqual([0, 60]);
  two[Symbol.dispose]();
  await time.pass(59);
  expect([passed, run.leftMs]).toEqual([0, 1]);
  await time.pass(1);
  expect(passed).toBe(1);
  run.hold()[Symbol.dispose]();
  await time.pass(1_000);
  expect([passed, time.pending]).toEqual([1, 0]);
});

it("is over when it is disposed of", async () => {
  const time = new ManualTime();
  let passed = 0;
  const run = new RunTime(100, { clock: time, timers: time }, () => passed++);
  const held = run.hold();
  run[Symbol.dispose]();
  held[Symbol.dispose]();
  await time.pass(1_000);
  expect([passed, time.pending]).toEqual([0, 0]);
});
