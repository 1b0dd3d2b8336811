using System.Text.Json.Nodes;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>A BackupSnapshot is useful alone. That an upgrade never passes an unverified dump: <see cref="RoadTests"/>.</summary>
public sealed class BackupTests(StageFixture fixture)
{
    [Fact]
    public async Task A_BackupSnapshot_alone_dumps_and_verifies_named_databases()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(space, "db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword), ("host", stage.MetaDb.Address));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = "BackupSnapshot",
            ["metadata"] = new JsonObject { ["name"] = "alone", ["namespace"] = space },
            ["spec"] = new JsonObject
            {
                ["source"] = new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } },
                ["databases"] = new JsonArray("rm_340", "cm_340"),
                ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = stage.Snapshots } },
            },
        }.ToJsonString());

        await stage.ControlPlane.KubectlAsync(["-n", space, "wait", "--for=condition=Succeeded", "snap/alone", "--timeout=60s"]);
        var done = JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", "alone", "-o", "json"]))!;
        done["status"]!["databases"]!.AsArray().Count.ShouldBe(2);
        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "snap", "alone", "--timeout=60s"]);
        Directory.EnumerateFiles(stage.Snapshots, "manifest.json", SearchOption.AllDirectories).ShouldNotBeEmpty("deletionPolicy is Retain");
    }
}
