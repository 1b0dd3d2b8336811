namespace Drydock.Tests.EndToEnd;

/// <summary>
/// Other people work on the same hosts while a run is held: they give a project the name of another one, before and in
/// the downtime, and read docker_init.sh while it is due.
/// </summary>
[Collection(Lanes.Upgrades)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class OtherPeopleTests(StageFixture fixture)
{
    private const string Name = "oms-322-to-422";

    [Fact]
    public async Task Names_of_the_night_stop_before_anything_is_lost_and_a_reader_stops_nothing()
    {
        var stage = await fixture.UseAsync(UpgradeRoad.Enterprise);
        var space = await stage.NewNamespaceAsync();
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("DisableHA", "Backup", "InitMetadata");
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(manifest.ToJsonString());

        await HeldAsync(stage, space, "DisableHA");
        var names = await ShareNamesAsync(stage);
        await ApproveAsync(stage, space);
        (await stage.WaitForAsync(
            space, u => u.Message().Contains("preflight, which was repeated", StringComparison.Ordinal))).Message()
            .ShouldContain("orders_to_ob");
        (await stage.Oms.ReadHaConfigAsync())!.ShouldContain("\"enable\":true");
        await stage.MetaDb.ExecAsync(names, stage.Oms.Options.RmDatabase);

        await HeldAsync(stage, space, "Backup");
        await ShareNamesAsync(stage);
        await ApproveAsync(stage, space);
        var shared = await stage.WaitForAsync(space, u => u.Reason("Failed") == "DuplicateProjectNames");
        shared["status"]!["step"]!.GetValue<string>().ShouldBe("Backup/names");
        await stage.MetaDb.ExecAsync(names, stage.Oms.Options.RmDatabase);
        await AnnotateAsync(stage, space, "drydock.dev/abort=1");
        var undone = await stage.WaitForAsync(space, u => u.Phase() == "Failed" && u.Reason("Failed") == "Aborted"
            && u.Message().Contains("All changes are undone", StringComparison.Ordinal));
        (await stage.Oms.ReadStateAsync()).Nodes.ShouldAllBe(
            node => node.Containers.Single(c => c.Name == stage.Oms.Options.OldContainer).Status == "running");
        (await stage.Oms.ReadHaConfigAsync())!.ShouldContain("\"enable\":true");

        await AnnotateAsync(stage, space, $"drydock.dev/retry={undone.RetryWord()}");
        foreach (var hold in (string[])["DisableHA", "Backup"])
        {
            await HeldAsync(stage, space, hold);
            await ApproveAsync(stage, space);
        }

        await HeldAsync(stage, space, "InitMetadata");
        foreach (var node in stage.Oms.Nodes)
        {
            await node.Host.DockerAsync(
                "exec", "-d", stage.Road.NewContainer, "timeout", "600", "tail", "-f", "/root/docker_init.sh");
        }

        await ApproveAsync(stage, space);
        await stage.WaitForAsync(space, u => u.Condition("Succeeded") == "True");

        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "patch", "omsu", Name, "--type=merge", "-p", """{"spec":{"desiredState":"RolledBack"}}"""]);
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        await ApproveAsync(stage, space);
        await stage.WaitForAsync(space, u => u.Phase() == "RolledBack");
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    // Returns what gives the names back.
    private static async Task<string> ShareNamesAsync(UpgradeStage stage)
    {
        var rows = (await stage.MetaDb.ExecAsync(
            "select id, hex(project_name) from oms_project where project_status<>'DELETED' order by id limit 2",
            stage.Oms.Options.RmDatabase))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).ToList();
        await stage.MetaDb.ExecAsync(
            "update oms_project set project_name='orders_to_ob' where project_status<>'DELETED' order by id limit 2",
            stage.Oms.Options.RmDatabase);
        return string.Join(';', rows.Select(
            row => $"update oms_project set project_name=convert(unhex('{row[1]}') using utf8mb4) where id={row[0]}"));
    }

    private static Task<JsonNode> HeldAsync(UpgradeStage stage, string space, string hold) =>
        stage.WaitForAsync(
            space, u => u.Condition("Held") == "True" && Approval(u).StartsWith($"{hold}@", StringComparison.Ordinal));

    private static async Task ApproveAsync(UpgradeStage stage, string space) =>
        await AnnotateAsync(stage, space, $"drydock.dev/approve={Approval(await stage.GetUpgradeAsync(space))}");

    private static string Approval(JsonNode upgrade) =>
        upgrade["status"]?["holds"]?.AsArray().FirstOrDefault()?["approval"]?.GetValue<string>() ?? "";

    private static Task<string> AnnotateAsync(UpgradeStage stage, string space, string annotation) =>
        stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "omsu", Name, annotation, "--overwrite"]);
}
