using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Watches, through the API, how high availability heals the links of projects that ran or were suspended before
/// (docs/research/oms.md#after-the-upgrade), until all are healthy or the time is over; then compares the projects once
/// more and lists what is not as it should be. Only looks; killed anywhere it looks again. Never a failure of the
/// upgrade. With high availability off nothing heals by itself, so nothing is waited for.
/// </summary>
internal sealed class AwaitComponents(IOmsTargets targets) : OmsProjectStep(targets)
{
    private const int Named = 5;

    // Projects seen healthy by this job are not asked for again: there may be hundreds.
    private readonly HashSet<string> _healthy = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (Before is not { } before)
        {
            return new Observation.Done("nothing listed the projects before the upgrade; their links are not watched");
        }

        try
        {
            return Api(context) is { } api
                ? await LookAsync(context, api, before, cancellationToken)
                : new Observation.Done("no credentials for the API are given any more; links are not watched");
        }
        catch (OmsApiException exception)
        {
            return WithoutAnswer(context, exception, why => Done(ProjectVerdict.Unknown(
                $"the API did not tell what became of the projects: {why}",
                [new ActionItem { Reason = Reasons.ReviewProject, Message = $"links could not be watched through the API: {why}" }])));
        }
    }

    private static Observation.Done Done(ProjectVerdict verdict) => new(verdict.Message, verdict.ToFacts());

    // A source without ha.config may leave nothing to switch on.
    private static bool Heals(StepContext context) =>
        context.Plan.Steps.Exists(s => s.Id == StepIds.EnableHA) && context.Recorded(StepIds.EnableHA, EnableHighAvailability.NotEnabledFact) is null;

    private static ActionItem Item(ProjectStatus project, IEnumerable<string> problems) => new()
    {
        Reason = Reasons.ComponentsUnhealthy,
        Subject = ProjectComparison.Subject(project),
        Message = $"{ProjectComparison.Title(project)} ({project.Status} before): {string.Join(", ", problems)}",
    };

    private async Task<Observation> LookAsync(
        StepContext context, IOmsApi api, ProjectsStatus before, CancellationToken cancellationToken)
    {
        var heals = Heals(context);
        var present = await api.ProjectsAsync(cancellationToken);
        var renamed = Targets.Upgrade.Status?.RenamedProjects ?? [];
        var match = new ProjectMatch(present, renamed);

        // Those whose status changed are in the comparison; their links are not expected to heal.
        var watched = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status) || ProjectStatuses.IsSuspended(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && (ProjectStatuses.IsRunning(p.Now.Status) || (ProjectStatuses.IsSuspended(p.Now.Status) && ProjectStatuses.IsSuspended(p.Before.Status))))
            .ToList();
        var links = await EachAsync(
            watched.Where(p => !_healthy.Contains(p.Now.Id)),
            async p => (p.Before, p.Now, Components: await api.ComponentsAsync(p.Now.Id, cancellationToken)));
        var sick = links.Select(l => (l.Before, Problems: ProjectLinks.NotRecovered(l.Before, l.Components))).Where(l => l.Problems.Count > 0).ToList();
        if (heals && sick.Count > 0 && !IsOver(context, AlmostAll))
        {
            // Only those that need nothing at all: an import that stands still is listed at the end.
            _healthy.UnionWith(links
                .Where(l => ProjectLinks.NotRecovered(l.Before, l.Components).Count == 0 && ProjectLinks.ForPerson(l.Before, l.Components).Count == 0)
                .Select(l => l.Now.Id));
            return new Observation.Running(Waiting(watched.Count, sick));
        }

        var differences = ProjectComparison.Differences(before, present, renamed);
        var actions = differences
            .Concat(sick.Select(s => Item(s.Before, s.Problems.Append(heals ? "it did not recover in time; look at it in the console" : "start it in the console: high availability is off"))))
            .Concat(links.Select(l => (l.Before, Problems: ProjectLinks.ForPerson(l.Before, l.Components))).Where(l => l.Problems.Count > 0).Select(l => Item(l.Before, l.Problems)))
            .ToList();
        var summary = string.Create(CultureInfo.InvariantCulture, $"{watched.Count - sick.Count} of {watched.Count} links are healthy");
        var complete = before.Items.Count >= before.Migration + before.Synchronization;
        return Done((differences.Count, sick.Count, complete) switch
        {
            (0, 0, true) => new ProjectVerdict("True", Reasons.Done, $"{summary}, and all projects have the status they had before", actions, Watched: true),
            (0, 0, false) => new ProjectVerdict("Unknown", Reasons.Unverifiable, $"{summary}; only the first {before.Items.Count.ToString(CultureInfo.InvariantCulture)} projects were recorded by name", actions, Watched: true),
            _ => new ProjectVerdict("False", Reasons.ProjectsDiffer, string.Create(CultureInfo.InvariantCulture, $"{summary}, {differences.Count} projects have another status than before; they are listed for a person"), actions, Watched: true),
        });
    }

    private static string Waiting(int all, List<(ProjectStatus Before, IReadOnlyList<string> Problems)> sick) =>
        string.Create(CultureInfo.InvariantCulture, $"{sick.Count} of {all} links are not healthy yet: ")
        + string.Join("; ", sick.Take(Named).Select(s => $"{s.Before.Name}: {string.Join(", ", s.Problems)}"))
        + (sick.Count > Named ? "; …" : "");
}
