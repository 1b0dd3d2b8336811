namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether every process is of one version: each is asked itself, and what the masters list besides is asked
/// too (docs/research/yugabytedb.md#rules).</summary>
/// <param name="cluster">The universe.</param>
internal sealed class VersionCheck(YugabyteCluster cluster)
{
    public async Task<VersionReport> ReadAsync(YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (processes, problem) = await ProcessesAsync(cancellationToken);
        var asked = await YugabyteCluster.EachAsync(
            processes,
            async (process, token) =>
            {
                try
                {
                    return (
                        process.Name,
                        Running: (YugabyteVersion?)await cluster.MasterClient.VersionAsync(process.Web, token),
                        Problem: (string?)null);
                }
                catch (TargetException exception)
                {
                    return (process.Name, Running: (YugabyteVersion?)null, Problem: exception.Message);
                }
            },
            cancellationToken);
        return new VersionReport(
            [
                .. asked.Where(
                    a => a.Running is not null && !version.Covers(a.Running)).Select(
                        a => $"{a.Name} runs {a.Running}."),
            ],
            [
                .. asked.Where(a => a.Problem is not null)
                    .Select(a => $"{a.Name}: {a.Problem}")
                    .Concat(problem is null ? [] : [problem]),
            ]);
    }

    // Without a leader, processes that the spec does not list are unknown, so their absence cannot be concluded.
    private async Task<(IReadOnlyList<(string Name, ServiceAddress Web)> Processes, string? Problem)> ProcessesAsync(
        CancellationToken cancellationToken)
    {
        var known = cluster.Spec.Instances.Select(i => (i.Name, Web: cluster.Web(i))).ToList();
        var addresses = known.Select(k => k.Web).ToHashSet();
        try
        {
            var leader = await cluster.LeaderAsync(cancellationToken);
            var masters = (await cluster.MasterClient.MastersAsync(leader, cancellationToken))
                .Select(m => m.Web)
                .OfType<ServiceAddress>();
            var listed = await cluster.MasterClient.TserversAsync(leader, cancellationToken);
            var gone = cluster.TakenOut(
                listed, await cluster.MasterClient.ClusterConfigAsync(leader, cancellationToken));
            var tservers = listed.Except(gone).Select(t => t.Web);
            known.AddRange(masters.Concat(tservers).Where(addresses.Add).Select(a => (a.ToString(), a)));
        }
        catch (TargetException exception)
        {
            return (known, exception.Message);
        }

        return (known, null);
    }
}

/// <summary>The processes that are not of a version.</summary>
/// <param name="Others">Processes that report another version, one sentence each.</param>
/// <param name="Silent">Processes that do not report a version, one sentence each.</param>
internal sealed record VersionReport(IReadOnlyList<string> Others, IReadOnlyList<string> Silent)
{
    private const int Named = 6;

    public bool IsClean => Others.Count == 0 && Silent.Count == 0;

    public string Describe()
    {
        var all = Others.Concat(Silent).ToList();
        var more = all.Count > Named ? $" {all.Count - Named} more processes are not of the version." : "";
        return string.Join(" ", all.Take(Named)) + more;
    }
}
