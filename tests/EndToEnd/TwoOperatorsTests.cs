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
        manifest["spec"]!["holdBefore"] = new JsonArray("StopOld", "CorrectMetadata");
        await using var first = stage.StartOperator();
        await first.WaitUntilReadyAsync();
        await LeadsAsync(first);
        await using var second = stage.StartOperator();
        await second.WaitUntilReadyAsync();
        await stage.ApplyAsync(manifest.ToJsonString());
        var held = await stage.WaitForAsync(space, u => u.Condition("Held") == "True");

        await first.KillAsync();
        await ApproveAsync(stage, space, "StopOld", held);
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True"
            && u.Message().Contains("CorrectMetadata", StringComparison.Ordinal));
        await using var third = stage.StartOperator();
        await third.WaitUntilReadyAsync();
        await second.StopAsync();
        await ApproveAsync(stage, space, "CorrectMetadata", held);

        await stage.WaitForAsync(space, u => u.IsOver());
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        (await stage.Oms.CountAsync(OmsEvents.JarStart)).ShouldBe(stage.Hosts.Count);
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(1);
    }

    // Nothing but true time ends a lease: the standby's clock jumps by an hour, which is 240 times as long as a lease.
    [Fact]
    public async Task Standby_whose_clock_jumps_leads_only_after_the_leader_has_ended()
    {
        var stage = await fixture.ResetAsync();
        await using var first = stage.StartOperator();
        await first.WaitUntilReadyAsync();
        await LeadsAsync(first);
        var clock = Path.Combine(stage.Run.FolderFor("clock"), "offset");
        await using var second = stage.StartOperator(new LabOperatorOptions { Environment = WrongClock.InFile(clock) });
        await second.WaitUntilReadyAsync();
        var before = await LeaseAsync(stage);

        WrongClock.Set(clock, TimeSpan.FromHours(1));
        await Deadline.UntilAsync("the leader to renew its lease for two terms", async _ =>
            Renewed(await LeaseAsync(stage)) > Renewed(before) + TimeSpan.FromSeconds(30));
        Holder(await LeaseAsync(stage)).ShouldBe(Holder(before));

        await first.KillAsync();
        await Deadline.UntilAsync("the standby to lead", async _ => Holder(await LeaseAsync(stage)) != Holder(before));
        Renewed(await LeaseAsync(stage))
            .ShouldBeGreaterThan(Renewed(before) + TimeSpan.FromMinutes(50), "the clock of the standby had jumped");
    }

    private static async Task<JsonNode> LeaseAsync(UpgradeStage stage) => JsonNode.Parse(
        await stage.ControlPlane.KubectlAsync(
            ["-n", UpgradeStage.OperatorNamespace, "get", "lease", "drydock-operator", "-o", "json"]))!["spec"]!;

    private static string Holder(JsonNode lease) => lease["holderIdentity"]!.GetValue<string>();

    private static DateTimeOffset Renewed(JsonNode lease) => lease["renewTime"]!.GetValue<DateTimeOffset>();

    private static Task LeadsAsync(LabOperator op) =>
        Deadline.UntilAsync(
            "the operator to lead", _ => Task.FromResult(op.Log.Contains("omsupgrades", StringComparison.Ordinal)));

    private static Task<string> ApproveAsync(UpgradeStage stage, string space, string name, JsonNode held) =>
        stage.ControlPlane.KubectlAsync([
            "-n", space, "annotate", "--overwrite", "omsu", "oms-322-to-422",
            $"drydock.dev/approve={held.WordFor(name)}"]);
}
