using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Watches through the API how high availability recovers the links of projects that ran or were suspended before
/// (docs/research/oms.md#after-the-upgrade), until all are healthy or the time limit is near; then compares the
/// projects once more and lists what differs. Only reads. Never fails the upgrade. With high availability off nothing
/// recovers automatically, so the step does not wait.
/// </summary>
internal sealed class AwaitComponents(IOmsTargets targets) : OmsProjectStep<AwaitComponents.Args>(targets), IWaitsOnly
{
    private const int Named = 5;

    // Projects that this job has seen healthy are not asked for again: there may be hundreds.
    private readonly HashSet<string> _healthy = new(StringComparer.Ordinal);

    /// <param name="Address">The console, used if the Secret gives no address.</param>
    public sealed record Args(Uri Address);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (Before is not { } before)
        {
            return new Observation.Done(
                "The projects were not listed before the upgrade, so their links are not watched.");
        }

        try
        {
            return Targets.Api(args.Address) is { } api
                ? await WatchAsync(context, api, before, cancellationToken)
                : new Observation.Done(
                    "spec.preflight.apiCredentialsSecretRef was removed, so links are not watched.");
        }
        catch (OmsApiException exception)
        {
            return WithoutAnswer(context, exception, why => Done(ProjectVerdict.Unknown(
                $"The API did not report the state of the projects: {why}", [Unwatched(why)])));
        }
    }

    private static Observation.Done Done(ProjectVerdict verdict) => new(verdict.Message, verdict.ToFacts());

    private static ActionItem Unwatched(string why) => new()
    {
        Reason = Reasons.ReviewProject,
        Message = $"Links could not be watched through the API: {why}",
    };

    // A source without ha.config may leave nothing to enable.
    private static bool Recovers(StepContext context) =>
        context.Plan.Step(StepIds.EnableHA) is { } enable
        && enable.Recorded(EnableHighAvailability.NotEnabledFact) is null;

    private static ActionItem Item(ProjectStatus project, IEnumerable<string> problems) => new()
    {
        Reason = Reasons.ComponentsUnhealthy,
        Subject = ProjectComparison.Subject(project),
        Message = $"{ProjectComparison.Title(project)} ({project.Status} before): {string.Join(", ", problems)}",
    };

    private async Task<Observation> WatchAsync(
        StepContext context, IOmsApi api, ProjectsStatus before, CancellationToken cancellationToken)
    {
        var recovers = Recovers(context);
        var present = await api.ProjectsAsync(cancellationToken);
        var renamed = Targets.Upgrade.Status?.RenamedProjects ?? [];
        var match = new ProjectMatch(present, renamed);

        // Projects whose status changed are in the comparison; their links are not expected to recover.
        var watched = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status) || ProjectStatuses.IsSuspended(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && IsWatched(p.Before.Status, p.Now.Status))
            .ToList();
        var links = await EachAsync(
            watched.Where(p => !_healthy.Contains(p.Now.Id)),
            async p => (p.Before, p.Now, Components: await api.ComponentsAsync(p.Now.Id, cancellationToken)));
        var sick = links
            .Select(l => (l.Before, Problems: ProjectLinks.NotRecovered(l.Before, l.Components)))
            .Where(l => l.Problems.Count > 0)
            .ToList();
        var manual = links
            .Select(l => (l.Before, l.Now, Problems: ProjectLinks.ForPerson(l.Before, l.Components)))
            .ToList();
        if (recovers && sick.Count > 0 && !IsOver(context, AlmostAll))
        {
            // Only links that need nothing at all: an import that is stopped is listed at the end.
            var sickProjects = sick.Select(s => s.Before).ToHashSet();
            _healthy.UnionWith(manual
                .Where(l => l.Problems.Count == 0 && !sickProjects.Contains(l.Before))
                .Select(l => l.Now.Id));
            return new Observation.Running(Waiting(watched.Count, sick));
        }

        var advice = recovers
            ? "it did not recover in time; check it in the console"
            : "start it in the console: high availability is off";
        var differences = ProjectComparison.Differences(before, present, renamed);
        var actions = differences
            .Concat(sick.Select(s => Item(s.Before, s.Problems.Append(advice))))
            .Concat(manual.Where(l => l.Problems.Count > 0).Select(l => Item(l.Before, l.Problems)))
            .ToList();
        return Done(Verdict(before, watched.Count, sick.Count, differences.Count, actions));
    }

    private static bool IsWatched(string before, string now) =>
        ProjectStatuses.IsRunning(now)
        || (ProjectStatuses.IsSuspended(now) && ProjectStatuses.IsSuspended(before));

    private static ProjectVerdict Verdict(
        ProjectsStatus before, int watched, int sick, int different, List<ActionItem> actions)
    {
        var summary = string.Create(
            CultureInfo.InvariantCulture, $"{watched - sick} of {watched} links are healthy");
        var complete = before.Items.Count >= before.Migration + before.Synchronization;
        return (different, sick, complete) switch
        {
            (0, 0, true) => new ProjectVerdict(
                "True",
                Reasons.Done,
                $"{summary}, and all projects have the status they had before.",
                actions,
                Watched: true),
            (0, 0, false) => new ProjectVerdict(
                "Unknown",
                Reasons.Unverifiable,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{summary}. Only the first {before.Items.Count} projects were recorded by name."),
                actions,
                Watched: true),
            _ => new ProjectVerdict(
                "False",
                Reasons.ProjectsDiffer,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{summary}, and {different} projects have another status than before. See status.actionRequired."),
                actions,
                Watched: true),
        };
    }

    private static string Waiting(int all, List<(ProjectStatus Before, IReadOnlyList<string> Problems)> sick) =>
        string.Create(CultureInfo.InvariantCulture, $"{sick.Count} of {all} links are not healthy yet: ")
        + string.Join("; ", sick.Take(Named).Select(s => $"{s.Before.Name}: {string.Join(", ", s.Problems)}"))
        + (sick.Count > Named ? "; …" : ".");
}
