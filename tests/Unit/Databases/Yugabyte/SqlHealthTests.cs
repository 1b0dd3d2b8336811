using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>A tablet server whose SQL does not run is not healthy.</summary>
public sealed class SqlHealthTests
{
    [Fact]
    public void Answering_interfaces_are_recorded_before_first_stop()
    {
        var world = new YugaWorld();
        world["t3"].HasNoPostgres = true;
        var run = YugaRun.Of(world);
        run.Until(
            () => run.Plan.Steps.Single(s => s.Id == "PreparePackage/record-sql").State == StepState.Succeeded,
            "it is recorded");

        var step = run.Plan.Steps.Single(s => s.Id == "PreparePackage/record-sql");
        (step.Recorded("sql.t1"), step.Recorded("sql.t3")).ShouldBe(("ysql=5433,ycql=9042", "ycql=9042"));
        step.Message.ShouldBeWorded();
        world.Acts.ShouldNotContain(a => a.StartsWith("stop", StringComparison.Ordinal));
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Facts_of_the_largest_universe_fit_the_schema()
    {
        var run = Recorded(new YugaWorld(new YugaSetup { Tservers = SchemaLimits.Instances - 3 }));
        run.Plan.Step<RecordSql>()!.Facts!.Count.ShouldBeInRange(SchemaLimits.Instances - 3, SchemaLimits.Recorded);
    }

    // As the operator recorded it that kept one fact for each interface.
    [Fact]
    public void Facts_of_a_former_operator_require_the_same()
    {
        var world = new YugaWorld();
        var run = Recorded(world);
        var former = run.Plan.Step<RecordSql>()!.Facts!.SelectMany(
            f => f.Value.Split(','), (f, part) => (Server: f.Key["sql.".Length..], Part: part.Split('=')));
        var facts = new SortedDictionary<string, string>(
            former.ToDictionary(f => $"{f.Part[0]}.{f.Server}", f => f.Part[1], StringComparer.Ordinal),
            StringComparer.Ordinal);
        facts.Keys.ShouldBe(["ycql.t1", "ycql.t2", "ycql.t3", "ysql.t1", "ysql.t2", "ysql.t3"]);
        var plan = run.Plan.With(s => s.Is<RecordSql>() ? s.Record with { Facts = facts } : s.Record);

        SqlBaseline.Recorded(plan, "t1").ShouldBe(SqlBaseline.Recorded(run.Plan, "t1"));
        Unverified(world, new YugaRun(world, plan));
    }

    [Fact]
    public void Server_without_its_SQL_is_not_verified()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        Unverified(world, run);
        world["t1"].HasNoPostgres = false;
        run.Retry = true;
        run.Wake();
        run.Until(() => run.Outcome.State == RunState.Succeeded, "the retry goes on");
        world.Violations.ShouldBeEmpty();
    }

    private static YugaRun Recorded(YugaWorld world)
    {
        var run = YugaRun.Of(world);
        return run.Until(() => run.Plan.Step<RecordSql>()!.State == StepState.Succeeded, "it is recorded");
    }

    private static void Unverified(YugaWorld world, YugaRun run)
    {
        run.Until(() => world["t1"].Starts == 1, "t1 is started");
        world["t1"].HasNoPostgres = true;
        var directory = world.Spec.Instances.Single(i => i.Name == "t1").DeployDir;
        world.Logs[$"{directory}/logs"] =
            "F0301 02:00:00.000000 17 pg_wrapper.cc:88] Failed to start PostgreSQL\u001b[0m\n";
        run.ToEnd();

        (run.Outcome.State, run.Outcome.StepId, run.Outcome.Reason)
            .ShouldBe((RunState.Failed, "UpgradeTServers/t1/verify", Reasons.InstanceUnhealthy));
        run.Outcome.Message.ShouldBeWorded();
        world["t2"].Starts.ShouldBe(0);
        world.LeaderBlacklist.ShouldBeEmpty();
    }

    [Fact]
    public void Answer_of_a_surviving_old_postgres_does_not_count()
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => world["t1"].Starts == 1, "t1 is started");
        world["t1"].OldPostgres = 77;
        run.Until(
            () => run.Told.Any(t => t.Contains(
                "Port 5433 on 10.0.0.1 is held by pid 77 (/home/yugabyte/old/postgres/bin/postgres), which was not "
                + "started by t1",
                StringComparison.Ordinal) && t.Contains("Run `kill 77` on 10.0.0.1", StringComparison.Ordinal)),
            "it is named");
        world["t2"].Starts.ShouldBe(0);

        world["t1"].OldPostgres = null;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Theory]
    [InlineData("UpgradeMasters/1/verify", "t2")]
    [InlineData("UpgradeTServers/t1/verify", "t3")]
    public void Silent_SQL_of_another_server_delays_next_stop(string after, string silent)
    {
        var world = new YugaWorld();
        var run = YugaRun.Of(world);
        run.Until(() => run.Plan.Steps.Single(s => s.Id == after).State == StepState.Succeeded, "it is verified");
        world[silent].HasNoPostgres = true;
        var stops = world.Acts.Count(a => a.StartsWith("stop", StringComparison.Ordinal));
        run.Until(
            () => run.Told.Any(t => t.Contains($"YSQL of {silent}", StringComparison.Ordinal)),
            "it says what it waits for");
        world.Acts.Count(a => a.StartsWith("stop", StringComparison.Ordinal)).ShouldBe(stops);

        world[silent].HasNoPostgres = false;
        run.ToEnd().Outcome.State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public void Rollback_requires_the_same_interfaces()
    {
        var world = new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" });
        var run = YugaRun.Of(world);
        run.HoldBefore.Add("UpgradeTServers/t2/drain");
        run.Until(() => run.Outcome?.State == RunState.Held, "it is held");

        var back = YugabyteRollback.Compile(world.Spec, run.Plan);
        back.Steps.Single(s => s.Id == "RollbackTServers/t1/verify").Parameters["sql"].ShouldBe("ysql=5433 ycql=9042");
        var rollback = new YugaRun(world, PlanProgress.Of(back));
        rollback.Until(() => world["t1"].Starts == 2, "t1 is started");
        world["t1"].HasNoPostgres = true;
        rollback.Until(
            () => rollback.Told.Any(t => t.Contains("YSQL of t1", StringComparison.Ordinal)),
            "it says what it waits for");
    }
}
