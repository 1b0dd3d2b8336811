using System.Text;

namespace Drydock.Tests.EndToEnd;

/// <summary>
/// A BackupSnapshot is useful alone, and so is its restore. That an upgrade never passes an unverified dump:
/// <see cref="UpgradeRoadTests"/>.
/// </summary>
[Collection(Lanes.Upgrades)]
public sealed class BackupTests(StageFixture fixture)
{
    private const string Ledger = "ledger";

    [Fact]
    public async Task Snapshot_is_verified_restored_and_expires()
    {
        var stage = await fixture.ResetAsync();
        await stage.MetaDb.ExecAsync(
            $"CREATE OR REPLACE DATABASE {Ledger}; CREATE TABLE {Ledger}.entries (id INT PRIMARY KEY, amount INT); "
            + $"GRANT ALL ON {Ledger}.* TO '{OmsScenario.MetaUser}'@'%'");
        await stage.MetaDb.ExecAsync($"INSERT INTO {Ledger}.entries VALUES (1, 10), (2, 20)");
        var space = await stage.NewNamespaceAsync();
        await stage.SecretAsync(
            space, "db", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword),
            ("host", stage.MetaDb.Address));
        await using var op = stage.StartOperator(new LabOperatorOptions { LeaderElection = false });
        await TakeAsync(stage, space, "monday");
        var taken = await ReadAsync(stage, space, "monday");
        taken["status"]!["databases"]!.AsArray().Count.ShouldBe(2);
        taken["status"]!["verified"]!.GetValue<string>().ShouldBe("ReadBack");

        await stage.MetaDb.ExecAsync(
            $"DELETE FROM {Ledger}.entries WHERE id = 1; INSERT INTO {Ledger}.entries VALUES (3, 30)");
        await RestoreAsync(stage, space, "monday");
        (await stage.MetaDb.ExecAsync($"SELECT GROUP_CONCAT(id, ' ', amount ORDER BY id) FROM {Ledger}.entries")).Trim()
            .ShouldBe("1 10,2 20");

        await TakeAsync(stage, space, "tuesday");
        await TakeAsync(stage, space, "wednesday", new JsonObject { ["keepLast"] = 2 });
        var path = $"/apis/drydock.dev/v1alpha1/namespaces/{space}/backupsnapshots";
        var announced = await new ObjectFollower(stage.ControlPlane, path, "monday").UntilAsync(
            x => x["status"]?["expiresAt"] is not null, TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        Phase(announced).ShouldBe("Succeeded", "its day has not passed");
        DateTimeOffset.Parse(announced["status"]!["expiresAt"]!.GetValue<string>(), CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddHours(23));

        await PutStatusAsync(
            stage, $"{path}/monday",
            new JsonObject { ["expiresAt"] = announced["metadata"]!["creationTimestamp"]!.DeepClone() });
        await TakeAsync(stage, space, "thursday", new JsonObject { ["keepLast"] = 3 });
        var gone = await new ObjectFollower(stage.ControlPlane, path, "monday").UntilAsync(
            x => Phase(x) == "Expired", TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        gone["status"]!["message"]!.GetValue<string>().ShouldContain("newest 3");
        foreach (var (
            name, kept) in new[] { ("monday", false), ("tuesday", true), ("wednesday", true), ("thursday", true) })
        {
            var snapshot = await ReadAsync(stage, space, name);
            Directory.Exists(Path.Combine(stage.Snapshots, snapshot["status"]!["path"]!.GetValue<string>()))
                .ShouldBe(kept, name);
            Phase(snapshot).ShouldBe(kept ? "Succeeded" : "Expired");
        }

        await stage.ControlPlane.KubectlAsync(["-n", space, "delete", "snap", "tuesday", "--timeout=60s"]);
        Directory.EnumerateFiles(stage.Snapshots, "manifest.json", SearchOption.AllDirectories).Count()
            .ShouldBe(3, "deletionPolicy is Retain");
        await stage.MetaDb.ExecAsync($"DROP DATABASE {Ledger}");
    }

    private static async Task RestoreAsync(UpgradeStage stage, string space, string snapshot)
    {
        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = "SnapshotRestore",
            ["metadata"] = new JsonObject { ["name"] = "back", ["namespace"] = space },
            ["spec"] = new JsonObject
            {
                ["snapshotRef"] = new JsonObject { ["name"] = snapshot },
                ["databases"] = new JsonArray(Ledger),
            },
        }.ToJsonString());
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "wait", "--for=condition=Held", "snaprestore/back", "--timeout=60s"]);
        var word = await stage.ControlPlane.KubectlAsync(
            ["-n", space, "get", "snaprestore/back", "-o", "jsonpath={.status.holds[0].approval}"]);
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "snaprestore/back", $"drydock.dev/approve={word}"]);
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "wait", "--for=condition=Succeeded", "snaprestore/back", "--timeout=60s"]);
    }

    private static string? Phase(JsonNode snapshot) => snapshot["status"]?["phase"]?.GetValue<string>();

    // The test's way through the day of notice.
    private static async Task PutStatusAsync(UpgradeStage stage, string path, JsonObject status)
    {
        using var http = stage.ControlPlane.CreateHttpClient();
        using var body = new StringContent(
            new JsonObject { ["status"] = status }.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
        using var answer = await http.PatchAsync(
            new Uri($"{path}/status", UriKind.Relative), body, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task TakeAsync(UpgradeStage stage, string space, string name, JsonObject? retention = null)
    {
        var spec = new JsonObject
        {
            ["source"] = new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } },
            ["databases"] = new JsonArray("rm_340", Ledger),
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
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "wait", "--for=condition=Succeeded", $"snap/{name}", "--timeout=60s"]);
    }

    private static async Task<JsonNode> ReadAsync(UpgradeStage stage, string space, string name) =>
        JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "snap", name, "-o", "json"]))!;
}
