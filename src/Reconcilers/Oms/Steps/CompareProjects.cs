using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Compares the projects with those recorded before the upgrade: through the API, or from the tables where both
/// versions are below the merged architecture (later ones have undocumented tables, so nothing is read from them;
/// docs/research/oms.md#metadata-tables). Links are not judged yet: they are expected to be abnormal until high
/// availability is on (docs/research/oms.md#after-the-upgrade). Only reads. Never fails the upgrade, and never claims
/// more than was read.
/// </summary>
internal sealed class CompareProjects(IOmsTargets targets) : OmsProjectStep<CompareProjects.Args>(targets), IWaitsOnly
{
    /// <param name="Address">The console, used if the Secret gives no address.</param>
    /// <param name="Api">Whether the new version has an API that lists projects.</param>
    /// <param name="Tables">The database whose project tables may be read; null for none.</param>
    /// <param name="Generation">The API that the new version should have.</param>
    public sealed record Args(
        Uri Address, bool Api = false, string? Tables = null, OmsApiGeneration Generation = OmsApiGeneration.None);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (Before is not { } before)
        {
            return Done(ProjectVerdict.Unknown(
                "The projects were not listed before the upgrade, so there is nothing to compare with."));
        }

        if (before.Migration + before.Synchronization == 0)
        {
            return Done(ProjectVerdict.AsBefore("There were no projects before the upgrade."));
        }

        try
        {
            if (args.Api && Targets.Api(args.Address) is { } api)
            {
                return Done(Compare(before, await api.ProjectsAsync(cancellationToken), "the API"));
            }
        }
        catch (OmsApiException exception)
        {
            return WithoutAnswer(context, exception, why => Done(ProjectVerdict.Unknown(
                $"There were {Count(before)} projects before. The API did not report their state: {why}",
                [NotCompared(why)])));
        }

        if (args.Tables is { } database)
        {
            var metadata = await Targets.MetadataAsync(cancellationToken);
            var read = await metadata.ProjectsAsync(database, SchemaLimits.Projects, cancellationToken);
            return Done(Compare(before, read.Projects, "the tables"));
        }

        return Done(ProjectVerdict.Unknown(
            $"There were {Count(before)} projects before. Their state cannot be read from the tables of this version. "
            + "See status.actionRequired."));
    }

    private static Observation.Done Done(ProjectVerdict verdict) => new(verdict.Message, verdict.ToFacts());

    private static ActionItem NotCompared(string why) => new()
    {
        Reason = Reasons.ReviewProject,
        Message = $"Projects could not be compared through the API: {why}",
    };

    private static string Count(ProjectsStatus before) =>
        (before.Migration + before.Synchronization).ToString(CultureInfo.InvariantCulture);

    private ProjectVerdict Compare(ProjectsStatus before, IReadOnlyList<OmsProject> present, string through)
    {
        var renamed = Targets.Upgrade.Status?.RenamedProjects ?? [];
        var differences = ProjectComparison.Differences(before, present, renamed);
        if (differences.Count > 0)
        {
            var message = string.Create(
                CultureInfo.InvariantCulture,
                $"{differences.Count} of {Count(before)} projects differ from before (read from {through}). ");
            return new ProjectVerdict(
                "False", Reasons.ProjectsDiffer, $"{message}See status.actionRequired.", differences);
        }

        return before.Items.Count < before.Migration + before.Synchronization
            ? ProjectVerdict.Unknown(string.Create(
                CultureInfo.InvariantCulture,
                $"The first {before.Items.Count} of {Count(before)} projects are as before (read from {through}). ")
                + "The others were not recorded by name.")
            : ProjectVerdict.AsBefore(
                $"All {Count(before)} projects have the status they had before (read from {through}).");
    }
}
