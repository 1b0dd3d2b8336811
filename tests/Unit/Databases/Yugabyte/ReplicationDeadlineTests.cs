using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>Paused replication has the retention of its source as its deadline.</summary>
public sealed class ReplicationDeadlineTests
{
    [Fact]
    public void Plan_names_how_long_sources_keep_their_log() =>
        YugaRun.Compile(new YugaWorld(PlannerTests.Replicated())).Notes
            .Count(n => n.Contains("keeps its log for 4h", StringComparison.Ordinal)).ShouldBe(2);

    [Fact]
    public async Task Upgrade_that_takes_longer_than_retention_is_refused()
    {
        var world = new YugaWorld(PlannerTests.Replicated()) { RetentionSeconds = 300 };
        var result = await new YugabytePreflight(new YugabyteCluster(new YugaLife(world).Context)).RunAsync(
            CancellationToken.None);
        result.Findings.Select(f => f.Reason).ShouldBe([Reasons.RetentionTooShort, Reasons.RetentionTooShort]);
        result.Findings[0].Message.ShouldBeWorded();
    }

    [Fact]
    public void Deadline_is_in_status_and_half_of_it_is_warned_of()
    {
        var world = new YugaWorld(PlannerTests.Replicated());
        var began = world.Time.GetUtcNow();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Told.Any(t => t.Contains("keep their log until", StringComparison.Ordinal)),
            "it waits for the peer");
        var status = YugabyteStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, world.Spec);
        status.ReplicationDeadline.ShouldNotBeNull()
            .ShouldBeInRange(began + TimeSpan.FromHours(4), began + TimeSpan.FromHours(4.1));

        run.Until(() => run.Told.Any(t => t.Contains("WARNING: more than half", StringComparison.Ordinal)), "it warns");
        world.Time.GetUtcNow().ShouldBeGreaterThanOrEqualTo(began + TimeSpan.FromHours(2));
        world.PeerVersion = world.Setup.To;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        YugabyteStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, world.Spec).ReplicationDeadline
            .ShouldBeNull();
    }

    [Fact]
    public void Target_that_is_not_final_is_waited_for()
    {
        var world = new YugaWorld(PlannerTests.Replicated()) { PeerVersion = "2.20.7.0-b58", PeerIsFinal = false };
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Told.Any(t => t.Contains(
                "has not promoted 1 AutoFlag of this universe (yb-master/new_flag)", StringComparison.Ordinal)),
            "it waits");
        world.Groups.ShouldAllBe(g => g.IsPaused);
        world.PeerIsFinal = true;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Groups.ShouldAllBe(g => !g.IsPaused);
    }

    [Fact]
    public void Source_that_uses_flags_of_its_own_is_not_resumed_from()
    {
        var world = new YugaWorld(PlannerTests.Replicated()) { PeerVersion = "2.20.7.0-b58" };
        world.MorePeerFlags.Add("later_flag");
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Told.Any(t => t.Contains(
                "uses 1 AutoFlag that this universe has not promoted: yb-master/later_flag",
                StringComparison.Ordinal)),
            "it waits");
        world.Groups.ShouldAllBe(g => g.IsPaused);
        world.MorePeerFlags.Clear();
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Target_that_lost_its_flags_since_preflight_holds_the_promotion()
    {
        var world = new YugaWorld(new YugaSetup { Groups = [("a-to-b", false)], Mode = ReplicationMode.TargetFirst });
        world.PeerVersion = world.Setup.To;
        var run = YugaRun.Of(world);
        world.PeerIsFinal = false;
        run.Until(
            () => run.Told.Any(t => t.Contains("AutoFlags are not promoted.", StringComparison.Ordinal)
                && t.Contains("does not seem to be final", StringComparison.Ordinal)),
            "it waits");
        world.FlagsArePromoted.ShouldBeFalse();

        world.PeerIsFinal = true;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.FlagsArePromoted.ShouldBeTrue();
    }

    [Fact]
    public void Target_with_only_volatile_flags_holds_the_final_promotion()
    {
        var world = new YugaWorld(new YugaSetup
        {
            Groups = [("a-to-b", false)],
            Mode = ReplicationMode.TargetFirst,
            Class = AutoFlagClass.LocalVolatile
        })
        {
            PeerIsFinal = false
        };
        world.PeerVersion = world.Setup.To;
        world.MorePeerFlags.Add("new_flag");
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Told.Any(t => t.Contains("AutoFlags are not promoted.", StringComparison.Ordinal)
                && t.Contains("does not seem to be final", StringComparison.Ordinal)),
            "it waits");
        (world.FlagsArePromoted, world.Acts.Count(a => a == "promote")).ShouldBe((true, 1), "the volatile ones are");

        world.MorePeerFlags.Add("final_flag");
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Broken_replication_is_named_before_and_after()
    {
        var world = new YugaWorld(PlannerTests.Replicated()) { PeerVersion = "2.20.7.0-b58" };
        world.ReplicationErrors.Add("REPLICATION_MISSING_OP_ID");
        var run = YugaRun.Of(world);
        run.Plan.Notes.Count(n => n.Contains(
            "already broken before the upgrade: REPLICATION_MISSING_OP_ID", StringComparison.Ordinal)).ShouldBe(2);
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        YugabyteStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = run.Plan }, world.Spec).ActionRequired
            .Where(a => a.Reason == Reasons.ReplicationBroken).Select(a => a.Subject).ShouldBe(["a-to-b", "b-to-a"]);
    }

    [Theory]
    [InlineData("14400", "86400", 4 * 3600)]
    [InlineData("172800", "86400", 24 * 3600)]
    [InlineData("0", "7200", 7200)]
    [InlineData("x", "", null)]
    public void Shorter_flag_decides(string kept, string most, int? seconds) =>
        ReplicationRetention.Of(
        [
            new Dictionary<string, string>(StringComparer.Ordinal) { [ReplicationRetention.Kept] = kept },
            new Dictionary<string, string>(StringComparer.Ordinal) { [ReplicationRetention.AtMost] = most },
        ]).ShouldBe(seconds is { } s ? TimeSpan.FromSeconds(s) : null);
}
