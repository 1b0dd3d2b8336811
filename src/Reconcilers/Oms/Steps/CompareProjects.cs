namespace Drydock.Reconcilers.Oms;

/// <summary>Compares the projects with those recorded before the upgrade: through the API, or from the tables where
/// both versions are below the merged architecture (later ones have undocumented tables, so nothing is read from them;
/// docs/research/oms.md#metadata-tables). Links are not judged yet: they are expected to be abnormal until high
/// availability is on (docs/research/oms.md#after-the-upgrade). Only reads. Never fails the upgrade, and never claims
/// more than was read.</summary>
/// <param name="Address">The console, used if the Secret gives no address.</param>
/// <param name="Api">Whether the new version has an API that lists projects.</param>
/// <param name="Tables">The database whose project tables may be read; null for none.</param>
[Acceptable]
internal sealed record CompareProjects(Uri Address, bool Api = false, string? Tables = null)
    : OmsProjectStep, IWaitsOnly
{
    private const string ListName = "compared-projects";

    internal override string Verb => "projects";
    internal override int Attempts => 1;

    internal override string Title(string? node) => "Compare the projects with those before the upgrade";

    protected override async Task<Observation> LookAsync(
        StepContext context, ProjectRecord? before, CancellationToken cancellationToken)
    {
        if (before is null)
        {
            return Done(ProjectVerdict.Unknown(
                "The projects were not listed before the upgrade, so there is nothing to compare with."));
        }

        if (before.Items.Count == 0)
        {
            return Done(ProjectVerdict.AsBefore("There were no projects before the upgrade."));
        }

        try
        {
            if (Api && Targets.Api(Address) is { } api)
            {
                var listed = await api.ProjectsAsync(cancellationToken);
                return await CompareAsync(context, before, listed, "the API", cancellationToken);
            }
        }
        catch (OmsApiException exception)
        {
            return await WithoutAnswerAsync(
                context, exception, why => NotComparedAsync(before, why, cancellationToken));
        }

        if (Tables is { } database)
        {
            var metadata = await Targets.MetadataAsync(cancellationToken);
            var read = await metadata.ProjectsAsync(database, ProjectRecord.MostProjects, cancellationToken);
            return await CompareAsync(context, before, read.Projects, "the tables", cancellationToken);
        }

        return Done(ProjectVerdict.Unknown(
            $"There were {Count(before)} projects before. Their state cannot be read from the tables of this version. "
            + "See status.actionRequired."));
    }

    protected override Observation WithoutRecord(string why) => Done(ProjectVerdict.Unknown(
        $"The projects cannot be compared with those before the upgrade. {why}"));

    private static Observation.Done Done(ProjectVerdict verdict) => new(verdict.Message, verdict.ToFacts());

    private static string Count(ProjectRecord before) => before.Items.Count.ToString(CultureInfo.InvariantCulture);

    private async Task<Observation> NotComparedAsync(
        ProjectRecord before, string why, CancellationToken cancellationToken)
    {
        var verdict = ProjectVerdict.Unknown(Sentences.Join(
            $"There were {Count(before)} projects before. The API did not report their state: {why}"));
        var entry = new ActionEntry(
            Reasons.ReviewProject, Sentences.Close($"Projects could not be compared through the API: {why}"));
        return Done(verdict with { Actions = await Lists.StoreAsync(ListName, [entry], cancellationToken) });
    }

    private async Task<Observation> CompareAsync(
        StepContext context,
        ProjectRecord before,
        IReadOnlyList<OmsProject> present,
        string through,
        CancellationToken cancellationToken)
    {
        var differences = ProjectComparison.Differences(
            before, new ProjectMatch(present, RenamedProjects.Of(context.Plan)));
        if (differences.Count == 0)
        {
            return Done(ProjectVerdict.AsBefore(
                $"All {Count(before)} projects have the status they had before (read from {through})."));
        }

        var actions = await Lists.StoreAsync(ListName, differences, cancellationToken);
        return Done(ProjectVerdict.Differs(Sentences.Join(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{differences.Count} of {before.Items.Count} projects differ from before (read from {through})."),
            ActionLists.Where(actions))) with
        {
            Actions = actions,
        });
    }
}
