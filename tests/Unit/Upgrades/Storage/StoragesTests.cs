using DirectoryStorage = Drydock.Crds.Common.DirectoryStorage;
using S3Storage = Drydock.Crds.Common.S3Storage;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class StoragesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Directory_outside_the_roots_is_invalid()
    {
        var time = new ManualTimeProvider();
        var storages = new Storages(Api(time), new StorageRoots(["/var/lib/drydock/snapshots"]), time);
        IStorages places = storages;
        var outside = At("/var/run/secrets/kubernetes.io/serviceaccount");
        var refused = await Should.ThrowAsync<SnapshotException>(() => storages.OpenAsync(outside, "oms", Token));
        StorageReasons.Of(refused).ShouldBe(Reasons.InvalidSpec);
        var finding = places.Refusals(
            [(outside, "spec.package.archives[db].storage"), (At("/var/lib/drydock/snapshots/a"), "x"), (null, "y")],
            "oms").ShouldHaveSingleItem();
        (finding.Reason, finding.Field, finding.Message)
            .ShouldBe((Reasons.InvalidSpec, "spec.package.archives[db].storage", refused.Message));
        storages.Describe(At("/var/lib/drydock/snapshots/a"), "oms")
            .ShouldBe("directory /var/lib/drydock/snapshots/oms/a");
        (await storages.OpenAsync(At("/var/lib/drydock/snapshots/a"), "oms", Token)).Description
            .ShouldBe("directory /var/lib/drydock/snapshots/oms/a");
        storages.Refusal(outside, "oms").ShouldBe(refused.Message);
        storages.Refusal(Bucket("b"), "oms").ShouldBeNull();
    }

    [Fact]
    public async Task Spec_without_a_storage_has_the_first_root()
    {
        var time = new ManualTimeProvider();
        new Storages(Api(time), new StorageRoots(["/snapshots", "/images"]), time).DefaultDirectory
            .ShouldBe("/snapshots");
        var none = new Storages(Api(time), new StorageRoots([]), time);
        var nowhere = StorageSpec.Default(none.DefaultDirectory);

        none.Refusal(nowhere, "oms").ShouldNotBeNull().ShouldContain("--storage-root");
        var refused = await Should.ThrowAsync<SnapshotException>(() => none.OpenAsync(nowhere, "oms", Token));
        (StorageReasons.Of(refused), SnapshotReasons.Of(refused.Failure))
            .ShouldBe((Reasons.InvalidSpec, Reasons.InvalidSpec));
    }

    [Fact]
    public async Task S3_clients_are_bounded_for_many_buckets_and_keys()
    {
        var time = new ManualTimeProvider();
        var api = Api(time);
        await api.CreateAsync(Keys("one"), Token);
        var storages = new Storages(api, new StorageRoots([]), time);
        for (var i = 0; i < Storages.MostClients + 20; i++)
        {
            await storages.OpenAsync(Bucket($"bucket-{i}"), "oms", Token);
        }

        storages.Clients.ShouldBe(Storages.MostClients);
        for (var i = 0; i < 100; i++)
        {
            await api.UpdateAsync(
                (await api.GetAsync<V1Secret>("s3", "oms", Token))! with { Data = Data($"rotated-{i}") }, Token);
            await storages.OpenAsync(Bucket("bucket-0"), "oms", Token);
        }

        storages.Clients.ShouldBe(Storages.MostClients);
    }

    [Fact]
    public async Task S3_storage_in_use_survives_many_others()
    {
        await using var s3 = await FakeS3.StartAsync();
        var api = Api(TimeProvider.System);
        await api.CreateAsync(Keys("one"), Token);
        var storages = new Storages(api, new StorageRoots([]), TimeProvider.System, EndpointPolicy.Unrestricted);
        var used = await storages.OpenAsync(Bucket("bucket", s3.Options().Endpoint.ToString()), "oms", Token);
        (await used.StatAsync("a", Token)).ShouldBeNull();
        for (var i = 0; i < Storages.MostClients; i++)
        {
            await storages.OpenAsync(Bucket($"bucket-{i}"), "oms", Token);
        }

        (await storages.OpenAsync(Bucket("bucket", s3.Options().Endpoint.ToString()), "oms", Token))
            .ShouldNotBeSameAs(used);
        (await used.StatAsync("a", Token)).ShouldBeNull();
    }

    private static StorageSpec At(string path) => new() { Directory = new DirectoryStorage { Path = path } };

    private static StorageSpec Bucket(string name, string endpoint = "https://s3.example") =>
        new()
        {
            S3 = new S3Storage
            {
                Endpoint = endpoint,
                Bucket = name,
                CredentialsSecretRef = new SecretReference { Name = "s3" }
            }
        };

    private static FakeKubernetes Api(TimeProvider time) =>
        new(WorldJson.Crds, time);

    private static Dictionary<string, byte[]> Data(string text) =>
        OmsWorld.Bytes(("accessKey", text), ("secretKey", text));

    private static V1Secret Keys(string text) =>
        new() { Metadata = new V1ObjectMeta { Name = "s3", Namespace = "oms" }, Data = Data(text) };
}
