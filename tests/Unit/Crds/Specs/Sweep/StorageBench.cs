using DirectoryStorage = Drydock.Crds.Common.DirectoryStorage;
using S3Storage = Drydock.Crds.Common.S3Storage;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>
/// What the operator opens for a storage of a spec. One storage is opened once, so another object is another storage.
/// </summary>
internal static class StorageBench
{
    private static readonly S3Storage Bucket = new()
    {
        Endpoint = "https://s3.example:9000",
        Bucket = "dumps",
        Prefix = "oms",
        CredentialsSecretRef = new SecretReference { Name = "s3" },
    };

    /// <summary>Proofs for all fields of a storage of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="path">Path of the storage below spec.</param>
    public static IEnumerable<FieldProof> Fields(string kind, string path)
    {
        yield return new(kind, $"{path}.directory.path", () => AnotherAsync(Directory("/a"), Directory("/b")));
        yield return new(kind, $"{path}.s3.endpoint", () => AnotherAsync(
            InBucket(Bucket), InBucket(Bucket with { Endpoint = "https://other.example" })));
        yield return new(kind, $"{path}.s3.bucket", () => AnotherAsync(
            InBucket(Bucket), InBucket(Bucket with { Bucket = "other" })));
        yield return new(kind, $"{path}.s3.prefix", () => AnotherAsync(
            InBucket(Bucket), InBucket(Bucket with { Prefix = "other" })));
        yield return new(
            kind, $"{path}.s3.region", () => AnotherAsync(InBucket(Bucket), InBucket(Bucket with { Region = "eu-1" })));
        yield return new(kind, $"{path}.s3.pathStyle", () => AnotherAsync(
            InBucket(Bucket), InBucket(Bucket with { PathStyle = false })));
        yield return new(kind, $"{path}.s3.credentialsSecretRef.name", TheSecretOpensIt);
        yield return FieldProof.RefusedBySchema(kind, $"{path}.s3.insecure", $"{path}.s3", "self.insecure");
    }

    /// <summary>Other credentials open another connection; without the Secret nothing is opened.</summary>
    public static async Task TheSecretOpensIt()
    {
        await AnotherAsync(
            InBucket(Bucket), InBucket(Bucket with { CredentialsSecretRef = new SecretReference { Name = "other" } }));
        var refused = await Should.ThrowAsync<SnapshotException>(() => AnotherAsync(InBucket(Bucket), InBucket(
            Bucket with { CredentialsSecretRef = new SecretReference { Name = "absent" } })));
        refused.Message.ShouldContain("Secret absent");
    }

    private static StorageSpec Directory(string path) => new() { Directory = new DirectoryStorage { Path = path } };

    private static StorageSpec InBucket(S3Storage s3) => new() { S3 = s3 };

    private static async Task AnotherAsync(StorageSpec first, StorageSpec second)
    {
        var time = new ManualTimeProvider();
        var kubernetes = new FakeKubernetes(WorldJson.Crds, time);
        foreach (var name in new[] { "s3", "other" })
        {
            await kubernetes.CreateAsync(new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = name, Namespace = "oms" },
                Data = OmsWorld.Bytes(("accessKey", name), ("secretKey", name))
            });
        }

        var storages = new Storages(kubernetes, new StorageRoots(["/a", "/b"], time: time), time);
        var opened = await storages.OpenAsync(first, "oms", CancellationToken.None);
        if (first.S3 is not null)
        {
            await storages.OpenAsync(first, "oms", CancellationToken.None);
            storages.Clients.ShouldBe(1);
        }

        var other = await storages.OpenAsync(second, "oms", CancellationToken.None);
        if (first.S3 is not null)
        {
            storages.Clients.ShouldBe(2);
        }
        else
        {
            other.Description.ShouldNotBe(opened.Description);
        }
    }
}
