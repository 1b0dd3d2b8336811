namespace Drydock.Reconcilers.Oms;

/// <summary>Lists the projects that were created or changed since T1, and are lost when the databases are restored. The
/// new version runs meanwhile. From the merged architecture on the projects are read through its API, because its
/// tables are not documented (docs/project/research/oms.md#metadata-tables); below that they are read from the tables.
/// Changes nothing.</summary>
internal sealed class LostProjects(OmsTargets targets, TimeProvider time)
{
    private const string General = "Projects that were created or changed since the old containers stopped are lost";
    private const string Console = "Check them in the console";
    private const string NotSeen = "What was changed inside a project is not seen.";
    private const int Listed = 40;

    // A console that does not answer must not delay the reconcile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<string> DescribeAsync(OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        var compare = status.Plan!.Step<CompareProjects>()!.As<CompareProjects>();
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return compare.Tables is { } database
                ? await ByTablesAsync(status, database, either.Token)
                : await ByApiAsync(status, compare, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{General}. They could not be listed, because there was no answer within "
                + $"{Patience.TotalSeconds} seconds. {Console}.";
        }
        catch (ListUnavailableException exception)
        {
            return $"{General}. Which ones is unknown: {Sentences.Close(exception.Message)} {Console}.";
        }
        catch (Exception exception) when (exception is TargetException or DockerException)
        {
            return $"{General}. Not listed: "
                + $"{Sentences.Close(targets.Redactor.Redact(exception.Message))} {Console}.";
        }
    }

    private async Task<string> ByTablesAsync(
        OmsUpgradeStatus status, string database, CancellationToken cancellationToken)
    {
        var present = await (await targets.MetadataAsync(cancellationToken))
            .ProjectsAsync(database, ProjectRecord.MostProjects, cancellationToken);
        return Describe(status, await targets.ProjectsBeforeAsync(cancellationToken), present.Projects, "their tables");
    }

    private async Task<string> ByApiAsync(
        OmsUpgradeStatus status, CompareProjects compare, CancellationToken cancellationToken)
    {
        var version = targets.Upgrade.Spec.ToVersion;
        if (!compare.Api)
        {
            return $"{General}. They could not be listed: the project tables of {version} are not documented, and it "
                + $"has no API that lists projects. {Console}.";
        }

        if (targets.Api(compare.Address) is not { } api)
        {
            return $"{General}. Not listed, because spec.preflight.apiCredentialsSecretRef names no "
                + "Secret. Set it, cancel the rollback and request it again. Or check the projects in the console.";
        }

        var present = await api.ProjectsAsync(cancellationToken);
        return Describe(status, await targets.ProjectsBeforeAsync(cancellationToken), present, "the API");
    }

    private static string Describe(
        OmsUpgradeStatus status, ProjectRecord? recorded, IReadOnlyList<OmsProject> present, string by)
    {
        if (recorded is null)
        {
            return $"{General}. Which ones is unknown, because the projects were not listed before the upgrade. "
                + $"The projects now, by {by}: {List([.. present.Select(p => Name(p, p.Status))])}.";
        }

        var match = new ProjectMatch(present, RenamedProjects.Of(status.Plan!));
        var found = recorded.Items.Select(r => (Before: r, Now: match.Find(r))).ToList();
        var known = found.Select(f => f.Now).OfType<OmsProject>().ToHashSet();
        List<string> differ =
        [
            .. present.Where(p => !known.Contains(p)).Select(p => Name(p, $"{p.Status}, new")),
            .. found.Select(f => Change(f.Before, f.Now, match.NameOf(f.Before))).OfType<string>(),
        ];
        return differ.Count == 0
            ? $"{General}. By {by} none was created, renamed, removed or has another status. {NotSeen}"
            : $"{General}. Differences by {by}: {List(differ)}. {NotSeen}";
    }

    private static string? Change(OmsProject before, OmsProject? now, string name)
    {
        if (now is null)
        {
            return ProjectStatuses.MayBeGone(before.Status)
                ? null
                : $"{before.Name} ({before.Id}, not found any more, restored as {before.Status})";
        }

        return (now.Name == name, now.Status == before.Status) switch
        {
            (true, true) => null,
            (true, false) => Name(now, $"{now.Status}, was {before.Status}"),
            _ => Name(now, $"{now.Status}, was {name} {before.Status}"),
        };
    }

    private static string Name(OmsProject project, string what) => $"{project.Name} ({project.Id}, {what})";

    private static string List(List<string> names) => names.Count == 0 ? "none" : Sentences.List(names, Listed);
}
