namespace Drydock.Reconcilers.Oms;

/// <summary>Checks the projects through the API of the console, where it exists and credentials are given (near real
/// time, no forward switchover under way; docs/research/oms.md#checks-before-an-upgrade). What cannot be read must be
/// acknowledged in the spec. Changes nothing.</summary>
internal sealed class ProjectPreflight(OmsTargets targets, Findings findings)
{
    // Three requests a project: of 5,000 projects the console is asked in some minutes.
    private const int AtATime = 8;
    private const int Named = 20;

    private readonly List<string> _notes = [];
    private readonly List<string> _importing = [];
    private readonly List<string> _untimed = [];
    private readonly List<string> _unlisted = [];
    private readonly Lock _gate = new();
    private readonly TimeSpan _limit = KubernetesDuration.Parse(targets.Upgrade.Spec.Preflight.MaxProjectLag);

    /// <param name="tables">The projects in the tables; empty where they are not read.</param>
    public async Task<ProjectsState> CheckAsync(
        UpgradePath.Allowed path, NodeState first, IReadOnlyList<OmsProject> tables,
        CancellationToken cancellationToken)
    {
        var known = path.ReadsProjectTables ? tables : null;
        try
        {
            var api = targets.Api(
                ConsoleAddress.Of(first.Spec.HostIP, first.Config!.Ports.Nginx, first.Options?.ServesHttps == true));
            if (api is not null && path.Source.ProjectApi)
            {
                return new ProjectsState(await ByListAsync(api, cancellationToken), _notes);
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
                    WithoutTls(exception.Kind, first),
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
    private static string? WithoutTls(OmsApiErrorKind kind, NodeState first)
    {
        if (kind != OmsApiErrorKind.Untrusted)
        {
            return null;
        }

        var plain = ConsoleAddress.Of(first.Spec.HostIP, first.Config!.Ports.Ghana, https: false);
        return "If the password may cross this network unencrypted, the key url can name the console's own port: "
            + $"`{plain}` (ghana_server_port).";
    }

    private async Task<IReadOnlyList<OmsProject>> ByListAsync(IOmsApi api, CancellationToken cancellationToken)
    {
        var projects = await api.ProjectsAsync(cancellationToken);
        var lagging = new List<string>();
        var switching = new List<string>();
        var seen = await EachAsync(projects, async project =>
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
                Note(switching, $"{project}: {step.Name} is {step.Status}");
            }

            return project with { Components = await ComponentsAsync(api, project, cancellationToken) };
        });
        Report(lagging, switching);
        return seen;
    }

    private void Judge(OmsProject project, ProjectProgress progress, List<string> lagging)
    {
        var step = progress.CurrentStep ?? "no step";
        if (progress.Lag is { } lag)
        {
            if (lag > _limit)
            {
                Note(lagging, $"{project} is {KubernetesDuration.Format(lag)} behind");
            }
        }
        else if (progress.SynchronizesIncrements == false)
        {
            Note(_importing, $"{project} in {step}");
        }
        else if (progress.CheckpointText is { } checkpoint)
        {
            Note(_untimed, $"{project} '{SchemaLimits.Clip(checkpoint, 64)}'");
        }
        else
        {
            Note(lagging, $"{project} has no checkpoint yet (in {step})");
        }
    }

    private async Task<string?> ComponentsAsync(IOmsApi api, OmsProject project, CancellationToken cancellationToken)
    {
        try
        {
            return ComponentSummary.Write(await api.ComponentsAsync(project.Id, cancellationToken));
        }
        catch (OmsApiException exception) when (exception.Kind is OmsApiErrorKind.Refused or OmsApiErrorKind.Unreadable)
        {
            // A broken project may not list its components. They are then not compared; the upgrade continues.
            Note(_unlisted, $"{project}: {Sentences.Open(exception.Message)}");
            return null;
        }
    }

    private void Report(List<string> lagging, List<string> switching)
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
        if (lagging.Count > 0)
        {
            findings.Add(
                Reasons.ProjectsLagging,
                $"Projects are not near real time, at most {targets.Upgrade.Spec.Preflight.MaxProjectLag} is allowed "
                    + $"(spec.preflight.maxProjectLag): {Some(lagging)}. "
                    + "Wait until they have caught up, or suspend them.",
                field: "spec.preflight.maxProjectLag");
        }

        if (switching.Count > 0)
        {
            findings.Add(
                Reasons.ForwardSwitchoverUnderWay,
                $"A forward switchover is under way and must end before the upgrade: {Some(switching)}. "
                    + "Finish it in the console.");
        }
    }

    // One note for all projects: there may be thousands.
    private void AddNote(string what, List<string> projects, string remedy)
    {
        if (projects.Count > 0)
        {
            _notes.Add(Sentences.Join($"{what}: {Some(projects)}", remedy));
        }
    }

    // A few at a time, in the list's order, because the console serves its users as well.
    private static async Task<IReadOnlyList<OmsProject>> EachAsync(
        IReadOnlyList<OmsProject> projects, Func<OmsProject, Task<OmsProject>> look)
    {
        var seen = new List<OmsProject>(projects.Count);
        foreach (var few in projects.Chunk(AtATime))
        {
            seen.AddRange(await Task.WhenAll(few.Select(look)));
        }

        return seen;
    }

    private void Note(List<string> list, string text)
    {
        lock (_gate)
        {
            list.Add(text);
        }
    }

    private static string Some(List<string> texts)
    {
        texts.Sort(StringComparer.Ordinal);
        return Sentences.List(texts, Named, "; ");
    }
}

/// <summary>The projects as preflight found them.</summary>
/// <param name="Projects">The projects; null where nothing lists them.</param>
internal sealed record ProjectsState(IReadOnlyList<OmsProject>? Projects, IReadOnlyList<string> Notes);
