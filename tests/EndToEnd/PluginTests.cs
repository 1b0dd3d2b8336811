using System.IO.Compression;
using System.Text.Json.Nodes;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>An upgrade and its rollback, steered by nothing but <c>kubectl drydock</c>.</summary>
[Collection(Lanes.Upgrades)]
public sealed class PluginTests(StageFixture fixture)
{
    private const string Name = "oms-322-to-422";
    private const int Done = 0;
    private const int Held = 5;
    private const int Refused = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Upgrade_is_checked_followed_steered_and_rolled_back_by_plugin()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var planted = await PlantedCanaries.PlantAsync(stage, space);
        var user = new Plugin(stage.ControlPlane.AdminKubeconfig, space);
        var manifest = stage.Manifest(space);
        manifest["spec"]!["holdBefore"] = new JsonArray("StopOld");
        var file = Path.Combine(stage.Run.FolderFor("plugin"), "upgrade.yaml");
        await File.WriteAllTextAsync(file, manifest.ToJsonString(), Token);
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });

        var before = (await stage.Oms.ReadStateAsync()).ToString();
        (await user.RunAsync(Done, "check", "-f", file)).ShouldContain("Nothing prevents this upgrade.");
        (await stage.ControlPlane.KubectlAsync(["-n", space, "get", "omsu", "-o", "name"])).Trim().ShouldBeEmpty("a check leaves nothing");
        (await stage.Oms.ReadStateAsync()).ToString().ShouldBe(before);

        await stage.ApplyAsync(manifest.ToJsonString());
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        var watch = user.TryAsync("status", Name, "-w");
        (await user.RunAsync(Held, "status", Name)).ShouldContain($"Release it: kubectl drydock approve {Name} StopOld -n {space}");
        (await user.RunAsync(Done, "plan", Name)).ShouldContain("point of no return");
        (await user.RunAsync(Refused, "approve", Name)).ShouldContain("Add --yes.", Case.Sensitive, "there is no terminal");
        (await user.RunAsync(Done, "hold", Name, "Verify", "--yes")).ShouldContain("Set.");
        (await user.RunAsync(Done, "approve", Name, "--yes")).ShouldContain("Approved.");

        await stage.WaitForAsync(space, u => u.Condition("Held") == "True" && u.Phase() == "Verify");
        var outputs = await user.RunAsync(Done, "logs", Name);
        (await user.RunAsync(Done, "logs", Name, outputs.Split('\n')[0])).ShouldNotBeEmpty();
        (await user.RunAsync(Done, "pause", Name, "--yes", "--no-wait")).ShouldContain("Written.");
        (await user.RunAsync(Refused, "pause", Name, "--yes")).ShouldContain("paused already");
        (await user.RunAsync(Done, "resume", Name, "--yes")).ShouldContain("Resumed.");
        (await user.RunAsync(Done, "approve", Name, "Verify", "--yes")).ShouldContain("Approved.");

        var watched = await watch;
        watched.ExitCode.ShouldBe(Done, watched.Error);
        var phases = watched.Output.Split('\n').Select(line => line.Split("  ").ElementAtOrDefault(1)?.Split(' ')[0]).ToList();
        foreach (var phase in new[] { "StopOld", "Verify", "Succeeded" })
        {
            phases.ShouldContain(phase);
        }

        (await user.RunAsync(Done, "status", Name)).ShouldContain("was down for");
        (await user.RunAsync(Done, "history", Name)).ShouldContain("StopOld@");
        await ReportHasNoSecretAsync(user, planted, Path.Combine(Path.GetDirectoryName(file)!, "report.zip"));

        (await user.RunAsync(Done, "rollback", Name, "--yes")).ShouldContain("Taken up.");
        await stage.WaitForAsync(space, u => u.Condition("Held") == "True");
        (await user.RunAsync(Done, "approve", Name, "--all", "--yes")).ShouldContain("Approved.");
        await stage.WaitForAsync(space, u => u.Phase() == "RolledBack");
        (await user.RunAsync(Done, "status", Name)).ShouldContain("RolledBack");
    }

    private static async Task ReportHasNoSecretAsync(Plugin user, PlantedCanaries planted, string path)
    {
        await user.RunAsync(Done, "report", Name, "--file", path);
        await using var stream = File.OpenRead(path);
        await using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(Token));
            planted.In(await reader.ReadToEndAsync(Token)).ShouldBeEmpty($"{entry.FullName} has a secret");
        }

        zip.Entries.Select(e => e.FullName).ShouldBe(
            ["status.txt", "omsupgrade.json", "backupsnapshots.json", "snapshotrestores.json", "configmaps.json", "events.json", "claims.json", "crds.json", "versions.json", "operator/pods.json", "missing.txt"]);
    }
}
