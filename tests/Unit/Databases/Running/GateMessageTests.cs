using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases;

/// <summary>Whatever prevents a stop names the process or the data, and what an administrator can do.</summary>
public sealed partial class GateMessageTests
{
    private static readonly (string Subject, Action<YugaWorld> Break)[] Universe =
    [
        ("m2", w => w["m2"].Running = null),
        ("t3", w => w["t3"].Running = null),
        ("t3", w => w["t3"].IsSilent = true),
        ("tablet-3", w => w.UnderReplicatedTablets.Add("tablet-3")),
        ("tablet-9", w => w.LeaderlessTablets.Add("tablet-9")),
        ("10.0.0.3:9100", w => w.LeaderBlacklist.Add(w["t3"].Rpc)),
    ];

    private static readonly (string Subject, Action<TiDbWorld> Break)[] Cluster =
    [
        ("pd-2", w => w.End(w["pd-2"], byOperator: false)),
        ("tikv-2", w => w.End(w["tikv-2"], byOperator: false)),
        ("pd-3", w => w.EtcdLeader = "pd-3"),
        ("job 7", w => w.Ddl.Add(new DdlJob("7", "orders", "t", "add index", "running"))),
        ("job 8", w => w.Ddl.Add(new DdlJob("8", "orders", "t", "add index", "rollingback"))),
        ("5", w => w.Regions.Add(new TiDbRegion(5, 1, 2, 3) { Pending = [2] })),
    ];

    public static TheoryData<int> Universes { get; } = [.. Enumerable.Range(0, Universe.Length)];

    public static TheoryData<int> Clusters { get; } = [.. Enumerable.Range(0, Cluster.Length)];

    [Theory]
    [MemberData(nameof(Universes))]
    public async Task Universe_that_refuses_a_stop_says_where_and_what_to_do(int at)
    {
        var world = new YugaWorld();
        var plan = new YugabytePlanner(world.Spec, YugaRun.Discover(world)).Compile();
        Universe[at].Break(world);
        var cluster = new YugabyteCluster(new YugaLife(world).Context);

        var problems = await new ClusterGate(cluster).StopProblemsAsync(
            PlanProgress.Of(plan), new GatedStop(cluster.Instance("t2"), NodesSafeForm.Absent), expectOutage: false,
            rightBefore: true, CancellationToken.None);

        ShouldHelp(problems, Universe[at].Subject);
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public async Task Cluster_that_refuses_a_stop_says_where_and_what_to_do(int at)
    {
        var world = new TiDbWorld().Begin();
        Cluster[at].Break(world);
        world.Time.Advance(2 * StopGate.OldestLook);

        var problems = await new StopGate(world.Life.Targets).ProblemsAsync(
            world.Upgrade.Spec.Instances.Single(i => i.Name == "tikv-1"), [], CancellationToken.None);

        ShouldHelp(problems, Cluster[at].Subject);
    }

    [Fact]
    public async Task Lost_store_names_the_way_to_skip_it()
    {
        var world = new TiDbWorld().Begin();
        world.End(world["tikv-2"], byOperator: false);
        world["tikv-2"].IsStopped = true;
        world.Time.Advance(TimeSpan.FromMinutes(1));

        var problems = await new StopGate(world.Life.Targets).ProblemsAsync(
            world.Upgrade.Spec.Instances.Single(i => i.Name == "tikv-1"), [], CancellationToken.None);

        problems.ShouldContain(
            "Store 2 (192.0.2.2:20160) is Disconnected, expected Up. Start it. If it is lost for good, run `pd-ctl "
            + "store delete 2`, wait until it is Tombstone, then add tikv-2 to spec.removedInstances.");
    }

    private static void ShouldHelp(IReadOnlyList<string> problems, string subject)
    {
        problems.ShouldNotBeEmpty();
        problems.ShouldContain(p => p.Contains(subject, StringComparison.Ordinal));
        problems.ShouldAllBe(p => WayOut().IsMatch(p));
    }

    [GeneratedRegex("(Start|Check|check|Wait until|wait until|run `|Let it end)")]
    private static partial Regex WayOut();
}
