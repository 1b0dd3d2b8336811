namespace Drydock.Cli.Dashboard;

/// <summary>Reads one run with its snapshots for the page.</summary>
/// <param name="kubernetes">The API server, with the user's rights.</param>
/// <param name="address">How the user chose the cluster, so that the commands on the page mean the same run.</param>
/// <param name="time">The clock.</param>
internal sealed class RunReader(IKubernetesClient kubernetes, RunAddress address, TimeProvider time)
{
    /// <summary>The run, and an entity tag that is equal while nothing but the time has changed.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public async Task<(RunPageView Page, string Tag)> ReadAsync(
        RunKind kind, string @namespace, string name, CancellationToken cancellationToken)
    {
        var run = await kind.GetAsync(kubernetes, @namespace, name, cancellationToken)
            ?? throw new CliException($"There is no {kind.Kind} {name} in namespace {@namespace}.");
        List<SnapshotView> snapshots = [];
        foreach (var named in RunPages.Snapshots(run))
        {
            snapshots.Add(await ReadAsync(named, run, cancellationToken));
        }

        return (RunPages.Page(run with { Address = address }, snapshots, time.GetUtcNow()), Tag(run, snapshots));
    }

    private async Task<SnapshotView> ReadAsync(SnapshotView named, Run run, CancellationToken cancellationToken)
    {
        try
        {
            var snapshot = await kubernetes.GetAsync<BackupSnapshot>(
                named.Name, run.Metadata.Namespace, cancellationToken);
            return snapshot is null
                ? named with { Problem = $"There is no BackupSnapshot {run.Metadata.Namespace}/{named.Name}." }
                : Fill(named, snapshot.Status);
        }
        catch (KubernetesException failure)
        {
            return named with { Problem = DashboardProblems.Explain(failure) };
        }
    }

    private static SnapshotView Fill(SnapshotView named, BackupSnapshotStatus? status) => named with
    {
        Phase = status?.Phase,
        Message = status?.Message,
        Size = status?.Size,
        Verified = status?.Verified,
        Databases = [.. (status?.Databases ?? []).Select(d => d.Name)],
    };

    private static string Tag(Run run, IReadOnlyList<SnapshotView> snapshots)
    {
        var others = JsonSerializer.Serialize(snapshots, DashboardJsonContext.Default.IReadOnlyListSnapshotView);
        var content = Encoding.UTF8.GetBytes($"{run.Metadata.Uid} {run.Metadata.ResourceVersion} {others}");
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"";
    }
}
