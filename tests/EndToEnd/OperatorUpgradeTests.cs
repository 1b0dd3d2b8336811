namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Two builds of the operator, the second with a later CRD schema, and an OMS upgrade under way: the second continues
/// the upgrade, and writes nothing before its CRDs are installed.
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
    public async Task Operator_changes_nothing_until_its_CRDs_are_installed()
    {
        var next = await NextOperator.BuildAsync(Repository.Root, Token);
        var stage = await fixture.ResetAsync();
        try
        {
            var space = await BeginAsync(stage, "DisableHA", "StopOld");
            var old = stage.StartOperator();
            await HeldAsync(stage, space, "DisableHA");
            (await old.StopAsync()).ShouldBe(0);
            await ApproveAsync(stage, space, "DisableHA");

            // The operator before its CRDs.
            await using var newer = stage.StartOperator(new LabOperatorOptions { Assembly = next.Assembly });
            var (version, before) = (await VersionAsync(stage, space), stage.ControlPlane.AuditedRequests().Count);
            await Deadline.UntilAsync(
                "two looks at the CRDs",
                _ => Task.FromResult(
                    Requests(stage, before).Count(r => r.Resource == "customresourcedefinitions") >= 8),
                cancellationToken: Token);
            var ready = await newer.GetAnyAsync("/readyz", Token);
            ready.ShouldStartWith("503 ");
            ready.ShouldContain("omsupgrades.drydock.dev has schema 0.1.0, ");
            ready.ShouldContain("expected is schema 99.0.0 or later");
            ready.ShouldContain("`kubectl apply -k config/crd`");
            (await newer.GetAsync("/metrics", Token)).ShouldContain("drydock_crd_schema_outdated 1");
            (await newer.GetAnyAsync("/healthz", Token))
                .ShouldStartWith("200 ", Case.Sensitive, "a restart would not help");
            Requests(stage, before).Where(IsWrite).ShouldBeEmpty();
            (await VersionAsync(stage, space)).ShouldBe(version);

            // Then they come.
            await ApplyCrdsAsync(stage, next.Crds);
            await HeldAsync(stage, space, "StopOld");
            (await newer.GetAsync("/metrics", Token)).ShouldContain("drydock_crd_schema_outdated 0");
            await ApproveAsync(stage, space, "StopOld");
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
        stage.WaitForAsync(
            space, u => u.IsHeld() && u.Message().Contains(hold, StringComparison.Ordinal), cancellationToken: Token);

    private static async Task ApproveAsync(UpgradeStage stage, string space, string hold)
    {
        var approval = (await stage.GetUpgradeAsync(space))["status"]!["holds"]!.AsArray()
            .Single(h => h!["name"]!.GetValue<string>() == hold)!["approval"];
        await stage.ControlPlane.KubectlAsync(
            [
                "-n", space, "annotate", "--overwrite", "omsupgrades.drydock.dev", UpgradeCourse.Name,
                $"drydock.dev/approve={approval}"
            ],
            cancellationToken: Token);
    }

    private static async Task<string> VersionAsync(UpgradeStage stage, string space) =>
        (await stage.GetUpgradeAsync(space))["metadata"]!["resourceVersion"]!.GetValue<string>();

    private static IEnumerable<AuditedRequest> Requests(UpgradeStage stage, int after) =>
        stage.ControlPlane.AuditedRequests().Skip(after).Where(r => r.User == Account);

    private static bool IsWrite(AuditedRequest request) => request.Verb is not ("get" or "list" or "watch");

    private static int Done(JsonNode upgrade) =>
        upgrade.Steps().Count(s => s["state"]?.GetValue<string>() == "Succeeded"
            && s["id"]!.GetValue<string>().StartsWith("StopOld/", StringComparison.Ordinal));
}
