/** Work that an interruption ends. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { unlessInterrupted } from '../../src/cli/unless-interrupted.ts';
import { settled } from './rig.ts';

const undone: number[] = [];
const undo = (value: number): Promise<void> => {
  undone.push(value);
  return Promise.resolve();
};

test('its value, or its failure', async () => {
  const { signal } = new AbortController();
  expect(await unlessInterrupted(Promise.resolve(1), signal, undo)).toBe(1);
  await expect(unlessInterrupted(Promise.reject(new Error('no')), signal, undo)).rejects.toThrow('no');
  expect([undone, getEventListeners(signal, 'abort')]).toEqual([[], []]);
});

test('interrupted: it is not waited for, and its value is undone when it comes', async () => {
  const interruption = new AbortController();
  let end: (value: number) => void = () => {};
  const work = new Promise<number>((resolve) => {
    end = resolve;
  });
  const waited = unlessInterrupted(work, interruption.signal, undo);
  interruption.abort();
  expect(await waited).toBeUndefined();
  end(2);
  await settled();
  expect(undone).toEqual([2]);
  expect(getEventListeners(interruption.signal, 'abort')).toEqual([]);
});

test('interrupted before, or with a failure that comes later or just then: nothing is heard of it', async () => {
  const failing = Promise.reject(new Error('no'));
  expect(await unlessInterrupted(failing, AbortSignal.abort(), undo)).toBeUndefined();
  const interruption = new AbortController();
  const waited = unlessInterrupted(failing, interruption.signal, undo);
  interruption.abort();
  expect(await waited).toBeUndefined();
});
