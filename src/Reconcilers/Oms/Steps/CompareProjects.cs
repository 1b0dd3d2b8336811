using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Compares the projects with those recorded before the upgrade: through the API, or from the tables where both
/// versions are below 4.0.1 (later ones have others that are not documented, so nothing is read from them;
/// docs/research/oms.md#metadata-tables). Links are not judged yet: they are expected to be abnormal until high
/// availability is on (docs/research/oms.md#after-the-upgrade). Only looks; killed anywhere it looks again. Never a
/// failure of the upgrade, and never a claim.
/// </summary>
internal sealed class CompareProjects(IOmsTargets targets) : OmsProjectStep(targets)
{
    /// <summary>Parameter: the database whose project tables may be read; absent or empty for none.</summary>
    public const string TablesParameter = "tables";

    /// <summary>Parameter: <c>true</c> where the new version has an API that lists projects.</summary>
    public const string ApiParameter = "api";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (Before is not { } before)
        {
            return Done(ProjectVerdict.Unknown("nothing listed the projects before the upgrade, so there is nothing to compare with"));
        }

        if (before.Migration + before.Synchronization == 0)
        {
            return Done(ProjectVerdict.AsBefore("there were no projects"));
        }

        try
        {
            if (context.OptionalParameter(ApiParameter) == "true" && Api(context) is { } api)
            {
                return Done(Compare(before, await api.ProjectsAsync(cancellationToken), "the API"));
            }
        }
        catch (OmsApiException exception)
        {
            return WithoutAnswer(context, exception, why => Done(ProjectVerdict.Unknown(
                $"{Count(before)} projects before; the API did not tell what became of them: {why}",
                [new ActionItem { Reason = Reasons.ReviewProject, Message = $"projects could not be compared through the API: {why}" }])));
        }

        if (context.OptionalParameter(TablesParameter) is { Length: > 0 } database)
        {
            var metadata = await Targets.MetadataAsync(cancellationToken);
            var read = await metadata.ProjectsAsync(database, SchemaLimits.Projects, cancellationToken);
            return Done(Compare(before, read.Projects, "the tables"));
        }

        return Done(ProjectVerdict.Unknown($"{Count(before)} projects before; what became of them is not readable from the tables and is listed for a person"));
    }

    private static Observation.Done Done(ProjectVerdict verdict) => new(verdict.Message, verdict.ToFacts());

    private static string Count(ProjectsStatus before) =>
        (before.Migration + before.Synchronization).ToString(CultureInfo.InvariantCulture);

    private ProjectVerdict Compare(ProjectsStatus before, IReadOnlyList<OmsProject> present, string through)
    {
        var differences = ProjectComparison.Differences(before, present, Targets.Upgrade.Status?.RenamedProjects ?? []);
        if (differences.Count > 0)
        {
            return new ProjectVerdict("False", Reasons.ProjectsDiffer, string.Create(CultureInfo.InvariantCulture, $"{differences.Count} of {Count(before)} projects are not as before by {through}; they are listed for a person"), differences);
        }

        return before.Items.Count < before.Migration + before.Synchronization
            ? ProjectVerdict.Unknown(string.Create(CultureInfo.InvariantCulture, $"the first {before.Items.Count} of {Count(before)} projects are as before by {through}; the others were not recorded by name"))
            : ProjectVerdict.AsBefore($"{Count(before)} projects have the status they had before, by {through}");
    }
}
