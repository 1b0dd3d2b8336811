namespace Drydock.Tests.Unit.Snapshots;

public sealed class RestoreTests
{
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Successful_restore_restores_every_database_and_releases_all_claims()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Phase == SnapshotRestorePhases.Succeeded && r.Metadata.Finalizers is not { Count: > 0 });

        _world.Server.Databases["rm"].ShouldBe(_world.Snapshots.ContentOf("rm"));
        _world.Server.Databases["cm"].ShouldBe(_world.Snapshots.ContentOf("cm"));
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
        var status = await _world.StatusAsync();
        status.Progress.ShouldBe("2/2");
        status.SnapshotID.ShouldBe("snap-1");
        status.SnapshotTakenAt.ShouldBe(_world.Snapshots.Manifest!.StartedAt);
        status.Databases.ShouldAllBe(
            d => d.State == RestoreState.Restored && d.Dropped && d.TablesBefore == 7 && d.Rows == 3);
        status.Receipt!.Keys.ShouldNotContain(k => k.StartsWith("session/", StringComparison.Ordinal));
        status.Standing(ConditionTypes.Ready).ShouldBe("True/Succeeded");
        status.Standing(ConditionTypes.Succeeded).ShouldBe("True/Succeeded");
        status.Standing(ConditionTypes.Reconciling).ShouldBe("none");
        (await _world.ClaimsAsync()).ShouldBeEmpty();

        var requests = _world.Api.Log.Count;
        var points = op.Life.Points.Count;
        var restore = (await _world.GetAsync())!;
        (await op.Controller.ReconcileAsync(restore, TestContext.Current.CancellationToken)).RequeueAfter
            .ShouldBeNull();
        _world.Api.Log.Count.ShouldBe(requests + 1, "only the test's own read");
        op.Life.Points.Count.ShouldBe(points);
    }

    [Theory]
    [InlineData("Restore@00000000.1")]
    [InlineData("rm")]
    public async Task Word_for_something_else_drops_nothing(string word)
    {
        await _world.CreateAsync(approve: false);
        await _world.AnnotateAsync(Annotations.Approve, word);
        await _world.AnnotateAsync(Annotations.ApprovedBy, $"{word} li.wei");
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        await op.OnceAsync();

        var status = await _world.StatusAsync();
        var used = status.Approvals.ShouldHaveSingleItem();
        (used.Word, used.By, used.From).ShouldBe((word, "li.wei", AcceptedBy.Annotation));
        used.Ignored.ShouldNotBeNull().ShouldContain(status.Holds.ShouldHaveSingleItem().Approval);
        _world.Server.Drops.ShouldBeEmpty();
    }

    /// <summary>A word is for one object: the same manifest, applied again, waits for another.</summary>
    [Fact]
    public async Task Word_of_a_deleted_object_approves_no_other()
    {
        await _world.CreateAsync();
        var former = (await _world.GetAsync())!;
        await _world.Api.DeleteAsync<SnapshotRestore>(RestoreWorld.Name, RestoreWorld.Space);
        await _world.Api.CreateAsync(new SnapshotRestore
        {
            Kind = SnapshotRestore.KindName,
            Metadata = new V1ObjectMeta
            {
                Name = RestoreWorld.Name,
                Namespace = RestoreWorld.Space,
                Annotations = former.Metadata.Annotations,
                Generation = 1,
            },
            Spec = former.Spec,
        });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned, SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBeEmpty();
    }

    /// <summary>A database that is created after the plan was read makes it another plan.</summary>
    [Fact]
    public async Task Word_of_a_plan_without_a_database_does_not_drop_it()
    {
        _world.Server.Databases.Remove("cm");
        await _world.CreateAsync(approve: false);
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        var first = (await _world.StatusAsync()).Holds.Single();
        first.Consent.ShouldNotBeNull().ShouldNotContain("cm (");

        _world.Server.Databases["cm"] = "somebody's";
        await _world.AnnotateAsync(Annotations.Approve, first.Approval);
        await op.UntilAsync(r => r!.Status!.Holds.Exists(h => h.Approval != first.Approval));
        _world.Server.Drops.ShouldBeEmpty();
        (await _world.StatusAsync()).Holds.Single().Consent.ShouldNotBeNull().ShouldContain("cm (7 tables)");
    }

    [Fact]
    public async Task Word_that_was_ignored_never_counts_later()
    {
        await _world.CreateAsync(approve: false);
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        var word = (await _world.StatusAsync()).Holds.Single().Approval;
        _world.Server.Databases.Remove("cm");
        await _world.AnnotateAsync(Annotations.Approve, word);
        await op.UntilAsync(r => r!.Status!.Approvals is [{ Accepted: false }] && IsHeld(r));

        await MakeAgainAsync(op, word);
        (await _world.StatusAsync()).Approvals.Single().Ignored.ShouldNotBeNull();
        await _world.ApproveAsync();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "cm"], ignoreOrder: true);
    }

    [Fact]
    public async Task Word_of_a_restore_that_changed_before_it_began_never_counts_again()
    {
        _world.Server.Connect("oms", "cm");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(r => r!.Status?.Approvals is [{ Accepted: true }]);
        var word = (await _world.StatusAsync()).Approvals.Single().Word;
        _world.Server.Databases.Remove("cm");
        _world.Server.Sessions.Clear();
        await op.UntilAsync(IsHeld);

        await MakeAgainAsync(op, word);
        (await _world.StatusAsync()).Approvals.Single().Ignored.ShouldNotBeNull().ShouldContain("changed");
    }

    [Fact]
    public async Task Absent_database_is_loaded()
    {
        _world.Server.Databases.Remove("cm");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        (await _world.StatusAsync()).Databases.Single(d => d.Name == "cm").Dropped.ShouldBeFalse();
    }

    [Fact]
    public async Task Database_created_after_the_check_is_not_dropped()
    {
        _world.Server.Databases.Remove("cm");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            _world.Server.Databases["cm"] = "somebody's";
            return null;
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        _world.Server.Databases["cm"].ShouldBe("somebody's");
        (await _world.StatusAsync()).Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.DropNotAllowed}");
    }

    [Fact]
    public async Task Unapproved_restore_verifies_lists_drops_and_changes_nothing()
    {
        await _world.CreateAsync(approve: false);
        _world.Server.Connect("alice", "rm", "mysql");
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);

        var restore = (await _world.GetAsync())!;
        restore.Status!.Databases.ShouldAllBe(d => d.State == RestoreState.Pending && d.Dropped && d.TablesBefore == 7);
        restore.Status.Message.ShouldBeWorded();
        restore.Status.Standing(ConditionTypes.Held).ShouldBe($"True/{Reasons.PlanReady}");
        var hold = restore.Status.Holds.ShouldHaveSingleItem();
        (hold.Name, hold.Destroys).ShouldBe(("Restore", true));
        hold.Consent.ShouldBeWorded();
        await op.OnceAsync();
        (await _world.GetAsync())!.Metadata.Finalizers.ShouldBeEmpty();
        op.Loader.Checked.ShouldBe(["rm", "cm"]);
        _world.Server.Drops.ShouldBeEmpty();
        _world.Server.Ended.ShouldBeEmpty();
        (await _world.ClaimsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Planned_restore_runs_when_it_is_approved()
    {
        await _world.CreateAsync(approve: false);
        _world.Server.OutsideKeys.Add(new OutsideKey("oth.c", "oth.c (fk_x) to rm.parent"));
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Planned);
        (await _world.StatusAsync()).Message.ShouldBeWorded();
        await _world.ApproveAsync();
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Snapshot_of_same_name_with_another_uid_is_not_restored()
    {
        await _world.CreateAsync(
            RestoreWorld.Spec with { SnapshotRef = new SnapshotReference { Name = "snap", Uid = "another" } });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotMissing}");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Paused_restore_finishes_current_database_and_begins_no_other()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Meanwhile = _ => _world.ChangeAsync(s => s with { Paused = true });
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.Paused);
        _world.Server.Drops.ShouldBe(["rm"]);
        (await _world.StatusAsync()).Databases.Select(d => d.State)
            .ShouldBe([RestoreState.Restored, RestoreState.Pending]);
        (await op.OnceAsync()).ShouldBeNull();

        op.Loader.Meanwhile = null;
        await _world.ChangeAsync(s => s with { Paused = false });
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
    }

    [Fact]
    public async Task Restore_paused_from_the_beginning_begins_nothing()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Paused = true });
        await using var op = new RestoreOperator(_world);
        await op.UntilAsync(
            r => r!.Status?.Conditions.Find(c => c.Type == ConditionTypes.Reconciling)?.Reason == Reasons.Paused);
        op.Life.Points.ShouldNotContain("look");
    }

    private static bool IsHeld(SnapshotRestore? restore) => restore!.Status?.Phase == SnapshotRestorePhases.Planned;

    private async Task MakeAgainAsync(RestoreOperator op, string word)
    {
        _world.Server.Databases["cm"] = "made again, with new data";
        await _world.ChangeAsync(s => s with { Timeout = "3h" });
        await op.UntilAsync(r => r!.Status!.Phase == SnapshotRestorePhases.Succeeded
            || (IsHeld(r) && r.Status.ObservedGeneration == r.Metadata.Generation));
        _world.Server.Drops.ShouldBeEmpty();
        (await _world.StatusAsync()).Holds.Single().Approval
            .ShouldBe(word.Replace(".1", ".2", StringComparison.Ordinal));
    }
}
