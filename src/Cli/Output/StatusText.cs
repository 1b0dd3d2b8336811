namespace Drydock.Cli.Output;

/// <summary>The tree that <c>status</c> shows: lines of markup.</summary>
/// <param name="isWide">Lists every step, also those that are done or have not begun.</param>
internal sealed class StatusText(bool isWide)
{
    private const int NodesInALine = 8;
    private const int PhaseWidth = 22;
    private static readonly string[] WaysOut = ["retry", "approve", "rollback"];

    public IEnumerable<string> Lines(RunView run)
    {
        string?[] head =
        [
            $"[bold]{run.Kind} {Texts.Escape($"{run.Namespace}/{run.Name}")}[/]  "
                + $"{Texts.Escape($"{run.FromVersion} → {run.ToVersion}")}  "
                + $"[{Texts.Color(run.State)}]{Texts.Escape(Head(run))}[/]",
            run.Summary is { Length: > 0 } summary ? Texts.Emphasise(summary) : null,
            WithoutFindings(run) is { Length: > 0 } message ? Texts.Emphasise(message) : null,
            Facts(run) is { Length: > 0 } facts ? $"[grey]{Texts.Escape(facts)}[/]" : null,
        ];
        return
        [
            .. head.OfType<string>(),
            .. run.Plans.Where(p => p.IsActive || isWide).SelectMany(Plan),
            .. After(run),
        ];
    }

    /// <summary>The run in one line, for logs and terminals that cannot be redrawn.</summary>
    public static string Line(RunView run)
    {
        var downtime = run.DowntimeSince is null ? "" : $"  down for {Texts.Duration(run.DowntimeSeconds ?? 0)}";
        return $"{run.At:HH:mm:ss}  {Head(run)}  {run.Progress ?? "-"}{downtime}  {run.Message}";
    }

    public static IEnumerable<string> Findings(RunView run) => run.Findings.Select(finding =>
        $"[red]{Texts.Escape(finding.Reason)}[/] {Where(finding)}{Texts.Emphasise(finding.Message)}");

