namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A JAR that is put in place by the first start of the new container, that java cannot open, or that reports errors;
/// and a schema that docker_init.sh left half migrated.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class CorrectionJarTests(StageFixture fixture)
{
    private static readonly OmsKnobs Knobs =
        new() { JarAtStart = "/home/ds/upgrade/correction-1.0-SNAPSHOT-jar-with-dependencies.jar" };

    private static readonly UpgradeRoad Road = UpgradeRoad.Enterprise with
    {
        Id = "ee-322-422-jar-at-start",
        To = "4.2.2-without-jar",
        Scenario = static options => options with { Knobs = Knobs },
    };

    [Fact]
    public async Task JAR_put_in_place_at_first_start_is_repeated_without_restore()
    {
        var stage = await fixture.UseAsync(Road);
        var first = stage.Oms.Nodes[0].Host;
        await stage.Oms.SetKnobsAsync(Knobs with { Jar = new OmsFault("unopened", Times: 1) }, first);
        var (space, op) = await StartAsync(stage);
        await using var running = op;

        var failed = await stage.WaitForAsync(space, u => u.Reason("Failed") == "JarNotStarted");
        failed.Message().ShouldContain("Unable to access jarfile /home/ds/upgrade/correction-1.0");
        await RetryAsync(stage, space, failed.RetryWord());
        var done = await stage.WaitForAsync(space, u => u.Condition("Succeeded") == "True");

        Phases(done).ShouldNotContain("RestoreDatabases");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Reported_errors_and_half_migrated_schema_cost_a_restore_each()
    {
        var stage = await fixture.UseAsync(Road);
        var first = stage.Oms.Nodes[0].Host;
        await stage.Oms.SetKnobsAsync(
            Knobs with { Jar = new OmsFault("errors", Times: 1), Init = new OmsFault("half-migrated", Times: 1) },
            first);
        var (space, op) = await StartAsync(stage);
        await using var running = op;

        var reported = await stage.WaitForAsync(space, u => u.Reason("Failed") == "JarReportedErrors");
        reported.Message().ShouldContain("1 project could not be merged");
        await RetryAsync(stage, space, reported.RetryWord());
        var half = await stage.WaitForAsync(space, u => u.Reason("Failed") == "RestoreRequired");
        await RetryAsync(stage, space, half.RetryWord());
        var done = await stage.WaitForAsync(space, u => u.Condition("Succeeded") == "True");

        Phases(done).ShouldContain("RestoreDatabases");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    private static async Task<(string Space, IAsyncDisposable Operator)> StartAsync(UpgradeStage stage)
    {
        var space = await stage.NewNamespaceAsync();
        var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
        return (space, op);
    }

    private static Task<string> RetryAsync(UpgradeStage stage, string space, string token) =>
        stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "omsu", "oms-322-to-422", $"drydock.dev/retry={token}", "--overwrite"]);

    private static IEnumerable<string> Phases(JsonNode upgrade) => upgrade.Plan()!["steps"]!.AsArray()
        .Select(step => step!["id"]!.GetValue<string>().Split('/')[0])
        .Distinct(StringComparer.Ordinal);
}
