namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>The main job and its rollback, on real parts and under the shipped RBAC.</summary>
[Collection(Lanes.Upgrades)]
public sealed class GoldenUpgradeTests(StageFixture fixture)
{
    [Fact]
    public async Task Two_nodes_are_upgraded_in_runbook_order_and_failed_JAR_runs_again_on_restored_data()
    {
        var golden = await fixture.RecordingAsync();

        golden.Punishments.ShouldBeEmpty();
        AssertOrder(golden.AuditOfUpgrade, golden.Nodes);
        golden.Upgraded.SchemaVersion.ShouldBe("4.2.2");
        golden.Upgraded.Damage.ShouldBeEmpty();
        golden.Upgraded.HaConfig.ShouldNotBeNull();
        golden.Upgraded.HaConfig.ShouldContain("\"enable\":true");
        golden.Upgraded.HaConfig.ShouldContain(
            "9007199254740993", Case.Sensitive, "an unknown key's number must come through byte for byte");
        var done = golden.Succeeded;
        done.Condition("Succeeded").ShouldBe("True");
        done.Condition("Ready").ShouldBe("True");
        done["status"]!["observedGeneration"]!.GetValue<long>()
            .ShouldBe(done["metadata"]!["generation"]!.GetValue<long>());
        done.Steps().ShouldContain(s => s["id"]!.GetValue<string>().StartsWith(
            "RestoreDatabases/", StringComparison.Ordinal) && s["state"]!.GetValue<string>() == "Succeeded");
        var times = done["status"]!["times"]!;
        Time(times["t2"]!).ShouldBeGreaterThan(Time(times["t1"]!));
        foreach (var column in new[]
        {
            "FROM", "TO", "SYSTEM", "STATE", "PROGRESS", "AGE", "SINCE", "DOWNTIME", "MESSAGE"
        })
        {
            golden.Table.ShouldContain(column);
        }
    }

    [Fact]
    public async Task Snapshot_before_the_downtime_is_verified_and_belongs_to_nobody()
    {
        var golden = await fixture.RecordingAsync();

        golden.Snapshot["metadata"]!["ownerReferences"].ShouldBeNull(
            "nothing that removes the upgrade may remove the backup");
        golden.Snapshot["status"]!["verified"]!.GetValue<string>().ShouldNotBeEmpty();
        golden.Dumps.Keys.Order(StringComparer.Ordinal).ShouldBe(golden.Databases.Order(StringComparer.Ordinal));
        golden.Dumps.Where(dump => !dump.Value).ShouldBeEmpty("size and hash of the file are those of the status");
    }

    [Fact]
    public async Task Rollback_restores_databases_and_old_containers()
    {
        var golden = await fixture.RecordingAsync();

        golden.RolledBack.DatabaseText().ShouldBe(golden.Before.DatabaseText());
        golden.RolledBack.HaConfig.ShouldNotBeNull().ShouldContain("\"enable\":true");
        golden.RolledBack.Hosts.Values.ShouldAllBe(x => x == "ONLINE");
        golden.RolledBack.Damage.ShouldBeEmpty();
        foreach (var node in golden.RolledBack.Nodes)
        {
            node.Containers.Count.ShouldBe(2);
            node.Containers.Single(x => x.Status == "running").Name.ShouldBe(golden.OldContainer);
            node.Containers.Single(x => x.Status != "running").Status
                .ShouldBe("exited", "the new container stays, stopped, until accepted");
        }
    }

    [Fact]
    public async Task Abort_and_deletion_before_the_downtime_undo_everything() =>
        (await fixture.RecordingAsync()).Undone.ShouldBe((true, true));

    [Fact]
    public async Task Nothing_is_done_or_asked_after_the_end() =>
        (await fixture.RecordingAsync()).ActsAfterTheEnd.ShouldBeEmpty();

    // The first JAR reports errors. Its data is restored before any JAR runs again; then each node has one, one after
    // the other, and one initialization follows.
    private static void AssertOrder(IReadOnlyList<OmsAuditEntry> audit, int nodes)
    {
        var oldStops = audit.Where(a => a.Event == OmsEvents.ContainerStop && a.Version == "3.2.2").ToList();
        var newStarts = audit.Where(a => a.Event == OmsEvents.ContainerStart && a.Version == "4.2.2").ToList();
        var jarStarts = audit.Where(a => a.Event == OmsEvents.JarStart).ToList();
        var jarEnds = audit.Where(a => a.Event == OmsEvents.JarEnd).ToList();
        var inits = audit.Where(a => a.Event == OmsEvents.InitStart).ToList();
        oldStops.Count.ShouldBe(nodes);
        jarStarts.Count.ShouldBe(nodes + 1);
        jarStarts.ShouldAllBe(j => j.Detail == "last=true");
        jarStarts.Skip(1).Select(j => j.HostIp).Distinct(StringComparer.Ordinal).Count().ShouldBe(nodes);
        inits.Count.ShouldBe(1);
        oldStops.Max(a => a.Id).ShouldBeLessThan(newStarts.Min(a => a.Id));
        newStarts.Take(nodes).Max(a => a.Id).ShouldBeLessThan(jarStarts.Min(a => a.Id));
        jarEnds.Zip(jarStarts.Skip(1))
            .ShouldAllBe(pair => pair.First.Id < pair.Second.Id, "two JARs must not run at a time");
        jarEnds.Max(a => a.Id).ShouldBeLessThan(inits[0].Id);
        var lastConsoles = audit.Where(a => a.Event == OmsEvents.ConsoleStart && a.Version == "4.2.2")
            .GroupBy(a => a.HostIp, StringComparer.Ordinal).Select(g => g.Last());
        lastConsoles.ShouldAllBe(c => c.Detail.Contains("\"enable\":true", StringComparison.Ordinal));
    }

    private static DateTimeOffset Time(JsonNode text) =>
        DateTimeOffset.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
}
