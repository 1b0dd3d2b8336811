using Drydock.Tests.Unit.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases;

/// <summary>What a host is asked while one of its instances only has to stay healthy.</summary>
public sealed class SettlingTests
{
    private const int Settle = 60;

    // At the begin, each quarter of the time, and the one that ends it.
    private const int MostLooks = 7;

    [Theory]
    [InlineData("UpgradeMasters/1/verify")]
    [InlineData("UpgradeTServers/t2/verify")]
    public void Host_of_YugabyteDB_is_asked_few_times(string step)
    {
        var (world, run) = Universe();
        var server = Settling(world, run, step);
        var before = server.Looks;
        run.Until(() => run.Plan.Step(step)!.State == StepState.Succeeded, "it is verified");

        (server.Looks - before).ShouldBeInRange(2, MostLooks);
        var verified = run.Plan.Step(step)!;
        (verified.FinishedAt - verified.StartedAt)!.Value.TotalSeconds.ShouldBeInRange(Settle, Settle + 20);
    }

    [Theory]
    [InlineData("UpgradeMasters/1/verify")]
    [InlineData("UpgradeTServers/t2/verify")]
    public void YugabyteDB_process_that_restarts_between_two_looks_has_to_stay_healthy_again(string step)
    {
        var (world, run) = Universe();
        var server = Settling(world, run, step);
        var until = world.Time.GetUtcNow().AddSeconds(Settle - 3);
        run.Until(() => world.Time.GetUtcNow() >= until, "most of the time is over");
        world.Stop(server);
        world.Start(server, world.Setup.To);
        var restarted = world.Time.GetUtcNow();
        run.Until(() => run.Plan.Step(step)!.State == StepState.Succeeded, "it is verified");

        (run.Plan.Step(step)!.FinishedAt - restarted)!.Value.TotalSeconds.ShouldBeGreaterThanOrEqualTo(Settle);
    }

    [Fact]
    public void Host_of_TiDB_is_asked_few_times()
    {
        var world = new TiDbWorld(Setup).Begin();
        var process = Settling(world);
        var before = process.Looks;
        world.RunUntil(() => world.Step(TiKv).State == StepState.Succeeded, "it is verified");

        (process.Looks - before).ShouldBeInRange(2, MostLooks);
    }

    [Fact]
    public void TiDB_process_that_restarts_between_two_looks_has_to_stay_healthy_again()
    {
        var world = new TiDbWorld(Setup).Begin();
        var process = Settling(world);
        var until = world.Now.AddSeconds(Settle - 3);
        world.RunUntil(() => world.Now >= until, "most of the time is over");
        world.End(process, byOperator: false);
        world.Run(process);
        var restarted = world.Now;
        world.RunUntil(() => world.Step(TiKv).State == StepState.Succeeded, "it is verified");

        (world.Step(TiKv).FinishedAt - restarted)!.Value.TotalSeconds.ShouldBeGreaterThanOrEqualTo(Settle - 2);
    }

    private const string TiKv = "UpgradeTiKV/tikv-1/verify";

    private static TiDbWorldSetup Setup => new() { Spec = s => s with { MinHealthySeconds = Settle } };

    private static (YugaWorld World, YugaRun Run) Universe()
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { MinHealthySeconds = Settle };
        return (world, YugaRun.Of(world));
    }

    private static YugaServer Settling(YugaWorld world, YugaRun run, string step)
    {
        run.Until(
            () => run.Plan.Step(step)!.Message?.Contains("is healthy. Waiting", StringComparison.Ordinal) == true,
            "it is healthy");
        return world[run.Plan.Step(step)!.Message!.Split(' ')[0]];
    }

    private static TiDbProcess Settling(TiDbWorld world)
    {
        world.RunUntil(
            () => world.Step(TiKv).Message?.Contains("is healthy;", StringComparison.Ordinal) == true, "it is healthy");
        return world["tikv-1"];
    }
}
