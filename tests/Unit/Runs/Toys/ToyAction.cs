using Drydock.Crds.Values;

namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>
/// The toy actions. <c>plain</c>: idempotent, what it did shows in the world. <c>once</c>: by a persisted exec id and
/// an exclusive witness per attempt. <c>restart</c>: shows only by what changed since the receipt. <c>check</c>: never
/// acts, waits until the world is good.
/// </summary>
internal sealed class ToyAction(string name, Simulation simulation, ToyProcess process) : IStepAction
{
    public bool MayPrepareEarly { get; init; } = true;

    private ToyWorld World => simulation.World;

    public bool MayBeAccepted(Observation.Failed failure) => name == "check";

    public async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        await process.DawdleAsync();
        cancellationToken.ThrowIfCancellationRequested();
        var item = World[context.Step.Id];
        item.Looks++;
        item.RememberedLooks = ++context.Memory.Of<Remembered>().Looks;
        if (item.LooksHang)
        {
            using var question = OpenQuestions.Ask("the toy host", "looking");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken);
        }

        if (item.UnreadableLooks > 0)
        {
            item.UnreadableLooks--;
            return item.ThrowsWhenUnreadable
                ? throw new IOException("the host does not answer")
                : new Observation.Unknown("the host does not answer");
        }

        if (item.FinalLooks-- > 0)
        {
            throw new StepActionException("Broken", "the disk is broken", retryable: false);
        }

        if (item.IsOutcomeUnknown)
        {
            return new Observation.Unknown("nobody can tell", IsPermanent: true);
        }

        return name switch
        {
            "check" =>
                item.IsGood ? new Observation.Done("good", item.Facts)
                : new Observation.Running(item.Progress()) { EndsAt = item.EndsAt },
            "restart" when item.Runs.ContainsValue(null) => new Observation.Running(item.Progress()),
            "restart" => Since(context) is { } since && item.Executions > since
                ? new Observation.Done("restarted")
                : new Observation.NotStarted("not restarted"),
            _ => Seen(context.Step, item),
        };
    }

    public async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        await process.PointAsync($"prepare {context.Step.Id}");
        var item = World[context.Step.Id];
        item.Prepared++;
        if (item.PreparationsHang)
        {
            using var question = OpenQuestions.Ask("the toy host", "preparing");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken);
        }

        if (item.RefusedPreparations-- > 0)
        {
            throw Refusal(item, "no exec can be made");
        }

        return name switch
        {
            "once" => new Dictionary<string, string> { ["exec"] = $"exec-{item.Prepared}" },
            "restart" => context.Step.Receipt
                ?? new SortedDictionary<string, string> { ["since"] = $"{item.Executions}" },
            _ => item.Receipt,
        };
    }

    public async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        Judge(context.Step);
        await process.PointAsync($"act {context.Step.Id}: before");
        var item = World[context.Step.Id];
        item.Acts++;
        if (item.RefusedActs-- > 0)
        {
            item.UnreadableLooks += item.BlindAfterRefusal;
            throw Refusal(item, "connection refused");
        }

        if (item.ActsHang)
        {
            using var question = OpenQuestions.Ask("the toy host", "acting");
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken);
        }

        if (item.SwallowedActs-- > 0)
        {
            return;
        }

        if (name == "once" && !item.StartedExecs.Add(context.Receipt("exec")!))
        {
            throw new StepActionException("ExecStarted", "409: this exec was started before");
        }

        // The witness of an attempt is made exclusively: whoever comes second does nothing.
        if (name != "once" || !item.Runs.ContainsKey(context.Step.Attempt))
        {
            World.Execute(context.Step);
        }

        await process.PointAsync($"act {context.Step.Id}: after");
    }

    public async Task WaitAsync(StepContext context, CancellationToken cancellationToken)
    {
        var item = World[context.Step.Id];
        item.Waits++;
        if (item.BrokenWaits > 0)
        {
            item.BrokenWaits--;
            throw new IOException("the event stream was cut");
        }

        if (item.NoWait)
        {
            return;
        }

        if (name == "check" ? !item.IsGood : item.Runs.ContainsValue(null))
        {
            await item.Changed.WaitAsync(cancellationToken);
        }
    }

    private Observation Seen(Step step, ToyItem item)
    {
        var runs = name == "once"
            ? item.Runs.Where(r => r.Key == step.Attempt).Select(r => r.Value).ToList()
            : [.. item.Runs.Values];
        if (runs.Contains(true))
        {
            return new Observation.Done(
                $"{step.Id} is done", item.Facts ?? new Dictionary<string, string> { ["fact"] = step.Id });
        }

        if (runs.Contains(null))
        {
            return new Observation.Running(item.Progress());
        }

        return item.Runs.ContainsKey(step.Attempt)
            ? new Observation.Failed("Exit1", $"{step.Id} ended with 1") { NothingRan = item.ChangesNothing }
            : new Observation.NotStarted("not begun");
    }

    // What must hold whenever an action is called.
    private void Judge(Step step)
    {
        var stored = simulation.Store.Plan;
        if (!simulation.Store.HasReceipt(step))
        {
            World.Violations.Add($"{step.Id} attempt {step.Attempt} acts without a stored receipt");
        }

        World.Violations.AddRange(step.After
            .Where(id => stored.Steps.Single(s => s.Id == id).State != StepState.Succeeded)
            .Select(id => $"{step.Id} acts before {id} is done"));
        World.Violations.AddRange(step.After
            .Where(id => stored.Steps.Single(s => s.Id == id).Action != "check" && !World[id].WasDone)
            .Select(id => $"{step.Id} acts and {id} was never done in the world"));
        if (World.Leader is { } leader && leader != process.Id)
        {
            World.Violations.Add($"{step.Id} acts in a process that does not lead");
        }

        if (simulation.IsEnded && World.Leader is null)
        {
            World.Violations.Add($"{step.Id} acts after the end");
        }
    }

    private sealed class Remembered
    {
        public int Looks { get; set; }
    }

    private static int? Since(StepContext context) =>
        context.Receipt("since") is { } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : null;

    private static StepActionException Refusal(ToyItem item, string message) =>
        new("Refused", message, retryable: !item.RefusalIsFinal)
        {
            NotTaken = item.NotTaken,
            MayBeAccepted = item.RefusalMayBeAccepted,
            Facts = item.RefusalFacts
        };
}
