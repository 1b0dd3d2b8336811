namespace Drydock.Tests.Unit.Snapshots;

/// <summary>The Secret of the server is changed while a restore runs.</summary>
public sealed class SecretRotationTests
{
    [Theory]
    [InlineData("annotate")]
    [InlineData("rotate")]
    public async Task Restore_secret_touched_at_every_point_restores_each_database_once(string how)
    {
        var undisturbed = await RunAsync(null, how);
        undisturbed.Count.ShouldBeGreaterThan(20);
        for (var point = 1; point <= undisturbed.Count; point++)
        {
            await RunAsync(point, how);
        }
    }

    [Fact]
    public async Task Restore_secret_rotated_between_two_databases_counts_for_the_second()
    {
        var world = new RestoreWorld();
        await world.CreateAsync();
        await using var op = new RestoreOperator(world);
        op.Life.Passing = point =>
            point == "loaded rm" ? RotateAsync(world, "password", "new-one") : Task.CompletedTask;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        op.Loader.Passwords["rm"].ShouldBe(Canary.MetaPassword);
        op.Loader.Passwords["cm"].ShouldBe("new-one");
        world.Server.Drops.ShouldBe(["rm", "cm"]);
    }

    private static async Task<List<string>> RunAsync(int? at, string how)
    {
        var world = new RestoreWorld();
        await world.CreateAsync();
        await using var op = new RestoreOperator(world);
        var passed = 0;
        op.Life.Passing = async _ =>
        {
            if (Interlocked.Increment(ref passed) == at)
            {
                await RotateAsync(
                    world, how == "rotate" ? "password" : "notes.txt", at.Value.ToString(CultureInfo.InvariantCulture));
            }
        };
        await op.UntilAsync(
            r => r!.Status?.Phase == SnapshotRestorePhases.Succeeded && r.Metadata.Finalizers is not { Count: > 0 });
        world.Server.Drops.ShouldBe(["rm", "cm"], $"{how} at {at}");
        world.Server.Databases["cm"].ShouldBe(world.Snapshots.ContentOf("cm"));
        (await world.ClaimsAsync()).ShouldBeEmpty();
        return [.. op.Life.Points.Where(p => p != "read")];
    }

    private static async Task RotateAsync(RestoreWorld world, string key, string value)
    {
        var secret = (await world.Api.GetAsync<V1Secret>("db", RestoreWorld.Space))!;
        await world.Api.UpdateAsync(secret with
        {
            Metadata = secret.Metadata with
            {
                Annotations =
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["example.com/refreshed"] = value }
            },
            Data = new Dictionary<string, byte[]>(secret.Data!, StringComparer.Ordinal)
            {
                [key] = Encoding.UTF8.GetBytes(value)
            },
        });
    }
}
