namespace Drydock.Tests.Unit.Snapshots;

/// <summary>Restores that fail, and what goes on after the repair.</summary>
public sealed class RestoreFailureTests
{
    private readonly RestoreWorld _world = new();

    [Fact]
    public async Task Damaged_dump_of_one_database_drops_no_database()
    {
        _world.Snapshots.Damaged.Add("cm");
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotInvalid}");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dump_truncated_after_verification_is_detected_before_the_drop()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            _world.Snapshots.Truncated.Add("cm");
            return null;
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        _world.Server.Drops.ShouldBe(["rm"]);
        _world.Server.Databases["cm"].ShouldBe("cm of today");
        (await _world.StatusAsync()).Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Restore_damaged_after_its_drop_names_both_remedies()
    {
        await _world.CreateAsync();
        await using (var first = new RestoreOperator(_world, new RestoreLife("first", ("mid load rm", 1))))
        {
            await first.UntilAsync(_ => false);
        }

        _world.Snapshots.Damaged.Add("rm");
        await using var second = new RestoreOperator(_world);
        await second.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);

        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.SnapshotInvalid}");
        status.Message.ShouldNotBeNull().ShouldNotContain("Nothing was changed");
        status.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Database_replaced_during_the_restore_is_not_dropped()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            if (database == "rm")
            {
                _world.Server.Replace("cm", "used since");
            }

            return null;
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed, SnapshotRestorePhases.Succeeded);

        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.OutcomeUnknown}");
        status.Message.ShouldBeWorded();
        _world.Server.Drops.ShouldBe(["rm"]);
        _world.Server.Databases["cm"].ShouldBe("used since");
    }

    [Fact]
    public async Task Failed_load_names_incomplete_database_and_retry_repeats_only_it()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database => database == "cm"
            ? new SnapshotException(SnapshotFailure.LoadFailed, "mysql loading cm ended with 1: ERROR 1064 at line 7")
            : null;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.RestoreFailed}");
        status.Message.ShouldBeWorded();
        status.Databases.Select(d => d.State).ShouldBe([RestoreState.Restored, RestoreState.Loading]);
        (await _world.ClaimsAsync()).Count.ShouldBe(2, "half restored databases stay claimed");

        op.Loader.Fault = null;
        await _world.AnnotateAsync(Annotations.Retry, "again");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "cm", "cm"]);
        status = await _world.StatusAsync();
        status.Attempt.ShouldBe(2);
        status.Databases.ShouldAllBe(d => d.TablesBefore == 7);
        status.UsedTokens.Single().Token.ShouldBe("again");
    }

    [Theory]
    [InlineData("mysql loading rm ended with 1: ERROR 2013 (HY000): Lost connection")]
    [InlineData(
        "mysql loading rm ended with 1: ERROR 1213 (40001) at line 53: Deadlock found when trying to get lock; try "
        + "restarting transaction")]
    public async Task Broken_connection_or_lock_failure_is_retried_automatically(string said)
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        var broken = 0;
        op.Loader.Fault = database => broken++ < 2 ? new SnapshotException(SnapshotFailure.LoadFailed, said) : null;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Phase.ShouldBe(SnapshotRestorePhases.Succeeded);
        _world.Server.Drops.ShouldBe(["rm", "rm", "rm", "cm"]);
    }

    [Fact]
    public async Task Retry_that_reaches_another_server_drops_nothing_there()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database =>
        {
            if (database != "cm")
            {
                return null;
            }

            _world.Server.Identity = "uuid:77aa";
            return new SnapshotException(
                SnapshotFailure.LoadFailed, "mysql loading cm ended with 1: ERROR 2013 (HY000): Lost connection");
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.SpecChangeIgnored}");
        status.Message.ShouldNotBeNull().ShouldContain("uuid:77aa");
        _world.Server.Drops.ShouldBe(["rm", "cm"]);
    }

    [Fact]
    public async Task Restore_past_its_timeout_fails()
    {
        _world.Server.Connect("alice", "cm");
        await _world.CreateAsync(RestoreWorld.Spec with { Timeout = "5m" });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Message!.ShouldContain("spec.timeout");
        _world.Server.Drops.ShouldBeEmpty();
    }

    [Fact]
    public async Task Unexpected_failure_is_reported_and_retry_succeeds()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = database => database == "cm" ? new InvalidOperationException("nobody thought of that") : null;
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        var status = await _world.StatusAsync();
        status.Standing(ConditionTypes.Failed).ShouldBe($"True/{Reasons.RestoreFailed}");
        status.Message.ShouldBeWorded();

        op.Loader.Fault = null;
        await _world.AnnotateAsync(Annotations.Retry, "again");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Timeout_above_timer_range_is_accepted()
    {
        await _world.CreateAsync(RestoreWorld.Spec with { Timeout = "9999d9999d9999d" });
        await using var op = new RestoreOperator(_world);
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);
        (await _world.StatusAsync()).Phase.ShouldBe(SnapshotRestorePhases.Succeeded);
    }

    [Fact]
    public async Task Status_and_events_of_failed_restore_show_no_password()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Fault = _ => new SnapshotException(SnapshotFailure.LoadFailed, "mysql ended with 1: ERROR 1064");
        await op.UntilPhaseAsync(SnapshotRestorePhases.Failed);
        System.Text.Json.JsonSerializer.Serialize(
            (await _world.GetAsync())!, Drydock.Crds.CrdsJsonContext.Default.SnapshotRestore)
            .ShouldNotContain(Canary.MetaPassword);
        _world.Events.All.ShouldAllBe(e => !e.Message.Contains(Canary.MetaPassword, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(4, SnapshotRestorePhases.Succeeded)]
    [InlineData(6, SnapshotRestorePhases.Failed)]
    public async Task Successor_gets_five_minutes_beyond_the_timeout(int minutesLate, string phase)
    {
        await _world.CreateAsync();
        await using (var first = new RestoreOperator(_world, new RestoreLife("first", ("mid load rm", 1))))
        {
            await first.UntilAsync(_ => false);
        }

        _world.Time.Advance(TimeSpan.FromHours(8) + TimeSpan.FromMinutes(minutesLate));
        await using var second = new RestoreOperator(_world);
        await second.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

        var status = await _world.StatusAsync();
        status.Phase.ShouldBe(phase);
        if (phase == SnapshotRestorePhases.Failed)
        {
            status.Message.ShouldNotBeNull().ShouldContain("8h (spec.timeout)");
        }
    }

    [Fact]
    public async Task Process_that_began_the_restore_gets_only_the_timeout()
    {
        await _world.CreateAsync();
        await using var op = new RestoreOperator(_world);
        op.Loader.Meanwhile = async _ =>
        {
            _world.Time.Advance(TimeSpan.FromHours(8) + TimeSpan.FromMinutes(1));
            await Task.Yield();
        };
        await op.UntilPhaseAsync(SnapshotRestorePhases.Succeeded, SnapshotRestorePhases.Failed);

        (await _world.StatusAsync()).Message.ShouldNotBeNull().ShouldContain("8h (spec.timeout)");
    }
}
