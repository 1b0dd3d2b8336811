namespace Drydock.Reconcilers.Oms;

/// <summary>Watches through the API how high availability recovers the links of projects that ran or were suspended
/// before (docs/research/oms.md#after-the-upgrade), until all are healthy or the time limit is near; then compares the
/// projects once more and lists what differs. Only reads. Never fails the upgrade. With high availability off nothing
/// recovers automatically, so the step does not wait.</summary>
/// <param name="Address">The console, used if the Secret gives no address.</param>
[Acceptable]
internal sealed record AwaitComponents(Uri Address) : OmsProjectStep, IWaitsOnly
{
    private const string ListName = "components";
    private const string NotRecovered =
        "High availability did not recover the links of these projects in time. Check them in the console.";
    private const string NotRecovering =
        "High availability is off, so the links of these projects do not recover. Start them in the console.";
    private const string ByHand =
        "The Full-Import or Full-Verification of these projects does not run. Resume it in the console.";
    private const string NotRead =
        "There was no time to read the links of these projects through the API. Check them in the console.";

    private const int Named = 5;

    // Of thousands of projects not all are asked for in one look, so that the step reports between.
    private const int AtOneLook = 400;

    internal override string Verb => "components";
    internal override int Attempts => 1;

    internal override string Title(string? node) => "Wait until stores and writers have recovered";

    // What this job saw last of each project, by id. A project that needs nothing is not asked for again.
    private readonly Dictionary<string, Link> _seen = new(StringComparer.Ordinal);

    protected override async Task<Observation> LookAsync(
        StepContext context, ProjectRecord? before, CancellationToken cancellationToken)
    {
        if (before is null)
        {
            return new Observation.Done(
                "The projects were not listed before the upgrade, so their links are not watched.");
        }

        try
        {
            return Targets.Api(Address) is { } api
                ? await WatchAsync(context, api, before, cancellationToken)
                : new Observation.Done("spec.preflight.apiCredentialsSecretRef was removed, so links are not watched.");
        }
        catch (OmsApiException exception)
        {
            return await WithoutAnswerAsync(context, exception, why => UnwatchedAsync(why, cancellationToken));
        }
    }

    protected override Observation WithoutRecord(string why) =>
        new Observation.Done($"The links of the projects are not watched. {why}");

    private static Observation.Done Done(ProjectVerdict verdict) => new(verdict.Message, verdict.ToFacts());

    // A source without ha.config may leave nothing to enable.
    private static bool Recovers(StepContext context) =>
        context.Plan.First(OmsUpgradePhases.EnableHA) is { } enable
        && enable.Recorded(EnableHighAvailability.NotEnabledFact) is null;

    private async Task<Observation> UnwatchedAsync(string why, CancellationToken cancellationToken)
    {
        var verdict = ProjectVerdict.Unknown(
            Sentences.Close($"The API did not report the state of the projects: {why}"));
        var entry = new ActionEntry(
            Reasons.ReviewProject, Sentences.Close($"Links could not be watched through the API: {why}"));
        return Done(verdict with { Actions = await Lists.StoreAsync(ListName, [entry], cancellationToken) });
    }

    private async Task<Observation> WatchAsync(
        StepContext context, IOmsApi api, ProjectRecord before, CancellationToken cancellationToken)
    {
        var match = new ProjectMatch(await api.ProjectsAsync(cancellationToken), RenamedProjects.Of(context.Plan));

        // Projects whose status changed are in the comparison; their links are not expected to recover.
        var watched = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status) || ProjectStatuses.IsSuspended(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && IsWatched(p.Before.Status, p.Now.Status))
            .ToList();
        await LookAtLinksAsync(api, watched, cancellationToken);

