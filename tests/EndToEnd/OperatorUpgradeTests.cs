using System.Globalization;
using System.Text.Json.Nodes;
using Drydock.Lab;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Two builds of the operator, one with the next CRD schema, and an OMS upgrade under way: whatever the order, no field
/// of its status is lost.
/// </summary>
[Collection(Lanes.Operator)]
public sealed class OperatorUpgradeTests(StageFixture fixture)
{
    private const string Account = "system:serviceaccount:drydock-system:drydock-operator";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upgrade_survives_new_CRDs_then_the_new_operator()
    {
        var next = await NextOperator.BuildAsync(Repository.Root, Token);
        var stage = await fixture.ResetAsync();
        try
        {
            var space = await BeginAsync(stage, "StopOld");
            var old = stage.StartOperator();
            await HeldAsync(stage, space, "StopOld");
            await ApplyCrdsAsync(stage, next.Crds);
            await ApproveAsync(stage, space, "StopOld");
            await stage.WaitForAsync(space, u => Done(u) > 0 && !u.IsHeld(), cancellationToken: Token);
            (await old.StopAsync()).ShouldBe(0);

            await using var newer = stage.StartOperator(new LabOperatorOptions { Assembly = next.Assembly });
            await GoldenAsync(stage, space);
        }
        finally
        {
            await BackAsync(stage);
        }
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Operators_leave_objects_unchanged_while_CRDs_or_operator_are_outdated()
    {
        var next = await NextOperator.BuildAsync(Repository.Root, Token);
        var stage = await fixture.ResetAsync();
        try
        {
            var space = await BeginAsync(stage, "DisableHA", "StopOld");
            var old = stage.StartOperator();
            var first = await HeldAsync(stage, space, "DisableHA");
            Schema(first).ShouldBe(1);
            (await old.StopAsync()).ShouldBe(0);
            await ApproveAsync(stage, space, "DisableHA");

            // The operator before its CRDs.
            var newer = stage.StartOperator(new LabOperatorOptions { Assembly = next.Assembly });
            var (version, before) = (await VersionAsync(stage, space), stage.ControlPlane.AuditedRequests().Count);
            await Deadline.UntilAsync("two looks at the CRDs", _ => Task.FromResult(Requests(stage, before).Count(r => r.Resource == "customresourcedefinitions") >= 8), cancellationToken: Token);
            var ready = await newer.GetAnyAsync("/readyz", Token);
            ready.ShouldStartWith("503 ");
            ready.ShouldContain("omsupgrades.drydock.dev has schema 1, ");
            ready.ShouldContain("expected is schema 2 or later");
            ready.ShouldContain("`kubectl apply -k config/crd`");
            (await newer.GetAsync("/metrics", Token)).ShouldContain("drydock_crd_schema_outdated 1");
            (await newer.GetAnyAsync("/healthz", Token)).ShouldStartWith("200 ", Case.Sensitive, "a restart would not help");
            Requests(stage, before).Where(IsWrite).ShouldBeEmpty();
            (await VersionAsync(stage, space)).ShouldBe(version);

            // Then they come.
            await ApplyCrdsAsync(stage, next.Crds);
            var second = await HeldAsync(stage, space, "StopOld");
            Schema(second).ShouldBe(2);
            Novelty(second).ShouldBe("kept");
            (await newer.GetAsync("/metrics", Token)).ShouldContain("drydock_crd_schema_outdated 0");
            (await newer.StopAsync()).ShouldBe(0);

            // The old operator again, as after a rollback, and somebody who wants it to go on.
            old = stage.StartOperator();
            await old.WaitUntilReadyAsync(Token);
            await stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "omsupgrades.drydock.dev", UpgradeCourse.Name, "drydock.dev/retry=1"], cancellationToken: Token);
            version = await VersionAsync(stage, space);
            before = stage.ControlPlane.AuditedRequests().Count;
            await Deadline.UntilAsync("the Event", async token => (await EventsAsync(stage, space, token)).Contains("OperatorTooOld", StringComparison.Ordinal), cancellationToken: Token);
            await ApproveAsync(stage, space, "StopOld");
            var approved = await VersionAsync(stage, space);
            await Deadline.UntilAsync("another look", async token => Looks(await old.GetAsync("/metrics", token)) >= 3, cancellationToken: Token);
            (await old.GetAsync("/metrics", Token)).ShouldContain("drydock_objects_of_newer_schema{resource=\"omsupgrades.drydock.dev\"} 1");
            Requests(stage, before).Where(r => IsWrite(r) && r.Resource.StartsWith("omsupgrades", StringComparison.Ordinal)).ShouldBeEmpty();
            (await VersionAsync(stage, space)).ShouldBe(approved);
            approved.ShouldNotBe(version);
            Novelty(await stage.GetUpgradeAsync(space)).ShouldBe("kept");
            (await old.StopAsync()).ShouldBe(0);

            await using var again = stage.StartOperator(new LabOperatorOptions { Assembly = next.Assembly });
            await GoldenAsync(stage, space);
        }
        finally
        {
            await BackAsync(stage);
        }
    }

    private static async Task<string> BeginAsync(UpgradeStage stage, params string[] holds)
    {
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray([.. holds.Select(h => (JsonNode)h)]);
        await stage.ApplyAsync(manifest.ToJsonString());
        return space;
    }

    private static async Task GoldenAsync(UpgradeStage stage, string space)
    {
        var done = await stage.WaitForAsync(space, u => u.IsOver(), cancellationToken: Token);

        Schema(done).ShouldBe(2);
        Novelty(done).ShouldBe("kept");
        done.Condition("Ready").ShouldBe("True");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var audit = await stage.Oms.AuditAsync();
        audit.Count(a => a.Event == OmsEvents.JarStart).ShouldBe(stage.Hosts.Count);
        audit.Count(a => a.Event == OmsEvents.InitStart).ShouldBe(1);
        audit.Count(a => a.Event == OmsEvents.ContainerStop && a.Version == "3.2.2").ShouldBe(stage.Hosts.Count);
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
    }

    // The other tests of this stage are written for the CRDs of this checkout.
    private static async Task BackAsync(UpgradeStage stage)
    {
        await stage.EndOperatorsAsync();
        await stage.Operator.CleanAsync(CancellationToken.None);
        await ApplyCrdsAsync(stage, Path.Combine(Repository.Root, "config", "crd"));
    }

    private static Task<string> ApplyCrdsAsync(UpgradeStage stage, string folder) =>
        stage.ControlPlane.KubectlAsync(["apply", "--validate=false", "-k", folder]);

    private static Task<JsonNode> HeldAsync(UpgradeStage stage, string space, string hold) =>
        stage.WaitForAsync(space, u => u.IsHeld() && u.Message().Contains(hold, StringComparison.Ordinal), cancellationToken: Token);

    private static async Task ApproveAsync(UpgradeStage stage, string space, string hold)
    {
        var hash = (await stage.GetUpgradeAsync(space)).ShortHash();
        await stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "--overwrite", "omsupgrades.drydock.dev", UpgradeCourse.Name, $"drydock.dev/approve={hold}@{hash}"], cancellationToken: Token);
    }

    private static async Task<string> VersionAsync(UpgradeStage stage, string space) =>
        (await stage.GetUpgradeAsync(space))["metadata"]!["resourceVersion"]!.GetValue<string>();

    private static Task<string> EventsAsync(UpgradeStage stage, string space, CancellationToken token) =>
        stage.ControlPlane.KubectlAsync(["-n", space, "get", "events", "-o", "jsonpath={.items[*].reason}"], cancellationToken: token);

    private static IEnumerable<AuditedRequest> Requests(UpgradeStage stage, int after) =>
        stage.ControlPlane.AuditedRequests().Skip(after).Where(r => r.User == Account);

    private static bool IsWrite(AuditedRequest request) => request.Verb is not ("get" or "list" or "watch");

    private static int Looks(string metrics) => metrics.Split('\n')
        .Where(line => line.StartsWith("controller_runtime_reconcile_total{", StringComparison.Ordinal) && line.Contains("controller=\"omsupgrades\"", StringComparison.Ordinal))
        .Sum(line => int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));

    private static int Done(JsonNode upgrade) =>
        upgrade.Steps().Count(s => s["state"]?.GetValue<string>() == "Succeeded" && s["id"]!.GetValue<string>().StartsWith("StopOld/", StringComparison.Ordinal));

    private static int? Schema(JsonNode upgrade) => upgrade["status"]?["schema"]?.GetValue<int>();

    private static string? Novelty(JsonNode upgrade) => upgrade["status"]?[NextOperator.Field]?.GetValue<string>();
}
