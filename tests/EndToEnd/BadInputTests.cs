namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Bad input ends in Stalled with its own reason and a sentence, before anything was changed; the repair goes on with
/// the same object.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class BadInputTests(StageFixture fixture)
{
    private const string Name = UpgradeCourse.Name;

    [Fact]
    public async Task Invalid_input_is_listed_in_one_pass_and_changes_nothing()
    {
        var stage = await fixture.ResetAsync();
        await stage.MetaDb.ExecAsync(
            "update oms_project set project_name='orders_to_ob' where project_status<>'DELETED' order by id limit 2",
            stage.Oms.Options.RmDatabase);
        var before = (await stage.Oms.ReadStateAsync()).ToString();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });

        // What hosts and containers tell.
        await stage.Oms.WriteConfigAsync(
            stage.Oms.Nodes[1], text => text.Replace(stage.Hosts[0].Address, "198.51.100.7", StringComparison.Ordinal));
        var stalled = await StallAsync(stage, space, spec =>
        {
            AskOfAPerson(spec);
            spec["image"] = "registry.example/oms:feature_9.9.9";
        });
        stalled.Reason("Stalled").ShouldBe("PreflightFailed");
        stalled.FindingReasons().Count(r => r == "ImageMissing").ShouldBe(2, "each node has its own finding");
        stalled.FindingReasons().ShouldContain("NodesDiffer");

        // What only a database that is known tells.
        await stage.Oms.WriteConfigAsync(stage.Oms.Nodes[1]);
        stalled = await StallAsync(stage, space, AskOfAPerson);
        foreach (var reason in (string[])["DuplicateProjectNames", "ForwardSwitchoverUnknown", "InvalidSpec"])
        {
            stalled.FindingReasons().ShouldContain(reason);
        }

        // A path that the vendor does not list can be acknowledged, so what else contradicts it is told too.
        stalled = await StallAsync(stage, space, spec => spec["toVersion"] = "4.9.9");
        stalled.FindingReasons().ShouldBe(["ImageNameContradicts", "VersionPathUnsupported"], ignoreOrder: true);

        // One thing at a time.
        foreach (var (reason, breaks) in Cases(stage))
        {
            stalled = await StallAsync(stage, space, breaks);
            stalled.FindingReasons().ShouldAllBe(f => f == reason);
            stalled.Reason("Stalled").ShouldBe(reason);
            stalled.Message().ShouldContain("Nothing was changed");
        }

        await ApplyAsync(stage, space, spec => spec["approval"] = "Manual");
        (await stage.WaitForAsync(space, u => u.Phase() == "Planned")).FindingReasons().ShouldBeEmpty();
        await AssertUntouchedAsync(stage, before);
    }

    [Fact]
    public async Task Wrong_password_stalls_upgrade_until_Secret_is_corrected()
    {
        var stage = await fixture.ResetAsync();
        var before = (await stage.Oms.ReadStateAsync()).ToString();
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(space, "oms-metadb", ("username", OmsScenario.MetaUser), ("password", "wrong-canary"));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var stalled = await StallAsync(stage, space, spec =>
        {
            spec["approval"] = "Manual";
            spec["metadataDatabase"]!["credentialsSecretRef"] = new JsonObject { ["name"] = "oms-metadb" };
        });
        stalled.Reason("Stalled").ShouldBe("AccessDenied");
        stalled.Message().ShouldNotContain("wrong-canary");

        await stage.SecretAsync(
            space, "oms-metadb", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword));

        var planned = await stage.WaitForAsync(space, u => u.Phase() == "Planned");
        planned["metadata"]!["generation"]!.GetValue<long>()
            .ShouldBe(stalled["metadata"]!["generation"]!.GetValue<long>(), "the object was not touched");
        await AssertUntouchedAsync(stage, before);
    }

    private static IEnumerable<(string Reason, Action<JsonObject> Break)> Cases(UpgradeStage stage) =>
    [
        ("VersionPathUnsupported", spec => spec["toVersion"] = "3.1.0"),
        ("JarMissing", spec => spec["correction"] = new JsonObject { ["jarPath"] = "no-such.jar" }),
        ("HostUnreachable", spec =>
            spec["regions"]![0]!["nodes"]![1]!["docker"]!["endpoint"] = $"tcp://{stage.Hosts[1].Address}:1"),
        ("ContainerNotFound", spec => spec["currentContainer"] = "oms_absent"),
        ("VersionMismatch", spec => spec["fromVersion"] = "3.3.1"),
    ];

    private static void AskOfAPerson(JsonObject spec)
    {
        spec["preflight"] = new JsonObject();
        spec["backup"]!["storage"]!["directory"]!["path"] = "/proc/no-such-place";
    }

    // Every pass begins with the manifest of the stage, duplicates dealt with, and spoils that.
    private static async Task ApplyAsync(UpgradeStage stage, string space, Action<JsonObject> change)
    {
        var manifest = stage.Manifest(space, Name);
        manifest["spec"]!["preflight"]!["duplicateProjectNames"] = "Rename";
        change(manifest["spec"]!.AsObject());
        await stage.ApplyAsync(manifest.ToJsonString());
    }

    private static async Task<JsonNode> StallAsync(UpgradeStage stage, string space, Action<JsonObject> change)
    {
        await ApplyAsync(stage, space, change);
        var wanted = (await stage.GetUpgradeAsync(space))["metadata"]!["generation"]!.GetValue<long>();
        return await stage.WaitForAsync(
            space, u => u.IsStalled() && u["status"]!["observedGeneration"]!.GetValue<long>() == wanted);
    }

    // Probe containers came and went; nothing else was asked of a host or the database, and everything is as it was.
    private static async Task AssertUntouchedAsync(UpgradeStage stage, string before)
    {
        var acts = stage.Faults!.Ledger.Acts.Where(a => !a.Proxy.StartsWith("kube", StringComparison.Ordinal)).ToList();
        acts.Where(a => !a.Target.Contains("/exec", StringComparison.Ordinal)
            && !a.Target.EndsWith("/containers/create", StringComparison.Ordinal)
            && !a.Target.Contains("/containers/drydock-probe-", StringComparison.Ordinal) && a.Verb != "DELETE")
            .Select(a => a.ToString())
            .ShouldBeEmpty();
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before);
    }
}
