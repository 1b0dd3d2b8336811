using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Resumes, through the API, projects that ran before the upgrade and are suspended now, or failed in incremental
/// synchronization; no others. Other failed projects are left to the administrator: resuming them makes OMS skip the
/// error (ListProjects, allowDestTableNotEmpty). Whether a project was resumed is read from its status. If the operator
/// is killed before a request, the project is still stopped and the next operator resumes it. If it is killed after the
/// request, the status tells; a status that lags is awaited before anything is sent again. A refusal is listed in
/// status.actionRequired and never fails the upgrade.
/// </summary>
internal sealed class ResumeProjects(IOmsTargets targets) : OmsProjectStep<ResumeProjects.Args>(targets)
{
    private const string ListName = "not-resumed-projects";
    private const string WantedKey = "wanted";
    private const string AllOthers = "";
    private const string NotResumed =
        "These projects ran before the upgrade, are stopped now and could not be resumed. Resume them in the console.";
    private const string FailedElsewhere =
        "These projects ran before the upgrade and have failed outside of incremental synchronization. "
        + "OMS skips the error when such a project is resumed, so check them in the console first.";

    // How long a request that a killed operator may have sent is given to show in the status.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    // How long an accepted request is given to show.
    private static readonly TimeSpan Effect = TimeSpan.FromMinutes(1);

    // How many projects the last observation of this job found to resume; the receipt is made of it.
    private int _seen;

    // The answers to the requests of this job, by project id. Lost with the process; the next one then reads and asks
    // again.
    private Dictionary<string, Answer>? _answers;
    private DateTimeOffset _actedAt;

    // Where failed projects have failed, by id: a project stays there until it is resumed.
    private readonly Dictionary<string, bool> _failedInIncrements = new(StringComparer.Ordinal);

    /// <param name="Address">The console, used if the Secret gives no address.</param>
    public sealed record Args(Uri Address);

    protected override async Task<Observation> LookAsync(
        StepContext context, Args args, ProjectRecord? before, CancellationToken cancellationToken)
    {
        if (before is null || !before.Items.Any(p => ProjectStatuses.IsRunning(p.Status)))
        {
            return new Observation.Done("No project is known to have run before the upgrade.");
        }

        try
        {
            return Targets.Api(args.Address) is { } api
                ? await JudgeAsync(context, await ReadAsync(context, api, before, cancellationToken), cancellationToken)
                : new Observation.Done(
                    "spec.preflight.apiCredentialsSecretRef was removed, so no project is resumed.");
        }
        catch (OmsApiException exception)
        {
            return await WithoutAnswerAsync(context, exception, why => EndedAsync(
                "The API did not answer, so no more projects are resumed.", [NotRead(why)], cancellationToken));
        }
    }

    protected override Observation WithoutRecord(string why) =>
        new Observation.Done($"No project is resumed. {why}");

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        Task.FromResult(context.Receipt(WantedKey) is null
            ? Entry(WantedKey, _seen.ToString(CultureInfo.InvariantCulture))
            : Receipt(context));

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        _answers = new(StringComparer.Ordinal);
        try
        {
            var api = Targets.Api(args.Address)!;
            var before = await Targets.ProjectsBeforeAsync(cancellationToken);
            foreach (var (_, project) in (await ReadAsync(context, api, before!, cancellationToken)).ToResume)
            {
                if (IsOver(context, AlmostAll))
                {
                    _answers[AllOthers] = new Answer("there was no time left to ask for it", IsClear: true);
                    break;
                }

                // One after the other, each read again just before: what was resumed in the meantime is not resumed
                // twice.
                Targets.EnsureMayAct();
                _answers[project.Id] = await ResumeAsync(api, project.Id, cancellationToken);
            }
        }
        catch (OmsApiException exception)
        {
            // The projects without a request are observed as still stopped.
            _answers[AllOthers] = new Answer(exception.Message, IsClear: false);
        }

