using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;

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
    private const string WantedKey = "wanted";
    private const string AllOthers = "";

    // How long a request that a killed operator may have sent is given to show in the status.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    // How long an accepted request is given to show.
    private static readonly TimeSpan Effect = TimeSpan.FromMinutes(1);

    // What the last observation of this job found to resume; the receipt is made of it.
    private IReadOnlyList<string> _seen = [];

    // The answers to the requests of this job, by project id. Lost with the process; the next one then reads and asks
    // again.
    private Dictionary<string, Answer>? _answers;
    private DateTimeOffset _actedAt;

    /// <param name="Address">The console, used if the Secret gives no address.</param>
    public sealed record Args(Uri Address);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (Before is not { } before || !before.Items.Exists(p => ProjectStatuses.IsRunning(p.Status)))
        {
            return new Observation.Done("No project is known to have run before the upgrade.");
        }

        try
        {
            return Targets.Api(args.Address) is { } api
                ? Judge(context, await ReadAsync(api, before, cancellationToken))
                : new Observation.Done(
                    "spec.preflight.apiCredentialsSecretRef was removed, so no project is resumed.");
        }
        catch (OmsApiException exception)
        {
            return WithoutAnswer(context, exception, why => Ended(
                "The API did not answer, so no more projects are resumed.", [NotRead(why)]));
        }
    }

    protected override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken) =>
        Task.FromResult(context.Receipt(WantedKey) is null
            ? Entry(WantedKey, SchemaLimits.Clip(string.Join(',', _seen), SchemaLimits.Opaque))
            : Receipt(context));

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        _answers = new(StringComparer.Ordinal);
        try
        {
            var api = Targets.Api(args.Address)!;
            foreach (var (_, project) in (await ReadAsync(api, Before!, cancellationToken)).ToResume)
            {
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

    private static Observation.Done Ended(string message, IReadOnlyList<ActionItem> actions) =>
        new(message, Entry(ProjectVerdict.ActionsFact, ActionFacts.Write(actions)));

    private Observation Judge(StepContext context, Reading reading)
    {
        _seen = [.. reading.ToResume.Select(p => p.Now.Id)];
        if (reading.ToResume.Count > 0
            && (_answers is null ? Asked(context) : Answered(context, reading)) is { } unfinished)
        {
            return unfinished;
        }

        var wanted = (context.Receipt(WantedKey) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var resumed = wanted.Except(_seen, StringComparer.Ordinal).Count();
        var message = wanted.Length == 0
            ? "No project that ran before the upgrade is stopped now."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{resumed} of {wanted.Length} stopped projects that ran before the upgrade run again.");
        return Ended(message, [.. reading.ToResume.Select(p => NotResumed(p.Before, p.Now)), .. reading.Manual]);
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

    private ActionItem NotResumed(ProjectStatus before, OmsProject now) => Item(
        before,
        $"ran before the upgrade, is {now.Status} now and could not be resumed ({Why(now.Id)}). "
        + "Resume it in the console.");

    private static ActionItem Item(ProjectStatus project, string what) => new()
    {
        Reason = Reasons.ProjectNotResumed,
        Subject = ProjectComparison.Subject(project),
        Message = $"{ProjectComparison.Title(project)} {what}",
    };

    private static ActionItem NotRead(string why) => new()
    {
        Reason = Reasons.ProjectNotResumed,
        Message = $"Projects that ran before the upgrade could not be read and resumed through the API: {why}",
    };

    private async Task<Reading> ReadAsync(
        IOmsApi api, ProjectsStatus before, CancellationToken cancellationToken)
    {
        var renamed = Targets.Upgrade.Status?.RenamedProjects ?? [];
        var match = new ProjectMatch(await api.ProjectsAsync(cancellationToken), renamed);
        var stopped = before.Items
            .Where(p => ProjectStatuses.IsRunning(p.Status))
            .Select(p => (Before: p, Now: match.Find(p)!))
            .Where(p => p.Now is not null && IsStopped(p.Now.Status))
            .ToList();
        var safe = await EachAsync(
            stopped,
            async p => ProjectStatuses.IsSuspended(p.Now.Status)
                || await FailedInIncrementsAsync(api, p.Now.Id, cancellationToken));
        return new Reading(
            [.. stopped.Where((_, i) => safe[i])],
            [
                .. stopped.Where((_, i) => !safe[i]).Select(p => Item(
                    p.Before,
                    "ran before the upgrade and has failed outside of incremental synchronization. "
                    + "OMS skips the error when the project is resumed, so check it in the console first.")),
            ]);
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

    /// <param name="Refusal">Why not; null for accepted.</param>
    /// <param name="IsClear">False: the answer was lost, and OMS may have carried out the request.</param>
    private sealed record Answer(string? Refusal, bool IsClear);

    private sealed record Reading(
        IReadOnlyList<(ProjectStatus Before, OmsProject Now)> ToResume, IReadOnlyList<ActionItem> Manual);
}
