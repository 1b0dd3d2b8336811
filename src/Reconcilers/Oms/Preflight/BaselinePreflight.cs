namespace Drydock.Reconcilers.Oms;

/// <summary>Asks the current container of a node what Verify and a rollback ask later: programs, console, health
/// endpoint. What a healthy node would answer otherwise is a finding before the downtime, or a note where only a weaker
/// check follows.</summary>
internal sealed class BaselinePreflight(
    OmsTargets targets,
    Findings findings,
    UpgradePath.Allowed? path,
    NodePreflight node,
    InspectedContainer container,
    CancellationToken cancellationToken)
{
    private const int Tries = 3;

    public async Task<NodeBaseline> MeasureAsync()
    {
        var baseline = new NodeBaseline { Running = await ProgramsAsync() };
        if (node is not { Config.Ports.Nginx: var port, ServesHttps: var https })
        {
            return baseline;
        }

        var console = await AskAsync(port, https, "/");
        if (!console.Serves)
        {
            findings.Note(
                $"The console of {node.Name} did not answer in preflight: {Sentences.Close(console.Message)} "
                    + "After a restart of oms_console the operator does not wait until it serves.");
        }

        return baseline with { ConsoleAnswers = console.Serves, Unhealthy = await IsUnhealthyAsync(port, https) };
    }

    // One slow answer says nothing of a console.
    private async Task<HttpAnswer> AskAsync(int port, bool https, string page)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await ContainerHttp.GetAsync(
                node.Docker, container.ID, port, https, page, cancellationToken);
            if (answer.Serves || !answer.CanAsk || tries == Tries)
            {
                return answer;
            }
        }
    }

    private async Task<IReadOnlyList<string>?> ProgramsAsync()
    {
        var programs = await targets.ProgramsAsync(node.Name, container.ID, cancellationToken);
        var (name, command) = (container.ShortName, $"`docker exec {container.ShortName} supervisorctl");
        if (!programs.Answered)
        {
            node.Ask(
                Reasons.ComponentsUnhealthy,
                $"supervisord of {name} on {node.Name} does not answer "
                    + $"({string.Join(' ', programs.OtherLines.Take(1))}), expected a list of programs. Check "
                    + $"{command} status` on that host.");
            return null;
        }

        var notes = new List<string>();
        foreach (var program in OmsPrograms.All.Where(p => !programs.IsRunning(p)))
        {
            if (programs.Find(program) is null && !OmsPrograms.Core.Contains(program, StringComparer.Ordinal))
            {
                notes.Add($"{program} (not listed)");
                continue;
            }

            node.Ask(
                Reasons.ComponentsUnhealthy,
                $"In {name} on {node.Name}: {programs.NotRunning([program])[0]}, expected RUNNING. Start it with "
                    + $"{command} start {program}` on that host. If it is not used there, the new version need not run "
                    + "it either.",
                about: program);
        }

        notes.AddRange(
            programs.NotRunning(
                programs.Programs.Select(p => p.Name)
                    .Where(p => !OmsPrograms.All.Contains(p, StringComparer.Ordinal))));
        if (notes.Count > 0)
        {
            findings.Note(
                $"In {name} on {node.Name} these programs do not run, so they are not required after the upgrade: "
                    + $"{Sentences.List(notes, 10)}.");
        }

        return
        [
            .. programs.Programs.Select(p => p.Name)
                .Where(programs.IsRunning)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Take(NodeBaseline.MostPrograms),
        ];
    }

    private async Task<bool> IsUnhealthyAsync(int port, bool https)
    {
        if (path?.Source.Health is not { } endpoint)
        {
            return false;
        }

        var health = await AskAsync(port, https, endpoint);
        if (health.Healthy == false)
        {
            findings.Note(
                $"The health endpoint of {node.Name} says before the upgrade that OMS is not healthy "
                    + $"({health.Message} and says that OMS is not healthy). Check why. If it says the same after the "
                    + "upgrade, that is no failure: programs and heartbeats decide.");
        }

        return health.Healthy == false;
    }
}

/// <summary>What the current container of a node answered in preflight to the questions that Verify and a rollback ask
/// later. They compare with this.</summary>
internal sealed record NodeBaseline
{
    /// <summary>How many programs are compared at most; OMS has five or six.</summary>
    public const int MostPrograms = 32;

    /// <summary>The programs that were RUNNING, at most <see cref="MostPrograms"/>; null if supervisord did not
    /// answer.</summary>
    public IReadOnlyList<string>? Running { get; init; }

    public bool ConsoleAnswers { get; init; }
    public bool Unhealthy { get; init; }

    /// <summary>What a container must run to be as before.</summary>
    public AwaitPrograms Programs(string container, bool console = true)
    {
        List<string> before = [.. (Running ?? OmsPrograms.All).Where(p => console || p != OmsPrograms.Console)];
        var core = before.Where(p => OmsPrograms.Core.Contains(p, StringComparer.Ordinal)).ToList();
        var others = before.Except(core, StringComparer.Ordinal).ToList();
        return new AwaitPrograms(container, core, IfListed: others.Count > 0 ? others : null);
    }
}
