using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Snapshots;

public sealed class RetentionRunTests
{
    private static readonly RetentionSpec KeepOne = new() { KeepLast = 1 };

    private readonly SnapshotWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policy_of_newest_snapshot_removes_older_ones_and_reports()
    {
        await _world.AddAsync("a", 3, KeepOne);
        await _world.AddAsync("b", 2);
        await _world.AddAsync("c", 1, new RetentionSpec { KeepLast = 2 });
        await SweepAsync();

        _world.Archive.Removed.ShouldBe(["a-id-1"]);
        var expired = await _world.GetAsync("a");
        expired.Status!.Phase.ShouldBe(BackupSnapshotPhases.Expired);
        expired.Status.Verified.ShouldBeNull();
        expired.Status.Conditions.Single(c => c.Type == ConditionTypes.Ready)
            .ShouldSatisfyAllConditions(c => c.Status.ShouldBe("True"), c => c.Reason.ShouldBe(Reasons.Expired));
        expired.Status.Conditions.Single(c => c.Type == ConditionTypes.Usable)
            .ShouldSatisfyAllConditions(c => c.Status.ShouldBe("False"), c => c.Reason.ShouldBe(Reasons.Expired));
        expired.Status.Conditions.ShouldNotContain(c => c.Type == ConditionTypes.Reconciling);
        _world.Events.All.ShouldContain(e => e.Object == "a" && e.Reason == Reasons.Expired
            && e.Message.Contains("newest 2", StringComparison.Ordinal));
        _world.Events.All.ShouldContain(e => e.Object == "c" && e.Reason == Reasons.Expired
            && e.Message.Contains("files of a ", StringComparison.Ordinal));

        // Ended: nothing is written or removed again.
        var requests = _world.Api.Log.Count(l => !l.Contains("list", StringComparison.Ordinal));
        await SweepAsync();
        (await _world.Controller.ReconcileAsync(expired, Token)).RequeueAfter.ShouldBeNull();
        _world.Api.Log.Count(l => !l.Contains("list", StringComparison.Ordinal)).ShouldBe(requests);
    }

    [Fact]
    public async Task Policy_leaves_other_series_databases_namespaces_and_orphan_files()
    {
        await _world.AddAsync("a", 5);
        await _world.AddAsync("named", 4, series: "other");
        await _world.AddAsync("databases", 4, databases: ["rm", "cm"]);
        await _world.AddAsync("tenant", 4, space: "tenant");
        _world.Archive.Manifests["orphan/"] = FakeArchive.Manifest("orphan", _world.Time.GetUtcNow().AddDays(-9), "rm");
        await _world.AddAsync("z", 0, KeepOne);
        await SweepAsync();
        _world.Archive.Removed.ShouldBe(["a-id-1"]);
    }

    [Theory]
    [InlineData("snapshotRef")]
    [InlineData("rollbackSnapshotRef")]
    [InlineData("uid from another namespace")]
    [InlineData("label")]
    [InlineData("database")]
    [InlineData("restore")]
    [InlineData("files")]
    [InlineData("damaged")]
    [InlineData("unreadable")]
    public async Task Snapshot_that_may_be_needed_is_kept(string by)
    {
        var old = await _world.AddAsync("a", 5);
        await _world.AddAsync("z", 0, KeepOne);
        await ReferAsync(old, by);
        await SweepAsync();
        _world.Archive.Removed.ShouldBeEmpty();
        (await _world.PhaseAsync("a")).ShouldBe(BackupSnapshotPhases.Succeeded);
        if (by != "unreadable")
        {
            _world.Events.All.ShouldContain(e => e.Object == "a" && e.Reason == Reasons.RetentionKept);
        }
    }

    [Theory]
    [InlineData("snapshotRef")]
    [InlineData("rollbackSnapshotRef")]
    [InlineData("label")]
    public async Task Upgrade_after_cleanup_no_longer_protects_its_snapshot(string by)
    {
        var old = await _world.AddAsync("a", 5);
        await _world.AddAsync("z", 0, KeepOne);
        await ReferAsync(old, by);
        var upgrade = (await _world.Api.GetAsync<OmsUpgrade>("up", SnapshotWorld.Space))!;
        await SweepAsync();
        _world.Archive.Removed.ShouldBeEmpty();

        await _world.Api.UpdateStatusAsync(upgrade with
        {
            Status = (upgrade.Status ?? new OmsUpgradeStatus()) with { CleanedUpAt = _world.Time.GetUtcNow() },
        });
        await SweepAsync();
        _world.Archive.Removed.ShouldBe(["a-id-1"]);
    }

    [Fact]
    public async Task Newest_good_snapshot_stays_when_newer_one_is_damaged()
    {
        await _world.AddAsync("a", 5);
        await _world.AddAsync("b", 4);
        await _world.AddAsync("z", 0, new RetentionSpec { KeepFor = "1h" });
        _world.Archive.Damaged.Add("z-id-1/");
        await SweepAsync();
        _world.Archive.Removed.ShouldBe(["a-id-1"]);
    }

