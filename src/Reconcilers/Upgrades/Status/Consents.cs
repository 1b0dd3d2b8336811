namespace Drydock.Reconcilers.Upgrades;

/// <summary>What an approval agrees to: what the steps between a hold and the next one destroy and take down, after
/// which step no rollback is possible, what a rollback costs then, and where the run waits next. Pure.</summary>
internal sealed class Consents(RunKind kind, RunSpec spec, RunStatus status)
{
    private readonly StepRegistry _registry = kind.Steps(spec);

    /// <summary>What the approval of a hold lets run.</summary>
    public Consent Of(PlanProgress plan, string hold)
    {
        var approved = RunTokens.Approved(status, plan);
        approved.Add(hold);
        var holds = kind.Holds.Of(spec, plan);
        holds.UnionWith(IsUpgrade(plan) && kind.Holds.Implied(spec, plan) is { } implied ? [implied.Step] : []);
        var (free, next) = HoldReach.Of(plan, holds, approved);
        return Of(plan, free, next);
    }

    /// <summary>What a plan does that has not begun, with all its holds approved.</summary>
    public Consent Whole(PlanProgress plan) =>
        Of(plan, plan.Steps.FindAll(s => s.State == StepState.Pending), next: null);

    private Consent Of(PlanProgress plan, ImmutableList<Step> steps, Step? next)
    {
        List<ConsentLine> lines =
        [
            .. steps.SelectMany(s => (_registry.Own<IConsent>(s)?.ConsentTo(plan, s) ?? []).Select(line => (line, s)))
                .GroupBy(told => told.line, told => told.s).Select(Timed),
        ];
        if (steps.Find(s => s.PointOfNoReturn) is { } final)
        {
            lines.Add(new(ConsentWeight.Final, IsUpgrade(plan)
                ? $"From {final.Id} on a rollback loses data, or is impossible."
                : $"From {final.Id} on it cannot be undone."));
        }

        var after = plan.With(steps.Select(s => s with { Record = s.Record with { State = StepState.Succeeded } }));
        if (IsUpgrade(plan) && kind.Rollback.CostAfter(spec, status.WithPlan(PlanKind.Upgrade, after)) is { } cost)
        {
            lines.Add(new(ConsentWeight.Rollback, cost));
        }

        if (next is not null)
        {
            lines.Add(new(ConsentWeight.Next, $"It waits again before {next.Id}."));
        }

        return new Consent(lines);
    }

    // How long the last such step took, as far as that is how long something is down.
    private ConsentLine Timed(IGrouping<ConsentLine, Step> told)
    {
        var took = told.Key.LastsStep
            ? told.Select(s => StepDurations.Last(_registry, status.Plans, s)).Distinct().ToList()
            : [];
        return took.Max() is not { } longest ? told.Key : told.Key with
        {
            Duration = $"The last one took {KubernetesDuration.Format(longest)}"
                + (took.Contains(null) ? "; of the others it is not known." : "."),
        };
    }

    private static bool IsUpgrade(PlanProgress plan) => plan.Plan.Kind is PlanKind.Upgrade or PlanKind.Redo;
}

/// <summary>A step that destroys something or takes something down.</summary>
internal interface IConsent
{
    /// <summary>What an administrator agrees to who lets it run; steps that say the same are told once.</summary>
    IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own);
}

/// <summary>How much a line weighs: of too many lines those of the least weight are left out.</summary>
internal enum ConsentWeight
{
    /// <summary>Something is dropped or removed for good. Never left out, and the approval asks for the name.</summary>
    Destroyed,

    /// <summary>From where on it cannot be undone.</summary>
    Final,

    Down,
    Lost,

    /// <summary>What a rollback costs afterwards.</summary>
    Rollback,

    /// <summary>What works less well meanwhile.</summary>
    Less,

    /// <summary>What is verified, and what is not.</summary>
    Verified,

    /// <summary>What comes next.</summary>
    Next,
}

/// <param name="Text">One sentence, or a few.</param>
internal sealed record ConsentLine(ConsentWeight Weight, string Text)
{
    /// <summary>Whether what goes down is up again when the step has ended.</summary>
    public bool LastsStep { get; init; }

    /// <summary>How long something is down, as a sentence; null if it is not known.</summary>
    public string? Duration { get; init; }
}

/// <summary>The one text of a consent: its heaviest lines, at most six of them and 90 words.</summary>
internal sealed class Consent(IEnumerable<ConsentLine> lines)
{
    public const int MostLines = 6;
    public const int MostWords = 90;

    private const string UnknownDuration = "For how long is not known.";

    private readonly List<ConsentLine> _lines =
        [.. lines.Where(l => l.Text.Length > 0).DistinctBy(l => l.Text, StringComparer.Ordinal).OrderBy(l => l.Weight)];

    /// <summary>Whether data or what a rollback needs is removed.</summary>
    public bool Destroys => _lines.Exists(l => l.Weight == ConsentWeight.Destroyed);

    /// <summary>Separated by line feeds; null without a line.</summary>
    public string? Text
    {
        get
        {
            List<string> told = [];
            var (words, isTimeTold) = (0, false);
            foreach (var line in _lines)
            {
                var isTimeless = line is { Weight: ConsentWeight.Down, Duration: null };
                var duration = isTimeless && !isTimeTold ? UnknownDuration : line.Duration;
                var text = Sentences.Join(line.Text, duration);
                words += text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
                if (line.Weight != ConsentWeight.Destroyed && (told.Count == MostLines || words > MostWords))
                {
                    break;
                }

                told.Add(text);
                isTimeTold |= isTimeless;
            }

            return told.Count == 0 ? null : SchemaLimits.Clip(string.Join('\n', told));
        }
    }
}
