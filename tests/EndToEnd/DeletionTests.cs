using System.Text.Json.Nodes;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>What deletion leaves behind, on real parts.</summary>
public sealed class DeletionTests(StageFixture fixture)
{
    [Fact]
    public async Task Before_the_first_stop_everything_is_undone_and_the_object_goes()
    {
        var stage = await fixture.ResetAsync();
        var before = (await stage.Oms.ReadStateAsync()).ToString();
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("StopOld");
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        (await stage.Oms.ReadHaConfigAsync())!.ShouldContain("\"enable\":false");

        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "omsu", "oms-322-to-422", "--timeout=60s"]);

        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before);
        (await stage.ControlPlane.KubectlAsync(["-n", UpgradeStage.OperatorNamespace, "get", "leases", "-o", "name"])).ShouldNotContain("drydock-target");
    }

    [Fact]
    public async Task From_the_first_stop_on_the_object_stays_until_the_plan_has_ended_and_the_backup_outlives_it()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("StartNew");
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");

        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "omsu", "oms-322-to-422", "--wait=false"]);
        var waits = await stage.WaitForAsync(space, u => u.Reason("Reconciling") == "DeletionWaits");
        waits.Message().ShouldContain("drydock.dev/on-delete: Abandon");
        await stage.ControlPlane.KubectlAsync(["-n", space, "patch", "omsu", "oms-322-to-422", "--type=merge", "-p", "{\"spec\":{\"holdBefore\":[]}}"]);

        await stage.ControlPlane.KubectlAsync(["-n", space, "wait", "--for=delete", "omsu/oms-322-to-422", "--timeout=120s"]);
        var state = await stage.Oms.ReadStateAsync();
        state.SchemaVersion.ShouldBe("4.2.2");
        state.HaConfig!.ShouldContain("\"enable\":true");
        var snapshots = JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", "-o", "json"]))!["items"]!.AsArray();
        snapshots.Count.ShouldBe(1);
        snapshots[0]!["status"]!["verified"]!.GetValue<bool>().ShouldBeTrue();
    }
}
