namespace Drydock.Tests.Unit.Snapshots;

/// <summary>
/// What was restored once is not restored again because a status was lost or a manifest was applied again.
/// </summary>
public sealed class NotAfterTests
{
    private static readonly string[] Statements = ["look", "sessions", "end sessions"];
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Restore_that_could_not_begin_within_a_day_of_its_approval_drops_nothing()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(RestoreWorld.Spec with { NotAfter = null, Timeout = "48h" });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);
        _world.Time.Advance(TimeSpan.FromHours(25));
        _world.Server.Sessions.Clear();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);
        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Stalled).ShouldBe($"True/{Reasons.TooLate}");
        status.Message.ShouldBeWorded();
        _world.Server.Drops.ShouldBeEmpty();

        await _world.ChangeAsync(s => s with { NotAfter = _world.Time.GetUtcNow() + TimeSpan.FromHours(1) });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Same_word_spelt_otherwise_gives_no_other_day()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(RestoreWorld.Spec with { NotAfter = null, Timeout = "48h" });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Approvals is [{ Accepted: true }]);
        var (what, hash) = (await _world.StatusAsync()).Approvals.Single().Word.Split('@') is [var w, var h]
            ? (w, h) : default;
        _world.Time.Advance(TimeSpan.FromHours(23));
        await _world.AnnotateAsync(Annotations.Approve, $"{what}@{hash.ToUpperInvariant()}");
        await _world.AnnotateAsync(Annotations.Retry, "1");
        await op.UntilAsync(r => r!.Status!.UsedTokens.Count == 1
            && r.Status.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);
        _world.Time.Advance(TimeSpan.FromHours(2));
        _world.Server.Sessions.Clear();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);

        (await _world.StatusAsync()).Standing(ConditionTypes.Stalled).ShouldBe($"True/{Reasons.TooLate}");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Approval_that_ended_lets_no_later_plan_be_too_late()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(RestoreWorld.Spec with { NotAfter = null, Timeout = "48h" });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Approvals is [{ Accepted: true }]);
        _world.Server.Databases.Remove("cm");
        _world.Server.Sessions.Clear();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        _world.Time.Advance(TimeSpan.FromHours(25));
        await _world.ApproveAsync();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);

        (await _world.StatusAsync()).Phase.ShouldBe(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Restore_of_an_upgrade_needs_no_approval()
    {
        await _world.CreateAsync(owners: await _world.UpgradeAsync());
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Restore_that_its_upgrade_no_longer_awaits_needs_an_approval()
    {
        await _world.CreateAsync(owners: await _world.UpgradeAsync(waits: StepState.Succeeded));
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned, SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Repeated_restore_after_notAfter_sends_no_statement(bool deleted)
    {
        var spec = RestoreWorld.Spec with { NotAfter = _world.Time.GetUtcNow() + TimeSpan.FromHours(2) };
        await _world.CreateAsync(spec);
        await using (var first = new RestoreOperator(_world))
        {
            await first.UntilAsync(r => r!.Status?.Phase == SnapshotRestorePhases.Succeeded
                && r.Metadata.Finalizers is not { Count: > 0 });
        }

        _world.Time.Advance(TimeSpan.FromDays(30));
        var before = (await _world.GetAsync())!;
        if (deleted)
        {
            await _world.Api.DeleteAsync<SnapshotRestore>(RestoreWorld.Name, RestoreWorld.Space);
            await _world.Api.CreateAsync(new SnapshotRestore
            {
                Kind = SnapshotRestore.KindName,
                Metadata = new() { Name = RestoreWorld.Name, Namespace = RestoreWorld.Space, Generation = 1 },
                Spec = spec
            });
        }
        else
        {
            await _world.Api.UpdateStatusAsync(before with { Status = null });
        }

        _world.Server.Drops.Clear();
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Stalled).ShouldBe($"True/{Reasons.TooLate}");
        status.Message.ShouldNotBeNull().ShouldContain("has passed");
        NothingReached(op);
        await op.OnceAsync();
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_that_waited_until_notAfter_for_sessions_drops_nothing()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync(
            RestoreWorld.Spec with { NotAfter = _world.Time.GetUtcNow() + TimeSpan.FromMinutes(30) });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.SessionsOpen);
        _world.Time.Advance(TimeSpan.FromHours(1));
        _world.Server.Sessions.Clear();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);
        (await _world.StatusAsync()).Standing(ConditionTypes.Stalled).ShouldBe($"True/{Reasons.TooLate}");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_begun_before_notAfter_continues_to_its_end()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { NotAfter = _world.Time.GetUtcNow() + TimeSpan.FromHours(1) });
        await using (var first = new RestoreOperator(_world))
        {
            await first.UntilAsync(r => r!.Status?.Databases.Exists(d => d.State != RestoreState.Pending) == true);
            first.Life.Die();
        }

        _world.Time.Advance(TimeSpan.FromHours(5));
        await using var second = new RestoreOperator(_world);
        await second.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Phase.ShouldBe(SnapshotRestorePhases.Succeeded);
    }

    private void NothingReached(RestoreOperator op)
    {
        _world.Server.Drops.ShouldBeEmpty();
        op.Life.Points.Intersect(Statements, StringComparer.Ordinal).ShouldBeEmpty();
        op.Loader.Checked.ShouldBeEmpty();
    }
}