    [Fact]
    public async Task Interrupted_removal_is_finished_by_the_next_run()
    {
        await _world.AddAsync("a", 5);
        await _world.AddAsync("z", 0, KeepOne);
        _world.Archive.BeforeRemove = _ => throw new OperationCanceledException("the operator is dead");
        await Should.ThrowAsync<OperationCanceledException>(SweepAsync);
        (await _world.PhaseAsync("a")).ShouldBe(BackupSnapshotPhases.Expiring);

        _world.Archive.BeforeRemove = null;
        _world.Archive.Marked = false;
        await SweepAsync();
        (await _world.PhaseAsync("a")).ShouldBe(BackupSnapshotPhases.Expiring, "the storage is another than it was");

        _world.Archive.Marked = true;
        await SweepAsync();
        (await _world.PhaseAsync("a")).ShouldBe(BackupSnapshotPhases.Expired);
        _world.Archive.Removed.ShouldBe(["a-id-1"]);
    }

    [Fact]
    public async Task Restore_begun_during_marking_keeps_the_snapshot()
    {
        await _world.AddAsync("a", 5);
        await _world.AddAsync("z", 0, KeepOne);
        _world.Api.After = async request =>
        {
            if (request.Verb == "update" && request.Name == "a"
                && await _world.PhaseAsync("a") == BackupSnapshotPhases.Expiring
                && await _world.Api.GetAsync<SnapshotRestore>("back", SnapshotWorld.Space) is null)
            {
                await _world.Api.CreateAsync(
                    Restore(new SnapshotRestoreSpec { SnapshotRef = new SnapshotReference { Name = "a" } }));
            }
        };
        await SweepAsync();
        _world.Archive.Removed.ShouldBeEmpty();
        (await _world.PhaseAsync("a")).ShouldBe(BackupSnapshotPhases.Succeeded);
    }

    [Fact]
    public async Task Unusable_storage_delays_removal_until_next_run()
    {
        await _world.AddAsync("a", 5);
        await _world.AddAsync("z", 0, KeepOne);
        _world.Archive.BeforeRemove = _ => throw new SnapshotException(
            SnapshotFailure.StorageUnusable, "the volume is away");
        await SweepAsync();
        _world.Archive.BeforeRemove = null;
        await SweepAsync();
        (await _world.PhaseAsync("a")).ShouldBe(BackupSnapshotPhases.Expired);
    }

    [Fact]
    public async Task Unexpected_failure_does_not_end_the_retention_run()
    {
        await _world.AddAsync("a", 5);
        await _world.AddAsync("z", 0, KeepOne);
        var failures = 0;
        _world.Api.Before = request => request.Verb == "list" && failures++ == 0
            ? throw new InvalidOperationException("nobody thought of that")
            : Task.CompletedTask;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Token);
        bound.CancelAfter(Wait.Limit);
        var running = new RetentionRun(_world.Services).RunAsync(bound.Token);
        while (!running.IsCompleted && _world.Archive.Removed.Count == 0)
        {
            _world.Services.Retention.Set();
            _world.Time.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        running.IsCompleted.ShouldBeFalse();
        await bound.CancelAsync();
        await running;
        _world.Archive.Removed.ShouldBe(["a-id-1"]);
    }

    [Fact]
    public async Task Earlier_attempts_are_kept_and_removed_with_their_snapshot()
    {
        var old = await _world.AddAsync("a", 5, change: s => s with { Status = s.Status! with { Attempt = 2 } });
        await _world.AddAsync("z", 0, KeepOne);
        var first = SnapshotTake.IdOf(old, 1);
        _world.Archive.Manifests[$"{first}/"] = FakeArchive.Manifest(first, _world.Time.GetUtcNow().AddDays(-5), "rm");
        await _world.Api.CreateAsync(Restore(
            new SnapshotRestoreSpec { Files = new SnapshotFiles { Storage = old.StoredIn(), Path = first } }));
        await SweepAsync();
        _world.Archive.Removed.ShouldBeEmpty();

        await _world.Api.DeleteAsync<SnapshotRestore>("back", SnapshotWorld.Space, cancellationToken: Token);
        await SweepAsync();
        _world.Archive.Removed.ShouldBe([first, "a-id-1"]);
    }

