namespace Drydock.Tests.EndToEnd;

/// <summary>
/// What may keep an upgrade from its downtime, and what calls it off before: a closed window, a hold, another upgrade,
/// an abort, a deletion.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class BeforeDowntimeTests(StageFixture fixture)
{
    private const string Zone = "Asia/Shanghai";
    private static readonly UpgradeRoad Road = UpgradeRoad.Enterprise with
    {
        Id = "ee-322-422-names",
        Scenario = static options => options with { DuplicateNames = true }
    };

    [Fact]
    public async Task Upgrade_waits_for_window_and_abort_restores_former_state()
    {
        var stage = await fixture.UseAsync(Road);
        var before = (await stage.Oms.ReadStateAsync()).ToString();
        var space = await stage.NewNamespaceAsync();
        var now = TimeProvider.System.GetUtcNow();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["preflight"]!["duplicateProjectNames"] = "Rename";
        manifest["spec"]!["holdBefore"] = new JsonArray("StopOld");
        manifest["spec"]!["window"] = Window(now + TimeSpan.FromHours(3));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());

        var closed = await stage.WaitForAsync(space, u => u.Reason("Reconciling") == "OutsideWindow");
        closed.Message().ShouldContain(
            (now + TimeSpan.FromHours(3)).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture), Case.Sensitive,
            "when the window opens");
        closed.Plan("Upgrade").ShouldNotBeNull();
        closed.Condition("Stalled").ShouldBe("");
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before, "nothing is changed outside of the window");

        await PatchAsync(
            stage, space,
            new JsonObject { ["spec"] = new JsonObject { ["window"] = Window(now - TimeSpan.FromHours(1)) } });

        var held = await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        held["status"]!["renamedProjects"]!.AsArray().Count
            .ShouldBe(3, "one of each pair: migration, synchronization and across both");
        var names = (await stage.Oms.ReadStateAsync()).Projects.Where(p => p.Status != "DELETED")
            .Select(p => p.Name).ToList();
        names.ShouldBeUnique();
        foreach (var renamed in held["status"]!["renamedProjects"]!.AsArray())
        {
            names.ShouldContain(renamed!["oldName"]!.GetValue<string>(), "one of each pair keeps its name");
            names.ShouldContain(renamed["newName"]!.GetValue<string>());
        }

        (await stage.Oms.ReadHaConfigAsync())!.ShouldContain("\"enable\":false");
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "omsu", "oms-322-to-422", "drydock.dev/abort=not-tonight"]);

        var aborted = await stage.WaitForAsync(
            space, u => u.Phase() == "RolledBack" && u.Reason("Failed") == "Aborted");
        aborted.Condition("Succeeded").ShouldBe("");
        (await stage.Oms.ReadStateAsync()).ToString()
            .ShouldBe(before, "names, high availability and containers are as they were");

        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "omsu", "oms-322-to-422", $"drydock.dev/retry={aborted.RetryWord()}"]);
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        (await stage.Oms.ReadStateAsync()).ToString().ShouldNotBe(before);
        var second = await AssertSecondWaitsAsync(stage, space);
        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "omsu", "oms-322-to-422", "--timeout=120s"]);

        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before);
        await stage.WaitForAsync(second, u => u.Phase() == "Planned", name: "the-other");
        (await stage.ControlPlane.KubectlAsync(["-n", UpgradeStage.OperatorNamespace, "get", "leases", "-o", "name"]))
            .ShouldNotContain("drydock-target");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    // It changes nothing, but what another upgrade has under way is not to be judged.
    private static async Task<string> AssertSecondWaitsAsync(UpgradeStage stage, string first)
    {
        var space = await stage.NewNamespaceAsync();
        var other = stage.Manifest(space, "the-other");
        other["spec"]!["newContainer"] = "oms_422_other";
        other["spec"]!["approval"] = "Manual";
        other["spec"]!["preflight"]!["duplicateProjectNames"] = "Rename";
        await stage.ApplyAsync(other.ToJsonString());
        var busy = await stage.WaitForAsync(space, u => u.Reason("Reconciling") == "TargetBusy", name: "the-other");
        busy.Message().ShouldContain($"{first}/oms-322-to-422");
        busy.Condition("Stalled").ShouldBe("");
        return space;
    }

    // Four hours on the one day on which it opens, by clocks that are not the operator's.
    private static JsonObject Window(DateTimeOffset opens)
    {
        var start = TimeZoneInfo.ConvertTime(opens, TimeZoneInfo.FindSystemTimeZoneById(Zone));
        return new JsonObject
        {
            ["days"] = new JsonArray(start.DayOfWeek.ToString()[..3]),
            ["start"] = start.ToString("HH:mm", CultureInfo.InvariantCulture),
            ["end"] = start.AddHours(4).ToString("HH:mm", CultureInfo.InvariantCulture),
            ["timeZone"] = Zone,
        };
    }

    private static Task<string> PatchAsync(UpgradeStage stage, string space, JsonObject patch) =>
        stage.ControlPlane.KubectlAsync(
            ["-n", space, "patch", "omsu", "oms-322-to-422", "--type=merge", "-p", patch.ToJsonString()]);
}
