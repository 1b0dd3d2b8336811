namespace Drydock.Benchmarks;

/// <summary>
/// Creates BackupSnapshots and SnapshotRestores for a running operator. The time runs from the creation of the object
/// until a watch shows Succeeded.
/// </summary>
internal sealed class OperatorDumps(UpgradeStage stage, MetaDb server, LabOperator op, string space, string storage)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public Task<DumpRun> BackupAsync(string name, string database, string tool, CancellationToken cancellationToken) =>
        RunAsync(
            "BackupSnapshot",
            "backupsnapshots",
            name,
            new JsonObject
            {
                ["source"] =
                    new JsonObject { ["credentialsSecretRef"] = new JsonObject { ["name"] = DumpsStage.Secret } },
                ["databases"] = new JsonArray(database),
                ["storage"] = new JsonObject { ["directory"] = new JsonObject { ["path"] = storage } },
                ["tool"] = tool,
                ["threads"] = PlainTools.Threads,
                ["deletionPolicy"] = "Delete",
            },
            cancellationToken);

    public Task<DumpRun> RestoreAsync(
        string name, string snapshot, string database, CancellationToken cancellationToken) =>
        RunAsync(
            "SnapshotRestore",
            "snapshotrestores",
            name,
            new JsonObject
            {
                ["snapshotRef"] = new JsonObject { ["name"] = snapshot },
                ["databases"] = new JsonArray(database),
                ["threads"] = PlainTools.Threads,
            },
            cancellationToken);

    public async Task<JsonNode> GetAsync(string plural, string name) =>
        JsonNode.Parse(
            await stage.ControlPlane.KubectlAsync(["-n", space, "get", $"{plural}.drydock.dev", name, "-o", "json"]))!;

    /// <summary>Deletes a snapshot with its files.</summary>
    public Task DeleteAsync(string name) =>
        stage.ControlPlane.KubectlAsync(["-n", space, "delete", "backupsnapshots.drydock.dev", name, "--timeout=120s"]);

    private async Task<DumpRun> RunAsync(
        string kind, string plural, string name, JsonObject spec, CancellationToken cancellationToken)
    {
        var path = $"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}";
        var manifest = new JsonObject
        {
            ["apiVersion"] = "drydock.dev/v1alpha1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
            ["spec"] = spec,
        };
        using var http = stage.ControlPlane.CreateHttpClient();
        using var body = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json");
        await using var memory = MemorySampler.Start(op.Process.Id);
        var (own, served) = (ProcessTimes.Of(op.Process.Id), ProcessTimes.Of(server.Server.Id));
        var stages = new List<(string Stage, TimeSpan At)>();
        var watch = Stopwatch.StartNew();
        using (var created = await http.PostAsync(new Uri(path, UriKind.Relative), body, cancellationToken))
        {
            created.EnsureSuccessStatusCode();
        }

        var follower = new ObjectFollower(stage.ControlPlane, path, name);
        var held = await follower.UntilAsync(
            seen => IsOver(seen, stages, watch) || seen["status"]?["holds"] is JsonArray { Count: > 0 },
            Patience,
            cancellationToken);
        if (held["status"]!["holds"] is JsonArray { Count: > 0 } holds)
        {
            await stage.ControlPlane.KubectlAsync(
                [
                    "-n", space, "annotate", $"{plural}.drydock.dev", name,
                    $"drydock.dev/approve={holds[0]!["approval"]}",
                ],
                cancellationToken: cancellationToken);
            await follower.UntilAsync(seen => IsOver(seen, stages, watch), Patience, cancellationToken);
        }

        var time = watch.Elapsed;
        var used = ProcessTimes.Of(op.Process.Id) - own;
        return new DumpRun(time, used.Children, used.Own, (ProcessTimes.Of(server.Server.Id) - served).Own)
        {
            Stages = stages,
            Memory = memory.Peak,
            ChildrenMemory = memory.ChildrenPeak,
        };
    }

    private static bool IsOver(JsonNode seen, List<(string Stage, TimeSpan At)> stages, Stopwatch watch)
    {
        var phase = seen["status"]?["phase"]?.GetValue<string>() ?? "Created";
        if (phase == "Failed")
        {
            throw new LabException($"{seen["kind"]} {seen["metadata"]!["name"]}: {seen["status"]!["message"]}");
        }

        // A restore has a state for each database.
        var now = phase == "Restoring" && seen["status"]!["databases"]?[0]?["state"]?.GetValue<string>() is { } state
            ? state
            : phase;
        if (stages.Count == 0 || stages[^1].Stage != now)
        {
            stages.Add((now, watch.Elapsed));
        }

        return phase == "Succeeded";
    }
}
