using Drydock.Tests.Unit.Crds.Specs.Sweep;

namespace Drydock.Tests.Unit.Oms;

public sealed class StorageRedactionTests
{
    [Theory]
    [InlineData(StorageKeys.SecretKey)]
    [InlineData(StorageKeys.SessionToken)]
    [InlineData(StorageKeys.AwsSecretKey)]
    [InlineData(StorageKeys.AwsSessionToken)]
    public async Task Storage_keys_are_masked_under_either_name(string key)
    {
        var api = new FakeKubernetes(WorldJson.Crds, new ManualTimeProvider());
        await api.CreateAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "s3", Namespace = "oms" },
                Data = OmsWorld.Bytes((key, "canary-not-a-real-key"))
            },
            TestContext.Current.CancellationToken);
        var spec = new OmsUpgradeSpec
        {
            Backup = new BackupSpec
            {
                Storage = new StorageSpec
                {
                    S3 = new S3Storage
                    {
                        Endpoint = "https://s3.example",
                        Bucket = "b",
                        CredentialsSecretRef = new SecretReference { Name = "s3" }
                    }
                },
            },
        };

        await using var targets = await MetadataTargets.TargetsAsync(spec, new OmsWorld(), api);

        targets.Redactor.Redact("refused: canary-not-a-real-key").ShouldBe("refused: ***");
    }
}
