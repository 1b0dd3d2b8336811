using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>An upgrade beside a server that is silent, gone or laid out differently.</summary>
public sealed class SilentServerTests
{
    [Fact]
    public void Refused_swap_starts_former_program_again_and_says_so()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world.Acts.Contains("start t1 2.20.7.0-b58"), "t1 is new");
        world["t2"].Link = "/elsewhere";
        run.ToEnd();
        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, "UpgradeTServers/t2/swap", Reasons.TargetChanged));
        run.Outcome.Message.ShouldBeWorded();
        world["t2"].Running.ShouldBe(world.Setup.From);
        world.LeaderBlacklist.ShouldBeEmpty();
    }

    [Fact]
    public void Silent_server_is_not_stopped_while_replicas_elsewhere_are_missing()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t1/swap");
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/drain").State == StepState.Succeeded,
            "t1 is drained");
        world["t1"].IsSilent = true;
        world.UnderReplicatedTablets.Add("tablet-7");
        run.HoldBefore.Clear();
        run.Wake();
        run.Until(
            () => run.Told.Any(m => m.StartsWith(
                "Waiting until t1 may be stopped. 1 tablet is under-replicated: tablet-7.",
                StringComparison.Ordinal)),
            "the gate refuses");
        world.Acts.ShouldNotContain("stop t1");

        world.UnderReplicatedTablets.Clear();
        run.Until(() => world.Acts.Contains("stop t1"), "it is stopped although it does not answer");
        world["t1"].IsSilent = false;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Tablet_server_that_is_down_does_not_fail_the_wait_for_flags()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/promote").State == StepState.Succeeded,
            "flags are promoted");
        world["t2"].IsSilent = true;
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/await-flags").State == StepState.Succeeded,
            "the wait ends");
        run.Plan.Steps.Single(s => s.Id == "PromoteAutoFlags/await-flags").Attempt.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Time_in_which_the_host_was_unreachable_does_not_settle()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => run.Told.Contains("t2 is healthy. Waiting until it has been healthy for 10 s."), "t2 settles");
        world.UnreachableHosts.Add(world["t2"].Host);
        var since = world.Time.GetUtcNow();
        run.Until(() => world.Time.GetUtcNow() - since > TimeSpan.FromMinutes(1), "a minute passes");
        DateTimeOffset? seen = null;
        world.Asked = (server, path) =>
        {
            if (seen is null && server == world["t2"].Web && path.EndsWith("/version", StringComparison.Ordinal))
            {
                seen = world.Time.GetUtcNow();
            }
        };
        world.UnreachableHosts.Clear();
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t2/verify").State == StepState.Succeeded,
            "t2 is verified");

        (world.Time.GetUtcNow() - seen).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Guard_of_AutoFlags_reads_by_another_host_if_tool_host_is_gone()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "UpgradeTServers/t1/swap").State == StepState.Succeeded,
            "t1 is swapped");
        world.UnreachableHosts.Add(world.Servers[0].Host);
        var guard = run.Plan.Guards.Single(g => g.Planned.Check == nameof(AutoFlagsAreUnchanged));
        var check = new StepCatalog<YugabyteCluster>(new YugabyteCluster(new YugaLife(world).Context)).Guard(
            guard.Planned);
        var read = await check.CheckAsync(guard, run.Plan, CancellationToken.None);
        read.ShouldBe(GuardReading.Holds);
    }
}
