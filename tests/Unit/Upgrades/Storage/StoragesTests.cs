using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;
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
        using var storages = new Storages(Api(time), new StorageRoots(["/var/lib/drydock/snapshots"]), time);
        IStoragePlaces places = storages;
        var outside = At("/var/run/secrets/kubernetes.io/serviceaccount");
        var refused = await Should.ThrowAsync<SnapshotException>(() => storages.OpenAsync(outside, "oms", Token));
        StorageReasons.Of(refused).ShouldBe(Reasons.InvalidSpec);
        var finding = places.Refusals([(outside, "spec.package.archives[db].storage"), (At("/var/lib/drydock/snapshots/a"), "x"), (null, "y")], "oms").ShouldHaveSingleItem();
        (finding.Reason, finding.Field, finding.Message).ShouldBe((Reasons.InvalidSpec, "spec.package.archives[db].storage", refused.Message));
        storages.Describe(At("/var/lib/drydock/snapshots/a"), "oms").ShouldBe("directory /var/lib/drydock/snapshots/oms/a");
        (await storages.OpenAsync(At("/var/lib/drydock/snapshots/a"), "oms", Token)).Description.ShouldBe("directory /var/lib/drydock/snapshots/oms/a");
        new BackupStorageProbe(storages).Refusal(outside, "oms").ShouldBe(refused.Message);
        storages.Refusal(Bucket("b"), "oms").ShouldBeNull();
    }

    [Fact]
    public async Task Idle_S3_clients_are_bounded_for_many_buckets_and_keys()
    {
        var time = new ManualTimeProvider();
        var api = Api(time);
        await api.CreateAsync(Keys("one"), Token);
        using var storages = new Storages(api, new StorageRoots([]), time);
        for (var i = 0; i < S3Clients.MostIdle + 20; i++)
        {
            await storages.OpenAsync(Bucket($"bucket-{i}"), "oms", Token);
        }

        storages.Clients.ShouldBe(S3Clients.MostIdle);

        // A place stays usable after its client was closed: it makes another.
        for (var i = 0; i < 100; i++)
        {
            await api.UpdateAsync((await api.GetAsync<V1Secret>("s3", "oms", Token))! with { Data = Data($"rotated-{i}") }, Token);
            await storages.OpenAsync(Bucket("bucket-0"), "oms", Token);
        }

        storages.Clients.ShouldBe(S3Clients.MostIdle);
    }

    [Fact]
    public void S3_client_in_use_survives_while_idle_surplus_is_closed()
    {
        using var clients = new S3Clients(TimeProvider.System);
        var options = new S3StorageOptions { Endpoint = new Uri("http://127.0.0.1:1"), Bucket = "b", AccessKey = "a", SecretKey = "s" };
        var used = clients.Rent("used", options);
        for (var i = 0; i < S3Clients.MostIdle + 5; i++)
        {
            clients.Rent($"idle-{i}", options).Dispose();
        }

        clients.Count.ShouldBe(S3Clients.MostIdle + 1);
        using (var again = clients.Rent("used", options))
        {
            again.Storage.ShouldBeSameAs(used.Storage);
        }

        used.Dispose();
        used.Dispose();
        clients.Count.ShouldBe(S3Clients.MostIdle);
        clients.Dispose();
        clients.Count.ShouldBe(0);
        Should.Throw<ObjectDisposedException>(() => clients.Rent("used", options));
    }

    private static StorageSpec At(string path) => new() { Directory = new DirectoryStorage { Path = path } };

    private static StorageSpec Bucket(string name) =>
        new() { S3 = new S3Storage { Endpoint = "https://s3.example", Bucket = name, CredentialsSecretRef = new SecretReference { Name = "s3" } } };

    private static InMemoryApi Api(TimeProvider time) =>
        new(WorldJson.Crds, time);

    private static Dictionary<string, byte[]> Data(string text) =>
        OmsWorld.Bytes(("accessKey", text), ("secretKey", text));

    private static V1Secret Keys(string text) =>
        new() { Metadata = new V1ObjectMeta { Name = "s3", Namespace = "oms" }, Data = Data(text) };
}
