using System.Text.Json.Nodes;
using Drydock.Lab.GitOps;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd.GitOps;

/// <summary>Each action of Argo CD, applied to a running upgrade: it is enabled, and the operator heeds it.</summary>
[Collection(Lanes.GitOps)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ArgoActionTests(StageFixture fixture)
{
    private const string BeforeDowntime = "StopOld";
    private const string InDowntime = "StartNew";
    private const string InRollback = "StartOld";
    private const string Name = UpgradeCourse.Name;

    private static readonly ArgoScripts Scripts = new(Repository.Root);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_action_is_heeded_where_it_is_enabled()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var manifest = stage.Manifest(space, Name);
        manifest["spec"]!["holdBefore"] = new JsonArray(BeforeDowntime, InDowntime, InRollback);
        await stage.ApplyAsync(manifest.ToJsonString());
        await ExpectAsync(await HeldAsync(stage, space, BeforeDowntime), "Suspended");

        await ActAsync(stage, space, "pause");
        await ExpectAsync(await UntilAsync(stage, space, u => u.Reason("Reconciling") == "Paused"), "Suspended");
        await ActAsync(stage, space, "resume");
        await HeldAsync(stage, space, BeforeDowntime);
        await ActAsync(stage, space, "approve");
        await HeldAsync(stage, space, InDowntime);
        await ActAsync(stage, space, "abort");
        await ExpectAsync(await UntilAsync(stage, space, u => u.IsStalled() && u.Reason("Stalled") == "Aborted"), "Degraded");
        await ActAsync(stage, space, "retry");
        await HeldAsync(stage, space, InDowntime);
        await ActAsync(stage, space, "rollback");
        await HeldAsync(stage, space, InRollback);
        await ActAsync(stage, space, "approve");
        var back = await UntilAsync(stage, space, u => u.IsOver("RolledBack"));

        await ExpectAsync(back, "Healthy");
        KStatus.Of(back).ShouldBe(KStatus.Current);
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        (await stage.Oms.AuditAsync()).Count(a => a.Event is OmsEvents.JarStart or OmsEvents.InitStart).ShouldBe(0);
    }

    // Argo CD writes the difference as a merge patch.
    private static async Task ActAsync(UpgradeStage stage, string space, string action)
    {
        var entity = await stage.GetUpgradeAsync(space);
        var offered = (await Scripts.DiscoverAsync(entity, Token))[action]!;
        ((bool?)offered["disabled"]).ShouldBe(false, action);
        var after = await Scripts.ActAsync(entity, action, now: TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), cancellationToken: Token);
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = after["metadata"]!["annotations"]!.DeepClone() } };
        await stage.ControlPlane.KubectlAsync(["-n", space, "patch", "omsu", Name, "--type=merge", "-p", patch.ToJsonString()], cancellationToken: Token);
    }

    private static async Task ExpectAsync(JsonNode entity, string health)
    {
        var answer = await Scripts.HealthAsync(entity, Token);
        ((string?)answer["status"]).ShouldBe(health, (string?)answer["message"]);
    }

    private static Task<JsonNode> HeldAsync(UpgradeStage stage, string space, string hold) =>
        UntilAsync(stage, space, u => u.IsHeld() && (string?)u["status"]!["holds"]?[0]?["name"] == hold);

    private static Task<JsonNode> UntilAsync(UpgradeStage stage, string space, Func<JsonNode, bool> wanted) =>
        stage.WaitForAsync(space, wanted, Patience, cancellationToken: Token);
}