    // The message of a failed preflight repeats its findings, which have a line each.
    private static string WithoutFindings(RunView run)
    {
        if (run.Findings.Count == 0)
        {
            return run.Message;
        }

        var rest = run.Findings.Where(finding => finding.Message.Length > 0).Aggregate(
            run.Message, (text, finding) => text.Replace(finding.Message, "", StringComparison.Ordinal));
        return string.Join(' ', rest.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Head(RunView run) =>
        run.Reason.Length == 0 || run.Reason == run.Phase ? run.Phase : $"{run.Phase} · {run.Reason}";

    private static string Facts(RunView run)
    {
        string?[] facts =
        [
            run.Progress is { } progress ? $"steps {progress}" : null,
            run.Instances,
            run.ElapsedSeconds is { } elapsed
                ? $"{(run.FinishedAt is null ? "elapsed" : "took")} {Texts.Duration(elapsed)}"
                : null,
            run.RemainingSeconds is { } remaining && run.State is ShownState.InProgress
                ? $"at least {Texts.Duration(remaining)} left"
                : null,
            run.DowntimeSeconds is { } downtime
                ? $"{(run.DowntimeSince is null ? "was down" : "DOWN")} for {Texts.Duration(downtime)}"
                : null,
            run.Snapshot is { } snapshot ? $"snapshot {snapshot}" : null,
        ];
        return string.Join("  ·  ", facts.OfType<string>());
    }

    private IEnumerable<string> Plan(PlanView plan)
    {
        yield return "";
        yield return $"[bold]{plan.Name}[/] [grey]plan {Word.Prefix(plan.Hash)}[/]";
        foreach (var phase in plan.Phases)
        {
            var time = Texts.Progress(phase.ElapsedSeconds, phase.ExpectedSeconds, phase.FinishedAt is not null);
            yield return $" {Texts.Sign(phase.Mark)} {Texts.Escape(phase.Name.PadRight(PhaseWidth))} "
                + $"{Texts.Escape(time.PadRight(8))} {Nodes(phase)}".TrimEnd();
            foreach (var line in phase.Steps.Where(s => isWide || IsOpen(s)).SelectMany(Step))
            {
                yield return line;
            }
        }
    }

    private static bool IsOpen(StepView step) => step.Mark is not (StepMark.Pending or StepMark.Succeeded);

    // What every node of the phase is at, side by side.
    private static string Nodes(PhaseView phase)
    {
        var nodes = phase.Steps.Where(s => s.Node is not null)
            .GroupBy(s => s.Node!, StringComparer.Ordinal)
            .Select(n => (Name: n.Key, Mark: MarkOf(n, phase.Mark)))
            .ToList();
        if (nodes.Count == 0)
        {
            return "";
        }

        if (nodes.Count <= NodesInALine)
        {
            return string.Join("  ", nodes.Select(n => $"{Texts.Sign(n.Mark)} {Texts.Escape(n.Name)}"));
        }

        var counts = nodes.CountBy(n => n.Mark).OrderBy(c => c.Key).Select(c => $"{c.Value} {Texts.Word(c.Key)}");
        return $"[grey]{nodes.Count} nodes: {string.Join(", ", counts)}[/]";
    }

    // The worst of its steps. A node between two steps runs or waits as its phase does; if the phase stopped, it has
    // not begun what is left.
    private static StepMark MarkOf(IEnumerable<StepView> steps, StepMark phase)
    {
        var marks = steps.Select(s => s.Mark).ToHashSet();
        return marks.Contains(StepMark.Failed) ? StepMark.Failed
            : marks.Contains(StepMark.Unknown) ? StepMark.Unknown
            : marks.Contains(StepMark.Running) ? StepMark.Running
            : marks.Contains(StepMark.Held) ? StepMark.Held
            : marks.All(m => m is StepMark.Succeeded or StepMark.Accepted) ? StepMark.Succeeded
            : marks.Contains(StepMark.Succeeded) && phase is StepMark.Running or StepMark.Held ? phase
            : StepMark.Pending;
    }

    private static IEnumerable<string> Step(StepView step)
    {
        var time = Texts.Progress(step.ElapsedSeconds, step.ExpectedSeconds, step.FinishedAt is not null);
        var attempt = step.Attempt > 1 ? $", attempt {step.Attempt}" : "";
        var irreversible = step.PointOfNoReturn && step.Mark is StepMark.Pending or StepMark.Held;
        yield return $"     {Texts.Sign(step.Mark)} {Texts.Escape(step.Id)}  "
            + $"[grey]{Texts.Escape($"{Texts.Word(step.Mark)}{attempt}{(time.Length > 0 ? $", {time}" : "")}")}[/]"
            + (irreversible ? " [red]point of no return[/]" : "");
        if (step.Message is { Length: > 0 } message && step.Mark is not StepMark.Succeeded)
        {
            var reason = step.Reason is { Length: > 0 } word ? $"{word}: " : "";
            yield return $"       [grey]{Texts.Escape(reason + message)}[/]";
        }
    }

    private static IEnumerable<string> After(RunView run)
    {
        var isStalled = run.State == ShownState.Stalled;
        string?[] lines =
        [
            .. Findings(run),
            .. run.Holds.SelectMany(hold => Hold(hold, run.At)),
            .. run.ActionRequired.Select(action =>
                $"[yellow]To do: {Texts.Escape(action.Reason)}[/] {Where(action)}{Texts.Emphasise(action.Message)}"),
            run.NextAction is { Length: > 0 } next && run.Holds.Count == 0
                ? $"[grey]Next:[/] {Texts.Emphasise(next)}"
                : null,
            isStalled && run.Reason.Length > 0
                ? $"[grey]What it means:[/] [bold]kubectl drydock explain {Texts.Escape(run.Reason)}[/]"
                : null,
            .. run.Offers.Where(offer => isStalled && WaysOut.Contains(offer.Verb))
                .Select(offer => $"[grey]Possible now:[/] [bold]{Texts.Escape(offer.Command)}[/]"),
        ];
        return lines.OfType<string>();
    }

    private static IEnumerable<string> Hold(HoldView hold, DateTimeOffset now)
    {
        var since = hold.Since is { } from ? $" for {Texts.Duration((now - from).TotalSeconds)}" : "";
        var where = hold.Name == HoldMatcher.Plan ? "with its plan" : $"before {Texts.Escape(hold.Name)}";
        return
        [
            $"[magenta]Waits {where}{since}.[/] Approve: [bold]{Texts.Escape(hold.Command)}[/]",
            .. (hold.Consent?.Split('\n') ?? []).Select(line => $"  {Texts.Emphasise(line)}"),
        ];
    }

    private static string Where(FindingView finding) =>
        finding.Where is { Length: > 0 } where ? $"[grey]{Texts.Escape(where)}:[/] " : "";
}