        var links = watched.Select(p => (p.Before, Link: _seen.GetValueOrDefault(p.Now.Id))).ToList();
        var sick = links.Where(l => l.Link is not { NotRecovered.Count: 0 }).ToList();
        var recovers = Recovers(context);
        if (!IsOver(context, AlmostAll)
            && (links.Exists(l => l.Link is null) || (recovers && sick.Count > 0)))
        {
            return new Observation.Running(Waiting(watched.Count, sick));
        }

        var differences = ProjectComparison.Differences(before, match);
        ActionEntry[] entries =
        [
            .. differences,
            .. links.Where(l => l.Link is null).Select(
                l => new ActionEntry(Reasons.ComponentsUnhealthy, NotRead, l.Before.ToString())),
            .. Entries(recovers ? NotRecovered : NotRecovering, l => l.NotRecovered),
            .. Entries(ByHand, l => l.ForPerson),
        ];
        var actions = await Lists.StoreAsync(ListName, entries, cancellationToken);
        return Done(Verdict(watched.Count, sick.Count, differences.Count, actions));

        IEnumerable<ActionEntry> Entries(string what, Func<Link, IReadOnlyList<string>> problems) =>
            from link in links
            let found = link.Link is { } seen ? problems(seen) : []
            where found.Count > 0
            select new ActionEntry(Reasons.ComponentsUnhealthy, what, link.Before.ToString(), string.Join(", ", found));
    }

    // Those first that were looked at longest ago.
    private async Task LookAtLinksAsync(
        IOmsApi api, List<(OmsProject Before, OmsProject Now)> watched, CancellationToken cancellationToken)
    {
        var turn = _seen.Values.Select(l => l.Turn).DefaultIfEmpty().Max() + 1;
        var due = watched.Where(p => _seen.GetValueOrDefault(p.Now.Id) is not { NeedsNothing: true })
            .OrderBy(p => _seen.GetValueOrDefault(p.Now.Id)?.Turn ?? 0)
            .Take(AtOneLook);
        var looks = await EachAsync(
            due, async p => (p.Before, p.Now, Components: await api.ComponentsAsync(p.Now.Id, cancellationToken)));
        foreach (var (project, now, components) in looks)
        {
            _seen[now.Id] = new Link(
                turn,
                ProjectLinks.NotRecovered(project, components),
                ProjectLinks.ForPerson(project, components));
        }
    }

    private static bool IsWatched(string before, string now) =>
        ProjectStatuses.IsRunning(now)
        || (ProjectStatuses.IsSuspended(now) && ProjectStatuses.IsSuspended(before));

    private static ProjectVerdict Verdict(int watched, int sick, int different, string actions)
    {
        var summary = string.Create(CultureInfo.InvariantCulture, $"{watched - sick} of {watched} links are healthy");
        var verdict = (different, sick) == (0, 0)
            ? ProjectVerdict.AsBefore($"{summary}, and all projects have the status they had before.", watched: true)
            : ProjectVerdict.Differs(
                Sentences.Join(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{summary}, and {different} projects have another status than before."),
                    ActionLists.Where(actions)),
                watched: true);
        return verdict with { Actions = actions };
    }

    private static string Waiting(int all, List<(OmsProject Before, Link? Link)> sick)
    {
        var known = sick.Where(s => s.Link is not null)
            .Select(s => $"{s.Before.Name}: {string.Join(", ", s.Link!.NotRecovered)}")
            .ToList();
        var count = string.Create(CultureInfo.InvariantCulture, $"{sick.Count} of {all} links are not healthy yet");
        return Sentences.Close(known.Count == 0 ? count : $"{count}: {Sentences.List(known, Named, "; ")}");
    }

    /// <param name="Turn">The number of the look.</param>
    /// <param name="NotRecovered">What high availability still has to recover.</param>
    /// <param name="ForPerson">What only an administrator can resume.</param>
    private sealed record Link(int Turn, IReadOnlyList<string> NotRecovered, IReadOnlyList<string> ForPerson)
    {
        public bool NeedsNothing => NotRecovered.Count == 0 && ForPerson.Count == 0;
    }
}
