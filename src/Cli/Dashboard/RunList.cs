namespace Drydock.Cli.Dashboard;

/// <summary>Reads all runs for the page.</summary>
/// <param name="scope">The namespace; null for all.</param>
/// <param name="ownNamespace">The namespace to show if the user may not list all.</param>
internal sealed class RunList(IKubernetesClient kubernetes, string? scope, string ownNamespace, TimeProvider time)
{
    public async Task<RunListView> ReadAsync(CancellationToken cancellationToken)
    {
        List<string> problems = [];
        List<Run> runs = [];
        foreach (var kind in ShownKind.All)
        {
            runs.AddRange(await FindAsync(kind, scope, problems, cancellationToken));
        }

        var now = time.GetUtcNow();
        return new RunListView(
            now,
            [
                .. RunTable.ByNeed(runs.Select(r => RunViewBuilder.Build(r, now)))
                    .Select(view => view with { Plans = [], Holds = [], Findings = [], ActionRequired = [] }),
            ],
            [.. problems.Distinct(StringComparer.Ordinal)]);
    }

    private async Task<IEnumerable<Run>> FindAsync(
        ShownKind kind, string? space, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            var found = await kind.ListAsync(kubernetes, new RunScope(space), cancellationToken);
            problems.AddRange(found.Unreadable.Select(missed => Failures.Explain(kind.Kind, missed)));
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
}
