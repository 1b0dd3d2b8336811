namespace Drydock.Tests.EndToEnd;

/// <summary>
/// An administrator overrules two verdicts: a JAR that reports errors although it did its work, and a docker_init.sh
/// whose last line is not the documented one. The JAR is shipped beside the image.
/// </summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class AcceptTests(StageFixture fixture)
{
    private const string Jar = "CorrectMetadata/oms-a/jar";
    private const string Init = "InitMetadata/oms-a";

    private static readonly UpgradeRoad Road = UpgradeRoad.Enterprise with
    {
        Id = "ee-322-422-accept",
        To = "4.2.2-without-jar",
        RegionSizes = [1],
        Scenario = static options => options with
        {
            Knobs = new OmsKnobs
            {
                InitMarker = "[END] all initialization steps succeeded",
                Jar = new OmsFault("errors"),
                Health = "error"
            },
        },
    };

    [Fact]
    public async Task Accepted_results_continue_the_run_and_leave_a_trace()
    {
        var stage = await fixture.UseAsync(Road);
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["correction"] =
            new JsonObject { ["archive"] = new JsonObject { ["hostPath"] = stage.OmsImages.Jar } };
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());

        var jar = await stage.WaitForAsync(space, u => u.Reason("Stalled") == "JarReportedErrors");
        jar.Message().ShouldContain("1 project could not be merged");
        await AcceptAsync(stage, space, jar.AcceptWord(Jar));
        var init = await stage.WaitForAsync(space, u => u.Reason("Stalled") == "MarkerMissing");
        init["status"]!["nextAction"]!.GetValue<string>()
            .ShouldContain($"drydock.dev/approve={init.AcceptWord(Init)}");
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(1);
        await AcceptAsync(stage, space, $"{init.AcceptWord("Backup/snapshot")},{init.AcceptWord(Init)}");
        var done = await stage.WaitForAsync(space, UpgradeReading.IsOver, TimeSpan.FromMinutes(4));

        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        (await stage.Oms.CountAsync(OmsEvents.JarStart)).ShouldBe(1);
        (await stage.Oms.CountAsync(OmsEvents.InitStart)).ShouldBe(1);
        (await stage.Oms.ReadStateAsync()).SchemaVersion.ShouldBe("4.2.2");
        done["status"]!["approvals"]!.AsArray().Select(a => (
            a!["word"]!.GetValue<string>(), a["ignored"] is null, a["overruled"]?.GetValue<string>().Split(':')[0]))
            .ShouldBe(
                [
                    (jar.AcceptWord(Jar), true, "JarReportedErrors"), (init.AcceptWord("Backup/snapshot"), false, null),
                    (init.AcceptWord(Init), true, "MarkerMissing")
                ],
                ignoreOrder: true);
        foreach (var step in done.Steps().Where(s => s["id"]!.GetValue<string>() is Jar or Init))
        {
            (step["state"]!.GetValue<string>(), step["accepted"]!["by"]!.GetValue<string>())
                .ShouldBe(("Succeeded", "Annotation"));
        }

        var events = JsonNode.Parse(
            await stage.ControlPlane.KubectlAsync(["-n", space, "get", "events", "-o", "json"]))!["items"]!.AsArray();
        foreach (var id in new[] { Jar, Init })
        {
            events.ShouldContain(e => e!["reason"]!.GetValue<string>() == "ResultAccepted"
                && e["message"]!.GetValue<string>().Contains(id, StringComparison.Ordinal));
        }

        events.ShouldContain(e => e!["reason"]!.GetValue<string>() == "ApprovalIgnored"
            && e["message"]!.GetValue<string>().Contains("Backup/snapshot", StringComparison.Ordinal));
    }

    private static Task<string> AcceptAsync(UpgradeStage stage, string space, string tokens) =>
        stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "--overwrite", "omsu", UpgradeCourse.Name, $"drydock.dev/approve={tokens}"]);
}
