using Drydock.Cli.CommandLine;
using Drydock.Cli.Dashboard;
using Drydock.Cli.Runs;
using Drydock.Tests.Unit.Crds.Specs.Sweep;
using ShownKind = Drydock.Cli.Runs.ShownKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What the dashboard reads for a page.</summary>
public sealed class DashboardReadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_read_has_all_runs_as_they_are_now()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        await CreateAsync(cluster, "other");
        var list = ListOf(cluster);
        await ShouldHaveAsync($"{run.Metadata.Name} Backup", "other Pending");

        await cluster.WriteAsync((OmsUpgrade)run.Entity, new OmsUpgradeStatus { Phase = "Verify" });
        await ShouldHaveAsync($"{run.Metadata.Name} Verify", "other Pending");

        await cluster.Api.DeleteAsync<OmsUpgrade>(run.Metadata.Name, MemoryCluster.Namespace, cancellationToken: Token);
        await ShouldHaveAsync("other Pending");

        async Task ShouldHaveAsync(params string[] expected) =>
            (await list.ReadAsync(Token)).Runs.Select(r => $"{r.Name} {r.Phase}").ShouldBe(expected);
    }

    [Fact]
    public async Task Unreadable_object_does_not_hide_the_others()
    {
        var api = new StubApi
        {
            List = options => options is { TolerateUnreadable: true }
                ? new([Upgrade("up", "Backup")], "1", [Unreadable("newer")])
                : throw new KubernetesUnreadableObjectException(Request, Unreadable("newer")),
        };

        var list = await new RunList(api, scope: null, "own", TimeProvider.System).ReadAsync(Token);

        list.Runs.ShouldHaveSingleItem().Name.ShouldBe("up");
        list.Problems.ShouldBe([
            "OmsUpgrade own/newer is not shown, because this plugin cannot read it: 'Sideways' is not a mode. "
                + "Use the plugin of the operator's version.",
        ]);
    }

    [Fact]
    public async Task Run_that_cannot_be_read_is_explained()
    {
        var api = new StubApi { Read = () => throw new KubernetesUnreadableObjectException(Request, Unreadable("up")) };

        var failure = await Should.ThrowAsync<KubernetesException>(
            () => ReaderOf(api).ReadAsync(Kind, "own", "up", Token));

        Failures.IsShown(failure).ShouldBeTrue();
        Failures.Explain(failure).ShouldBeWorded();
    }

    [Fact]
    public async Task Missing_right_to_all_namespaces_shows_the_own_one()
    {
        using var cluster = new MemoryCluster();
        await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("list", 1, MemoryCluster.Forbidden);

        var list = await ListOf(cluster).ReadAsync(Token);

        list.Runs.ShouldHaveSingleItem();
        list.Problems.ShouldHaveSingleItem().ShouldBeWorded();
    }

    [Fact]
    public async Task Missing_right_to_the_own_namespace_is_a_problem()
    {
        using var cluster = new MemoryCluster();
        await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("list", 2, MemoryCluster.Forbidden);

        var list = await ListOf(cluster).ReadAsync(Token);

        (list.Runs.Count, list.Problems.Count).ShouldBe((0, 2));
        list.Problems[1].ShouldBeWorded();
    }

    [Fact]
    public async Task Commands_of_a_run_name_the_cluster_of_the_page()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        var reader = new RunReader(cluster.Api, new RunAddress(" --context rehearsal", HasKind: false), cluster.Time);

        var page = await reader.ReadAsync(Kind, MemoryCluster.Namespace, run.Metadata.Name, Token);

        page.Run.Offers.Select(o => o.Command).ShouldContain(
            $"kubectl drydock pause {run.Metadata.Name} -n oms --context rehearsal");
    }

    [Fact]
    public async Task Snapshot_is_read_with_its_run()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(
            new OmsUpgradeStatus { Phase = "Backup", SnapshotRef = new SnapshotReference { Name = "s" } });
        (await SnapshotAsync()).Problem.ShouldBeWorded();

        await cluster.Api.CreateAsync(
            new BackupSnapshot
            {
                Metadata = new V1ObjectMeta { Name = "s", Namespace = MemoryCluster.Namespace },
                Spec = SnapshotBench.Spec,
            },
            Token);
        (await SnapshotAsync()).Problem.ShouldBeNull();

        async Task<SnapshotView> SnapshotAsync()
        {
            var page = await ReaderOf(cluster.Api).ReadAsync(
                Kind, MemoryCluster.Namespace, run.Metadata.Name, Token);
            return page.Snapshots.ShouldHaveSingleItem();
        }
    }

    [Fact]
    public void State_of_the_system_is_what_the_status_says()
    {
        var world = CliRuns.Held();
        System(world).ShouldBe(SystemState.UpWithoutHA);

        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Status.DowntimeSince is not null, "the downtime");
        System(world).ShouldBe(SystemState.Down);

        world.RunUntil(() => world.Is("Succeeded"), "the end");
        System(world).ShouldBeNull();
    }

    private static ShownKind Kind => ShownKind.All[0];

    private static KubernetesRequest Request => new("get", "drydock.dev", "omsupgrades", "own", "up");

    private static UnreadableObject Unreadable(string name) => new("own", name, "'Sideways' is not a mode");

    private static OmsUpgrade Upgrade(string name, string phase) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "own", ResourceVersion = "1" },
        Spec = OmsWorld.AnySpec,
        Status = new OmsUpgradeStatus { Phase = phase },
    };

    private static Task<OmsUpgrade> CreateAsync(MemoryCluster cluster, string name) => cluster.Api.CreateAsync(
        Upgrade(name, "Backup") with
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = MemoryCluster.Namespace },
        },
        Token);

    private static RunList ListOf(MemoryCluster cluster) =>
        new(cluster.Api, scope: null, MemoryCluster.Namespace, cluster.Time);

    private static RunReader ReaderOf(IKubernetesClient api) => new(api, RunAddress.Default, TimeProvider.System);

    private static SystemState? System(OmsWorld world) =>
        RunReader.Page(world.Run(), [], world.Time.GetUtcNow()).Run.System;
}