        _actedAt = context.Time.GetUtcNow();
    }

    private static async Task<Answer> ResumeAsync(IOmsApi api, string id, CancellationToken cancellationToken)
    {
        try
        {
            if (IsStopped((await api.ProjectAsync(id, cancellationToken)).Status))
            {
                await api.ResumeAsync(id, cancellationToken);
            }

            return new Answer(null, IsClear: true);
        }
        catch (OmsApiException exception)
        {
            return new Answer(exception.Message, IsClear: exception.Kind != OmsApiErrorKind.Unreachable);
        }
    }

    private static bool IsStopped(string status) =>
        ProjectStatuses.IsSuspended(status) || ProjectStatuses.IsFailed(status);

    private async Task<Observation> EndedAsync(
        string message, IReadOnlyList<ActionEntry> entries, CancellationToken cancellationToken)
    {
        var actions = await Lists.StoreAsync(ListName, entries, cancellationToken);
        return new Observation.Done(
            Sentences.Join(message, ActionLists.Where(actions)), Entry(ProjectVerdict.ActionsFact, actions));
    }

    private async Task<Observation> JudgeAsync(
        StepContext context, Reading reading, CancellationToken cancellationToken)
    {
        _seen = reading.ToResume.Count;
        if (_seen > 0
            && (_answers is null ? Asked(context) : Answered(context, reading)) is { } unfinished)
        {
            return unfinished;
        }

        var wanted = int.TryParse(context.Receipt(WantedKey), CultureInfo.InvariantCulture, out var count) ? count : 0;
        var message = wanted == 0
            ? "No project that ran before the upgrade is stopped now."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Math.Max(wanted - _seen, 0)} of {wanted} stopped projects that ran before the upgrade run again.");
        return await EndedAsync(
            message,
            [
                .. reading.ToResume.Select(p => new ActionEntry(
                    Reasons.ProjectNotResumed, NotResumed, p.Before.ToString(), $"is {p.Now.Status}, {Why(p.Now.Id)}")),
                .. reading.Manual.Select(p => new ActionEntry(
                    Reasons.ProjectNotResumed, FailedElsewhere, p.ToString())),
            ],
            cancellationToken);
    }

    // This job sent no request; an earlier one may have, and been killed.
    private static Observation Asked(StepContext context) =>
        context.Receipt(WantedKey) is not null && context.Time.GetUtcNow() - context.Step.StartedAt < Grace
            ? new Observation.Running("A request may have been sent before. Waiting for its effect.")
            : new Observation.NotStarted();

    // Null if no more effect of the requests is to be expected.
    private Observation? Answered(StepContext context, Reading reading)
    {
        var since = context.Time.GetUtcNow() - _actedAt;
        var accepted = reading.ToResume.Count(p => AnswerTo(p.Now.Id) is { Refusal: null });
        if (accepted > 0 && since < Effect)
        {
            return new Observation.Running(string.Create(
                CultureInfo.InvariantCulture, $"{accepted} resumed projects are not running yet."));
        }

        // A request whose answer was lost is sent again only after its effect had time to show.
        var lost = reading.ToResume.Count(p => AnswerTo(p.Now.Id) is { IsClear: false });
        return lost == 0 ? null
            : since < Grace ? new Observation.Running(string.Create(
                CultureInfo.InvariantCulture,
                $"The answers about {lost} projects were lost. Waiting for the effect of the requests."))
            : context.Step.Tries < context.Step.MaxAttempts ? new Observation.NotStarted()
            : null;
    }

    private Answer? AnswerTo(string id) =>
        _answers?.GetValueOrDefault(id) ?? _answers?.GetValueOrDefault(AllOthers);

    private string Why(string id) => AnswerTo(id) is not { } answer
        ? "it stopped just now"
        : answer.Refusal ?? "OMS accepted the request and the status did not change";

    private static ActionEntry NotRead(string why) => new(
        Reasons.ProjectNotResumed,
        Sentences.Close(
            $"Projects that ran before the upgrade could not be read and resumed through the API: {why}"));

    private async Task<Reading> ReadAsync(
        StepContext context, IOmsApi api, ProjectRecord before, CancellationToken cancellationToken)
    {
        var match = new ProjectMatch(
            await api.ProjectsAsync(cancellationToken), RenamedProjects.Of(context.Plan));
        var stopped = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && IsStopped(p.Now.Status))
            .ToList();
        var unknown = stopped
            .Where(p => !ProjectStatuses.IsSuspended(p.Now.Status) && !_failedInIncrements.ContainsKey(p.Now.Id));
        var read = await EachAsync(
            unknown,
            async p => (p.Now.Id, InIncrements: await FailedInIncrementsAsync(api, p.Now.Id, cancellationToken)));
        foreach (var (id, inIncrements) in read)
        {
            _failedInIncrements[id] = inIncrements;
        }

        var safe = stopped.ToLookup(
            p => ProjectStatuses.IsSuspended(p.Now.Status) || _failedInIncrements[p.Now.Id]);
        return new Reading([.. safe[true]], [.. safe[false].Select(p => p.Before)]);
    }

    private static async Task<bool> FailedInIncrementsAsync(
        IOmsApi api, string id, CancellationToken cancellationToken)
    {
        try
        {
            var progress = await api.ProgressAsync(id, cancellationToken);
            return progress.CurrentStep?.Contains("INCR", StringComparison.OrdinalIgnoreCase) == true;
        }
        catch (OmsApiException exception)
            when (exception.Kind is OmsApiErrorKind.Refused or OmsApiErrorKind.Unreadable)
        {
            // Where it failed is unknown, so the administrator decides.
            return false;
        }
    }

    /// <param name="Refusal">Why not, a clause; null for accepted.</param>
    /// <param name="IsClear">False: the answer was lost, and OMS may have carried out the request.</param>
    private sealed record Answer(string? Refusal, bool IsClear);

    private sealed record Reading(
        IReadOnlyList<(RecordedProject Before, OmsProject Now)> ToResume, IReadOnlyList<RecordedProject> Manual);
}
