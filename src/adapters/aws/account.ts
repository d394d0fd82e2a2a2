/** What STS, EC2, SSM, S3 and Service Quotas say of the caller and of what a build needs. It does not judge it. */
import {
  DescribeInstanceTypesCommand,
  DescribeRegionsCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { DescribeInstanceInformationCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fail, ok } from '../../core/result.ts';
import type { Account } from '../../ports/account.ts';
import { bucketAccount } from './account-bucket.ts';
import { networkAccount } from './account-network.ts';
import { type BuilderPlace, launchInput } from './builder.ts';
import { answerOf } from './calls.ts';
import { type ClientOptions, makeClients, settingsOf } from './clients.ts';
import { rootDevices } from './root-devices.ts';

export interface AccountConnection extends Account {
  disconnect(): void;
}

export function connectAccount(options: ClientOptions & BuilderPlace): AccountConnection {
  const clients = makeClients(options);
  const { ec2, s3, ssm } = clients;
  const rootDeviceOf = rootDevices(clients);
  const sts = new STSClient(settingsOf(options));
  const quotas = new ServiceQuotasClient(settingsOf(options));
  return {
    ...bucketAccount(s3, options.bucket),
    ...networkAccount(ec2),
    caller: () =>
      answerOf('sts:GetCallerIdentity', async () => {
        const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
        return { account: Account, arn: Arn };
      }),
    async region() {
      const { region } = options;
      const input = { RegionNames: [region], AllRegions: true };
      const answer = await answerOf('ec2:DescribeRegions', () => ec2.send(new DescribeRegionsCommand(input)));
      if (!answer.ok) return answer.error.awsCode === 'InvalidParameterValue' ? ok('absent') : answer;
      const found = answer.value.Regions?.find(({ RegionName }) => RegionName === region);
      if (found === undefined) return ok('absent');
      return ok(found.OptInStatus === 'not-opted-in' ? 'disabled' : 'enabled');
    },
    async instanceType(type) {
      const input = { InstanceTypes: [type as 'c6a.4xlarge'] };
      const answer = await answerOf('ec2:DescribeInstanceTypes', () =>
        ec2.send(new DescribeInstanceTypesCommand(input)),
      );
      if (!answer.ok) return answer.error.awsCode === 'InvalidInstanceType' ? ok(undefined) : answer;
      const [found] = answer.value.InstanceTypes ?? [];
      if (found === undefined) return ok(undefined);
      return ok({
        threads: found.VCpuInfo?.DefaultVCpus ?? 0,
        architectures: found.ProcessorInfo?.SupportedArchitectures ?? [],
      });
    },
    async tryLaunch(request) {
      const device = await rootDeviceOf(request.image);
      if (!device.ok) return device;
      const input = { ...launchInput(request, options, device.value), DryRun: true };
      const answer = await answerOf('ec2:RunInstances', () => ec2.send(new RunInstancesCommand(input)));
      if (!answer.ok) return answer.error.awsCode === 'DryRunOperation' ? ok(undefined) : answer;
      throw new Error(`EC2 launched what was a trial: ${JSON.stringify(answer.value.Instances)}`);
    },
    async commands() {
      const answer = await answerOf('ssm:DescribeInstanceInformation', () =>
        ssm.send(new DescribeInstanceInformationCommand({ MaxResults: 5 })),
      );
      return answer.ok ? ok(undefined) : answer;
    },
    async threadQuota(spot) {
      const QuotaCode = spot ? 'L-34B43A08' : 'L-1216C47A';
      const operation = 'servicequotas:GetServiceQuota';
      const answer = await answerOf(operation, () =>
        quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode })),
      );
      if (!answer.ok) return answer;
      const value = answer.value.Quota?.Value;
      if (value !== undefined) return ok(value);
      const message = `the answer holds no value of ${QuotaCode}`;
      return fail({ code: 'cloud', awsCode: 'EmptyAnswer', operation, message, nature: 'unknown' });
    },
    disconnect() {
      for (const client of [...Object.values(clients), sts, quotas]) client.destroy();
    },
  };
}
