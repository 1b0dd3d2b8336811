using System.Text.Json.Nodes;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A BackupSnapshot is useful alone. That an upgrade never passes an unverified dump: <see cref="UpgradeRoadTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class BackupTests(StageFixture fixture)
{
    [Fact]
    public async Task BackupSnapshot_without_upgrade_dumps_and_verifies_named_databases()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(space, "db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword), ("host", stage.MetaDb.Address));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await TakeAsync(stage, space, "alone");
        var done = await ReadAsync(stage, space, "alone");
        done["status"]!["databases"]!.AsArray().Count.ShouldBe(2);
        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "snap", "alone", "--timeout=60s"]);
        Directory.EnumerateFiles(stage.Snapshots, "manifest.json", SearchOption.AllDirectories).ShouldNotBeEmpty("deletionPolicy is Retain");
    }

    [Fact]
    [Trait(SampleTrait.Name, SampleTrait.All)]
    public async Task Snapshot_retention_removes_oldest_files_and_marks_object_Expired()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(space, "db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword), ("host", stage.MetaDb.Address));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await TakeAsync(stage, space, "monday");
        await TakeAsync(stage, space, "tuesday");
        await TakeAsync(stage, space, "wednesday", new JsonObject { ["keepLast"] = 2 });

        var path = $"/apis/drydock.dev/v1alpha1/namespaces/{space}/backupsnapshots";
        var gone = await new ObjectFollower(stage.ControlPlane, path, "monday").UntilAsync(x => Phase(x) == "Expired", TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        gone["status"]!["message"]!.GetValue<string>().ShouldContain("newest 2");
        foreach (var (name, kept) in new[] { ("monday", false), ("tuesday", true), ("wednesday", true) })
        {
            var snapshot = await ReadAsync(stage, space, name);
            Directory.Exists(Path.Combine(stage.Snapshots, snapshot["status"]!["path"]!.GetValue<string>())).ShouldBe(kept, name);
            Phase(snapshot).ShouldBe(kept ? "Succeeded" : "Expired");
        }
    }

    private static string? Phase(JsonNode snapshot) => snapshot["status"]?["phase"]?.GetValue<string>();

    private static async Task TakeAsync(UpgradeStage stage, string space, string name, JsonObject? retention = null)
    {
        var spec = new JsonObject
        {
            ["source"] = new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } },
            ["databases"] = new JsonArray("rm_340", "cm_340"),
            ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = stage.Snapshots } },
        };
        if (retention is not null)
        {
            spec["retention"] = retention;
        }

        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = "BackupSnapshot",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["spec"] = spec,
        }.ToJsonString());
        await stage.ControlPlane.KubectlAsync(["-n", space, "wait", "--for=condition=Succeeded", $"snap/{name}", "--timeout=60s"]);
    }

    private static async Task<JsonNode> ReadAsync(UpgradeStage stage, string space, string name) =>
        JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", name, "-o", "json"]))!;
}
