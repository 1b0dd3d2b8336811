using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>Bad input ends in Stalled with its own reason and a sentence, before anything was changed; the repair goes on with the same object.</summary>
public sealed class BadInputTests(StageFixture fixture)
{
    [Fact]
    public async Task Everything_wrong_at_once_is_listed_in_one_pass_and_changes_nothing()
    {
        var stage = await fixture.ResetAsync();
        await DuplicateProjectAsync(stage, "orders_to_ob");
        await stage.Oms.WriteConfigAsync(stage.Oms.Nodes[1], text => text.Replace(stage.Hosts[0].Address, "198.51.100.7", StringComparison.Ordinal));
        var before = await StateAsync(stage);
        var manifest = stage.Manifest(await stage.NewNamespaceAsync());
        manifest["spec"]!["image"] = "registry.example/oms:feature_9.9.9";
        manifest["spec"]!["preflight"] = new JsonObject();
        manifest["spec"]!["backup"]!["storage"]!["directory"]!["path"] = "/proc/no-such-place";

        var stalled = await StallAsync(stage, manifest);

        stalled.Reason("Stalled").ShouldBe("PreflightFailed");
        stalled.Findings().ShouldContain("ImageMissing");
        stalled.Findings().Count(r => r == "ImageMissing").ShouldBe(2, "each node has its own finding");
        stalled.Findings().ShouldContain("NodesDiffer");
        await AssertUntouchedAsync(stage, before);
    }

    [Fact]
    public async Task Duplicate_names_missing_space_and_unacknowledged_things_are_found_together()
    {
        var stage = await fixture.ResetAsync();
        await DuplicateProjectAsync(stage, "orders_to_ob");
        var before = await StateAsync(stage);
        var manifest = stage.Manifest(await stage.NewNamespaceAsync());
        manifest["spec"]!["preflight"] = new JsonObject();
        manifest["spec"]!["backup"]!["storage"]!["directory"]!["path"] = "/proc/no-such-place";

        var stalled = await StallAsync(stage, manifest);

        foreach (var reason in new[] { "DuplicateProjectNames", "ForwardSwitchoverUnacknowledged", "StorageUnusable" })
        {
            stalled.Findings().ShouldContain(reason);
        }

        await AssertUntouchedAsync(stage, before);
    }

    [Fact]
    public async Task A_wrong_password_stalls_and_the_corrected_Secret_alone_goes_on_to_the_end()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await SecretAsync(stage, space, "wrong");
        var before = await StateAsync(stage);
        var manifest = stage.Manifest(space);
        manifest["spec"]!["metadataDatabase"]!["credentialsSecretRef"] = new JsonObject { ["name"] = "oms-metadb" };
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
        var stalled = await stage.WaitForAsync(space, u => u.IsStalled());
        stalled.Reason("Stalled").ShouldBe("AccessDenied");
        stalled.Message().ShouldNotContain("wrong\"");
        await AssertUntouchedAsync(stage, before);
        var resourceVersion = stalled["metadata"]!["generation"]!.GetValue<long>();

        await SecretAsync(stage, space, OmsCanaries.MetaPassword);

        var done = await stage.WaitForAsync(space, u => u.IsOver());
        done["metadata"]!["generation"]!.GetValue<long>().ShouldBe(resourceVersion, "the object was not touched");
    }

    [Theory]
    [InlineData("an unknown version path", "VersionPathUnsupported")]
    [InlineData("a JAR that the image lacks", "JarMissing")]
    [InlineData("an unreachable host", "HostUnreachable")]
    [InlineData("a container that is not there", "ContainerNotFound")]
    [InlineData("another running version", "VersionMismatch")]
    public async Task Stalls_with_its_own_reason_before_anything_was_changed(string wrong, string reason)
    {
        var stage = await fixture.ResetAsync();
        var before = await StateAsync(stage);
        var manifest = stage.Manifest(await stage.NewNamespaceAsync());
        var spec = manifest["spec"]!;
        switch (wrong)
        {
            case "an unknown version path":
                spec["toVersion"] = "4.9.9";
                break;
            case "a JAR that the image lacks":
                spec["correction"] = new JsonObject { ["jarPath"] = "no-such.jar" };
                break;
            case "an unreachable host":
                spec["regions"]![0]!["nodes"]![1]!["docker"]!["endpoint"] = $"tcp://{stage.Hosts[1].Address}:1";
                break;
            case "a container that is not there":
                spec["currentContainer"] = "oms_absent";
                break;
            default:
                spec["fromVersion"] = "3.3.1";
                break;
        }

        var stalled = await StallAsync(stage, manifest);

        stalled.Findings().ShouldContain(reason);
        stalled.Findings().ShouldAllBe(f => f == reason);
        stalled.Reason("Stalled").ShouldBe(reason);
        stalled.Message().ShouldContain("Nothing was changed");
        await AssertUntouchedAsync(stage, before);
    }

    private static async Task<JsonNode> StallAsync(UpgradeStage stage, JsonObject manifest)
    {
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
        return await stage.WaitForAsync(manifest["metadata"]!["namespace"]!.GetValue<string>(), u => u.IsStalled());
    }

    // Probe containers came and went; nothing else was asked of a host or the database, and everything is as it was.
    private static async Task AssertUntouchedAsync(UpgradeStage stage, string before)
    {
        var acts = stage.Faults!.Ledger.Acts.Where(a => !a.Proxy.StartsWith("kube", StringComparison.Ordinal)).ToList();
        acts.Where(a => !a.Target.Contains("/exec", StringComparison.Ordinal) && !a.Target.EndsWith("/containers/create", StringComparison.Ordinal) && a.Verb != "DELETE")
            .Select(a => a.ToString())
            .ShouldBeEmpty();
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before);
    }

    private static async Task<string> StateAsync(UpgradeStage stage) => (await stage.Oms.ReadStateAsync()).ToString();

    private static Task<string> DuplicateProjectAsync(UpgradeStage stage, string name) => stage.MetaDb.ExecAsync(
        $"update oms_project set project_name='{name}' where project_status<>'DELETED' order by id limit 2", stage.Oms.Options.RmDatabase);

    private static async Task SecretAsync(UpgradeStage stage, string space, string password) => await stage.ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = "oms-metadb", ["namespace"] = space },
        ["stringData"] = new JsonObject { ["username"] = OmsScenario.MetaUser, ["password"] = password },
    }.ToJsonString());
}
