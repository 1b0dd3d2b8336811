using System.Collections.Concurrent;

namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the projects through the API of the console, where it exists and credentials are given (near real
/// time, no forward switchover under way; docs/project/research/oms.md#checks-before-an-upgrade). What cannot be read
/// must be acknowledged in the spec. Changes nothing.</summary>
/// <param name="tables">The projects in the tables; empty where they are not read.</param>
internal sealed class ProjectPreflight(
    OmsTargets targets,
    Findings findings,
    UpgradePath.Allowed path,
    NodePreflight first,
    IReadOnlyList<OmsProject> tables,
    CancellationToken cancellationToken)
{
    // Three requests a project: of 5,000 projects the console is asked in some minutes.
    private const int AtATime = 8;
    private const int Named = 5;

    private readonly List<string> _notes = [];
    private readonly ConcurrentQueue<string> _importing = [];
    private readonly ConcurrentQueue<string> _untimed = [];
    private readonly ConcurrentQueue<string> _unlisted = [];
    private readonly TimeSpan _limit = KubernetesDuration.Parse(targets.Upgrade.Spec.Preflight.MaxProjectLag);

    public async Task<ProjectsState> CheckAsync()
    {
        var known = path.ReadsProjectTables ? tables : null;
        try
        {
            var api = targets.Api(Console(first.Config!.Ports.Nginx, first.ServesHttps));
            if (api is not null && path.Source.ProjectApi)
            {
                return new ProjectsState(await ByListAsync(api), _notes);
            }

            var why = path.Source.ProjectApi
                ? $"{OmsApiCredentials.Field} is not set"
                : $"{path.From} has no API that lists projects";
            findings.Ask(
                Reasons.ForwardSwitchoverUnknown,
                null,
                $"The operator cannot read whether a forward switchover is under way: {why}. Finish every forward "
                    + "switchover, and wait until the running projects are near real time.");
            if (api is not null)
            {
                _notes.Add($"{why}. The credentials are used after the upgrade.");
            }

            return new ProjectsState(known, _notes);
        }
        catch (OmsApiException exception)
        {
            findings.Add(
                ReasonOf(exception.Kind),
                Sentences.Join(
                    exception.Message,
                    WithoutTls(exception.Kind),
                    $"To upgrade without the API, leave {OmsApiCredentials.Field} empty."),
                field: OmsApiCredentials.Field);
            return new ProjectsState(known, _notes);
        }
    }

    private static string ReasonOf(OmsApiErrorKind kind) => kind switch
    {
        OmsApiErrorKind.Credentials => Reasons.SecretMissing,
        OmsApiErrorKind.Unreachable => Reasons.ApiUnreachable,
        OmsApiErrorKind.Untrusted => Reasons.ApiUntrusted,
        _ => Reasons.ApiRefused,
    };

    // nginx serves the certificate; the console behind it has its own port.
    private string? WithoutTls(OmsApiErrorKind kind) => kind != OmsApiErrorKind.Untrusted
        ? null
        : "If the password may cross this network unencrypted, the key url can name the console's own port: "
            + $"`{Console(first.Config!.Ports.Ghana, https: false)}` (ghana_server_port).";

    private Uri Console(int port, bool https) => ConsoleAddress.Of(first.Node.HostIP, port, https);

    private async Task<IReadOnlyList<OmsProject>> ByListAsync(HttpOmsApi api)
    {
        var projects = await api.ProjectsAsync(cancellationToken);
        var lagging = new ConcurrentQueue<string>();
        var switching = new ConcurrentQueue<string>();
        var seen = await OmsProjectStep.EachAsync(projects, AtATime, async project =>
        {
            if (!ProjectStatuses.IsLive(project.Status))
            {
                return project;
            }

            if (ProjectStatuses.IsRunning(project.Status))
            {
                Judge(project, await api.ProgressAsync(project.Id, cancellationToken), lagging);
            }

            // Synchronization projects have no switchover.
            if (project.Kind == ProjectKind.Migration
                && ForwardSwitchover.UnderWay(await api.StepsAsync(project.Id, cancellationToken)) is { } step)
            {
                switching.Enqueue($"{project}: {step.Name} is {step.Status}");
            }

            return project with { Components = await ComponentsAsync(api, project) };
        });
        Report(lagging, switching);
        return seen;
    }

    private void Judge(OmsProject project, ProjectProgress progress, ConcurrentQueue<string> lagging)
    {
        var step = progress.CurrentStep ?? "no step";
        if (progress.Lag is { } lag)
        {
            if (lag > _limit)
            {
                lagging.Enqueue($"{project} is {KubernetesDuration.Format(lag)} behind");
            }
        }
        else if (progress.SynchronizesIncrements == false)
        {
            _importing.Enqueue($"{project} in {step}");
        }
        else if (progress.CheckpointText is { } checkpoint)
        {
            _untimed.Enqueue($"{project} '{SchemaLimits.Clip(checkpoint, 64)}'");
        }
        else
        {
            lagging.Enqueue($"{project} has no checkpoint yet (in {step})");
        }
    }

    private async Task<string?> ComponentsAsync(HttpOmsApi api, OmsProject project)
    {
        try
        {
            return ComponentSummary.Write(await api.ComponentsAsync(project.Id, cancellationToken));
        }
        catch (OmsApiException exception) when (exception.Kind is OmsApiErrorKind.Refused or OmsApiErrorKind.Unreadable)
        {
            // A broken project may not list its components. They are then not compared; the upgrade continues.
            _unlisted.Enqueue($"{project}: {Sentences.Open(exception.Message)}");
            return null;
        }
    }

    private void Report(ConcurrentQueue<string> lagging, ConcurrentQueue<string> switching)
    {
        AddNote(
            "Projects run without incremental synchronization",
            _importing,
            "The upgrade interrupts them; resume their Full-Import by hand afterwards.");
        AddNote(
            "Projects have a checkpoint that is not a time",
            _untimed,
            "Check in the console that they are near real time.");
        AddNote("The components of some projects are not recorded, because the API does not list them", _unlisted, "");
        if (!lagging.IsEmpty)
        {
            findings.Add(
                Reasons.ProjectsLagging,
                $"Projects are not near real time, at most {targets.Upgrade.Spec.Preflight.MaxProjectLag} is allowed "
                    + $"(spec.preflight.maxProjectLag): {Some(lagging)}. "
                    + "Wait until they have caught up, or suspend them.",
                field: "spec.preflight.maxProjectLag");
        }

        if (!switching.IsEmpty)
        {
            findings.Add(
                Reasons.ForwardSwitchoverUnderWay,
                $"A forward switchover is under way and must end before the upgrade: {Some(switching)}. "
                    + "Finish it in the console.");
        }
    }

    // One note for all projects: there may be thousands.
    private void AddNote(string what, ConcurrentQueue<string> projects, string remedy)
    {
        if (!projects.IsEmpty)
        {
            _notes.Add(Sentences.Join($"{what}: {Some(projects)}", remedy));
        }
    }

    private static string Some(ConcurrentQueue<string> texts) =>
        Sentences.List([.. texts.Order(StringComparer.Ordinal)], Named, "; ")
        + (texts.Count > Named ? " (the console lists them)" : "");
}

/// <param name="Projects">The projects; null where nothing lists them.</param>
internal sealed record ProjectsState(IReadOnlyList<OmsProject>? Projects, IReadOnlyList<string> Notes);
