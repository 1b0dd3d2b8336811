using System.Text;

namespace Drydock.Tests.EndToEnd.Golden;

/// <summary>What is read while the operator runs.</summary>
internal sealed partial class GoldenStory
{
    /// <summary>The page whose commands run beside the operator.</summary>
    public const string Page = "docs/how-to/monitoring.md";

    private Task SnapshotAsync(string name, string root) => _stage.ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "drydock.dev/v1alpha1",
        ["kind"] = "BackupSnapshot",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Space },
        ["spec"] = new JsonObject
        {
            ["source"] = new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = "db" } },
            ["databases"] = new JsonArray([.. _stage.Oms.Databases.Take(1).Select(d => (JsonNode)d)]),
            ["series"] = "nightly",
            ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = root } },
        },
    }.ToJsonString());

    private async Task ReadSnapshotAsync()
    {
        var name = _recording.Succeeded["status"]!["snapshotRef"]!["name"]!.GetValue<string>();
        _recording.Snapshot = JsonNode.Parse(await KubectlAsync("get", "snap", name, "-o", "json"))!;
        foreach (var database in _recording.Snapshot["status"]!["databases"]!.AsArray())
        {
            var file = Path.Combine(_stage.Snapshots, database!["file"]!.GetValue<string>());
            var sum = (await Shell.RunAsync("sha256sum", [file], cancellationToken: Token)).Split(' ')[0];
            _recording.Dumps[database["name"]!.GetValue<string>()] =
                new FileInfo(file).Length == database["bytes"]!.GetValue<long>()
                    && sum == database["sha256"]!.GetValue<string>();
        }
    }

    private async Task ReadAsync()
    {
        var said = _recording.Said;
        said["log"] = _operator.Log;
        said["metrics"] = await _operator.GetAsync("/metrics", Token);
        said["probes"] = await _operator.GetAsync("/healthz", Token) + await _operator.GetAsync("/readyz", Token);
        said["leases"] = await _stage.ControlPlane.KubectlAsync(
            ["get", "leases", "-A", "-o", "yaml"], cancellationToken: Token);
        said["objects"] = await KubectlAsync("get", "omsu,snap,snaprestore,configmaps", "-o", "yaml");
        said["events"] = await KubectlAsync("get", "events", "-o", "yaml");
        said["kept output"] = string.Concat(Decoded(await KubectlAsync(
            "get", "secrets", "-l", "drydock.dev/upgrade", "-o",
            "jsonpath={range .items[*]}{.data.output}{\"\\n\"}{end}")));
        _recording.Left["databases"] = _recording.Upgraded.DatabaseText() + _recording.RolledBack.DatabaseText();
        _recording.Left["secrets of the operator's making"] = string.Concat(Decoded(await KubectlAsync(
            "get", "secrets", "-l", "drydock.dev/upgrade-uid", "-o",
            "jsonpath={range .items[*]}{range .data.*}{@}{\"\\n\"}{end}{end}")));
        _recording.FoundOnHosts = await _recording.Planted.FoundOnHostsAsync(_stage);
        _recording.Promtool = await Shell.TryRunAsync(
            "promtool", ["check", "metrics"], said["metrics"], cancellationToken: Token);
        var page = await PageRun.StartAsync(_stage.Run, _stage.ControlPlane, Repository.Root, "monitoring", Token);
        page.Limit = Limit.Patience;
        (page.Variables["OPERATOR"], page.Variables["SPACE"], page.Variables["LOG"]) =
            (_operator.Address, Space, _operator.Process.LogPath);
        _recording.PageOutputs =
            [.. (await page.RunPageAsync(Page, cancellationToken: Token)).Select(block => block.Output)];
        page.NotRun(Page).ShouldBeEmpty();
    }

    private static IEnumerable<string> Decoded(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Encoding.UTF8.GetString(Convert.FromBase64String(line)));

    // The API server writes a watch down when it has ended.
    private static async Task<IReadOnlyList<AuditedRequest>> RequestsAsync(ControlPlane controlPlane, int before)
    {
        string[] watched = ["omsupgrades", "databaserollingupgrades", "backupsnapshots", "snapshotrestores", "secrets"];
        IReadOnlyList<AuditedRequest> Requests() =>
            [.. controlPlane.AuditedRequests().Skip(before).Where(r => r.User == GoldenRecording.Account)];
        await Deadline.UntilAsync(
            $"watches of {string.Join(", ", watched)} in the audit log",
            _ => Task.FromResult(!watched.Except(
                Requests().Where(r => r.Verb == "watch").Select(r => r.Resource), StringComparer.Ordinal).Any()),
            cancellationToken: Token);
        return Requests();
    }
}
