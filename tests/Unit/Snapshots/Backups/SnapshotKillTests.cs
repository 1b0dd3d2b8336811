namespace Drydock.Tests.Unit.Snapshots;

/// <summary>
/// The operator dies at every point of a snapshot with a restore test; its successor ends with the one snapshot.
/// </summary>
public sealed class SnapshotKillTests
{
    private const string Name = "snap";

    [Fact]
    public async Task Successor_completes_snapshot_killed_at_any_point()
    {
        var undisturbed = new RestoreLife("operator");
        await EndedAsync(await CreateAsync(undisturbed));
        List<(string Point, int Nth)> points = [.. undisturbed.Points.GroupBy(p => p).SelectMany(
            g => Enumerable.Range(1, g.Count()).Select(n => (g.Key, n)))];
        points.Count.ShouldBeGreaterThan(8);
        foreach (var point in points)
        {
            var life = new RestoreLife("first", point);
            var first = await CreateAsync(life);
            try
            {
                await first.UntilAsync(Name, BackupSnapshotPhases.Succeeded);
            }
            catch (OperationCanceledException) when (life.IsDead)
            {
                await first.Controller.DisposeAsync();
            }

            await EndedAsync(new SnapshotWorld(before: first), $"killed at {point}");
        }
    }

    private static async Task<SnapshotWorld> CreateAsync(RestoreLife life)
    {
        var world = new SnapshotWorld(life);
        await world.Api.CreateAsync(new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "db", Namespace = SnapshotWorld.Space },
            Data = OmsWorld.Bytes(("username", "u"), ("password", "p")),
        });
        await world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta { Name = Name, Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "db.example",
                    CredentialsSecretRef = new SecretReference { Name = "db" }
                },
                Databases = ["rm"],
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/snapshots" } },
                Verify = SnapshotVerification.RestoreTest,
            },
        });
        return world;
    }

    private static async Task EndedAsync(SnapshotWorld world, string where = "undisturbed")
    {
        await world.UntilAsync(Name, BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);
        var snapshot = await world.GetAsync(Name);
        (snapshot.Status!.Phase, snapshot.Status.Verified, snapshot.Status.Attempt)
            .ShouldBe((BackupSnapshotPhases.Succeeded, SnapshotVerification.RestoreTest, 1), where);
        world.Archive.Manifests.Keys.ShouldHaveSingleItem(where).ShouldBe(snapshot.Status.Path, where);
        world.Archive.Taken.Count.ShouldBeLessThanOrEqualTo(2, where);
        world.Archive.Tested.ShouldNotBeEmpty(where);
        await world.Controller.DisposeAsync();
    }
}
