using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>Two operators. Two upgrades of one target: <see cref="BeforeDowntimeTests"/>.</summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TwoOperatorsTests(StageFixture fixture)
{
    [Fact]
    public async Task Second_operator_takes_over_after_SIGKILL_and_SIGTERM()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new System.Text.Json.Nodes.JsonArray("StopOld", "CorrectMetadata");
        await using var first = stage.StartOperator();
        await first.WaitUntilReadyAsync();
        await LeadsAsync(first);
        await using var second = stage.StartOperator();
        await second.WaitUntilReadyAsync();
        await stage.ApplyAsync(manifest.ToJsonString());
        var held = await stage.WaitForAsync(space, u => u.Condition("Held") == "True");

        await first.KillAsync();
        await ApproveAsync(stage, space, "StopOld", held);
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True" && u.Message().Contains("CorrectMetadata", StringComparison.Ordinal));
        await using var third = stage.StartOperator();
        await third.WaitUntilReadyAsync();
        await second.StopAsync();
        await ApproveAsync(stage, space, "CorrectMetadata", held);

        await stage.WaitForAsync(space, u => u.IsOver());
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        (await stage.Oms.CountAsync(OmsEvents.JarStart)).ShouldBe(stage.Hosts.Count);
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(1);
    }

    private static Task LeadsAsync(Lab.Upgrades.LabOperator op) =>
        Deadline.UntilAsync("the operator to lead", _ => Task.FromResult(op.Log.Contains("omsupgrades", StringComparison.Ordinal)));

    private static Task<string> ApproveAsync(Lab.Upgrades.UpgradeStage stage, string space, string name, System.Text.Json.Nodes.JsonNode held) =>
        stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "--overwrite", "omsu", "oms-322-to-422", $"drydock.dev/approve={name}@{held["status"]!["plan"]!["hash"]!.GetValue<string>()["sha256:".Length..][..8]}"]);
}
