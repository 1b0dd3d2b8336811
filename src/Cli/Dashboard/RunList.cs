namespace Drydock.Cli.Dashboard;

/// <summary>Reads all runs for the page, and remembers what changed between two reads.</summary>
/// <param name="kubernetes">The API server, with the user's rights.</param>
/// <param name="scope">The namespace; null for all.</param>
/// <param name="ownNamespace">The namespace to show if the user may not list all.</param>
/// <param name="time">The clock.</param>
internal sealed class RunList(IKubernetesClient kubernetes, string? scope, string ownNamespace, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(RunKind Kind, string Name), (string? Version, long Serial)> _seen = [];
    private long _serial;
    private long _lastRemoval;

    /// <summary>The runs that changed after an earlier read.</summary>
    /// <param name="since"><see cref="RunListView.Serial"/> of that read; 0 for all runs. All are also sent if one was
    /// deleted meanwhile.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public async Task<RunListView> ReadAsync(long since, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        List<Run> runs = [];
        foreach (var kind in RunKind.All)
        {
            runs.AddRange(await FindAsync(kind, scope, problems, cancellationToken));
        }

        var now = time.GetUtcNow();
        lock (_lock)
        {
            Remember(runs);
            var isWhole = since < _lastRemoval || since == 0;
            return new RunListView(
                now,
                _serial,
                isWhole,
                [
                    .. runs.Where(r => isWhole || _seen[KeyOf(r)].Serial > since)
                        .OrderBy(r => r.FullName, StringComparer.Ordinal)
                        .Select(r => RunViewBuilder.Build(r, now) with
                        {
                            Plans = [],
                            Holds = [],
                            Findings = [],
                            ActionRequired = [],
                        }),
                ],
                [.. problems.Distinct(StringComparer.Ordinal)]);
        }
    }

    private static (RunKind Kind, string Name) KeyOf(Run run) => (run.Kind, run.FullName);

    private void Remember(List<Run> runs)
    {
        _serial++;
        foreach (var run in runs.Where(r => !_seen.TryGetValue(KeyOf(r), out var last)
            || last.Version != r.Metadata.ResourceVersion))
        {
            _seen[KeyOf(run)] = (run.Metadata.ResourceVersion, _serial);
        }

        foreach (var gone in _seen.Keys.Except(runs.Select(KeyOf)).ToList())
        {
            _seen.Remove(gone);
            _lastRemoval = _serial;
        }
    }

    private async Task<IReadOnlyList<Run>> FindAsync(
        RunKind kind, string? space, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            var found = await kind.ListAsync(kubernetes, space, tolerateUnreadable: true, cancellationToken);
            problems.AddRange(found.Unreadable.Select(unreadable => Explain(kind, unreadable)));
            return found.Runs;
        }
        catch (KubernetesForbiddenException refused) when (space is null)
        {
            problems.Add($"Only namespace {ownNamespace} is shown for {kind.Plural}. {Failures.Explain(refused)}");
            return await FindAsync(kind, ownNamespace, problems, cancellationToken);
        }
        catch (KubernetesApiException refused)
            when (refused is KubernetesForbiddenException or KubernetesNotFoundException)
        {
            problems.Add(Failures.Explain(refused));
            return [];
        }
    }

    private static string Explain(RunKind kind, UnreadableObject unreadable) =>
        $"{kind.Kind} {unreadable.Namespace}/{unreadable.Name} is not shown, because this plugin cannot read it: "
        + $"{Sentences.Close(unreadable.Error)} Use the plugin of the operator's version.";
}
