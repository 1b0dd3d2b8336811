namespace Drydock.Reconcilers.Oms;

/// <summary>The base of the steps about projects. None of them fails an upgrade: what cannot be read within a part of
/// the phase's time is reported as unknown, and what differs is listed for the administrator.</summary>
internal abstract record OmsProjectStep : OmsStep
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);


    /// <summary>What the list of what differs is named after.</summary>
    protected abstract string ListName { get; }

    protected abstract Task<Observation> LookAsync(
        StepContext context, ProjectRecord? before, CancellationToken cancellationToken);

    /// <summary>The end of the step if the record of the projects cannot be used.</summary>
    protected abstract Observation WithoutRecord(string why);

    /// <summary>What is known, and what the administrator has to do, if the API does not answer in time.</summary>
    protected abstract (string Known, string Todo) WithoutAnswer(ProjectRecord? before, string why);

    public sealed override async Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var looked = context.Time.GetTimestamp();
        var pace = context.Pass.Of<Pace>();
        var began = pace.Began ??= looked;
        ProjectRecord? before = null;
        try
        {
            before = await Targets.ProjectsBeforeAsync(cancellationToken);
            return await LookAsync(context, before, cancellationToken);
        }
        catch (ListUnavailableException exception)
        {
            return WithoutRecord(exception.Message);
        }
        catch (OmsApiException exception)
            when (exception.Kind == OmsApiErrorKind.Unreachable
                && !IsOver(context, whole => Shorter(Patience, whole / 2)))
        {
            return new Running(exception.Message);
        }
        catch (OmsApiException exception)
        {
            var (known, todo) = WithoutAnswer(before, exception.Message);
            ActionEntry[] entries = [new(Reasons.ReviewProject, Sentences.Close(todo))];
            return Done(ProjectVerdict.Unknown(known), await StoreAsync(entries, cancellationToken));
        }
        finally
        {
            pace.LastLook = context.Time.GetElapsedTime(looked);
            pace.Waited = context.Time.GetElapsedTime(began);
        }
    }

    /// <summary>The pause is longer while the wait is long, and as long as the last look took: with thousands of
    /// projects the console is asked half of the time at most.</summary>
    public sealed override Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        var pace = context.Pass.Of<Pace>();
        var pause = Longer(Longer(ShortestPause, Shorter(LongestPause, pace.Waited / 20)), pace.LastLook);
        return Task.Delay(PauseAfter(context.Waited, pause), context.Time, cancellationToken);
    }

    /// <summary>Until shortly before the engine would report the step as overdue.</summary>
    protected static TimeSpan AlmostAll(TimeSpan whole) => whole - Shorter(TimeSpan.FromMinutes(1), whole / 10);

    protected static Observation.Done Done(ProjectVerdict verdict, string? actions = null) =>
        new(verdict.Message, (actions is null ? verdict : verdict with { Actions = actions }).ToFacts());

    protected Task<string> StoreAsync(IReadOnlyList<ActionEntry> entries, CancellationToken cancellationToken) =>
        new ActionLists(Targets).StoreAsync(ListName, entries, cancellationToken);

    /// <summary>Looks at a few at a time, in their order, because the console serves its users as well.</summary>
    internal static async Task<IReadOnlyList<TResult>> EachAsync<T, TResult>(
        IEnumerable<T> items, int atATime, Func<T, Task<TResult>> look)
    {
        var seen = new List<TResult>();
        foreach (var few in items.Chunk(atATime))
        {
            seen.AddRange(await Task.WhenAll(few.Select(look)));
        }

        return seen;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed class Pace
    {
        public long? Began { get; set; }

        public TimeSpan Waited { get; set; }

        public TimeSpan LastLook { get; set; }
    }
}

