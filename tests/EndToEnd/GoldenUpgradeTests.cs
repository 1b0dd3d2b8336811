using System.Globalization;
using System.Text.RegularExpressions;
using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>The main job, undisturbed, on real parts and under the shipped RBAC.</summary>
[Collection(Lanes.Upgrades)]
public sealed partial class GoldenUpgradeTests(StageFixture fixture)
{
    [Fact]
    public async Task Two_nodes_are_upgraded_in_runbook_order_and_stay_unchanged()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync();
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());

        var done = await stage.WaitForAsync(space, u => u.IsOver());

        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var audit = await stage.Oms.AuditAsync();
        AssertOrder(audit, stage.Hosts.Count);
        var state = await stage.Oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe("4.2.2");
        state.Damage.ShouldBeEmpty();
        state.HaConfig.ShouldNotBeNull();
        state.HaConfig.ShouldContain("\"enable\":true");
        state.HaConfig.ShouldContain("9007199254740993", Case.Sensitive, "an unknown key's number must come through byte for byte");
        done.Condition("Succeeded").ShouldBe("True");
        done.Condition("Ready").ShouldBe("True");
        done["status"]!["observedGeneration"]!.GetValue<long>().ShouldBe(done["metadata"]!["generation"]!.GetValue<long>());
        var times = done["status"]!["times"]!;
        var (t1, t2) = (Time(times["t1"]!.GetValue<string>()), Time(times["t2"]!.GetValue<string>()));
        t2.ShouldBeGreaterThan(t1);
        await AssertSnapshotAsync(stage, space, done["status"]!["snapshotRef"]!["name"]!.GetValue<string>());
        var table = await stage.ControlPlane.KubectlAsync(["-n", space, "get", "omsu", "-o", "wide"]);
        foreach (var column in new[] { "FROM", "TO", "PHASE", "PROGRESS", "READY", "REASON", "AGE", "DOWN", "DOWNTIME", "STEP", "SNAPSHOT", "MESSAGE" })
        {
            table.ShouldContain(column);
        }

        await AssertInertAsync(stage, space);
    }

    private static void AssertOrder(IReadOnlyList<OmsAuditEntry> audit, int nodes)
    {
        var oldStops = audit.Where(a => a.Event == OmsEvents.ContainerStop && a.Version == "3.2.2").ToList();
        var newStarts = audit.Where(a => a.Event == OmsEvents.ContainerStart && a.Version == "4.2.2").ToList();
        var jarStarts = audit.Where(a => a.Event == OmsEvents.JarStart).ToList();
        var jarEnds = audit.Where(a => a.Event == OmsEvents.JarEnd).ToList();
        var inits = audit.Where(a => a.Event == OmsEvents.InitStart).ToList();
        oldStops.Count.ShouldBe(nodes);
        newStarts.Count.ShouldBe(nodes);
        jarStarts.Count.ShouldBe(nodes);
        jarStarts.ShouldAllBe(j => j.Detail == "last=true");
        jarStarts.Select(j => j.HostIp).Distinct(StringComparer.Ordinal).Count().ShouldBe(nodes);
        inits.Count.ShouldBe(1);
        oldStops.Max(a => a.Id).ShouldBeLessThan(newStarts.Min(a => a.Id));
        newStarts.Max(a => a.Id).ShouldBeLessThan(jarStarts.Min(a => a.Id));
        jarEnds[0].Id.ShouldBeLessThan(jarStarts[1].Id, "two JARs must not run at a time");
        jarEnds.Max(a => a.Id).ShouldBeLessThan(inits[0].Id);
        var lastConsoles = audit.Where(a => a.Event == OmsEvents.ConsoleStart && a.Version == "4.2.2").GroupBy(a => a.HostIp, StringComparer.Ordinal).Select(g => g.Last());
        lastConsoles.ShouldAllBe(c => c.Detail.Contains("\"enable\":true", StringComparison.Ordinal));
    }

    private static async Task AssertSnapshotAsync(Lab.Upgrades.UpgradeStage stage, string space, string name)
    {
        var snapshot = System.Text.Json.Nodes.JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", name, "-o", "json"]))!;
        snapshot["metadata"]!["ownerReferences"].ShouldBeNull("nothing that removes the upgrade may remove the backup");
        var status = snapshot["status"]!;
        status["verified"]!.GetValue<bool>().ShouldBeTrue();
        status["databases"]!.AsArray().Select(d => d!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal).ShouldBe(stage.Oms.Databases.Order(StringComparer.Ordinal));
        foreach (var database in status["databases"]!.AsArray())
        {
            var file = Path.Combine(stage.Snapshots, database!["file"]!.GetValue<string>());
            new FileInfo(file).Length.ShouldBe(database["bytes"]!.GetValue<long>());
            var sum = (await Shell.RunAsync("sha256sum", [file])).Split(' ')[0];
            sum.ShouldBe(database["sha256"]!.GetValue<string>());
        }
    }

    // Re-apply and restart: no reconcile. A change that asks for nothing: no write to the object or its children, no
    // connection to a target.
    private static async Task AssertInertAsync(Lab.Upgrades.UpgradeStage stage, string space)
    {
        stage.Faults!.Ledger.Reset();
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
        await using var another = stage.StartOperator(new Lab.Upgrades.LabOperatorOptions { LeaderElection = false });
        await another.WaitUntilReadyAsync();
        Looked().IsMatch(await another.GetAsync("/metrics", CancellationToken.None)).ShouldBeFalse();
        await stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "omsupgrades.drydock.dev", UpgradeCourse.Name, "example.com/note=1"]);
        var before = (await stage.GetUpgradeAsync(space))["metadata"]!["resourceVersion"]!.GetValue<string>();
        await Deadline.UntilAsync(
            "the new operator to have looked at the finished upgrade",
            async token => Looked().IsMatch(await another.GetAsync("/metrics", token)));
        (await stage.GetUpgradeAsync(space))["metadata"]!["resourceVersion"]!.GetValue<string>().ShouldBe(before);
        stage.Faults.Ledger.Acts.Where(a => !a.Target.Contains("/leases", StringComparison.Ordinal)).ShouldBeEmpty();
        stage.Faults.MetaDb.OpenConnections.ShouldBe(0);
    }

    [GeneratedRegex("""controller_runtime_reconcile_total\{controller="omsupgrades",result="success"\} [1-9]""")]
    private static partial Regex Looked();

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
