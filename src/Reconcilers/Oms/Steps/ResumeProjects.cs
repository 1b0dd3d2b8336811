using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Resumes, through the API, projects that ran before the upgrade and are suspended now, or failed in incremental
/// synchronization; no others. A failed project outside of that is a person's: resuming it makes OMS pass over the
/// error (ListProjects, allowDestTableNotEmpty). Whether it was done is read from the projects' status. Killed before a
/// request: the project still stands and is resumed by the next operator. Killed after it: the status tells; a status
/// that lags is waited for before anything is sent again. A refusal is listed for a person and never fails the upgrade.
/// </summary>
internal sealed class ResumeProjects(IOmsTargets targets) : OmsProjectStep(targets)
{
    private const string WantedKey = "wanted";
    private const string AllOthers = "";

    // How long a request that a killed operator may have sent is given to show in the status.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    // How long an accepted request is given to show.
    private static readonly TimeSpan Effect = TimeSpan.FromMinutes(1);

    // What the last look of this job found to resume; it is what the receipt is made of.
    private IReadOnlyList<string> _seen = [];

    // What the act of this very job came to, by id. Lost with the process; the next one then reads and asks again.
    private Dictionary<string, Answer>? _answers;
    private DateTimeOffset _actedAt;

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (Before is not { } before || !before.Items.Exists(p => ProjectStatuses.IsRunning(p.Status)))
        {
            return new Observation.Done("no project is known to have run before");
        }

        try
        {
            return Api(context) is { } api
                ? Judge(context, await LookAsync(api, before, cancellationToken))
                : new Observation.Done("no credentials for the API are given any more; nothing is resumed");
        }
        catch (OmsApiException exception)
        {
            return WithoutAnswer(context, exception, why => Ended(
                "the API did not answer; nothing more is resumed",
                [new ActionItem { Reason = Reasons.ProjectNotResumed, Message = $"projects that ran before could not be looked at and resumed through the API: {why}" }]));
        }
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) => Task.FromResult(
        context.Receipt(WantedKey) is null ? Fact(WantedKey, SchemaLimits.Clip(string.Join(',', _seen), SchemaLimits.Opaque)) : context.Step.Receipt!);

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        _answers = new(StringComparer.Ordinal);
        try
        {
            var api = Api(context)!;
            foreach (var (_, project) in (await LookAsync(api, Before!, cancellationToken)).ToResume)
            {
                // One after the other, each read again just before: what somebody else resumed meanwhile is not resumed
                // twice.
                Targets.EnsureMayAct();
                _answers[project.Id] = await ResumeAsync(api, project.Id, cancellationToken);
            }
        }
        catch (OmsApiException exception)
        {
            // What was not asked for is found still stopped.
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

    private static Observation.Done Ended(string message, IReadOnlyList<ActionItem> actions) =>
        new(message, Fact(ProjectVerdict.ActionsFact, ActionFacts.Write(actions)));

    private Observation Judge(StepContext context, Look look)
    {
        _seen = [.. look.ToResume.Select(p => p.Now.Id)];
        if (look.ToResume.Count > 0 && (_answers is null ? Asked(context) : Answered(context, look)) is { } goesOn)
        {
            return goesOn;
        }

        var wanted = (context.Receipt(WantedKey) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var resumed = wanted.Except(look.ToResume.Select(p => p.Now.Id), StringComparer.Ordinal).Count();
        return Ended(
            wanted.Length == 0
                ? "no project that ran before is stopped now"
                : string.Create(CultureInfo.InvariantCulture, $"{resumed} of {wanted.Length} projects that ran before run again"),
            [.. look.ToResume.Select(p => Item(p.Before, $"ran before the upgrade, is {p.Now.Status} now and could not be resumed ({Why(p.Now.Id)}); resume it in the console")), .. look.ForPerson]);
    }

    // Nothing was asked in this job; an earlier one may have, and been killed.
    private static Observation Asked(StepContext context) =>
        context.Receipt(WantedKey) is not null && context.Time.GetUtcNow() - context.Step.StartedAt < Grace
            ? new Observation.Running("a request may have been sent before; waiting to see what came of it")
            : new Observation.NotStarted();

    // Null once nothing more can come of what was asked.
    private Observation? Answered(StepContext context, Look look)
    {
        var since = context.Time.GetUtcNow() - _actedAt;
        var accepted = look.ToResume.Count(p => AnswerTo(p.Now.Id) is { Refusal: null });
        if (accepted > 0 && since < Effect)
        {
            return new Observation.Running(string.Create(CultureInfo.InvariantCulture, $"{accepted} resumed projects are not running yet"));
        }

        // A request whose answer was lost is sent again only after its effect had time to show.
        var lost = look.ToResume.Count(p => AnswerTo(p.Now.Id) is { IsClear: false });
        return lost == 0 ? null
            : since < Grace ? new Observation.Running(string.Create(CultureInfo.InvariantCulture, $"the answers about {lost} projects were lost; waiting to see what came of them"))
            : context.Step.Tries < context.Step.MaxAttempts ? new Observation.NotStarted()
            : null;
    }

    private Answer? AnswerTo(string id) => _answers?.GetValueOrDefault(id) ?? _answers?.GetValueOrDefault(AllOthers);

    private string Why(string id) =>
        AnswerTo(id) is not { } answer ? "it stopped only now" : answer.Refusal ?? "OMS accepted it and the status did not change";

    private static ActionItem Item(ProjectStatus project, string what) => new()
    {
        Reason = Reasons.ProjectNotResumed,
        Subject = ProjectComparison.Subject(project),
        Message = $"{ProjectComparison.Title(project)} {what}",
    };

    private async Task<Look> LookAsync(IOmsApi api, ProjectsStatus before, CancellationToken cancellationToken)
    {
        var match = new ProjectMatch(await api.ProjectsAsync(cancellationToken), Targets.Upgrade.Status?.RenamedProjects ?? []);
        var stopped = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && IsStopped(p.Now.Status))
            .ToList();
        var safe = await EachAsync(stopped, async p => ProjectStatuses.IsSuspended(p.Now.Status) || await FailedInIncrementsAsync(api, p.Now.Id, cancellationToken));
        return new Look(
            [.. stopped.Where((_, i) => safe[i])],
            [.. stopped.Where((_, i) => !safe[i]).Select(p => Item(p.Before, "ran before the upgrade and has failed outside of incremental synchronization; OMS passes over the error when it is resumed, so look at it in the console first"))]);
    }

    private static async Task<bool> FailedInIncrementsAsync(IOmsApi api, string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ProgressAsync(id, cancellationToken)).CurrentStep?.Contains("INCR", StringComparison.OrdinalIgnoreCase) == true;
        }
        catch (OmsApiException exception) when (exception.Kind is OmsApiErrorKind.Refused or OmsApiErrorKind.Unreadable)
        {
            // Where it failed is not known, so it is a person's.
            return false;
        }
    }

    /// <param name="Refusal">Why not; null for accepted.</param>
    /// <param name="IsClear">False: the answer was lost, and the request may have been carried out.</param>
    private sealed record Answer(string? Refusal, bool IsClear);

    private sealed record Look(
        IReadOnlyList<(ProjectStatus Before, OmsProject Now)> ToResume, IReadOnlyList<ActionItem> ForPerson);
}
