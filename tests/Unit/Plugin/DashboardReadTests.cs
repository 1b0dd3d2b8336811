using Drydock.Cli.CommandLine;
using Drydock.Cli.Dashboard;
using Drydock.Cli.Runs;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;
using RunKind = Drydock.Cli.Runs.RunKind;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>What the dashboard reads for a page, and how much of it is sent again.</summary>
public sealed class DashboardReadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_of_one_run_sends_only_that_run()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        await CreateAsync(cluster, "other");
        var list = ListOf(cluster);

        var first = await list.ReadAsync(0, Token);
        first.Runs.Select(r => r.Name).ShouldBe([run.Metadata.Name, "other"]);
        var idle = await list.ReadAsync(first.Serial, Token);
        (idle.Runs.Count, idle.IsWhole).ShouldBe((0, false));

        await cluster.WriteAsync((OmsUpgrade)run.Entity, new OmsUpgradeStatus { Phase = "Verify" });
        var changed = await list.ReadAsync(idle.Serial, Token);
        changed.IsWhole.ShouldBeFalse();
        changed.Runs.ShouldHaveSingleItem().Phase.ShouldBe("Verify");
        (await list.ReadAsync(first.Serial, Token)).Runs.ShouldHaveSingleItem("a second page has read less");
    }

    [Fact]
    public async Task Deleted_run_sends_all_that_are_left()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        await CreateAsync(cluster, "other");
        var list = ListOf(cluster);
        var first = await list.ReadAsync(0, Token);

        await cluster.Api.DeleteAsync<OmsUpgrade>(run.Metadata.Name, MemoryCluster.Namespace, cancellationToken: Token);
        var left = await list.ReadAsync(first.Serial, Token);

        left.IsWhole.ShouldBeTrue();
        left.Runs.ShouldHaveSingleItem().Name.ShouldBe("other");
        (await list.ReadAsync(left.Serial, Token)).IsWhole.ShouldBeFalse();
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

        var list = await new RunList(api, scope: null, "own", TimeProvider.System).ReadAsync(0, Token);

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
        Failures.Explain(failure).ShouldContain("'Sideways' is not a mode");
    }

    [Fact]
    public async Task Missing_right_to_all_namespaces_shows_the_own_one()
    {
        using var cluster = new MemoryCluster();
        await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("list", 1, MemoryCluster.Forbidden);

        var list = await ListOf(cluster).ReadAsync(0, Token);

        list.Runs.ShouldHaveSingleItem();
        list.Problems.ShouldHaveSingleItem().ShouldStartWith(
            $"Only namespace {MemoryCluster.Namespace} is shown for omsupgrades.");
    }

    [Fact]
    public async Task Missing_right_to_the_own_namespace_is_a_problem()
    {
        using var cluster = new MemoryCluster();
        await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.FailNext("list", 2, MemoryCluster.Forbidden);

        var list = await ListOf(cluster).ReadAsync(0, Token);

        (list.Runs.Count, list.Problems.Count).ShouldBe((0, 2));
        list.Problems[1].ShouldStartWith("You may not list omsupgrades");
    }

    [Fact]
    public async Task Commands_of_a_run_name_the_cluster_of_the_page()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        var reader = new RunReader(cluster.Api, new RunAddress(" --context rehearsal", HasKind: false), cluster.Time);

        var (page, _) = await reader.ReadAsync(Kind, MemoryCluster.Namespace, run.Metadata.Name, Token);

        page.Run.Offers.Select(o => o.Command).ShouldContain(
            $"kubectl drydock pause {run.Metadata.Name} -n oms --context rehearsal");
    }

    [Fact]
    public async Task Tag_changes_with_the_run_and_with_its_snapshot()
    {
        using var cluster = new MemoryCluster();
        var status = new OmsUpgradeStatus { Phase = "Backup", SnapshotRef = new SnapshotReference { Name = "s" } };
        var run = await cluster.CreateAsync(status);
        var first = await TagAsync(cluster, run);
        (await TagAsync(cluster, run)).ShouldBe(first);

        await cluster.Api.CreateAsync(
            new BackupSnapshot
            {
                Metadata = new V1ObjectMeta { Name = "s", Namespace = MemoryCluster.Namespace },
                Spec = new BackupSnapshotSpec(),
            },
            Token);
        var second = await TagAsync(cluster, run);
        second.ShouldNotBe(first);

        await cluster.WriteAsync((OmsUpgrade)run.Entity, status with { Phase = "Verify" });
        (await TagAsync(cluster, run)).ShouldNotBe(second);
    }

    [Fact]
    public void State_of_the_system_is_what_the_status_says()
    {
        var world = CliRuns.Held();
        System(world).ShouldBe("High availability of OMS is off.");

        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Status.DowntimeSince is not null, "the downtime");
        System(world).ShouldBe("OMS is down.");

        world.RunUntil(() => world.Is("Succeeded"), "the end");
        System(world).ShouldBeNull();
    }

    private static RunKind Kind => RunKind.All[0];

    private static KubernetesRequest Request => new("get", "drydock.dev", "omsupgrades", "own", "up");

    private static UnreadableObject Unreadable(string name) => new("own", name, "2", "'Sideways' is not a mode");

    private static OmsUpgrade Upgrade(string name, string phase) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Namespace = "own", ResourceVersion = "1" },
        Spec = new OmsUpgradeSpec(),
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

    private static async Task<string> TagAsync(MemoryCluster cluster, Run run) =>
        (await ReaderOf(cluster.Api).ReadAsync(Kind, MemoryCluster.Namespace, run.Metadata.Name, Token)).Tag;

    private static string? System(OmsWorld world) => RunReader.Page(world.Run(), [], world.Time.GetUtcNow()).System;
}