    [Fact]
    public async Task Protected_snapshot_is_never_removed_with_any_references()
    {
        string[] ways =
        [
            "snapshotRef", "rollbackSnapshotRef", "label", "database", "restore", "files", "damaged", "unreadable",
            "none", "none", "none"
        ];
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var world = new SnapshotWorld();
            var kept = new List<string>();
            var count = random.Next(1, 7);
            for (var i = 0; i < count; i++)
            {
                var snapshot = await world.AddAsync(
                    $"s{i}", count - i, new RetentionSpec { KeepLast = random.Next(1, 3) });
                var way = ways[random.Next(ways.Length)];
                if (way != "none")
                {
                    kept.Add($"s{i}-id-1");
                    await ReferAsync(world, snapshot, way, $"x{i}");
                }
            }

            for (var sweep = 0; sweep < 4; sweep++)
            {
                world.Time.Advance(TimeSpan.FromDays(1));
                await new RetentionRun(world.Services).SweepAsync(Token);
            }

            world.Archive.Removed.Intersect(kept).ShouldBeEmpty($"seed {seed}");
            var good = Enumerable.Range(0, count).Select(i => $"s{i}-id-1").Where(id =>
                !world.Archive.Damaged.Contains($"{id}/") && !world.Archive.Unreadable.Contains($"{id}/")).ToList();
            if (good.Count > 0)
            {
                world.Archive.Removed.ShouldNotContain(good[^1], $"seed {seed}");
            }
        }
    }

    [Fact]
    public async Task Deletion_of_files_waits_for_upgrade_that_can_roll_back()
    {
        var old = await _world.AddAsync("a", 5, change: s => s with
        {
            Spec = s.Spec with { DeletionPolicy = DeletionPolicy.Delete },
            Metadata = s.Metadata with { Finalizers = [Labels.SnapshotFinalizer] }
        });
        await ReferAsync(old, "snapshotRef");
        await _world.Api.DeleteAsync<BackupSnapshot>("a", SnapshotWorld.Space, cancellationToken: Token);
        await _world.UntilAsync("a", BackupSnapshotPhases.Deleting);
        (await _world.GetAsync("a")).Status!.Conditions.ShouldContain(c => c.Reason == Reasons.FilesInUse);
        _world.Archive.Removed.ShouldBeEmpty();

        await _world.Api.DeleteAsync<OmsUpgrade>("up", SnapshotWorld.Space, cancellationToken: Token);
        await _world.UntilAsync("a");
        _world.Archive.Removed.ShouldBe(["a-id-1"]);
    }

    // What is announced is removed a day later.
    private async Task SweepAsync()
    {
        await new RetentionRun(_world.Services).SweepAsync(Token);
        _world.Time.Advance(TimeSpan.FromDays(1));
        await new RetentionRun(_world.Services).SweepAsync(Token);
    }

    private Task ReferAsync(BackupSnapshot snapshot, string by) => ReferAsync(_world, snapshot, by, "");

    private static async Task ReferAsync(SnapshotWorld world, BackupSnapshot snapshot, string by, string suffix)
    {
        var reference = new SnapshotReference { Name = snapshot.Metadata.Name };
        var space = by == "uid from another namespace" ? "elsewhere" : SnapshotWorld.Space;
        var status = by switch
        {
            "snapshotRef" => new OmsUpgradeStatus { Phase = RunPhases.Succeeded, SnapshotRef = reference },
            "rollbackSnapshotRef" =>
                new OmsUpgradeStatus { Phase = RunPhases.RolledBack, RollbackSnapshotRef = reference },
            "uid from another namespace" => new OmsUpgradeStatus
            {
                Phase = RunPhases.Failed,
                SnapshotRef = reference with { Uid = snapshot.Metadata.Uid }
            },
            "label" => new OmsUpgradeStatus { Phase = OmsUpgradePhases.Backup },
            _ => null,
        };
        if (status is not null)
        {
            var upgrade = await world.Api.CreateAsync(new OmsUpgrade
            {
                Metadata = new() { Name = "up" + suffix, Namespace = space },
                Spec = OmsWorld.AnySpec
            });
            await world.Api.UpdateStatusAsync(upgrade with { Status = status });
            if (by == "label")
            {
                var now = await world.GetAsync(snapshot.Metadata.Name);
                await world.Api.UpdateAsync(now with
                {
                    Metadata = now.Metadata with
                    {
                        Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            [Labels.UpgradeUid] = upgrade.Metadata.Uid!
                        }
                    }
                });
            }
        }

        switch (by)
        {
            case "database":
                var database = await world.Api.CreateAsync(new DatabaseRollingUpgrade
                {
                    Metadata = new() { Name = "db" + suffix, Namespace = space },
                    Spec = new YugaWorld().Spec
                });
                await world.Api.UpdateStatusAsync(database with
                {
                    Status = new DatabaseRollingUpgradeStatus { Phase = RunPhases.Succeeded, SnapshotRef = reference }
                });
                break;
            case "restore":
                await world.Api.CreateAsync(Restore(new SnapshotRestoreSpec { SnapshotRef = reference }, suffix));
                break;
            case "files":
                await world.Api.CreateAsync(Restore(
                    new SnapshotRestoreSpec
                    {
                        Files = new SnapshotFiles { Storage = snapshot.StoredIn(), Path = snapshot.Status!.Path! }
                    },
                    suffix));
                break;
            case "damaged":
                world.Archive.Damaged.Add(snapshot.Status!.Path!);
                break;
            case "unreadable":
                world.Archive.Unreadable.Add(snapshot.Status!.Path!);
                break;
        }
    }

    private static SnapshotRestore Restore(SnapshotRestoreSpec spec, string suffix = "") => new()
    {
        Kind = SnapshotRestore.KindName,
        Metadata = new() { Name = "back" + suffix, Namespace = SnapshotWorld.Space },
        Spec = spec
    };
}
