using System.Net;

namespace Drydock.Benchmarks;

/// <summary>
/// The load: upgrades are created and deleted, Secrets rotated, watches cut, snapshots taken, objects touched. The work
/// is spread evenly over the given time. Work that the machine cannot do in time is done afterwards.
/// </summary>
internal sealed class SoakLoad(UpgradeStage stage, string space, TimeSpan span) : IDisposable
{
    private const int Upgrades = 500;
    private const int Rotations = 2_000;
    private const int Reconnections = 1_000;
    private const int Reconciliations = 10_000;
    private const int Snapshots = 60;
    private const int Lasting = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly HttpClient _http = stage.ControlPlane.CreateHttpClient();
    private int _reconnected;

    /// <summary>Upgrades that were created, got a status and were deleted.</summary>
    public int UpgradesDone { get; private set; }

    /// <summary>Snapshots that were taken and deleted.</summary>
    public int SnapshotsDone { get; private set; }

    /// <summary>Changes of a Secret: its value, an annotation, or a label.</summary>
    public int RotationsDone { get; private set; }

    /// <summary>Watches that were cut while they were open.</summary>
    public int Reconnected => _reconnected;

    /// <summary>Runs until all work is done.</summary>
    public async Task RunAsync(Func<double> reconciliations, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Lasting; i++)
        {
            await CreateAsync("omsupgrades", Upgrade($"lasting-{i}", refused: i % 2 == 0), cancellationToken);
        }

        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> loads =
        [
            SpreadAsync(Upgrades, ComeAndGoAsync, all.Token),
            SpreadAsync(Snapshots, SnapshotAsync, all.Token),
            SpreadAsync(Rotations, RotateAsync, all.Token),
            CutAsync(all.Token),
            TouchAsync(reconciliations, all.Token),
        ];

        // The first load that fails ends the others.
        await foreach (var ended in Task.WhenEach(loads))
        {
            if (ended.IsFaulted)
            {
                await all.CancelAsync();
            }
        }

        await Task.WhenAll(loads.Where(load => load.IsFaulted).DefaultIfEmpty(Task.WhenAll(loads)));
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    // Call i is due after its share of the span.
    private async Task SpreadAsync(
        int count, Func<int, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var left = (span * i / count) - TimeProvider.System.GetElapsedTime(begin);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, cancellationToken);
            }

            await act(i, cancellationToken);
        }
    }

    private async Task ComeAndGoAsync(int i, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"soak-{i}");
        await CreateAsync("omsupgrades", Upgrade(name, refused: i % 5 != 0), cancellationToken);
        await stage.WaitForAsync(
            space, u => u.IsStalled() || u.Phase() == "Planned", Patience, name, cancellationToken);
        await RemoveAsync("omsupgrades", name, cancellationToken);
        UpgradesDone++;
    }

    private async Task SnapshotAsync(int i, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"soak-{i}");
        await CreateAsync(
            "backupsnapshots",
            new JsonObject
            {
                ["apiVersion"] = "drydock.dev/v1alpha1",
                ["kind"] = "BackupSnapshot",
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space },
                ["spec"] = new JsonObject
                {
                    ["source"] = new JsonObject
                    {
                        ["credentialsSecretRef"] = new JsonObject { ["name"] = SoakCommand.DatabaseSecret },
                        ["host"] = stage.MetaDb.Address,
                        ["port"] = stage.MetaDb.Port
                    },
                    ["databases"] = new JsonArray(stage.Oms.Options.CmDatabase),
                    ["storage"] = stage.Storage(),
                    ["deletionPolicy"] = "Delete",
                },
            },
            cancellationToken);
        await stage.Operator.WaitForAsync(
            "backupsnapshots", space, name, s => s["status"]?["phase"]?.GetValue<string>() == "Succeeded", Patience,
            cancellationToken);
        await RemoveAsync("backupsnapshots", name, cancellationToken);
        SnapshotsDone++;
    }

    private async Task RotateAsync(int i, CancellationToken cancellationToken)
    {
        var secret = $"docker-tls-{stage.Hosts[i % stage.Hosts.Count].Name}";
        var value = string.Create(CultureInfo.InvariantCulture, $"v{i}");
        JsonObject patch = (i % 30, i % 3) switch
        {
            // The same certificate with a changed text: a key that the operator reads has changed, so a running
            // preflight restarts. This is rare enough for a preflight to finish.
            (0, _) => new JsonObject
            {
                ["stringData"] = new JsonObject { ["ca.crt"] = $"# {value}\n{stage.ControlPlane.AuthorityPem}" }
            },
            (_, 0) => new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["example.com/rotated"] = value } }
            },
            (_, 1) => new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["example.com/rotated"] = value } }
            },
            _ => new JsonObject { ["stringData"] = new JsonObject { ["not-read"] = value } },
        };
        using var body = new StringContent(patch.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
        using var answer = await _http.PatchAsync(
            new Uri($"/api/v1/namespaces/{space}/secrets/{secret}", UriKind.Relative), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        RotationsDone++;
    }

    private async Task CutAsync(CancellationToken cancellationToken)
    {
        var proxy = stage.Faults!.Kubernetes;
        var begin = TimeProvider.System.GetTimestamp();
        while (_reconnected < Reconnections)
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(span.TotalSeconds / 150, 1, 8)), cancellationToken);
            var due = Reconnections * Math.Min(1, TimeProvider.System.GetElapsedTime(begin) / span);
            if (_reconnected <= due)
            {
                Interlocked.Add(ref _reconnected, proxy.OpenWatches);
                proxy.CutAll();
            }
        }
    }

    private async Task TouchAsync(Func<double> reconciliations, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        for (var i = 0; reconciliations() < Reconciliations || TimeProvider.System.GetElapsedTime(begin) < span; i++)
        {
            var due = Reconciliations * Math.Min(1, TimeProvider.System.GetElapsedTime(begin) / span);
            if (reconciliations() > due)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
                continue;
            }

            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["annotations"] =
                        new JsonObject { ["drydock.dev/retry"] = string.Create(CultureInfo.InvariantCulture, $"t{i}") }
                }
            };
            using var body = new StringContent(patch.ToJsonString(), Encoding.UTF8, "application/merge-patch+json");
            using var answer = await _http.PatchAsync(
                new Uri(
                    $"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades/lasting-{i % Lasting}",
                    UriKind.Relative),
                body, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private JsonObject Upgrade(string name, bool refused)
    {
        var manifest = stage.Manifest(space, name);
        manifest["spec"]!["approval"] = "Manual";
        if (refused)
        {
            manifest["spec"]!["currentContainer"] = "absent";
        }

        return manifest;
    }

    private async Task CreateAsync(string plural, JsonObject manifest, CancellationToken cancellationToken)
    {
        using var body = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(
            new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}", UriKind.Relative), body,
            cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private async Task RemoveAsync(string plural, string name, CancellationToken cancellationToken)
    {
        var path = new Uri($"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}/{name}", UriKind.Relative);
        using var answer = await _http.DeleteAsync(path, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await Deadline.UntilAsync(
            $"{plural}/{name} to be gone",
            async token =>
            {
                using var there = await _http.GetAsync(path, token);
                return there.StatusCode == HttpStatusCode.NotFound;
            },
            Patience,
            cancellationToken: cancellationToken);
    }
}