/// <summary>Compares the projects with those recorded before the upgrade: through the API, or from the tables where
/// both versions are below the merged architecture (later ones have undocumented tables, so nothing is read from them;
/// docs/project/research/oms.md#metadata-tables). Links are not judged yet: they are expected to be abnormal until high
/// availability is on (docs/project/research/oms.md#after-the-upgrade). Only reads. Never fails the upgrade, and never
/// claims more than was read.</summary>
/// <param name="Address">The console, used if the Secret gives no address.</param>
/// <param name="Api">Whether the new version has an API that lists projects.</param>
/// <param name="Tables">The database whose project tables may be read; null for none.</param>
[Acceptable]
internal sealed record CompareProjects(Uri Address, bool Api = false, string? Tables = null)
    : OmsProjectStep, IWaitsOnly
{
    internal override string Verb => "projects";
    internal override string Title(string? node) => "Compare the projects with those before the upgrade";

    protected override string ListName => "compared-projects";

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

        if (Api && Targets.Api(Address) is { } api)
        {
            var listed = await api.ProjectsAsync(cancellationToken);
            return await CompareAsync(context, before, listed, "the API", cancellationToken);
        }

        if (Tables is { } database)
        {
            var metadata = await Targets.MetadataAsync(cancellationToken);
            var read = await metadata.ProjectsAsync(database, ProjectRecord.MostProjects, cancellationToken);
            return await CompareAsync(context, before, read.Projects, "the tables", cancellationToken);
        }

        return Done(ProjectVerdict.Unknown(
            $"There were {before.Items.Count} projects before. Their state cannot be read from the tables of this "
            + "version. See status.actionRequired."));
    }

    protected override Observation WithoutRecord(string why) => Done(ProjectVerdict.Unknown(
        $"The projects cannot be compared with those before the upgrade. {why}"));

    protected override (string Known, string Todo) WithoutAnswer(ProjectRecord? before, string why) => (
        Sentences.Join($"There were {before!.Items.Count} projects before. The API did not report their state: {why}"),
        $"Projects could not be compared through the API: {why}");

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
                $"All {before.Items.Count} projects have the status they had before (read from {through})."));
        }

        var actions = await StoreAsync(differences, cancellationToken);
        var differs = Sentences.Join(
            $"{differences.Count} of {before.Items.Count} projects differ from before (read from {through}).",
            ActionLists.Where(actions));
        return Done(ProjectVerdict.Differs(differs), actions);
    }
}

/// <summary>Watches through the API how high availability recovers the links of projects that ran or were suspended
/// before (docs/project/research/oms.md#after-the-upgrade), until all are healthy or the time limit is near; then
/// compares the projects once more and lists what differs. Only reads. Never fails the upgrade. With high availability
/// off nothing recovers automatically, so the step does not wait.</summary>
/// <param name="Address">The console, used if the Secret gives no address.</param>
[Acceptable]
internal sealed record AwaitComponents(Uri Address) : OmsProjectStep, IWaitsOnly
{
    private const string NotRecovered =
        "High availability did not recover the links of these projects in time. Check them in the console.";
    private const string NotRecovering =
        "High availability is off, so the links of these projects do not recover. Start them in the console.";
    private const string ByHand =
        "The Full-Import or Full-Verification of these projects does not run. Resume it in the console.";
    private const string NotRead =
        "There was no time to read the links of these projects through the API. Check them in the console.";

    private const int AtATime = 4;
    private const int Named = 5;

    // Of thousands of projects not all are asked for in one look, so that the step reports between.
    private const int AtOneLook = 400;

    internal override string Verb => "components";
    internal override string Title(string? node) => "Wait until stores and writers have recovered";

    protected override string ListName => "components";

    protected override async Task<Observation> LookAsync(
        StepContext context, ProjectRecord? before, CancellationToken cancellationToken)
    {
        if (before is null)
        {
            return new Done("The projects were not listed before the upgrade, so their links are not watched.");
        }

        return Targets.Api(Address) is { } api
            ? await WatchAsync(context, api, before, cancellationToken)
            : new Done("spec.preflight.apiCredentialsSecretRef was removed, so links are not watched.");
    }

    protected override Observation WithoutRecord(string why) =>
        new Done($"The links of the projects are not watched. {why}");

    protected override (string Known, string Todo) WithoutAnswer(ProjectRecord? before, string why) => (
        Sentences.Close($"The API did not report the state of the projects: {why}"),
        $"Links could not be watched through the API: {why}");

