namespace Drydock.Tests.Unit.Snapshots;

/// <summary>
/// The operator dies, or stands still and goes on late, at every point of a restore; a successor takes over.
/// </summary>
public sealed class RestoreKillTests
{
    public static TheoryData<bool> Links => [false, true];

    [Theory]
    [MemberData(nameof(Links))]
    public async Task Successor_completes_restore_killed_at_any_point(bool linked)
    {
        foreach (var point in await UndisturbedAsync(linked))
        {
            var world = await CreateAsync(linked);
            var life = new RestoreLife("first", point, RestoreFate.Dies);
            await using (var first = new RestoreOperator(world, life))
            {
                await first.UntilAsync(IsOver);
            }

            var restored = await RestoredAsync(world);
            await using var second = new RestoreOperator(world);
            await second.UntilAsync(IsOver);
            await CheckAsync(world, $"killed at {point}");
            foreach (var database in restored)
            {
                world.Server.Drops.Count(d => d == database)
                    .ShouldBe(1, $"killed at {point}: {database} was Restored in status and is not touched again");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Links))]
    public async Task Frozen_restore_resumed_after_successor_changes_nothing(bool linked)
    {
        foreach (var point in await UndisturbedAsync(linked))
        {
            var world = await CreateAsync(linked);
            var life = new RestoreLife("first", point, RestoreFate.Freezes);
            var first = new RestoreOperator(world, life);
            var running = Task.Run(() => first.UntilAsync(IsOver), TestContext.Current.CancellationToken);
            await Task.WhenAny(life.Met, running);

            await using (var second = new RestoreOperator(world))
            {
                await second.UntilAsync(IsOver);
                await CheckAsync(world, $"frozen at {point}, before the thaw");
            }

            // The restored databases are in use again.
            var drops = world.Server.Drops.Count;
            world.Server.Databases["rm"] = world.Server.Databases["cm"] = "used since";
            var ended = world.Server.Ended.Count;
            world.Server.Connect("oms", "rm");
            life.Thaw();
            await running;
            for (var i = 0; i < 3; i++)
            {
                await first.OnceAsync();
            }

            await first.DisposeAsync();
            world.Server.Drops.Count.ShouldBe(drops, $"frozen at {point}");
            world.Server.Databases["rm"].ShouldBe("used since", $"frozen at {point}");
            world.Server.Databases["cm"].ShouldBe("used since", $"frozen at {point}");
            world.Server.Ended.Count.ShouldBe(ended, $"frozen at {point}");
        }
    }

    private static bool IsOver(SnapshotRestore? restore) =>
        restore?.Status?.Phase == SnapshotRestorePhases.Succeeded && restore.Metadata.Finalizers is not { Count: > 0 };

    private static async Task<RestoreWorld> CreateAsync(bool linked)
    {
        var world = new RestoreWorld();
        await world.CreateAsync(owners: linked ? await world.UpgradeAsync() : null);
        return world;
    }

    // Every point of a run by its name; reads between them differ from run to run and change nothing.
    private static async Task<IReadOnlyList<(string Point, int Nth)>> UndisturbedAsync(bool linked)
    {
        var world = await CreateAsync(linked);
        await using var op = new RestoreOperator(world);
        await op.UntilAsync(IsOver);
        await CheckAsync(world, "undisturbed");
        List<(string Point, int Nth)> points = [.. op.Life.Points.Where(p => p != "read").GroupBy(p => p)
            .SelectMany(g => Enumerable.Range(1, g.Count()).Select(n => (g.Key, n)))];
        points.Count.ShouldBeGreaterThan(40);

        // What is the same for both kinds of restore is gone through once.
        return linked
            ? [.. points.Where(p => !p.Point.Contains("status write", StringComparison.Ordinal)
                && !p.Point.Contains("finalizer", StringComparison.Ordinal))]
            : points;
    }

    private static async Task<IReadOnlyList<string>> RestoredAsync(RestoreWorld world) =>
        [.. ((await world.GetAsync())?.Status?.Databases ?? []).Where(d => d.State == RestoreState.Restored)
            .Select(d => d.Name)];

    private static async Task CheckAsync(RestoreWorld world, string where)
    {
        var restore = (await world.GetAsync())!;
        restore.Status!.Phase.ShouldBe(SnapshotRestorePhases.Succeeded, where);
        restore.Status.Databases.ShouldAll(d => d.State == RestoreState.Restored && d.TablesBefore == 7, where);
        world.Server.Databases["rm"].ShouldBe(world.Snapshots.ContentOf("rm"), where);
        world.Server.Databases["cm"].ShouldBe(world.Snapshots.ContentOf("cm"), where);
        world.Server.Drops.Distinct().ShouldBe(["rm", "cm"], ignoreOrder: true, where);
        (await world.ClaimsAsync()).Where(c => c.StartsWith("SnapshotRestore", StringComparison.Ordinal))
            .ShouldBeEmpty(where);
    }
}
