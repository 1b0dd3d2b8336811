namespace Drydock.Tests.Unit.Snapshots;

public sealed class RestoreDeletionTests
{
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Restore_deleted_before_the_first_drop_is_removed_at_once()
    {
        _world.Server.Connect("alice", "cm");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);
        await DeleteAsync();
        await op.UntilAsync(r => r is null);
        _world.Server.Drops.ShouldBeEmpty();
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleted_restore_finishes_current_database_and_begins_no_other()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Meanwhile = _ => DeleteAsync();
        await op.UntilAsync(r => r is null);
        _world.Server.Drops.ShouldBe(["rm"]);
        _world.Server.Databases["rm"].ShouldBe(_world.Snapshots.ContentOf("rm"));
        _world.Server.Databases["cm"].ShouldBe("cm of today");
        (await _world.ClaimsAsync()).ShouldBeEmpty();
        _world.Events.All.ShouldContain(e => e.IsWarning && e.Reason == Reasons.Abandoned
            && e.Message.Contains("cm Pending", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restore_replaced_and_deleted_while_it_loads_still_finishes_the_database()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Meanwhile = async _ =>
        {
            await _world.EditAsync(now => now with { Metadata = now.Metadata with { Finalizers = null } });
            while ((await _world.GetAsync())!.Metadata.Finalizers?.Contains(Labels.RestoreFinalizer) != true)
            {
                // The reconciles go on beside the load.
                await Task.Yield();
            }

            await DeleteAsync();
        };
        await op.UntilAsync(r => r is null);
        _world.Server.Databases["rm"].ShouldBe(_world.Snapshots.ContentOf("rm"));
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Successor_finishes_half_restored_database_of_deleted_restore()
    {
        await _world.CreateAsync();
        await using (var first = new RestoreOperator(_world, new RestoreLife("first", at: ("mid load rm", 1))))
        {
            await first.UntilAsync(static _ => false);
        }

        await DeleteAsync();
        await using var second = new RestoreOperator(_world);
        await second.UntilAsync(r => r is null);
        _world.Server.Databases["rm"].ShouldBe(_world.Snapshots.ContentOf("rm"));
        _world.Server.Databases["cm"].ShouldBe("cm of today");
    }

    [Fact]
    public async Task Deleted_restore_of_an_upgrade_finishes_every_database()
    {
        await _world.CreateAsync(owners: await _world.UpgradeAsync());
        await using var op = new RestoreOperator(_world);
        op.Loader.Meanwhile = _ => DeleteAsync();
        await op.UntilAsync(r => r is null);
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
        _world.Server.Databases["cm"].ShouldBe(_world.Snapshots.ContentOf("cm"));
    }

    [Fact]
    public async Task Abandoned_restore_is_removed_at_once_and_reports_incomplete_databases()
    {
        await _world.CreateAsync();
        var life = new RestoreLife("first", at: ("mid load rm", 1));
        await using (var first = new RestoreOperator(_world, life))
        {
            await first.UntilAsync(static _ => false);
        }

        await _world.AnnotateAsync(Annotations.OnDelete, Annotations.Abandon);
        await DeleteAsync();
        await using var second = new RestoreOperator(_world);
        await second.UntilAsync(r => r is null);
        _world.Server.Databases["rm"].ShouldBe("half");
        _world.Events.All.ShouldContain(e => e.IsWarning && e.Reason == Reasons.Abandoned
            && e.Message.Contains("rm contains neither", StringComparison.Ordinal));
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Failed_restore_is_removed_at_once_and_reported_as_abandoned()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = _ => new SnapshotException(SnapshotFailure.LoadFailed, "mysql ended with 1: ERROR 1064");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        await DeleteAsync();
        await op.UntilAsync(r => r is null);
        _world.Events.All.ShouldContain(e => e.IsWarning && e.Reason == Reasons.Abandoned);
    }

    private async Task DeleteAsync() =>
        await _world.Api.DeleteAsync<SnapshotRestore>(RestoreWorld.Name, RestoreWorld.Space);
}
