using System.Text.Json.Nodes;
using Drydock.Lab.Oms;
using Drydock.Lab.Upgrades;
using Drydock.Tests.EndToEnd.Support;

namespace Drydock.Tests.EndToEnd;

/// <summary>The upgrade never passes an unverified dump; a BackupSnapshot is useful alone.</summary>
public sealed class BackupTests(StageFixture fixture)
{
    [Theory]
    [InlineData("exit 2", "fails")]
    [InlineData("exit 0", "writes nothing and says it succeeded")]
    [InlineData("/usr/bin/mysqldump \"$@\" | head -c 4000; exit 0", "is cut and says it succeeded")]
    public async Task The_upgrade_does_not_pass_Backup_when_the_dump(string behaviour, string what)
    {
        what.ShouldNotBeEmpty();
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        var tools = stage.Run.FolderFor($"tools-{space}");
        var path = Path.Combine(tools, "mysqldump");
        await File.WriteAllTextAsync(path, $"#!/bin/bash\ncase \"$*\" in *--version*) exec /usr/bin/mysqldump \"$@\";; esac\n{behaviour}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        await using (stage.StartOperator(new LabOperatorOptions { LeaderElection = false, Path = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" }))
        {
            await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
            var failed = await stage.WaitForAsync(space, u => u.Condition("Failed") == "True");
            failed.Reason("Stalled").ShouldBe("SnapshotFailed");
            failed["status"]!["step"]!.GetValue<string>().ShouldBe("Backup/snapshot");
            (await stage.Oms.AuditAsync()).ShouldNotContain(a => a.Event == OmsEvents.ContainerStart && a.Version == "4.2.2");
        }

        await using var mended = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await stage.ControlPlane.KubectlAsync(["-n", space, "annotate", "omsu", "oms-322-to-422", "drydock.dev/retry=mended"]);
        await stage.WaitForAsync(space, u => u.IsOver());
        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_BackupSnapshot_alone_dumps_and_verifies_named_databases()
    {
        var stage = await fixture.ResetAsync();
        var space = await stage.NewNamespaceAsync();
        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "db", ["namespace"] = space },
            ["stringData"] = new JsonObject { ["username"] = OmsScenario.MetaUser, ["password"] = OmsCanaries.MetaPassword, ["host"] = stage.MetaDb.Address },
        }.ToJsonString());
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
