using System.Text;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.Common;
using Drydock.Engine.Running;
using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Stores the end of the output of commands: the last 64 KiB, without secrets, in a Secret that
/// <c>status.plan.steps[].outputRef</c> names. The whole output stays where the command left it. Outputs are read
/// outside the reconcile, one after the other: a host that does not answer delays no status write and no step. After
/// several failed attempts an output is given up, and the message of the step says so.
/// </summary>
/// <param name="kind">The kind of the object as written in manifests.</param>
/// <param name="owner">Metadata of the object.</param>
/// <param name="kubernetes">The API server.</param>
/// <param name="time">The clock.</param>
/// <param name="wake">Called when an output is stored, or given up.</param>
/// <param name="logger">For outputs that cannot be stored.</param>
internal sealed class StepOutputStore(
    string kind,
    V1ObjectMeta owner,
    IKubernetesClient kubernetes,
    TimeProvider time,
    Action wake,
    ILogger logger) : IAsyncDisposable
{
    /// <summary>Attempts of this process before an output is given up.</summary>
    public const int Tries = 5;

    private const string Note = "The end of its output was not kept";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), Random.Shared);
    private readonly Dictionary<string, Wanted> _wanted = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private IStepOutputs? _outputs;
    private Task _work = Task.CompletedTask;

    /// <summary>
    /// The plan with references to the stored outputs, and notes in the steps whose output was given up. Missing
    /// outputs are read from now on. Changes nothing and waits for nothing.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="outputs">The outputs of commands, read with the current access.</param>
    public Plan Attach(Plan plan, IStepOutputs outputs)
    {
        lock (_lock)
        {
            _outputs = outputs;
            var next = plan with { Steps = [.. plan.Steps.Select(step => Attach(plan, step, outputs))] };
            if (_work.IsCompleted && Next() is not null)
            {
                _work = FetchAsync();
            }

            return next;
        }
    }

    /// <summary>
    /// Waits until every output is stored or given up, at most 10 s: outputs that are missing then are given up,
    /// because the run is over.
    /// </summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_work, Task.Delay(Patience, time, enough.Token));
        await enough.CancelAsync();
        lock (_lock)
        {
            foreach (var wanted in _wanted.Values.Where(w => w.Fate == Fate.Open))
            {
                (wanted.Fate, wanted.Why) = (
                    Fate.GivenUp, wanted.Why ?? $"It could not be read within {Patience.TotalSeconds:0} s.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    private string NameOf(Plan plan, PlanStep step) =>
        ObjectNames.Output(owner, step.Id, plan.AttemptsBefore + step.Attempt);

    private PlanStep Attach(Plan plan, PlanStep step, IStepOutputs outputs)
    {
        var name = NameOf(plan, step);
        if (step.State is not (StepState.Succeeded or StepState.Failed or StepState.Unknown)
            || !outputs.Has(step)
            || step.OutputRef == name)
        {
            return step;
        }

        if (!_wanted.TryGetValue(name, out var wanted))
        {
            if (step.Message?.Contains(Note, StringComparison.Ordinal) == true)
            {
                // Given up by an earlier process.
                return step;
            }

            _wanted[name] = wanted = new Wanted(name, step);
        }

        return wanted.Fate switch
        {
            Fate.Kept => step with { OutputRef = name },
            Fate.GivenUp when wanted.Why is { } why && step.Message?.Contains(Note, StringComparison.Ordinal) != true =>
                step with { Message = Sentences.Join(step.Message, $"{Note}: {why}") },
            _ => step,
        };
    }

    // The output that is due first.
    private Wanted? Next() => _wanted.Values.Where(w => w.Fate == Fate.Open).MinBy(w => w.NotBefore);

    private async Task FetchAsync()
    {
        await Task.Yield();
        while (true)
        {
            Wanted? next;
            IStepOutputs outputs;
            lock (_lock)
            {
                (next, outputs) = (Next(), _outputs!);
            }

            if (next is null || _stop.IsCancellationRequested)
            {
                return;
            }

            if (next.NotBefore - time.GetUtcNow() is var pause && pause > TimeSpan.Zero)
            {
                // Rounded up: timers count whole milliseconds, and a timer that fires too early would be set again and
                // again.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), time, _stop.Token)
                    .ConfigureAwait(
                        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                continue;
            }

            var (kept, why) = await TryAsync(next, outputs);
            if (!_stop.IsCancellationRequested && Settle(next, kept, why))
            {
                wake();
            }
        }
    }

    private async Task<(bool Kept, string? Why)> TryAsync(Wanted wanted, IStepOutputs outputs)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            if (await outputs.ReadAsync(wanted.Step, either.Token) is not { } output)
            {
                return (false, null);
            }

            await KeepAsync(wanted.Name, wanted.Step, output, either.Token);
            return (true, null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return (false,
                exception is OperationCanceledException
                    ? $"No answer within {Patience.TotalSeconds:0} s."
                    : exception.Message);
        }
    }

    // The run does not depend on it: the whole output stays where the command left it.
    private bool Settle(Wanted wanted, bool kept, string? why)
    {
        int tries;
        lock (_lock)
        {
            if (wanted.Fate != Fate.Open)
            {
                return false;
            }

            tries = ++wanted.Tried;
            wanted.Why = why;
            wanted.NotBefore = time.GetUtcNow() + _backoff.Delay(tries);
            wanted.Fate = kept ? Fate.Kept : tries >= Tries ? Fate.GivenUp : Fate.Open;
        }

        if (why is not null)
        {
            RunLog.OutputNotKept(logger, kind, owner.Namespace, owner.Name, wanted.Step.Id, tries, Tries, why);
        }

        return wanted.Fate != Fate.Open;
    }

    private async Task KeepAsync(string name, PlanStep step, string text, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.CreateAsync(
                new V1Secret
                {
                    Metadata = ChildMetadata.Owned(name, kind, owner),
                    Type = "Opaque",
                    Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
                    {
                        ["output"] = Encoding.UTF8.GetBytes(text),
                        ["step"] = Encoding.UTF8.GetBytes(step.Id),
                    },
                },
                cancellationToken);
        }
        catch (KubernetesAlreadyExistsException)
        {
            // Stored by an earlier process; the output of an attempt does not change after its end.
        }
    }

    private enum Fate
    {
        Open,
        Kept,
        GivenUp,
    }

    private sealed class Wanted(string name, PlanStep step)
    {
        public string Name => name;

        public PlanStep Step => step;

        public Fate Fate { get; set; }

        public int Tried { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public string? Why { get; set; }
    }
}
