namespace Drydock.Tests.EndToEnd.GitOps;

/// <summary>
/// What GitOps tools do to objects, replayed with kubectl in a hold, in the downtime, in a rollback and after the end:
/// nothing runs twice, and each end is the documented one.
/// </summary>
[Collection(Lanes.Operator)]
public sealed class GitOpsReplayTests(StageFixture fixture)
{
    private const string Kind = "omsupgrades.drydock.dev";
    private const string Downtime = "CorrectMetadata";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false, Traits = [SampleTrait.Name, SampleTrait.All])]
    public async Task Repeated_apply_through_hold_downtime_and_rollback_changes_nothing(bool serverSide)
    {
        var stage = await fixture.ResetAsync();
        var before = (await stage.Oms.ReadStateAsync()).DatabaseText();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var manifest = Manifest(stage, space, "StopOld");
        await using var sync = new GitOpsSync(stage.ControlPlane, manifest, serverSide);

        await HeldAsync(stage, space, "StopOld");
        await sync.AppliedAsync(3);
        await ApproveAsync(stage, space, "StopOld");
        var done = await stage.WaitForAsync(space, u => u.IsOver(), Patience, cancellationToken: Token);
        Generation(done).ShouldBe(1, "a repeated apply is no change");
        await AssertRunOnceAsync(stage);

        manifest["spec"]!["desiredState"] = "RolledBack";
        await sync.CommitAsync(manifest);
        await new UpgradeCourse(stage, UpgradeGoal.Rollback).ApproveAsync(space, Token);
        var back = await stage.WaitForAsync(space, u => u.IsOver("RolledBack"), Patience, cancellationToken: Token);
        (back.Condition("Ready"), Generation(back)).ShouldBe(("True", 2));
        await sync.AppliedAsync(3);
        Version(await stage.GetUpgradeAsync(space)).ShouldBe(Version(back), "the finished object is not written again");
        sync.Failures.ShouldBeEmpty();
        (await stage.Oms.ReadStateAsync()).DatabaseText().ShouldBe(before);
        await AssertRunOnceAsync(stage);
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Self_heal_of_a_patched_spec_ends_as_documented()
    {
        var stage = await fixture.ResetAsync();
        var before = (await stage.Oms.ReadStateAsync()).DatabaseText();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var manifest = Manifest(stage, space, "StopOld", Downtime);
        manifest["spec"]!["paused"] = false;
        manifest["spec"]!["desiredState"] = "Upgraded";
        await using var sync = new GitOpsSync(stage.ControlPlane, manifest, serverSide: true);

        // A pause is reverted; the hold stays.
        await HeldAsync(stage, space, "StopOld");
        await PatchAsync(stage, space, """{"spec":{"paused":true}}""");
        await sync.AppliedAsync(2);
        await stage.WaitForAsync(
            space, u => u.IsHeld() && Generation(u) == 3 && Observed(u) == 3, Patience, cancellationToken: Token);
        await ApproveAsync(stage, space, "StopOld");

        // A rollback that is reverted before the operator begins it never happens; one that has begun ends.
        await HeldAsync(stage, space, Downtime);
        sync.Pause();
        await PatchAsync(stage, space, """{"spec":{"desiredState":"RolledBack"}}""");
        await stage.WaitForAsync(
            space, u => PackedPlans.Head(u, "Rollback") is not null, Patience, cancellationToken: Token);
        sync.Resume();
        var back = await stage.WaitForAsync(space, u => u.IsOver("RolledBack"), Patience, cancellationToken: Token);
        await sync.AppliedAsync(3);
        back = await stage.WaitForAsync(space, u => Observed(u) == Generation(u), Patience, cancellationToken: Token);
        (back.Phase(), back.Condition("Stalled"), back.Reason("Stalled"))
            .ShouldBe(("RolledBack", "True", "RolledBack"));
        (await stage.Oms.ReadStateAsync()).DatabaseText().ShouldBe(before);

        // The commit that agrees makes it a success.
        manifest["spec"]!["desiredState"] = "RolledBack";
        await sync.CommitAsync(manifest);
        await stage.WaitForAsync(space, u => u.Condition("Ready") == "True", Patience, cancellationToken: Token);
        sync.Failures.ShouldBeEmpty();
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Prune_and_hook_deletion_run_nothing_twice()
    {
        var stage = await fixture.ResetAsync();
        var before = (await stage.Oms.ReadStateAsync()).ToString();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var manifest = Manifest(stage, space, "StopOld", Downtime);
        await stage.ApplyAsync(manifest.ToJsonString());
        await HeldAsync(stage, space, "StopOld");

        // Pruned in the foreground, as Argo CD does: all changes are undone before the object goes.
        await KubectlAsync(stage, ["-n", space, "delete", Kind, Name, "--cascade=foreground", "--timeout=120s"]);
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before);
        await stage.ApplyAsync(manifest.ToJsonString());
        var first = await HeldAsync(stage, space, "StopOld");

        // `Force=true` and a hook with BeforeHookCreation delete the object, wait, and create it.
        await KubectlAsync(
            stage, ["-n", space, "replace", "--force", "--timeout=120s", "-f", "-"], manifest.ToJsonString());
        Uid(await HeldAsync(stage, space, "StopOld")).ShouldNotBe(Uid(first));
        await ApproveAsync(stage, space, "StopOld");

        // Pruned and applied again all the time in the downtime: the upgrade ends first, and the object that comes
        // after it finds the new version.
        var held = await HeldAsync(stage, space, Downtime);
        await KubectlAsync(stage, ["-n", space, "delete", Kind, Name, "--cascade=foreground", "--wait=false"]);
        await stage.WaitForAsync(
            space, u => u.Reason("Reconciling") == "DeletionWaits", Patience, cancellationToken: Token);
        await using var sync = new GitOpsSync(stage.ControlPlane, manifest, serverSide: false);
        await sync.AppliedAsync(2);
        await ApproveAsync(stage, space, Downtime);
        var again = await stage.WaitForAsync(
            space, u => Uid(u) != Uid(held) && u.IsStalled(), Patience, cancellationToken: Token);
        again.FindingReasons().ShouldContain("ContainerNotFound");
        await sync.AppliedAsync(2);
        await AssertRunOnceAsync(stage);
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Replace_through_hold_downtime_and_rollback_keeps_the_run()
    {
        var stage = await fixture.ResetAsync();
        var before = (await stage.Oms.ReadStateAsync()).DatabaseText();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        var manifest = Manifest(stage, space, "StopOld", Downtime);
        await stage.ApplyAsync(manifest.ToJsonString());

        await HeldAsync(stage, space, "StopOld");
        await ReplaceAsync(stage, space, manifest);
        await ApproveAsync(stage, space, "StopOld");
        await HeldAsync(stage, space, Downtime);
        await ReplaceAsync(stage, space, manifest);

        manifest["spec"]!["desiredState"] = "RolledBack";
        manifest["spec"]!["holdBefore"] = new JsonArray("StartOld");
        await RollBackToHoldAsync(stage, space);
        await ReplaceAsync(stage, space, manifest);

        // A deletion finds the finalizer: the rollback ends before the object goes.
        await KubectlAsync(stage, ["-n", space, "delete", Kind, Name, "--wait=false"]);
        await stage.WaitForAsync(
            space, u => u.Reason("Reconciling") == "DeletionWaits", Patience, cancellationToken: Token);
        await ApproveAsync(stage, space, "StartOld");
        await KubectlAsync(stage, ["-n", space, "wait", "--for=delete", $"{Kind}/{Name}", "--timeout=300s"]);
        (await stage.Oms.ReadStateAsync()).DatabaseText().ShouldBe(before);
        (await KubectlAsync(stage, ["-n", UpgradeStage.OperatorNamespace, "get", "leases", "-o", "name"]))
            .ShouldNotContain("drydock-target");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Cluster_rebuilt_from_Git_never_repeats_what_was_done()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var manifest = Manifest(stage, space, "StopOld", Downtime);
        try
        {
            stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
            await stage.ApplyAsync(manifest.ToJsonString());
            await HeldAsync(stage, space, "StopOld");

            // Before the downtime: the run begins again, after an administrator removed what the first one had created.
            await RebuildAsync(stage, manifest);
            var refused = await AssertRefusedAsync(stage, space);
            refused.Findings().ShouldAllBe(
                f => f.Contains($"Container {stage.Road.NewContainer} already exists", StringComparison.Ordinal));
            await Task.WhenAll(stage.Hosts.Select(host => host.DockerAsync(["rm", stage.Road.NewContainer])));
            await HeldAsync(stage, space, "StopOld");
            await ApproveAsync(stage, space, "StopOld");
            await HeldAsync(stage, space, Downtime);

            // In the downtime: the record of what was done is lost, and nothing is started on a guess.
            await RebuildAsync(stage, manifest);
            await AssertRefusedAsync(stage, space);
        }
        finally
        {
            await stage.EndOperatorsAsync();
        }
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Cluster_rebuilt_from_Git_in_a_rollback_starts_nothing()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var manifest = Manifest(stage, space, Downtime);
        try
        {
            stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
            await stage.ApplyAsync(manifest.ToJsonString());
            await HeldAsync(stage, space, Downtime);
            await RollBackToHoldAsync(stage, space);

            await RebuildAsync(stage, manifest);
            await AssertRefusedAsync(stage, space);
        }
        finally
        {
            await stage.EndOperatorsAsync();
        }
    }

    [Theory]
    [InlineData("StopOld", Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData(Downtime, Traits = [SampleTrait.Name, SampleTrait.All])]
    [InlineData("StartOld", Traits = [SampleTrait.Name, SampleTrait.All])]
    public async Task Namespace_deletion_releases_everything_and_starts_nothing(string moment)
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(Manifest(stage, space, moment == "StopOld" ? moment : Downtime).ToJsonString());
        await HeldAsync(stage, space, moment == "StopOld" ? moment : Downtime);
        if (moment == "StartOld")
        {
            await RollBackToHoldAsync(stage, space);
        }

        var before = (await stage.Oms.AuditAsync()).Count(IsAct);

        await KubectlAsync(stage, ["delete", "namespace", space, "--timeout=120s"]);

        (await KubectlAsync(stage, ["-n", UpgradeStage.OperatorNamespace, "get", "leases", "-o", "name"]))
            .ShouldNotContain("drydock-target");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        (await stage.Oms.AuditAsync()).Count(IsAct).ShouldBe(before);
        var old = moment == "StopOld" ? "running" : "exited";
        (await stage.Oms.ReadStateAsync()).Nodes
            .ShouldAllBe(n => n.Containers.Single(c => c.Name == stage.Oms.Options.OldContainer).Status == old);
    }

    private static string Name => UpgradeCourse.Name;

    private static JsonObject Manifest(UpgradeStage stage, string space, params string[] holds)
    {
        var manifest = stage.Manifest(space, Name);
        manifest["spec"]!["holdBefore"] = new JsonArray([.. holds.Select(h => (JsonNode)h)]);
        return manifest;
    }

    // The operator and everything it keeps in the cluster go; the hosts stay as they are.
    private static async Task RebuildAsync(UpgradeStage stage, JsonObject manifest)
    {
        await stage.EndOperatorsAsync();
        await stage.Operator.CleanAsync(Token);
        stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());
    }

    private static async Task<JsonNode> AssertRefusedAsync(UpgradeStage stage, string space)
    {
        var before = (await stage.Oms.AuditAsync()).Count(IsAct);
        var refused = await stage.WaitForAsync(
            space, u => u.IsStalled() && u.Plan() is null, Patience, cancellationToken: Token);
        refused.Findings().ShouldNotBeEmpty();
        (await stage.Oms.AuditAsync()).Count(IsAct).ShouldBe(before, refused.Message());
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        return refused;
    }

    private static Task<JsonNode> HeldAsync(UpgradeStage stage, string space, string hold) =>
        stage.WaitForAsync(
            space, u => u.IsHeld() && u["status"]!["holds"]![0]!["name"]!.GetValue<string>() == hold, Patience,
            cancellationToken: Token);

    private static async Task ApproveAsync(UpgradeStage stage, string space, string hold)
    {
        var upgrade = await stage.GetUpgradeAsync(space);
        var word = upgrade.WordFor(hold, PackedPlans.Head(upgrade, "Rollback") is null ? "Upgrade" : "Rollback");
        await KubectlAsync(stage, ["-n", space, "annotate", "--overwrite", Kind, Name, $"drydock.dev/approve={word}"]);
    }

    private static async Task RollBackToHoldAsync(UpgradeStage stage, string space)
    {
        await PatchAsync(stage, space, """{"spec":{"desiredState":"RolledBack","holdBefore":["StartOld"]}}""");
        await HeldAsync(stage, space, "StartOld");
    }

    // As `Replace=true` does: a PUT of the manifest alone takes finalizers and annotations away.
    private static async Task ReplaceAsync(UpgradeStage stage, string space, JsonObject manifest)
    {
        await KubectlAsync(stage, ["-n", space, "replace", "-f", "-"], manifest.ToJsonString());
        await stage.WaitForAsync(
            space,
            u => u["metadata"]!["finalizers"] is JsonArray finalizers
                && finalizers.Any(f => (string?)f == "drydock.dev/upgrade"),
            Patience,
            cancellationToken: Token);
    }

    private static Task<string> PatchAsync(UpgradeStage stage, string space, string patch) =>
        KubectlAsync(stage, ["-n", space, "patch", Kind, Name, "--type=merge", "-p", patch]);

    private static Task<string> KubectlAsync(UpgradeStage stage, IEnumerable<string> arguments, string? stdin = null) =>
        stage.ControlPlane.KubectlAsync(arguments, stdin, Token);

    // One JAR a node, one initialization, one stop of each old container, and no punishment.
    private static async Task AssertRunOnceAsync(UpgradeStage stage)
    {
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        var audit = await stage.Oms.AuditAsync();
        (audit.Count(a => a.Event == OmsEvents.JarStart), audit.Count(a => a.Event == OmsEvents.InitStart))
            .ShouldBe((stage.Hosts.Count, 1));
        audit.Count(a => a.Event == OmsEvents.ContainerStop && a.Version == stage.Oms.From.Version)
            .ShouldBe(stage.Hosts.Count);
    }

    private static bool IsAct(OmsAuditEntry entry) =>
        entry.Event is OmsEvents.ContainerStart or OmsEvents.ContainerStop or OmsEvents.JarStart or OmsEvents.InitStart;

    private static string Uid(JsonNode upgrade) => upgrade["metadata"]!["uid"]!.GetValue<string>();

    private static string Version(JsonNode upgrade) => upgrade["metadata"]!["resourceVersion"]!.GetValue<string>();

    private static long Generation(JsonNode upgrade) => upgrade["metadata"]!["generation"]!.GetValue<long>();

    private static long Observed(JsonNode upgrade) => upgrade["status"]?["observedGeneration"]?.GetValue<long>() ?? 0;
}
