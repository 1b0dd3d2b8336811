using Drydock.Crds.Plans;

namespace Drydock.Tests.Integration.Cli;

/// <summary>Composes a plan as the operator stores it: each call adds steps that run side by side after the former
/// ones.</summary>
/// <param name="begin">When its first step began.</param>
internal sealed class SamplePlan(DateTimeOffset begin)
{
    private readonly List<StoredStep> _steps = [];

    private readonly DateTimeOffset _begin = begin;
    private DateTimeOffset _end = begin;
    private List<string> _after = [];

    /// <summary>Steps that were done side by side, after all former ones. Minutes from the end of the former
    /// ones.</summary>
    public SamplePlan Done(double minutes, params StoredStep[] steps)
    {
        var from = _end;
        foreach (var (step, index) in steps.Select((step, index) => (step, index)))
        {
            var until = from.AddMinutes(minutes * (1 - (0.15 * index)));
            Add(step with
            {
                State = StepState.Succeeded,
                Attempt = 1,
                Tries = 1,
                StartedAt = from,
                FinishedAt = until
            });
            _end = until > _end ? until : _end;
        }

        return Close(steps.Length);
    }

    /// <summary>A time in which nothing ran.</summary>
    public SamplePlan Wait(double minutes)
    {
        _end = _end.AddMinutes(minutes);
        return this;
    }

    /// <summary>Steps that have begun and not succeeded.</summary>
    public SamplePlan Begun(params StoredStep[] steps)
    {
        foreach (var step in steps)
        {
            Add(step with { Attempt = 1, Tries = 1, StartedAt = _end });
        }

        return Close(steps.Length);
    }

    /// <summary>Steps that have not begun.</summary>
    public SamplePlan Ahead(params StoredStep[] steps)
    {
        foreach (var step in steps)
        {
            Add(step);
        }

        return Close(steps.Length);
    }

    /// <summary>The plan.</summary>
    public PlanProgress Compile(char hash, params string[] notes) => new StoredPlan
    {
        Hash = $"sha256:{new string(hash, 8)}{new string('0', 56)}",
        SpecHash = $"sha256:{new string('1', 64)}",
        CompiledAt = _begin,
        Steps = [.. _steps],
        Notes = [.. notes],
    }.AsRun();

    /// <summary>A step on a node, or on the whole system.</summary>
    public static StoredStep On(string? node, string id, string title, string action) => new()
    {
        Id = id,
        Node = node,
        Title = title,
        Action = action,
        Timeout = "10m",
        MaxAttempts = 3,
    };

    private void Add(StoredStep step) => _steps.Add(step with { After = [.. _after] });

    private SamplePlan Close(int count)
    {
        _after = [.. _steps.TakeLast(count).Select(s => s.Id)];
        return this;
    }
}
