namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>TiSpark's JAR is exchanged with Spark stopped, on every host, and Spark comes back as it was.</summary>
public sealed class SparkTests
{
    private const string NewName = "tispark-assembly-3.0.jar";

    internal static readonly TiDbWorldSetup Sparkling = new()
    {
        Leaders = 4,
        SchedulerWindow = TimeSpan.FromSeconds(3),
        Spec = static s => s with
        {
            MinHealthySeconds = 1,
            Tidb = s.Tidb! with
            {
                TiSpark = TiDbWorldSpark.Spec,
                TuneScheduling = s.Tidb.TuneScheduling with { StableFor = "30s" }
            }
        },
    };

    [Fact]
    public void Spark_is_stopped_once_and_loads_only_new_jar()
    {
        var world = new TiDbWorld(Sparkling).Begin();
        world.RunToSuccess();

        world.Done.Where(d => d.Contains("spark", StringComparison.Ordinal)).ShouldBe(
        [
            "stop spark",
            .. TiDbWorldSpark.Hosts.Select(host => $"replace {host}:{TiDbWorldSpark.Directory}/jars/{NewName}"),
            "start spark",
        ]);
        world.Spark!.Loaded.ShouldBe([NewName, NewName]);
        foreach (var host in TiDbWorldSpark.Hosts)
        {
            world.Files[(host, $"{TiDbWorldSpark.Directory}/jars/{TiDbWorldSpark.Former}.old")].ShouldBe(
                TiDbWorldSpark.OfOld);
        }

        world.Step("UpgradeTiSpark/smoke").State.ShouldBe(StepState.Succeeded);
    }

    [Fact]
    public void Silent_Spark_master_is_not_counted_as_stopped()
    {
        var world = new TiDbWorld(Sparkling).Begin();
        world.RunUntil(() => world.Step("UpgradeTiSpark/stop").State == StepState.Running, "Spark's turn");
        world.Spark!.IsSilent = true;
        world.RunFor(TimeSpan.FromSeconds(5));
        world.Step("UpgradeTiSpark/stop").State.ShouldBe(StepState.Running);
        world.Done.ShouldNotContain(d => d.Contains("/jars/", StringComparison.Ordinal));

        world.Spark.IsSilent = false;
        world.RunToSuccess();
        world.Spark.Loaded.ShouldBe([NewName, NewName]);
    }

    [Fact]
    public void Spark_restarted_with_fewer_workers_fails_with_both_counts()
    {
        var world = new TiDbWorld(Sparkling).Begin();
        world.RunUntil(() => world.Done.Contains("stop spark"), "stopped");
        world.Spark!.Workers = 1;
        world.RunToStall();

        world.Life.Outcome!.Message.ShouldContain("1/4/2048");
        world.Life.Outcome.Message.ShouldContain("2/8/4096");
    }

    [Fact]
    public void Spark_without_master_to_compare_is_not_touched()
    {
        var world = new TiDbWorld(Sparkling).Begin();
        world.Spark!.Change(TiDbWorldSpark.Hosts[0], [$"{TiDbWorldSpark.Directory}/sbin/stop-all.sh"])!.Value
            .CarryOut();
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.ComponentsUnhealthy);
        world.Spark.Jars(TiDbWorldSpark.Hosts[0]).ShouldBe([TiDbWorldSpark.Former]);
    }

    [Fact]
    public void Upgrade_killed_around_Spark_ends_like_undisturbed_run()
    {
        var golden = new TiDbWorld(Sparkling).Begin();
        golden.RunToSuccess();
        var points = golden.Points.Where(p => p.ToString().Contains("spark", StringComparison.OrdinalIgnoreCase)
            || p.ToString().Contains("jar", StringComparison.Ordinal)).ToList();
        points.Count.ShouldBeGreaterThan(5);
        foreach (var (point, fate) in points.SelectMany(
            p => new[] { (p, Fate.DieBefore), (p, Fate.DieAfter), (p, Fate.LostAnswer) }))
        {
            var world = new TiDbWorld(Sparkling).Begin();
            world.Fates = p => p.Number == point.Number ? fate : Fate.Live;
            world.RunToSuccess();
            world.EndState().ShouldBe(golden.EndState(), $"{fate} at {point}");
            world.Spark!.Loaded.ShouldBe([NewName, NewName], $"{fate} at {point}");
            world.Done.Count(d => d == "start spark").ShouldBe(1, $"{fate} at {point}");
        }
    }
}
