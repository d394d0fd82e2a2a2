/** EC2's query protocol: the form that comes in, the XML that goes out. It does not know what the operations do. */
import { randomUUID } from 'node:crypto';
import type { WireRequest, WireResponse } from '../../core/wire.ts';
import type { Call, Operation } from '../call.ts';
import { Refusal } from '../call.ts';
import type { Ec2OperationName } from '../operations.ts';
import { document } from '../xml.ts';
import type { Xml } from '../xml.ts';
import { describeImages } from './describe-images.ts';
import { createImage, deregisterImage, disableImage, enableImage } from './images.ts';
import { describeInstanceTypes } from './instance-types.ts';
import { describeInstances, stopInstances, terminateInstances } from './instances.ts';
import {
  describeRegions,
  describeRouteTables,
  describeSecurityGroups,
  describeSubnets,
  describeVpcEndpoints,
} from './network.ts';
import { Query, queryValues, refuseOnTrial } from './query.ts';
import { runInstances } from './run-instances.ts';
import { deleteSnapshot, describeSnapshots } from './snapshots.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';

const xmlNamespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

type Perform = (query: Query, call: Call, values: ReadonlyMap<string, string>) => Record<string, Xml>;

const performers: { readonly [Name in Ec2OperationName]: Perform } = {
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
  DescribeInstanceTypes: describeInstanceTypes,
  CreateImage: createImage,
  DescribeImages: describeImages,
  DeregisterImage: deregisterImage,
  DisableImage: disableImage,
  EnableImage: enableImage,
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
  DescribeRegions: describeRegions,
  DescribeSubnets: describeSubnets,
  DescribeRouteTables: describeRouteTables,
  DescribeVpcEndpoints: describeVpcEndpoints,
  DescribeSecurityGroups: describeSecurityGroups,
};

export function ec2Operation(request: WireRequest): Operation {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
  for (const [name, value] of request.query) form.append(name, value);
  const values = queryValues(form);
  const action = values.get('Action') ?? '';
  return {
    name: `ec2:${action}`,
    parameters: values,
    perform: (call) => {
      const query = new Query(values);
      if (!isKnown(action)) {
        throw new Refusal('InvalidAction', `The action ${action} is not valid for this web service.`);
      }
      if (action !== 'RunInstances') refuseOnTrial(query);
      const requestId = randomUUID();
      return answer(200, `${action}Response`, xmlNamespace, {
        requestId,
        ...performers[action](query, call, values),
      });
    },
    refuse: ({ status, code, message }) =>
      answer(status, 'Response', '', {
        Errors: { Error: { Code: code, Message: message } },
        RequestID: randomUUID(),
      }),
  };
}

const isKnown = (action: string): action is Ec2OperationName => Object.hasOwn(performers, action);

const answer = (
  status: number,
  root: string,
  namespace: string,
  values: Record<string, Xml>,
): WireResponse => ({
  status,
  headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': randomUUID() },
  body: document(root, namespace, values),
});
