using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>A tablet server that is lost for good: what the messages advise, and when it no longer counts.</summary>
public sealed class LostHostTests
{
    private static readonly YugaSetup Four = new() { Tservers = 4 };

    [Fact]
    public void Gate_that_waits_for_a_dead_server_names_the_way_out()
    {
        var world = new YugaWorld(Four);
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Running == world.Setup.To, "t1 is new");
        world.End(world["t4"], SupervisionState.Inactive);
        run.Until(
            () => run.Told.Any(
                m => m.Contains(
                    "remove t4 from the database and add it to spec.removedInstances", StringComparison.Ordinal)),
            "the message names spec.removedInstances");

        world["t2"].Running.ShouldBe(world.Setup.From);
    }

    // The drain of the first tablet server begins while the last master is being restarted.
    [Fact]
    public void Master_that_upgrade_has_just_restarted_is_not_called_lost()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world).ToEnd();

        run.Outcome.State.ShouldBe(RunState.Succeeded);
        run.Told.ShouldNotContain(m => m.Contains("lost for good", StringComparison.Ordinal));

        var plan = YugaRun.Compile(new YugaWorld());
        var restarted = PlanProgress.Of(plan).With(s => s.Record with
        {
            State = StepState.Succeeded,
            Attempt = 1,
            StartedAt = world.Time.GetUtcNow(),
            Receipt = new SortedDictionary<string, string>(StringComparer.Ordinal) { [SwapMaster.InstanceKey] = "m2" }
        }, only: "UpgradeMasters/1/swap");
        var down = new YugaWorld();
        down["m2"].Running = null;
        var cluster = new YugabyteCluster(new YugaLife(down).Context);
        Problems(restarted).ShouldBe(["Waiting until m2, which this upgrade has just restarted, is alive."]);
        Problems(PlanProgress.Of(plan))[0].ShouldBeWorded();

        IReadOnlyList<string> Problems(PlanProgress of) =>
            new ClusterGate(cluster).HealthProblemsAsync(of, CancellationToken.None).GetAwaiter().GetResult();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Dead_server_counts_until_it_is_in_the_server_blacklist(bool isTakenOut, bool counts)
    {
        var world = new YugaWorld(Four);
        var plan = YugaRun.Compile(world);
        Lose(world, isTakenOut);
        var gate = new ClusterGate(new YugabyteCluster(new YugaLife(world).Context));
        var problems = await gate.HealthProblemsAsync(PlanProgress.Of(plan), CancellationToken.None);

        problems.Any(p => p.Contains("Dead for the leading master", StringComparison.Ordinal))
            .ShouldBe(counts, string.Join(" ", problems));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Version_of_a_dead_server_is_asked_until_it_is_in_the_server_blacklist(bool isTakenOut)
    {
        var world = new YugaWorld(Four);
        Lose(world, isTakenOut);
        var report = await new VersionCheck(new YugabyteCluster(new YugaLife(world).Context)).ReadAsync(
            YugabyteVersion.Parse(world.Setup.From), CancellationToken.None);

        report.IsClean.ShouldBe(isTakenOut, report.Describe());
    }

    [Fact]
    public async Task Dead_server_that_spec_lists_counts_in_the_server_blacklist_too()
    {
        var world = new YugaWorld(Four);
        var plan = YugaRun.Compile(world);
        var spec = world.Spec;
        Lose(world, isTakenOut: true);
        world.Spec = spec;
        var gate = new ClusterGate(new YugabyteCluster(new YugaLife(world).Context));

        (await gate.HealthProblemsAsync(PlanProgress.Of(plan), CancellationToken.None)).ShouldContain(
            p => p.StartsWith("Tablet server t4 (10.0.0.4:9000) is not ALIVE,", StringComparison.Ordinal));
    }

    // As spec.removedInstances does, the spec of the steps no longer lists it.
    private static void Lose(YugaWorld world, bool isTakenOut)
    {
        world.End(world["t4"], SupervisionState.Inactive);
        world.Time.Advance(TimeSpan.FromMinutes(2));
        world.Spec = world.Spec with { Instances = [.. world.Spec.Instances.Where(i => i.Name != "t4")] };
        if (isTakenOut)
        {
            world.ServerBlacklist.Add(world["t4"].Rpc);
        }
    }
}
