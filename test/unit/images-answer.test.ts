/** What EC2 answers, as text: read as it is written, and refused where it is something else. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readImagesAnswer } from '../../src/adapters/aws/images-answer.ts';
import { readLeaves } from '../../src/adapters/aws/xml-leaves.ts';

/** `a/b: text`, one for each end of an element. */
function leavesOf(text: string): string[] {
  const leaves: string[] = [];
  readLeaves(text, (path, name, leaf) => leaves.push(`${[...path, name].join('/')}: ${leaf}`));
  return leaves;
}

describe('the elements of a text', () => {
  test.each<[string, string[]]>([
    ['<a/>', ['a: ']],
    ['<a>x</a>', ['a: x']],
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="http://x/y/">\n  <b>1</b>\n  <b/>\n</a>\n',
      ['a/b: 1', 'a/b: ', 'a: '],
    ],
    [
      '<a>&lt;b&gt; &amp;amp; &quot;&apos; &#228;&#xe4; &nbsp; &#x110000;</a>',
      ['a: <b> &amp; "\' ää &nbsp; &#x110000;'],
    ],
    ['<a> x <b>y</b> z </a>', ['a/b: y', 'a: ']],
    ['<a><b>1<c/></b></a>', ['a/b/c: ', 'a/b: ', 'a: ']],
  ])('%j', (text, leaves) => {
    expect(leavesOf(text)).toEqual(leaves);
  });

  test.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['{"a":1}', 'it is no XML from character 0 on'],
    ['<a>', 'it ends within <a>'],
    ['<a><b>x</b>', 'it ends within <a>'],
    ['<a></b>', '</b> closes what is not open'],
    ['<a/></a>', '</a> closes what is not open'],
    ['<a><!-- x --></a>', 'it is no XML from character 3 on'],
    ['<a><![CDATA[x]]></a>', 'it is no XML from character 3 on'],
    ['<!DOCTYPE html><html></html>', 'it is no XML from character 0 on'],
    ['<a>x</a', 'it is no XML from character 4 on'],
  ])('%j cannot be read', (text, message) => {
    expect(() => leavesOf(text)).toThrow(new Error(message));
  });

  test('any texts come back as they were', () => {
    const escaped = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const written = `<a>${texts.map((one) => `<b>${escaped(one)}</b>`).join('')}</a>`;
        expect(leavesOf(written)).toEqual([...texts.map((one) => `a/b: ${one}`), 'a: ']);
      }),
    );
  });
});

describe('an answer of DescribeImages', () => {
  test('gives what is known of each image, and the next page', () => {
    const answer = `<DescribeImagesResponse xmlns="x"><requestId>r</requestId><imagesSet>
      <item>
        <imageId>ami-1</imageId><imageState>failed</imageState><name>n</name><architecture>arm64</architecture>
        <creationDate>2026-11-24T04:12:00.000Z</creationDate><deprecationTime>2027-01-01T00:00:00.000Z</deprecationTime>
        <stateReason><code>c</code><message>no &amp; no</message></stateReason>
        <blockDeviceMapping>
          <item><ebs><snapshotId>snap-1</snapshotId><volumeSize>8</volumeSize></ebs></item>
          <item><ebs><snapshotId>snap-2</snapshotId><volumeSize>20</volumeSize></ebs></item>
        </blockDeviceMapping>
        <tagSet><item><value>v</value><key>a</key></item><item><key>b</key><value/></item><item><key>c</key></item></tagSet>
      </item>
      <item><imageId>ami-2</imageId><imageState>new</imageState></item>
      <item></item>
    </imagesSet><nextToken>t</nextToken></DescribeImagesResponse>`;
    expect(readImagesAnswer(answer)).toEqual({
      nextToken: 't',
      images: [
        {
          id: 'ami-1',
          name: 'n',
          state: 'failed',
          architecture: 'arm64',
          createdAt: '2026-11-24T04:12:00.000Z',
          deprecatedAt: '2027-01-01T00:00:00.000Z',
          stateReason: 'no & no',
          snapshots: ['snap-1', 'snap-2'],
          sizeGb: 28,
          tags: { a: 'v', b: '', c: '' },
        },
        expect.objectContaining({ id: 'ami-2', state: 'unseen', tags: {}, snapshots: [], createdAt: '' }),
      ],
    });
  });

  test.each([
    ['<html><body>busy</body></html>', 'the answer of EC2 cannot be read: it is <html>'],
    ['<DescribeImagesResponse><imagesSet>', 'the answer of EC2 cannot be read: it ends within <imagesSet>'],
    ['', 'the answer of EC2 cannot be read: it is empty'],
  ])('%j is none', (text, message) => {
    expect(() => readImagesAnswer(text)).toThrow(
      expect.objectContaining({ name: 'UnreadableAnswer', message }),
    );
  });
});
