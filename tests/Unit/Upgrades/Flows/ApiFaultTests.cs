using Drydock.Tests.Unit.Databases.TiDb;
using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// The undisturbed run of each engine, with a fault at every single write to the API server: it comes to the same end,
/// and what runs once runs once.
/// </summary>
public sealed class ApiFaultTests
{
    [Theory]
    [InlineData(ApiFault.Conflict, 0)]
    [InlineData(ApiFault.LostAnswer, 1)]
    internal void Fault_at_any_write_of_an_OMS_upgrade_ends_golden(ApiFault fault, int way)
    {
        static OmsWorld Begin() => new OmsWorld().Apply();
        var golden = Undisturbed.Run(Begin);
        Everywhere(way, Writes(Begin(), static w => w.Api, static w => w.RunToSuccess()), (nth, what) =>
        {
            var world = Begin();
            world.Api.Faults.Add(Nth(fault, nth));
            world.RunToSuccess();
            golden.Compare(world, $"{fault} at {what}", disturbances: 1);
        });
    }

    [Theory]
    [InlineData(ApiFault.Conflict, 0)]
    [InlineData(ApiFault.LostAnswer, 1)]
    internal void Fault_at_any_write_of_a_TiDB_upgrade_ends_golden(ApiFault fault, int way)
    {
        static (TiDbWorld World, EngineRunWorld Run) Begin()
        {
            var world = new TiDbWorld(KillTests.Setup);
            return (world, new EngineRunWorld(world).Apply());
        }

        Everywhere(fault, way, Begin, static (world, run) =>
        {
            world.Violations.ShouldBeEmpty();
            return $"{world.EndState()}\n{Once(world.Done)}\n{End(run.Status)}";
        });
    }

    [Theory]
    [InlineData(ApiFault.Conflict, 0)]
    [InlineData(ApiFault.LostAnswer, 1)]
    internal void Fault_at_any_write_of_a_YugabyteDB_upgrade_ends_golden(ApiFault fault, int way)
    {
        static (YugaWorld World, EngineRunWorld Run) Begin()
        {
            var world = new YugaWorld(Databases.Yugabyte.PlannerTests.Replicated());
            var run = new EngineRunWorld(world).Apply();
            run.RunUntil(() => run.Status.Plan is not null, "a plan");
            world.PeerVersion = world.Setup.To;
            return (world, run);
        }

        Everywhere(fault, way, Begin, static (world, run) =>
        {
            world.Violations.ShouldBeEmpty();
            world.LeaderBlacklist.ShouldBeEmpty();
            world.Groups.ShouldAllBe(g => !g.IsPaused);
            var servers = world.Servers.Select(s => $"{s.Name} {s.Running} {s.Link} {s.Starts}");
            return string.Join(
                '\n',
                [.. servers, $"{world.FlagsVersion} {world.CatalogIsUpgraded}", Once(world.Acts), End(run.Status)]);
        });
    }

    private static void Everywhere<T>(
        ApiFault fault, int way, Func<(T World, EngineRunWorld Run)> begin, Func<T, EngineRunWorld, string> end)
    {
        var (undisturbed, golden) = begin();
        var writes = Writes(golden, static run => run.Api, ToEnd);
        var wanted = end(undisturbed, golden);
        Everywhere(way, writes, (nth, what) =>
        {
            var (world, run) = begin();
            run.Api.Faults.Add(Nth(fault, nth));
            ToEnd(run);
            end(world, run).ShouldBe(wanted, $"{fault} at {what}");
        });
    }

    // Of the many writes of the status a part is disturbed, of the others each.
    private static void Everywhere(int way, List<string> writes, Action<int, string> disturb)
    {
        writes.Count.ShouldBeGreaterThan(20);
        bool Takes(int nth) =>
            !writes[nth - 1].StartsWith("status", StringComparison.Ordinal) || Sample.Takes(nth, way, 6);
        Cases.Try(Enumerable.Range(1, writes.Count).Where(Takes), nth => disturb(nth, $"{nth} ({writes[nth - 1]})"));
    }

    private static List<string> Writes<T>(T world, Func<T, FakeKubernetes> api, Action<T> run)
    {
        List<string> writes = [];
        api(world).Faults.Add(new ApiFaultRule(ApiFault.Slow)
        {
            Where = call =>
            {
                writes.AddRange(call.Request.IsRead ? [] : [$"{call}"]);
                return false;
            },
        });
        run(world);
        return writes;
    }

    private static ApiFaultRule Nth(ApiFault fault, int nth) =>
        new(fault) { Where = static call => !call.Request.IsRead, Nth = nth };

    private static void ToEnd(EngineRunWorld run) =>
        run.RunUntil(() => run.IsOver, "Succeeded", TimeSpan.FromHours(24));

    // What must be done exactly as often, whatever the API server answers.
    private static string Once(IEnumerable<string> acts) => string.Join('\n', acts
        .Where(act => act.Split(' ')[0] is "stop" or "swap" or "start" or "promote" or "create")
        .Order(StringComparer.Ordinal));

    private static string End(DatabaseRollingUpgradeStatus status) => string.Join('\n',
    [
        $"{status.Phase} {status.Progress}",
        .. status.Conditions.Select(c => $"{c.Type} {c.Status} {c.Reason}"),
        .. status.Plan!.Steps.Select(s => $"{s.Id} {s.State} {s.Attempt} {s.Receipt?.Count}"),
        .. status.ActionRequired.Select(a => $"{a.Reason} {a.Subject}"),
    ]);
}
