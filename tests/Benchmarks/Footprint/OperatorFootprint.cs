namespace Drydock.Benchmarks;

/// <summary>
/// Measures the time from start to leadership, the memory at rest, and the time from an event to a status write.
/// </summary>
internal sealed class OperatorFootprint(UpgradeStage stage)
{
    private const int Starts = 5;
    private const int Events = 40;

    /// <summary>The times from process start until the operator is ready and leads, with a free lease.</summary>
    public async Task<IReadOnlyList<TimeSpan>> StartsAsync(CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Starts; i++)
        {
            var watch = Stopwatch.StartNew();
            await using var op = stage.StartOperator();
            await op.WaitUntilReadyAsync(cancellationToken);
            await Deadline.UntilAsync(
                "the operator to lead", _ => Task.FromResult(op.Log.Contains("omsupgrades", StringComparison.Ordinal)),
                cancellationToken: cancellationToken);
            times.Add(watch.Elapsed);
            await op.StopAsync();
        }

        return times;
    }

    /// <summary>Resident memory in MiB of an operator at rest that has reconciled finished upgrades.</summary>
    public async Task<double> RestingMemoryAsync(
        string space, JsonNode finished, int upgrades, CancellationToken cancellationToken)
    {
        await new FinishedUpgrades(stage, finished).AddAsync(space, upgrades - 1, cancellationToken);
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        return ProcessMemory.ResidentMiB(op.Process.Id);
    }

    /// <summary>
    /// The times from the answer to the creation of an object until a watch shows its first status, one object after
    /// the other.
    /// </summary>
    public async Task<IReadOnlyList<TimeSpan>> FirstStatusAsync(CancellationToken cancellationToken)
    {
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator();
        await op.WaitUntilReadyAsync(cancellationToken);
        await Deadline.UntilAsync(
            "the operator to lead", _ => Task.FromResult(op.Log.Contains("omsupgrades", StringComparison.Ordinal)),
            cancellationToken: cancellationToken);
        using var http = stage.ControlPlane.CreateHttpClient();
        var times = new List<TimeSpan>();
        for (var i = 0; i < Events; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"event-{i}");
            var manifest = stage.Manifest(space, name);
            manifest["spec"]!["approval"] = "Manual";
            manifest["spec"]!["currentContainer"] = "absent";
            using var body = new StringContent(manifest.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
            var watch = Stopwatch.StartNew();
            using (var created = await http.PostAsync(
                new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades", UriKind.Relative), body,
                cancellationToken))
            {
                created.EnsureSuccessStatusCode();
            }

            await stage.WaitForAsync(
                space, u => u["status"]?["conditions"] is not null, name: name, cancellationToken: cancellationToken);
            times.Add(watch.Elapsed);
            await stage.ControlPlane.KubectlAsync(
                ["-n", space, "delete", "omsu", name, "--wait=false"], cancellationToken: cancellationToken);
        }

        return times;
    }
}