    // A source without ha.config may leave nothing to enable.
    private static bool Recovers(StepContext context) =>
        context.Plan.First(OmsUpgradePhases.EnableHA) is { } enable
        && enable.Recorded(EnableHighAvailability.NotEnabledFact) is null;

    private async Task<Observation> WatchAsync(
        StepContext context, HttpOmsApi api, ProjectRecord before, CancellationToken cancellationToken)
    {
        var match = new ProjectMatch(await api.ProjectsAsync(cancellationToken), RenamedProjects.Of(context.Plan));

        // Projects whose status changed are in the comparison; their links are not expected to recover.
        var watched = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status) || ProjectStatuses.IsSuspended(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && IsWatched(p.Before.Status, p.Now.Status))
            .ToList();
        var seen = context.Pass.Of<SeenLinks>().ById;
        await LookAtLinksAsync(api, watched, seen, cancellationToken);

        var links = watched.Select(p => (p.Before, Link: seen.GetValueOrDefault(p.Now.Id))).ToList();
        var sick = links.Where(l => l.Link is not { NotRecovered.Count: 0 }).ToList();
        var recovers = Recovers(context);
        if (!IsOver(context, AlmostAll)
            && (links.Exists(l => l.Link is null) || (recovers && sick.Count > 0)))
        {
            return new Running(Waiting(watched.Count, sick));
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
        var actions = await StoreAsync(entries, cancellationToken);
        return Done(Verdict(watched.Count, sick.Count, differences.Count, actions), actions);

        IEnumerable<ActionEntry> Entries(string what, Func<Link, IReadOnlyList<string>> problems) =>
            from link in links
            let found = link.Link is { } known ? problems(known) : []
            where found.Count > 0
            select new ActionEntry(Reasons.ComponentsUnhealthy, what, link.Before.ToString(), string.Join(", ", found));
    }

    // Those first that were looked at longest ago.
    private static async Task LookAtLinksAsync(
        HttpOmsApi api,
        List<(OmsProject Before, OmsProject Now)> watched,
        Dictionary<string, Link> seen,
        CancellationToken cancellationToken)
    {
        var turn = seen.Values.Select(l => l.Turn).DefaultIfEmpty().Max() + 1;
        var due = watched.Where(p => seen.GetValueOrDefault(p.Now.Id) is not { NeedsNothing: true })
            .OrderBy(p => seen.GetValueOrDefault(p.Now.Id)?.Turn ?? 0)
            .Take(AtOneLook);
        var looks = await EachAsync(
            due,
            AtATime,
            async p => (p.Before, p.Now, Components: await api.ComponentsAsync(p.Now.Id, cancellationToken)));
        foreach (var (project, now, components) in looks)
        {
            seen[now.Id] = new Link(
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
        var summary = $"{watched - sick} of {watched} links are healthy";
        return (different, sick) == (0, 0)
            ? ProjectVerdict.AsBefore($"{summary}, and all projects have the status they had before.", watched: true)
            : ProjectVerdict.Differs(
                Sentences.Join(
                    $"{summary}, and {different} projects have another status than before.",
                    ActionLists.Where(actions)),
                watched: true);
    }

    private static string Waiting(int all, List<(OmsProject Before, Link? Link)> sick)
    {
        var known = sick.Where(s => s.Link is not null)
            .Select(s => $"{s.Before.Name}: {string.Join(", ", s.Link!.NotRecovered)}")
            .ToList();
        var count = $"{sick.Count} of {all} links are not healthy yet";
        return Sentences.Close(known.Count == 0 ? count : $"{count}: {Sentences.List(known, Named, "; ")}");
    }

    // A project that needs nothing is not asked for again.
    private sealed class SeenLinks
    {
        public Dictionary<string, Link> ById { get; } = new(StringComparer.Ordinal);
    }

    /// <param name="NotRecovered">What high availability still has to recover.</param>
    /// <param name="ForPerson">What only an administrator can resume.</param>
    private sealed record Link(int Turn, IReadOnlyList<string> NotRecovered, IReadOnlyList<string> ForPerson)
    {
        public bool NeedsNothing => NotRecovered.Count == 0 && ForPerson.Count == 0;
    }
}
